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

/// The temperature, 0.2 to 4, under which the classes of some texts are most probable, given the scores of each text; 1 without texts.
pub(crate) fn best_temperature(scores: &[Vec<f32>], classes: &[usize]) -> f64 {
    let loss = |temperature: f64| -> f64 {
        let right = |(scores, class): (&Vec<f32>, &usize)| {
            softmax(scores, temperature as f32).get(*class).copied().unwrap_or_default()
        };
        scores.iter().zip(classes).map(right).map(|p| -libm::log(p.max(1e-12))).sum()
    };
    if scores.is_empty() {
        return 1.0;
    }
    let grid = (4..=80).map(|twentieths| f64::from(twentieths) / 20.0);
    grid.map(|t| (loss(t), t)).min_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |best| best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_temperature_is_high_where_scores_say_too_much() {
        let scores = |high| vec![vec![high, 0.0]; 10];
        // Nine of ten are right: the odds that are true are 9, the logarithm of which is 2.2.
        let classes: Vec<usize> = (0..10).map(|at| usize::from(at == 0)).collect();
        for (high, expected) in [(2.2, 1.0), (4.4, 2.0), (1.1, 0.5)] {
            let found = best_temperature(&scores(high), &classes);
            assert!((found - expected).abs() < 0.051, "{high}: {found}");
        }
        assert_eq!(best_temperature(&[], &[]), 1.0);
    }
}
