//! A lesson: batches of corrections, one after another, each tried in a copy and kept if it does no harm.

use super::encoder::{FEATURES, encode};
use super::head::Sample;
use super::learning::{Learner, Shape};
use super::training::{EPOCHS, Example, Pieces, TrainError, classes, labels};

/// What is taught.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lesson<'a> {
    /// The examples that every model starts from.
    pub(crate) shipped: &'a [Example],
    /// Corrections that are in force.
    pub(crate) in_force: &'a [Example],
    /// New ones.
    pub(crate) batches: &'a [Vec<Example>],
    /// What no correction enters.
    pub(crate) golden: &'a [Example],
    /// The word pieces whose vectors are known.
    pub(crate) pieces: Pieces<'a>,
}

/// How batches were judged; accuracies of the golden set, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    /// Of each batch, whether it does no harm.
    pub(crate) learned: Vec<bool>,
    /// Of what ships.
    pub(crate) floor: f64,
    /// Of what ships and what is in force.
    pub(crate) before: f64,
}

impl Lesson<'_> {
    /// Judges the batches in their order: one that is learned is there when the next one is judged.
    ///
    /// # Errors
    /// [`TrainError`] says what is wrong with the texts.
    pub(crate) fn judge(&self) -> Result<Judged, TrainError> {
        let batches = self.batches.iter().flatten();
        let all: Vec<Example> = self.shipped.iter().chain(self.in_force).chain(batches).cloned().collect();
        let labels = labels(&all)?;
        let table = self.pieces.table()?;
        let read = |examples: &[Example]| -> Result<Vec<Sample>, TrainError> {
            let sample = |(example, class): (&Example, usize)| Sample {
                features: encode(table.as_ref(), &example.text).features,
                class,
            };
            Ok(examples.iter().zip(classes(examples, &labels)?).map(sample).collect())
        };
        let golden = read(self.golden)?;
        let shipped = read(self.shipped)?;
        let shape = Shape { features: FEATURES, classes: labels.len(), epochs: EPOCHS };
        let learner = |samples: Vec<Sample>| Learner::of(shape, samples);
        let in_force = read(self.in_force)?;
        let first = learner(shipped.clone());
        let floor = first.accuracy(&golden);
        let mut current = match in_force.is_empty() {
            true => first.clone(),
            false => learner(shipped.into_iter().chain(in_force).collect()),
        };
        let before = current.accuracy(&golden);
        let judged =
            self.batches.iter().map(|batch| Ok(current.attempt(&read(batch)?, &golden, Some(&first))));
        Ok(Judged { learned: judged.collect::<Result<_, TrainError>>()?, floor, before })
    }
}
