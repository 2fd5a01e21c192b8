//! The classes of a text with their probabilities.

use serde::{Deserialize, Serialize};

/// The class of a text that asks for nothing a desk does.
pub use countersign_core::message::OUT_OF_SCOPE;

/// One possible class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// The class: for the shipped model an intent.
    pub intent: String,
    /// How probable the classifier holds it, 0 to 1.
    pub probability: f64,
}

/// Probabilities of scores divided by a temperature.
pub(crate) fn softmax(scores: &[f32], temperature: f32) -> Vec<f64> {
    let scaled = scores.iter().map(|score| f64::from(*score) / f64::from(temperature));
    let top = scaled.clone().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scaled.map(|score| libm::exp(score - top)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
