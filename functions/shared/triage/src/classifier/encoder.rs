//! From a text to what the classifier computes with.

use super::words::{DIMENSIONS, Table, Vector};
use crate::features::{self, Feature};

/// How much the vector of a text counts beside each group of grams, which has length one. Another weight
/// needs another number of the specification.
const VECTOR_WEIGHT: f32 = 1.5;
const BIAS: f32 = 0.1;
const FIRST_DIMENSION: u32 = features::BUCKETS;
const BIAS_FEATURE: u32 = FIRST_DIMENSION + DIMENSIONS as u32;
/// How many features there are: the buckets of the grams, the dimensions of the vector, and the bias.
pub(crate) const FEATURES: usize = BIAS_FEATURE as usize + 1;

/// A text as the classifier sees it.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) features: Vec<Feature>,
    pub(crate) vector: Vector,
    /// Hashes of its words.
    pub(crate) words: Vec<u32>,
    /// Hashes of its pairs of words.
    pub(crate) pairs: Vec<u32>,
}

/// Encodes a text, in any case.
pub(crate) fn encode(table: Option<&Table>, text: &str) -> Encoded {
    let lower = text.to_lowercase();
    let mut features = features::extract(&lower);
    let vector = match table {
        Some(table) => table.vector(&lower),
        None => sketch(&features),
    };
    if table.is_some() {
        let dimensions = (FIRST_DIMENSION..).zip(vector);
        features.extend(dimensions.map(|(feature, value)| (feature, value * VECTOR_WEIGHT)));
    }
    features.push((BIAS_FEATURE, BIAS));
    let (words, pairs) = features::vocabulary(&lower);
    Encoded { features, vector, words, pairs }
}

/// The grams folded into a vector (each bucket adds to one dimension, with a sign of its own), of length one.
fn sketch(features: &[Feature]) -> Vector {
    let mut sum = [0.0; DIMENSIONS];
    for (bucket, value) in features {
        let sign = if (bucket >> 8) & 1 == 0 { 1.0 } else { -1.0 };
        if let Some(total) = sum.get_mut(*bucket as usize % DIMENSIONS) {
            *total += sign * value;
        }
    }
    unit(sum)
}

/// A vector brought to length one; one of length zero stays.
pub(crate) fn unit(mut vector: Vector) -> Vector {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::words::tests::table;

    #[test]
    fn the_vector_follows_the_grams_and_the_bias_is_last() {
        let table = table(&["access"]);
        let encoded = encode(Some(&table), "Access");
        assert_eq!(encoded.features.last(), Some(&(BIAS_FEATURE, BIAS)));
        let first = encoded.features.iter().find(|feature| feature.0 == FIRST_DIMENSION);
        assert_eq!(first, Some(&(FIRST_DIMENSION, VECTOR_WEIGHT)));
        assert!(encoded.features.is_sorted_by(|a, b| a.0 < b.0));
        assert!(encoded.features.iter().all(|feature| (feature.0 as usize) < FEATURES));
        assert_eq!(encode(Some(&table), "ACCESS").features, encoded.features);
    }

    #[test]
    fn without_a_table_alike_texts_are_near_all_the_same() {
        let near = |one: &str, other: &str| -> f32 {
            let (one, other) = (encode(None, one).vector, encode(None, other).vector);
            one.iter().zip(other).map(|(a, b)| a * b).sum()
        };
        assert!(near("reset my password", "please reset my password") > 0.7);
        assert!(near("reset my password", "book a flight to rome") < 0.4);
    }
}
