//! Learning from people's corrections: tried in a copy, in force only behind a gate.
//!
//! The corrections of one reviewer are learned together. They are first tried in a copy, where each counts as if it had
//! been made several times, so that harm shows that would else come in small portions. If the copy is not worse on a
//! golden set that nobody's corrections enter, neither on the whole nor on one class of it, the classifier in force is
//! made anew with them, and a strike is taken off their reviewer; else the reviewer has one strike more, and with
//! [`MAX_STRIKES`] of them is not listened to any more. An honest reviewer loses a batch now and then, but hardly three
//! more than come into force.

use super::guess::{best_temperature, softmax};
use super::head::{Head, Sample};
use crate::features::Feature;
use countersign_core::learning::{MAX_BATCH, MAX_STRIKES};

/// How often each correction of a batch counts where the batch is tried.
const TRIED_TIMES: usize = 4;
/// The accuracy on the golden set that a batch may cost.
const TOLERATED_DROP: f64 = 0.01;
/// Of how many texts of one class that are surely known a batch may cost one, and one in any case. Both are sums of
/// probabilities: that a class is known less well shows before its texts are taken for others.
const TOLERATED_OF_CLASS: f64 = 5.0;
/// The cost of how many such batches all of them together may have.
const TOLERATED_BATCHES: f64 = 2.0;

/// How a head is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) features: usize,
    pub(crate) classes: usize,
    pub(crate) epochs: usize,
}

/// A head that goes on learning, and what it has learned from.
#[derive(Debug, Clone)]
pub(crate) struct Learner {
    shape: Shape,
    head: Head,
    learned: Vec<Sample>,
}

impl Learner {
    /// Learns examples, of which a few more or less hardly change what is made of the others.
    pub(crate) fn of(shape: Shape, learned: Vec<Sample>) -> Self {
        let mut head = Head::new(shape.features, shape.classes);
        head.fit_steadily(&learned, shape.epochs, |_| ());
        Self { shape, head, learned }
    }

    /// The most probable class, and its probability at a temperature.
    pub(crate) fn best(&self, features: &[Feature], temperature: f64) -> (usize, f64) {
        let scores = self.head.scores(features);
        let probabilities = softmax(&scores, temperature as f32).into_iter().enumerate();
        probabilities.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
    }

    /// The temperature that fits samples which were not learned.
    pub(crate) fn temperature(&self, samples: &[Sample]) -> f64 {
        let scores: Vec<Vec<f32>> = samples.iter().map(|sample| self.head.scores(&sample.features)).collect();
        let classes: Vec<usize> = samples.iter().map(|sample| sample.class).collect();
        best_temperature(&scores, &classes)
    }

    /// Whether a sample is taken for what it is.
    fn is_right(&self, sample: &Sample) -> bool {
        self.best(&sample.features, 1.0).0 == sample.class
    }

    /// The share of samples whose class is the most probable one; 1 where there are none.
    pub(crate) fn accuracy(&self, samples: &[Sample]) -> f64 {
        let right = samples.iter().filter(|sample| self.is_right(sample)).count();
        if samples.is_empty() { 1.0 } else { right as f64 / samples.len() as f64 }
    }

    /// Of each class, the sum of the probabilities that samples of it are taken for it.
    fn known_by_class(&self, samples: &[Sample], temperature: f64) -> Vec<f64> {
        let mut known = vec![0.0; self.shape.classes];
        for sample in samples {
            let probabilities = softmax(&self.head.scores(&sample.features), temperature as f32);
            if let (Some(sum), Some(right)) = (known.get_mut(sample.class), probabilities.get(sample.class)) {
                *sum += right;
            }
        }
        known
    }

    /// Tries a batch in a copy, and learns it if the golden set allows it: it may cost a little of what this learner
    /// knows, and many together not much of what `first` knows, where there is one. Answers whether it did.
    pub(crate) fn attempt(&mut self, batch: &[Sample], golden: &[Sample], first: Option<&Self>) -> bool {
        let tried = self.with(batch, TRIED_TIMES);
        let temperature = self.temperature(golden);
        let known = |one: &Self| one.known_by_class(golden, temperature);
        let spares = |before: &[f64], after: &[f64], batches| {
            before.iter().zip(after).all(|(before, after)| spares_class(*before, *after, batches))
        };
        let after = known(&tried);
        let floor = first.map_or(0.0, |first| first.accuracy(golden));
        let is_good = is_tolerable(self.accuracy(golden), tried.accuracy(golden), floor)
            && spares(&known(self), &after, 1.0)
            && first.is_none_or(|first| spares(&known(first), &after, TOLERATED_BATCHES));
        if is_good {
            *self = self.with(batch, 1);
        }
        is_good
    }

    /// Made from scratch of what was learned, and of a batch so many times.
    fn with(&self, batch: &[Sample], times: usize) -> Self {
        let batch = std::iter::repeat_n(batch, times).flatten();
        Self::of(self.shape, self.learned.iter().chain(batch).cloned().collect())
    }
}

/// Whether an accuracy may take the place of another one.
pub(crate) fn is_tolerable(before: f64, after: f64, floor: f64) -> bool {
    after >= before || after + TOLERATED_DROP >= before.max(floor)
}

/// Whether of one class enough is known of what was known before so many batches.
fn spares_class(before: f64, after: f64, batches: f64) -> bool {
    before - after <= (before / TOLERATED_OF_CLASS).max(1.0) * batches
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// It was learned.
    Promoted,
    /// It was thrown away; the reviewer has one more strike.
    Refused,
    /// It was thrown away, and so is whatever this reviewer says from now on.
    Suspended,
}

/// One person who corrects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reviewer {
    batch: Vec<Sample>,
    strikes: u32,
}

impl Reviewer {
    /// Whether this reviewer is still listened to.
    pub(crate) const fn is_trusted(&self) -> bool {
        self.strikes < MAX_STRIKES
    }

    /// Takes a correction, and says whether the batch is full.
    pub(crate) fn correct(&mut self, sample: Sample) -> bool {
        self.batch.push(sample);
        self.batch.len() >= MAX_BATCH
    }

    /// Learns the batch if the golden set allows it.
    pub(crate) fn submit(&mut self, in_force: &mut Learner, golden: &[Sample]) -> Ruling {
        let batch = std::mem::take(&mut self.batch);
        if in_force.attempt(&batch, golden, None) {
            self.strikes = self.strikes.saturating_sub(1);
            return Ruling::Promoted;
        }
        self.strikes += 1;
        if self.is_trusted() { Ruling::Refused } else { Ruling::Suspended }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: usize = 4;
    const SHAPE: Shape = Shape { features: 20, classes: CLASSES, epochs: 20 };

    /// Class `class`, said in its own word and one of several others.
    fn sample(class: usize, way: u32) -> Sample {
        Sample { features: vec![(class as u32, 1.0), (10 + way % 5, 0.3)], class }
    }

    fn samples(ways: std::ops::Range<u32>) -> Vec<Sample> {
        ways.flat_map(|way| (0..CLASSES).map(move |class| sample(class, way))).collect()
    }

    fn submitted(learner: &mut Learner, batch: impl Fn(usize) -> Sample, reviewer: &mut Reviewer) -> Ruling {
        for at in 0..MAX_BATCH {
            let sample = batch(at);
            assert_eq!(reviewer.correct(sample), at + 1 == MAX_BATCH);
        }
        reviewer.submit(learner, &samples(0..5))
    }

    #[test]
    fn honest_corrections_teach_what_is_new() {
        let first = samples(0..3).into_iter().filter(|sample| sample.class != 3).collect();
        let mut learner = Learner::of(SHAPE, first);
        let before = learner.accuracy(&samples(0..5));
        assert!(before < 0.9, "{before}");
        let honest = |at| sample(at % CLASSES, at as u32);
        assert_eq!(submitted(&mut learner, honest, &mut Reviewer::default()), Ruling::Promoted);
        assert_eq!(learner.accuracy(&samples(0..5)), 1.0);
    }

    #[test]
    fn small_harm_is_tolerated_until_the_floor() {
        for (before, after, floor, expected) in [
            (0.90, 0.90, 0.0, true),
            (0.90, 0.895, 0.0, true),
            (0.90, 0.88, 0.0, false),
            (0.895, 0.888, 0.90, false),
            (0.895, 0.893, 0.90, true),
            (0.80, 0.80, 0.90, true),
        ] {
            assert_eq!(is_tolerable(before, after, floor), expected, "{before} {after} {floor}");
        }
    }

    #[test]
    fn no_class_loses_more_than_a_fifth_or_one_text() {
        for (before, after, batches, expected) in [
            (0.0, 0.0, 1.0, true),
            (1.0, 0.0, 1.0, true),
            (3.0, 2.0, 1.0, true),
            (3.0, 1.9, 1.0, false),
            (15.0, 12.0, 1.0, true),
            (15.0, 11.9, 1.0, false),
            (15.0, 9.0, 2.0, true),
            (15.0, 8.9, 2.0, false),
            (4.0, 9.0, 1.0, true),
        ] {
            assert_eq!(spares_class(before, after, batches), expected, "{before} {after} {batches}");
        }
    }

    /// Each batch alone is small enough to be tolerated.
    #[test]
    fn a_class_is_not_worn_away_by_many_small_batches() {
        // Two of it are said to be what they are not, so that nothing is held for certain.
        let wrong = [(2, 3), (3, 2)].map(|(class, said)| Sample { class: said, ..sample(class, 1) });
        let golden: Vec<Sample> = samples(0..5).into_iter().chain(wrong).collect();
        let poison = |at| Sample { class: 0, ..sample(1, at) };
        let learned = |is_bounded: bool| {
            let mut learner = Learner::of(SHAPE, samples(0..40));
            let first = learner.clone();
            let first = is_bounded.then_some(&first);
            (0..60).filter(|at| learner.attempt(&[poison(*at)], &golden, first)).count()
        };
        let (bounded, unbounded) = (learned(true), learned(false));
        assert!(bounded > 0 && bounded < unbounded, "{bounded} and {unbounded} batches were learned");
    }

    #[test]
    fn a_poisoned_batch_changes_nothing_and_three_suspend() {
        let mut learner = Learner::of(SHAPE, samples(0..1));
        let before = learner.head.scores(&sample(1, 1).features);
        let poisoned = |at| Sample { class: 0, ..sample(1, at as u32) };
        let mut reviewer = Reviewer::default();
        for expected in [Ruling::Refused, Ruling::Refused, Ruling::Suspended] {
            assert!(reviewer.is_trusted());
            assert_eq!(submitted(&mut learner, poisoned, &mut reviewer), expected);
        }
        assert!(!reviewer.is_trusted());
        assert_eq!(learner.head.scores(&sample(1, 1).features), before);
    }
}
