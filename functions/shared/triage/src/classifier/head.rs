//! A linear classifier over sparse features that learns one example at a time (AdaGrad).
//!
//! Its loss is the cross-entropy of all classes together (multinomial logistic regression) and the squared hinge of each
//! class against the rest. The first makes good probabilities, the second parts classes that are alike: together they
//! name more classes right than either does alone, at the same cost.

use super::guess::softmax;
use super::order::Seeded;
use crate::features::Feature;

const LEARNING_RATE: f32 = 0.1;
/// What a sum of squared gradients starts from: so much that what is met once does not outweigh what is met often.
const FIRST_SQUARE: f32 = 0.01;
/// What the hinge counts beside the cross-entropy.
const HINGE: f32 = 1.0;
/// How far from zero the hinge wants a class: its own texts above, all others below.
const MARGIN: f32 = 2.0;
const NO_ROW: u32 = u32::MAX;

/// One text as features, and the class it belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) features: Vec<Feature>,
    pub(crate) class: usize,
}

/// The weights of every class for every feature that training has met.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    classes: usize,
    /// Which row a feature has, or [`NO_ROW`].
    rows: Vec<u32>,
    /// Per row one weight per class.
    weights: Vec<f32>,
    /// The sum of squared gradients of each weight.
    squares: Vec<f32>,
}

impl Head {
    /// A head that knows nothing yet.
    pub(crate) fn new(features: usize, classes: usize) -> Self {
        Self { classes, rows: vec![NO_ROW; features], weights: Vec::new(), squares: Vec::new() }
    }

    /// Learns all samples `epochs` times, each time in another order of chance.
    pub(crate) fn fit(
        &mut self,
        samples: &[Sample],
        epochs: usize,
        seed: u64,
        mut progress: impl FnMut(usize),
    ) {
        let mut seeded = Seeded::new(seed);
        let mut order: Vec<&Sample> = samples.iter().collect();
        for epoch in 1..=epochs {
            seeded.shuffle(&mut order);
            for sample in &order {
                self.learn(&sample.features, sample.class);
            }
            progress(epoch);
        }
    }

    /// Learns all samples `epochs` times, each time in an order that follows from each sample alone: one more or less
    /// leaves the others where they are, so that what is learned of them hardly differs.
    pub(crate) fn fit_steadily(
        &mut self,
        samples: &[Sample],
        epochs: usize,
        mut progress: impl FnMut(usize),
    ) {
        let mut order: Vec<&Sample> = samples.iter().collect();
        for epoch in 1..=epochs {
            order.sort_by_cached_key(|sample| place(epoch, sample));
            for sample in &order {
                self.learn(&sample.features, sample.class);
            }
            progress(epoch);
        }
    }

    /// One step towards `class` for these features.
    pub(crate) fn learn(&mut self, features: &[Feature], class: usize) {
        let scores = self.scores(features);
        let probabilities = softmax(&scores, 1.0).into_iter().zip(&scores).enumerate();
        let error = |(at, (probability, score)): (usize, (f64, &f32))| {
            if at == class {
                probability as f32 - 1.0 - HINGE * (MARGIN - score).max(0.0)
            } else {
                probability as f32 + HINGE * (MARGIN + score).max(0.0)
            }
        };
        let errors: Vec<f32> = probabilities.map(error).collect();
        for (feature, value) in features {
            self.step(*feature, *value, &errors);
        }
    }

    /// The score of every class.
    pub(crate) fn scores(&self, features: &[Feature]) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        for (feature, value) in features {
            let Some(weights) = self.row(*feature) else { continue };
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += value * weight;
            }
        }
        scores
    }

    /// The weights of a feature, one per class; `None` where training has not met it.
    pub(crate) fn row(&self, feature: u32) -> Option<&[f32]> {
        let row = *self.rows.get(feature as usize)?;
        let from = row as usize * self.classes;
        (row != NO_ROW).then(|| self.weights.get(from..from + self.classes))?
    }

    /// The features that training has met, in order.
    pub(crate) fn met(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.rows).filter(|(_, row)| **row != NO_ROW).map(|(feature, _)| feature)
    }

    fn step(&mut self, feature: u32, value: f32, errors: &[f32]) {
        let Some(row) = self.rows.get_mut(feature as usize) else { return };
        if *row == NO_ROW {
            *row = (self.weights.len() / self.classes.max(1)) as u32;
            self.weights.resize(self.weights.len() + self.classes, 0.0);
            self.squares.resize(self.weights.len(), FIRST_SQUARE);
        }
        let from = *row as usize * self.classes;
        let range = from..from + self.classes;
        let (weights, squares) = (self.weights.get_mut(range.clone()), self.squares.get_mut(range));
        let (Some(weights), Some(squares)) = (weights, squares) else { return };
        for ((weight, square), error) in weights.iter_mut().zip(squares).zip(errors) {
            let gradient = error * value;
            *square += gradient * gradient;
            *weight -= LEARNING_RATE * gradient / square.sqrt();
        }
    }
}

/// The place of a sample in the order of an epoch: FNV-1a over what it is.
fn place(epoch: usize, sample: &Sample) -> u64 {
    let features = sample.features.iter().map(|(feature, _)| u64::from(*feature));
    let parts = [epoch as u64, sample.class as u64].into_iter().chain(features);
    parts.fold(0xcbf2_9ce4_8422_2325, |hash, part| (hash ^ part).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Sample> {
        let of = |feature: u32, class| Sample { features: vec![(feature, 1.0), (9, 0.1)], class };
        vec![of(0, 0), of(1, 1), of(2, 2)]
    }

    #[test]
    fn it_learns_what_it_is_shown_and_nothing_else() {
        let mut head = Head::new(10, 3);
        head.fit(&samples(), 20, 1, |_| ());
        for sample in samples() {
            let scores = head.scores(&sample.features);
            let best = (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
            assert_eq!(best, Some(sample.class), "{scores:?}");
        }
        assert_eq!(head.met().collect::<Vec<_>>(), [0, 1, 2, 9]);
        assert_eq!(head.row(5), None);
        assert_eq!(head.row(99), None);
    }

    #[test]
    fn in_a_steady_order_one_more_leaves_the_others_where_they_are() {
        let all: Vec<Sample> = (0..40)
            .map(|at| Sample { features: vec![(at, 1.0), (40 + at % 5, 0.3)], class: at as usize % 3 })
            .collect();
        let order = |samples: &[Sample], epoch| {
            let mut order: Vec<&Sample> = samples.iter().collect();
            order.sort_by_cached_key(|sample| place(epoch, sample));
            order.iter().map(|sample| sample.features[0].0).collect::<Vec<_>>()
        };
        let mut without = order(&all, 1);
        assert_ne!(without, order(&all, 2));
        without.retain(|feature| *feature != 7);
        let fewer: Vec<Sample> = all.iter().filter(|sample| sample.features[0].0 != 7).cloned().collect();
        assert_eq!(order(&fewer, 1), without);
        let mut head = Head::new(50, 3);
        head.fit_steadily(&all, 20, |_| ());
        let right = |sample: &&Sample| {
            let scores = head.scores(&sample.features);
            (0..3).max_by(|a, b| scores[*a].total_cmp(&scores[*b])) == Some(sample.class)
        };
        assert_eq!(all.iter().filter(right).count(), all.len());
    }

    #[test]
    fn the_same_seed_gives_the_same_weights_and_another_does_not() {
        let weights = |seed| {
            let mut head = Head::new(10, 3);
            head.fit(&samples(), 3, seed, |_| ());
            head.weights
        };
        assert_eq!(weights(1), weights(1));
        assert_ne!(weights(1), weights(3));
    }
}
