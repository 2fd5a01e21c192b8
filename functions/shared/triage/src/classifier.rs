//! A classifier for anybody's classes: trained from examples, calibrated, and able to say "none of these".
//!
//! Grams and the vector of a text feed one linear head; its scores, and how familiar the text is, feed a calibration
//! that answers how probable it is that acting without a person would be right. All of it is computed the same way on
//! every machine: the same examples give the same file, byte by byte.

mod artefact;

mod calibration;
mod canvas;
mod certify;
pub(crate) mod checksum;
pub mod coverage;
pub mod diagram;
mod encoder;
mod guess;
mod head;
mod layout;
pub mod learning;
pub(crate) mod lesson;
mod load_error;
mod logistic;
pub mod measures;
mod neighbours;
mod order;
pub mod report;
mod rows;
mod signals;
pub mod simulation;
mod training;
pub mod weeks;
mod weighing;
mod words;

pub use artefact::MAX_CLASSIFIER_BYTES;
pub use guess::{Guess, OUT_OF_SCOPE};
pub use load_error::LoadError;
pub(crate) use training::train_steadily;
pub use training::{Example, Examples, Pieces, Progress, TrainError, train};

use bytes::Bytes;
use calibration::Calibration;
use certify::Certificate;
use encoder::encode;
use guess::softmax;
use neighbours::Neighbours;
use rows::Rows;
use signals::{Seen, Vocabulary, best_in_scope, signals};
use words::Table;

/// The word-piece table that comes with the product; `pieces/README.md` says from where.
pub fn shipped_table() -> &'static [u8] {
    include_bytes!("../pieces/pieces.bin")
}

/// A trained classifier in memory.
#[derive(Debug, Clone)]
pub struct Classifier {
    /// The classes in order, [`OUT_OF_SCOPE`] among them.
    labels: Vec<String>,
    provenance: String,
    version: String,
    table: Option<Table>,
    rows: Rows,
    temperature: f64,
    vocabulary: Vocabulary,
    neighbours: Neighbours,
    calibration: Calibration,
    certificate: Certificate,
    /// The share of out-of-scope texts that is assumed where no other is given.
    assumed_share: f64,
    threshold: f64,
}

/// What a classifier says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The best class in scope where the confidence reaches the threshold, else [`OUT_OF_SCOPE`].
    pub predicted: String,
    /// The best class in scope, whatever the confidence.
    pub best: String,
    /// How probable it is, 0 to 1, that acting on `best` without a person is right.
    pub confidence: f64,
    /// Every class with its probability, [`OUT_OF_SCOPE`] among them, the most probable first; the sum is one.
    pub guesses: Vec<Guess>,
}

impl Classifier {
    /// Reads the bytes of a classifier's file.
    ///
    /// # Errors
    /// [`LoadError`] names what is wrong with the bytes; the same bytes fail the same way again.
    pub fn load(bytes: impl Into<Bytes>) -> Result<Self, LoadError> {
        artefact::decode(&bytes.into())
    }

    /// Reads a file that is part of the program, all but its checksum.
    pub(crate) fn of_program(bytes: &'static [u8]) -> Result<Self, LoadError> {
        artefact::decode_of_program(bytes)
    }

    /// The SHA-256 at the end of the file, in hexadecimal: what to record beside a prediction.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the classifier was made from, as JSON.
    pub fn provenance(&self) -> &str {
        &self.provenance
    }

    /// The classes in order, [`OUT_OF_SCOPE`] among them.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The confidence from which on a class is predicted, chosen on the validation set.
    pub fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Errors in thousandths, each with the confidence from which on no more than that are wrong, with 95 % certainty and
    /// at the assumed share of texts out of scope; none where too little is known.
    pub fn certified(&self) -> impl Iterator<Item = (u16, f64)> {
        self.certificate.thresholds()
    }

    /// The share of out-of-scope texts, 0 to 1, that confidences assume.
    pub fn assumed_share(&self) -> f64 {
        self.assumed_share
    }

    /// Whether calibration saw enough texts out of scope to recognise them.
    pub fn knows_out_of_scope(&self) -> bool {
        self.calibration.fitted_share() > 0.0
    }

    /// Assumes another share of out-of-scope texts, as audits have shown it; kept within 0.001 and 0.999.
    #[must_use]
    pub fn assuming(mut self, share: f64) -> Self {
        self.assumed_share = share.clamp(0.001, 0.999);
        self
    }

    /// Predicts a class from another confidence on, instead of the one that was chosen on the validation set.
    #[must_use]
    pub fn accepting_from(mut self, threshold: f64) -> Self {
        self.threshold = threshold.clamp(0.0, 1.0);
        self
    }

    /// Classifies a text.
    pub fn classify(&self, text: &str) -> Verdict {
        let text = encode(self.table.as_ref(), text);
        let scores = self.rows.scores(&text.features);
        let outside = self.outside();
        let seen = Seen { text: &text, scores: &scores, temperature: self.temperature, outside };
        let signals = signals(&seen, &self.vocabulary, &self.neighbours);
        let confidence = self.calibration.confidence(&signals, self.assumed_share);
        let best = self.labels.get(best_in_scope(&scores, outside)).cloned().unwrap_or_default();
        let accepted = confidence >= self.threshold;
        Verdict {
            predicted: if accepted { best.clone() } else { OUT_OF_SCOPE.to_owned() },
            best,
            confidence,
            guesses: self.guesses(&scores),
        }
    }

    /// Every class with its probability, the most probable first: less work than a whole verdict.
    pub(crate) fn guesses_of(&self, text: &str) -> Vec<Guess> {
        self.guesses(&self.rows.scores(&encode(self.table.as_ref(), text).features))
    }

    /// How probable it is that acting on `intent` without a person is right; 0 where it is not the best class.
    pub(crate) fn confidence_in(&self, text: &str, intent: &str) -> f64 {
        let verdict = self.classify(text);
        if verdict.best == intent { verdict.confidence } else { 0.0 }
    }

    /// Whether training saw this lower-case word.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.vocabulary.knows(word)
    }

    fn guesses(&self, scores: &[f32]) -> Vec<Guess> {
        let probabilities = softmax(scores, self.temperature as f32);
        let pairs = self.labels.iter().cloned().zip(probabilities);
        let mut guesses: Vec<Guess> =
            pairs.map(|(intent, probability)| Guess { intent, probability }).collect();
        guesses.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        guesses
    }

    fn outside(&self) -> usize {
        self.labels.iter().position(|label| label == OUT_OF_SCOPE).unwrap_or(self.labels.len())
    }
}
