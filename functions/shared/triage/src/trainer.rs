//! The core's port `Trainer`: models made of the shipped examples and of people's corrections.

use crate::{
    Classifier,
    classifier::{
        Example, Examples, Pieces, TrainError,
        learning::is_tolerable,
        lesson::{Judged, Lesson},
        train_steadily,
    },
    port::catalog,
    shipped,
};
use countersign_core::{
    Error, Result,
    config::Config,
    digest::Digest,
    learning::{Course, Golden, Labelled, Trained},
    ports::Trainer,
};
use std::sync::OnceLock;

/// Makes models from scratch, of the shipped examples and all corrections in force. No text of the golden set, to which
/// confidence is fitted as well, is ever learned.
#[derive(Debug, Clone)]
pub struct Retraining(OnceLock<Texts>);

#[derive(Debug, Clone)]
struct Texts {
    shipped: Vec<Example>,
    golden: Vec<Example>,
}

impl Retraining {
    /// From the examples of the shipped model. They are read when there is something to learn, which most nights there is
    /// not.
    pub fn shipped() -> Self {
        Self(OnceLock::new())
    }

    /// From other examples, and another golden set.
    pub fn of(shipped: Vec<Example>, golden: Vec<Example>) -> Self {
        Self(OnceLock::from(Texts { shipped, golden }))
    }

    fn texts(&self) -> &Texts {
        self.0.get_or_init(|| Texts { shipped: shipped::training(), golden: shipped::validation() })
    }

    /// Judges the batches, and makes a model of those that do no harm; of none of them, if together they do.
    fn taught(&self, config: &Config, course: &Course) -> std::result::Result<Taught, TrainError> {
        let catalog = catalog(config);
        let read = |texts: &[Labelled]| shipped::masked_with(&catalog, &examples(texts));
        let Texts { shipped, golden } = self.texts();
        let (shipped, golden) = (shipped::masked_all(shipped), shipped::masked_all(golden));
        let (in_force, audited) = (read(&course.in_force), read(&course.audited));
        let batches: Vec<Vec<Example>> = course.batches.iter().map(|batch| read(batch)).collect();
        let outside = course.outside.map(|share| f64::from(share) / 1000.0);
        let parts =
            Parts { shipped: &shipped, in_force: &in_force, golden: &golden, audited: &audited, outside };
        let lesson = Lesson {
            shipped: &shipped,
            in_force: &in_force,
            batches: &batches,
            golden: &golden,
            pieces: Pieces::Shipped,
        };
        let Judged { learned: harmless, floor, before } = lesson.judge()?;
        let kept =
            batches.iter().zip(&harmless).filter(|(_, harmless)| **harmless).flat_map(|(batch, _)| batch);
        let mut made = parts.made(&kept.cloned().collect::<Vec<_>>())?;
        let together = !is_tolerable(before, made.accuracy, floor);
        if together {
            made = parts.made(&[])?;
        }
        Ok(Taught {
            harmless,
            together,
            version: made.version,
            model: made.model,
            before,
            after: made.accuracy,
        })
    }
}

impl Trainer for Retraining {
    fn base(&self) -> String {
        shipped::version()
    }

    fn train(&self, config: &Config, course: &Course) -> Result<Trained> {
        let trained = self
            .taught(config, course)
            .map_err(|error| Error::Broken(format!("nothing was learned: {error}")))?;
        let version = Digest::parse(&trained.version)?;
        let golden = Golden { before: thousandths(trained.before), after: thousandths(trained.after) };
        let Taught { harmless, together, model, .. } = trained;
        Ok(Trained { harmless, together, version, model, golden })
    }
}

struct Taught {
    harmless: Vec<bool>,
    together: bool,
    version: String,
    model: Vec<u8>,
    before: f64,
    after: f64,
}

/// The share of examples whose label is the most probable one.
fn accuracy(classifier: &Classifier, examples: &[Example]) -> f64 {
    let is_right = |one: &&Example| {
        classifier.guesses_of(&one.text).first().is_some_and(|guess| guess.intent == one.label)
    };
    examples.iter().filter(is_right).count() as f64 / examples.len().max(1) as f64
}

fn examples(texts: &[Labelled]) -> Vec<Example> {
    texts.iter().map(|one| Example { text: one.text.clone(), label: one.label.clone() }).collect()
}

/// What every model of a course has.
struct Parts<'a> {
    shipped: &'a [Example],
    in_force: &'a [Example],
    golden: &'a [Example],
    audited: &'a [Example],
    /// The share of texts out of scope that confidence assumes, 0 to 1, where people have shown it.
    outside: Option<f64>,
}

struct Made {
    version: String,
    model: Vec<u8>,
    accuracy: f64,
}

impl Parts<'_> {
    /// The model of these parts and of what else is learned, and its accuracy on the golden set.
    fn made(&self, learned: &[Example]) -> std::result::Result<Made, TrainError> {
        let training: Vec<Example> =
            self.shipped.iter().chain(self.in_force).chain(learned).cloned().collect();
        let known = |one: &&Example| training.iter().any(|example| example.label == one.label);
        let validation: Vec<Example> =
            self.golden.iter().chain(self.audited.iter().filter(known)).cloned().collect();
        let provenance = format!(
            r#"{{"base":"{}","corrections":{},"audits":{}}}"#,
            shipped::version(),
            training.len() - self.shipped.len(),
            validation.len() - self.golden.len()
        );
        let examples = Examples {
            training: &training,
            validation: &validation,
            pieces: Pieces::Shipped,
            provenance: &provenance,
        };
        let model = train_steadily(examples, self.outside)?;
        let classifier = Classifier::load(model.clone())?;
        let accuracy = accuracy(&classifier, self.golden);
        Ok(Made { version: classifier.version().to_owned(), model, accuracy })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 0 to 1")]
fn thousandths(share: f64) -> u16 {
    libm::round(share * 1000.0) as u16
}
