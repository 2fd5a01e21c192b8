//! Learning from people's corrections: at once in a shadow copy, in force only behind a gate.
//!
//! The corrections of one reviewer are learned together, in a copy. The copy takes the place of the classifier in
//! force if it is not worse on a golden set that nobody's corrections enter, and takes a strike off its reviewer; else
//! the reviewer has one strike more, and with [`MAX_STRIKES`] of them is not listened to any more. An honest reviewer
//! loses a batch now and then, but hardly three more than come into force.

use super::guess::softmax;
use super::head::{Head, Sample};
use super::order::Seeded;
use crate::features::Feature;
use countersign_core::learning::{MAX_BATCH, MAX_STRIKES};

/// Learned examples that are learned again with each new one, so that they are not forgotten.
const REPLAYED: usize = 16;
/// The accuracy on the golden set that a batch may cost.
const TOLERATED_DROP: f64 = 0.01;
const SEED: u64 = 2;

/// A head that goes on learning, and what it has learned from.
#[derive(Debug, Clone)]
pub(crate) struct Learner {
    head: Head,
    learned: Vec<Sample>,
    seeded: Seeded,
}

impl Learner {
    /// Begins with a first set of examples.
    pub(crate) fn new(features: usize, classes: usize, epochs: usize, first: Vec<Sample>) -> Self {
        let mut head = Head::new(features, classes);
        head.fit(&first, epochs, SEED, |_| ());
        Self { head, learned: first, seeded: Seeded::new(SEED) }
    }

    /// Begins with a first set of examples, of which a few more or less hardly change what is made of the others.
    pub(crate) fn steady(features: usize, classes: usize, epochs: usize, first: Vec<Sample>) -> Self {
        let mut head = Head::new(features, classes);
        head.fit_steadily(&first, epochs, |_| ());
        Self { head, learned: first, seeded: Seeded::new(SEED) }
    }

    /// The most probable class and its probability.
    pub(crate) fn best(&self, features: &[Feature]) -> (usize, f64) {
        let probabilities = softmax(&self.head.scores(features), 1.0).into_iter().enumerate();
        probabilities.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or_default()
    }

    /// The share of samples whose class is the most probable one; 1 where there are none.
    pub(crate) fn accuracy(&self, samples: &[Sample]) -> f64 {
        let right = samples.iter().filter(|sample| self.best(&sample.features).0 == sample.class).count();
        if samples.is_empty() { 1.0 } else { right as f64 / samples.len() as f64 }
    }

    /// Learns a batch in a copy, and takes the copy's place if the golden set allows it: it may cost a little of what
    /// this learner knows, and never bring it more than that below `floor`. Answers whether it did.
    pub(crate) fn attempt(&mut self, batch: &[Sample], golden: &[Sample], floor: f64) -> bool {
        let mut shadow = self.clone();
        batch.iter().for_each(|sample| shadow.learn(sample));
        let (before, after) = (self.accuracy(golden), shadow.accuracy(golden));
        let is_good = is_tolerable(before, after, floor);
        if is_good {
            *self = shadow;
        }
        is_good
    }

    fn learn(&mut self, sample: &Sample) {
        self.head.learn(&sample.features, sample.class);
        self.learned.push(sample.clone());
        for _ in 0..REPLAYED {
            let at = self.seeded.below(self.learned.len());
            if let Some(old) = self.learned.get(at) {
                self.head.learn(&old.features, old.class);
            }
        }
    }
}

/// Whether an accuracy may take the place of another one.
pub(crate) fn is_tolerable(before: f64, after: f64, floor: f64) -> bool {
    after >= before || after + TOLERATED_DROP >= before.max(floor)
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

    /// Learns the batch in a copy, and puts the copy in force if the golden set allows it.
    pub(crate) fn submit(&mut self, in_force: &mut Learner, golden: &[Sample]) -> Ruling {
        let batch = std::mem::take(&mut self.batch);
        if in_force.attempt(&batch, golden, 0.0) {
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
        let mut learner = Learner::new(20, CLASSES, 20, first);
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
    fn a_poisoned_batch_changes_nothing_and_three_suspend() {
        let mut learner = Learner::new(20, CLASSES, 20, samples(0..1));
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
