//! A loaded classifier: from features to the probability of every intent.

use serde::{Deserialize, Serialize};

use crate::features::{self, Feature, SMALL};
use crate::format::{self, LoadError, Parameters};

/// The intent of a message that asks for nothing a desk does.
pub const OUT_OF_SCOPE: &str = "out_of_scope";

/// One possible intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// The intent.
    pub intent: String,
    /// How probable the classifier holds it, 0 to 1.
    pub probability: f64,
}

/// A classifier in memory.
#[derive(Debug, Clone)]
pub struct Model {
    parameters: Parameters,
    /// How many rows precede each block of 64 buckets.
    rows_before: Vec<u32>,
    version: String,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`LoadError`] names what is wrong with the bytes; the same bytes fail the same way again.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        let (parameters, version) = format::decode(bytes)?;
        let rows_before = parameters.used.iter().scan(0, |rows, block| {
            let before = *rows;
            *rows += block.count_ones();
            Some(before)
        });
        Ok(Self { rows_before: rows_before.collect(), parameters, version })
    }

    /// The model that ships with this crate.
    ///
    /// # Errors
    /// As [`Model::load`]; the shipped file is tested to load.
    pub fn builtin() -> Result<Self, LoadError> {
        Self::load(include_bytes!("../model.bin"))
    }

    /// The SHA-256 of the model file, in hexadecimal: what to record beside a prediction.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every intent with its probability, the most probable first; the sum is one.
    pub(crate) fn predict(&self, masked: &str) -> Vec<Guess> {
        let probabilities =
            softmax(&self.scores(&features::extract(SMALL, masked)), self.parameters.temperature);
        let labels = self.parameters.labels.iter().cloned();
        let mut guesses: Vec<Guess> =
            labels.zip(probabilities).map(|(intent, probability)| Guess { intent, probability }).collect();
        guesses.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        guesses
    }

    /// Whether training saw this lower-case word.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.parameters.words.binary_search(&features::word_hash(word)).is_ok()
    }

    fn scores(&self, features: &[Feature]) -> Vec<f32> {
        let mut scores = self.parameters.biases.clone();
        for (bucket, value) in features {
            if let Some((scale, weights)) = self.row(*bucket) {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += value * scale * f32::from(weight.cast_signed());
                }
            }
        }
        scores
    }

    fn row(&self, bucket: u32) -> Option<(f32, &[u8])> {
        let (block, bit) = (bucket as usize / 64, bucket % 64);
        let used = *self.parameters.used.get(block)?;
        if (used >> bit) & 1 == 0 {
            return None;
        }
        let earlier = (used & ((1 << bit) - 1)).count_ones();
        let row = (self.rows_before.get(block)? + earlier) as usize;
        let classes = self.parameters.labels.len();
        Some((
            *self.parameters.scales.get(row)?,
            self.parameters.weights.get(row * classes..(row + 1) * classes)?,
        ))
    }
}

/// Probabilities of scores divided by a temperature.
pub(crate) fn softmax(scores: &[f32], temperature: f32) -> Vec<f64> {
    let scaled = scores.iter().map(|score| f64::from(*score) / f64::from(temperature));
    let top = scaled.clone().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scaled.map(|score| libm::exp(score - top)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
