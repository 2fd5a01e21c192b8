//! What corrections would do: a stream of labelled texts played through the learning that the product ships.
//!
//! The classifier starts from a few examples of each class. Whatever it is unsure of is asked of one of five reviewers,
//! each of whom has the desk for as many texts as a batch holds, then the next one; a bad one gives every text the same
//! label. How sure it is follows the golden set. What is out of scope is one class of the stream, but accuracy is that
//! of texts in scope.

use super::encoder::{FEATURES, encode};
use super::guess::OUT_OF_SCOPE;
use super::head::Sample;
use super::learning::{Learner, Reviewer, Ruling, Shape};
use super::order::Seeded;
use super::training::{EPOCHS, Example, Pieces, TrainError, classes, labels};

use serde::Serialize;

/// How many people correct.
pub const REVIEWERS: usize = 5;
/// Below this probability, which the golden set makes true, a person is asked.
const ASKED_BELOW: f64 = 0.8;
/// Examples of each class in the golden set.
const GOLDEN: usize = 3;
/// One text in so many is kept for measuring, where no other set is given.
const MEASURED_ONE_IN: usize = 10;
/// Corrections between two points of the curve.
const MEASURED_EVERY: usize = 50;
/// The accuracy whose price in corrections is told.
const GOAL: f64 = 0.91;
const SEED: u64 = 3;

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Labelled texts; the first examples and the golden set are taken from them.
    pub stream: &'a [Example],
    /// Labelled texts to measure on; without them one in ten of the stream.
    pub measured: Option<&'a [Example]>,
    /// Examples of each class to start from.
    pub start: usize,
    /// How many of the five reviewers are bad.
    pub bad: usize,
    /// The word pieces whose vectors it knows.
    pub pieces: Pieces<'a>,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Course {
    /// Classes, out of scope included.
    pub classes: usize,
    /// Texts that were learned before the stream.
    pub started_with: usize,
    /// Texts of the golden set, which are never learned.
    pub golden: usize,
    /// Texts of the stream.
    pub streamed: usize,
    /// Texts that accuracy is measured on; those out of scope do not count.
    pub measured_on: usize,
    /// How many of the reviewers were bad.
    pub bad_reviewers: usize,
    /// Corrections and the accuracy after so many.
    pub curve: Vec<(usize, f64)>,
    /// Corrections until the accuracy was 91 %.
    pub corrections_to_91: Option<usize>,
    /// Texts that a person was asked about.
    pub corrections: usize,
    /// Share of the stream that was handled without a person.
    pub handled_share: f64,
    /// Share of those handled that was right.
    pub handled_right: f64,
    /// The same two of the last quarter of the stream.
    pub last_quarter: (f64, f64),
    /// Batches that came into force.
    pub promoted: usize,
    /// Batches of bad reviewers among them.
    pub promoted_bad: usize,
    /// Batches that the gate refused.
    pub refused: usize,
    /// Batches of good reviewers among them.
    pub refused_good: usize,
    /// Reviewers that were suspended, counted from 1; the bad ones are the first.
    pub suspended: Vec<usize>,
}

/// Plays a stream. The same setting gives the same course.
///
/// # Errors
/// [`TrainError`] says what is wrong with the texts.
pub fn simulate(setting: Setting<'_>, progress: &mut dyn FnMut(usize, f64)) -> Result<Course, TrainError> {
    let labels = labels(setting.stream)?;
    let table = setting.pieces.table()?;
    let read = |examples: &[Example]| -> Result<Vec<Sample>, TrainError> {
        let sample = |(example, class): (&Example, usize)| Sample {
            features: encode(table.as_ref(), &example.text).features,
            class,
        };
        Ok(examples.iter().zip(classes(examples, &labels)?).map(sample).collect())
    };
    let mut parts = Parts::of(read(setting.stream)?, &setting, labels.len());
    if let Some(measured) = setting.measured {
        parts.measured = read(measured)?;
    }
    let outside = labels.iter().position(|label| label == OUT_OF_SCOPE);
    parts.measured.retain(|sample| Some(sample.class) != outside);
    let course = Course {
        classes: labels.len(),
        started_with: parts.first.len(),
        golden: parts.golden.len(),
        streamed: parts.stream.len(),
        measured_on: parts.measured.len(),
        bad_reviewers: setting.bad.min(REVIEWERS),
        ..Course::default()
    };
    let shape = Shape { features: FEATURES, classes: labels.len(), epochs: EPOCHS };
    let learner = Learner::of(shape, parts.first);
    let reviewers = vec![Reviewer::default(); REVIEWERS];
    let temperature = learner.temperature(&parts.golden);
    let (golden, measured) = (parts.golden, parts.measured);
    let desk = Desk { learner, temperature, reviewers, golden, measured, on_duty: 0, course };
    Ok(desk.play(&parts.stream, progress))
}

/// A stream, parted.
#[derive(Default)]
struct Parts {
    first: Vec<Sample>,
    golden: Vec<Sample>,
    measured: Vec<Sample>,
    stream: Vec<Sample>,
}

impl Parts {
    fn of(mut samples: Vec<Sample>, setting: &Setting<'_>, classes: usize) -> Self {
        Seeded::new(SEED).shuffle(&mut samples);
        let mut parts = Self::default();
        let mut counts = vec![0; classes];
        for sample in samples {
            let Some(count) = counts.get_mut(sample.class) else { continue };
            let part = match *count {
                at if at < setting.start => &mut parts.first,
                at if at < setting.start + GOLDEN => &mut parts.golden,
                at if setting.measured.is_none() && at % MEASURED_ONE_IN == 0 => &mut parts.measured,
                _ => &mut parts.stream,
            };
            *count += 1;
            part.push(sample);
        }
        parts
    }
}

/// A desk at work.
struct Desk {
    learner: Learner,
    /// At which the learner's probabilities are true on the golden set.
    temperature: f64,
    reviewers: Vec<Reviewer>,
    golden: Vec<Sample>,
    measured: Vec<Sample>,
    /// Who has the desk.
    on_duty: usize,
    course: Course,
}

impl Desk {
    fn play(mut self, stream: &[Sample], progress: &mut dyn FnMut(usize, f64)) -> Course {
        self.measure(progress);
        let mut handled: Vec<Option<bool>> = Vec::with_capacity(stream.len());
        for sample in stream {
            let (class, probability) = self.learner.best(&sample.features, self.temperature);
            if probability >= ASKED_BELOW {
                handled.push(Some(class == sample.class));
                continue;
            }
            handled.push(None);
            self.ask(sample);
            if self.course.corrections.is_multiple_of(MEASURED_EVERY) {
                self.measure(progress);
            }
        }
        (0..REVIEWERS).for_each(|reviewer| self.submit(reviewer));
        self.measure(progress);
        (self.course.handled_share, self.course.handled_right) = shares(&handled);
        self.course.last_quarter = shares(handled.get(handled.len() / 4 * 3..).unwrap_or_default());
        self.course
    }

    fn ask(&mut self, sample: &Sample) {
        self.course.corrections += 1;
        let turns = (0..REVIEWERS).map(|turn| (self.on_duty + turn) % REVIEWERS);
        let trusted = |reviewer: &usize| self.reviewers.get(*reviewer).is_some_and(Reviewer::is_trusted);
        let Some(reviewer) = turns.into_iter().find(trusted) else { return };
        self.on_duty = reviewer;
        let mut said = sample.clone();
        if self.is_bad(reviewer) {
            said.class = 0;
        }
        if self.reviewers.get_mut(reviewer).is_some_and(|reviewer| reviewer.correct(said)) {
            self.submit(reviewer);
            self.on_duty = reviewer + 1;
        }
    }

    fn submit(&mut self, at: usize) {
        let is_bad = self.is_bad(at);
        let Some(reviewer) = self.reviewers.get_mut(at).filter(|reviewer| reviewer.is_trusted()) else {
            return;
        };
        match reviewer.submit(&mut self.learner, &self.golden) {
            Ruling::Promoted => {
                self.course.promoted += 1;
                self.course.promoted_bad += usize::from(is_bad);
                self.temperature = self.learner.temperature(&self.golden);
            }
            ruling => {
                self.course.refused += 1;
                self.course.refused_good += usize::from(!is_bad);
                if ruling == Ruling::Suspended {
                    self.course.suspended.push(at + 1);
                }
            }
        }
    }

    const fn is_bad(&self, reviewer: usize) -> bool {
        reviewer < self.course.bad_reviewers
    }

    fn measure(&mut self, progress: &mut dyn FnMut(usize, f64)) {
        let accuracy = self.learner.accuracy(&self.measured);
        progress(self.course.corrections, accuracy);
        self.course.curve.push((self.course.corrections, accuracy));
        if accuracy >= GOAL && self.course.corrections_to_91.is_none() {
            self.course.corrections_to_91 = Some(self.course.corrections);
        }
    }
}

/// Of what was handled without a person: its share, and the share of it that was right.
fn shares(handled: &[Option<bool>]) -> (f64, f64) {
    let done: Vec<bool> = handled.iter().copied().flatten().collect();
    let right = done.iter().filter(|right| **right).count();
    (done.len() as f64 / handled.len().max(1) as f64, right as f64 / done.len().max(1) as f64)
}
