//! Training a classifier: the head on the examples, the calibration on a validation set that the head never sees.

use super::artefact::{MAX_CLASSES, encode as write};
use super::calibration::{self, Calibration, Judged};
use super::certify::Certificate;
use super::encoder::{Encoded, FEATURES, encode};
use super::guess::{OUT_OF_SCOPE, best_temperature};
use super::head::{Head, Sample};
use super::load_error::LoadError;
use super::neighbours::Neighbours;
use super::rows::Rows;
use super::signals::{Seen, Vocabulary, best_in_scope, signals};
use super::words::Table;
use super::{Classifier, shipped_table};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// How often the examples are learned.
pub(crate) const EPOCHS: usize = 6;
const SEED: u64 = 1;
/// Stored examples of one class in scope, and of what is out of scope: that has no middle, so that more of it is kept.
const MAX_STORED: usize = 30;
const MAX_STORED_OUTSIDE: usize = 1_000;
/// A desk sees more out of scope than a validation set usually holds; the less sure side is the safe one.
const LEAST_ASSUMED_SHARE: f64 = 0.12;
/// A share that was measured is taken within these.
const LEAST_SHARE: f64 = 0.01;
const MOST_SHARE: f64 = 0.9;

/// What a classifier is made from.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// What the head learns.
    pub training: &'a [Example],
    /// What temperature, calibration and threshold are fitted to; no text of it should be in `training`.
    pub validation: &'a [Example],
    /// The word pieces whose vectors it knows.
    pub pieces: Pieces<'a>,
    /// Where all this comes from, as JSON, to be kept in the file.
    pub provenance: &'a str,
}

/// Which word-piece table a classifier has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pieces<'a> {
    /// None.
    None,
    /// The one with these bytes, which the file carries.
    Carried(&'a [u8]),
    /// The one that is part of the program; the file carries its checksum alone.
    Shipped,
}

impl Pieces<'_> {
    pub(crate) fn table(self) -> Result<Option<Table>, LoadError> {
        match self {
            Pieces::None => Ok(None),
            Pieces::Carried(bytes) => Table::load(&Bytes::copy_from_slice(bytes)).map(Some),
            Pieces::Shipped => Table::load(&Bytes::from_static(shipped_table())).map(Some),
        }
    }
}

/// One text and the class it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// A message as a person would write it.
    pub text: String,
    /// Its class, or `out_of_scope`.
    pub label: String,
}

/// How far training is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The texts are being read.
    Reading,
    /// The examples were learned so many times, of so many.
    Learning(usize, usize),
    /// Confidence is being fitted to the validation set.
    Calibrating,
}

/// Why nothing was trained. Another try with the same examples fails the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// Fewer than two classes, or too many.
    #[error("{0} classes: there must be at least 2 and at most {MAX_CLASSES}, out_of_scope included")]
    Classes(usize),
    /// The validation set is empty.
    #[error("the validation set is empty: the confidence cannot be fitted")]
    NoValidation,
    /// A label of the validation set that training has no example of; the position counts from 0.
    #[error("the validation set has the label {label:?}, of which training has no example")]
    UnknownLabel {
        /// Where in the validation set.
        position: usize,
        /// The label.
        label: String,
    },
    /// The word-piece table cannot be used.
    #[error("the table of word pieces: {0}")]
    Table(#[from] LoadError),
}

/// Trains a classifier and returns its file. The same examples give the same bytes.
///
/// # Errors
/// [`TrainError`] says what is wrong with the examples.
pub fn train(examples: Examples<'_>, progress: &mut dyn FnMut(Progress)) -> Result<Vec<u8>, TrainError> {
    trained(examples, Order::Shuffled, None, progress)
}

/// As [`train`], so that a few examples more hardly change what is made of the others; for a share of texts out of scope,
/// 0 to 1, where one is known.
pub(crate) fn train_steadily(examples: Examples<'_>, outside: Option<f64>) -> Result<Vec<u8>, TrainError> {
    trained(examples, Order::Steady, outside, &mut |_| ())
}

/// In which order examples are learned.
#[derive(Clone, Copy)]
enum Order {
    Shuffled,
    Steady,
}

fn trained(
    examples: Examples<'_>,
    order: Order,
    share: Option<f64>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<u8>, TrainError> {
    if examples.validation.is_empty() {
        return Err(TrainError::NoValidation);
    }
    let labels = labels(examples.training)?;
    let validation = classes(examples.validation, &labels)?;
    let table = examples.pieces.table()?;
    progress(Progress::Reading);
    let read = |example: &Example| encode(table.as_ref(), &example.text);
    let texts: Vec<Encoded> = examples.training.iter().map(read).collect();
    let head = learned(&texts, &classes(examples.training, &labels)?, labels.len(), order, progress);
    progress(Progress::Calibrating);
    let outside = labels.binary_search_by(|label| label.as_str().cmp(OUT_OF_SCOPE)).unwrap_or_default();
    let rows = Rows::of(&head, FEATURES, labels.len());
    let stored = classes(examples.training, &labels)?.into_iter().zip(texts.iter().map(|text| text.vector));
    let most = |class| if class == outside { MAX_STORED_OUTSIDE } else { MAX_STORED };
    let neighbours = Neighbours::of(stored, labels.len(), most);
    let vocabulary = Vocabulary::of(&texts);
    let texts: Vec<Encoded> = examples.validation.iter().map(read).collect();
    let scores: Vec<Vec<f32>> = texts.iter().map(|text| rows.scores(&text.features)).collect();
    let temperature = best_temperature(&scores, &validation);
    let judged: Vec<Judged> = texts
        .iter()
        .zip(&scores)
        .zip(&validation)
        .map(|((text, scores), class)| Judged {
            signals: signals(&Seen { text, scores, temperature, outside }, &vocabulary, &neighbours),
            in_scope: *class != outside,
            right: best_in_scope(scores, outside) == *class,
        })
        .collect();
    let calibration = Calibration::fit(&judged);
    let usual = || calibration.fitted_share().max(LEAST_ASSUMED_SHARE);
    let assumed_share = share.map_or_else(usual, |share| share.clamp(LEAST_SHARE, MOST_SHARE));
    let confidences = calibration::out_of_fold(&judged, assumed_share);
    let threshold = calibration::threshold(&judged, &confidences);
    let certificate = Certificate::of(&judged, &confidences, assumed_share);
    let classifier = Classifier {
        labels,
        provenance: examples.provenance.to_owned(),
        version: String::new(),
        table,
        rows,
        temperature,
        vocabulary,
        neighbours,
        calibration,
        certificate,
        assumed_share,
        threshold,
    };
    Ok(write(&classifier, examples.pieces))
}

/// The classes in order; what is out of scope is always one.
pub(crate) fn labels(examples: &[Example]) -> Result<Vec<String>, TrainError> {
    let own = examples.iter().map(|example| example.label.clone());
    let mut labels: Vec<String> = own.chain([OUT_OF_SCOPE.to_owned()]).collect();
    labels.sort_unstable();
    labels.dedup();
    if (2..=MAX_CLASSES).contains(&labels.len()) {
        Ok(labels)
    } else {
        Err(TrainError::Classes(labels.len()))
    }
}

/// The class of each example.
pub(crate) fn classes(examples: &[Example], labels: &[String]) -> Result<Vec<usize>, TrainError> {
    let class = |(position, example): (usize, &Example)| {
        let unknown = |_| TrainError::UnknownLabel { position, label: example.label.clone() };
        labels.binary_search(&example.label).map_err(unknown)
    };
    examples.iter().enumerate().map(class).collect()
}

fn learned(
    texts: &[Encoded],
    classes: &[usize],
    count: usize,
    order: Order,
    progress: &mut dyn FnMut(Progress),
) -> Head {
    let sample =
        |(text, class): (&Encoded, &usize)| Sample { features: text.features.clone(), class: *class };
    let samples: Vec<Sample> = texts.iter().zip(classes).map(sample).collect();
    let mut head = Head::new(FEATURES, count);
    let progress = |epoch| progress(Progress::Learning(epoch, EPOCHS));
    match order {
        Order::Shuffled => head.fit(&samples, EPOCHS, SEED, progress),
        Order::Steady => head.fit_steadily(&samples, EPOCHS, progress),
    }
    head
}
