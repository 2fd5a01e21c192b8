//! Weights as they are shipped: one signed byte per class and a scale, for the features that training met.

use super::head::Head;
use super::layout::{Reader, Writer};
use super::load_error::LoadError;
use crate::features::Feature;
use bytes::Bytes;

/// The rows of a head, quantised.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    classes: usize,
    /// One bit per feature that has a row, 64 features to a block.
    used: Vec<u64>,
    /// How many rows precede each block.
    before: Vec<u32>,
    scales: Vec<f32>,
    /// Signed bytes, as they lie in the file.
    weights: Bytes,
}

impl Rows {
    /// Quantises the rows of a head with `features` features and `classes` classes.
    pub(crate) fn of(head: &Head, features: usize, classes: usize) -> Self {
        let mut used = vec![0_u64; features.div_ceil(64)];
        let (mut scales, mut weights) = (Vec::new(), Vec::<u8>::new());
        for feature in head.met() {
            if let Some(block) = used.get_mut(feature as usize / 64) {
                *block |= 1 << (feature % 64);
            }
            let (scale, row) = quantised(head.row(feature).unwrap_or_default());
            scales.push(scale);
            weights.extend(row.into_iter().map(i8::cast_unsigned));
        }
        Self { classes, before: counted(&used), used, scales, weights: weights.into() }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.count(self.scales.len());
        self.used.iter().for_each(|block| out.0.extend(block.to_le_bytes()));
        out.f32s(&self.scales);
        out.0.extend(&self.weights);
    }

    pub(crate) fn read(reader: &mut Reader, features: usize, classes: usize) -> Result<Self, LoadError> {
        let count = reader.count(features, "rows")?;
        let blocks = reader.items(features.div_ceil(64), size_of::<u64>())?;
        let used: Vec<u64> = blocks.as_chunks().0.iter().map(|block| u64::from_le_bytes(*block)).collect();
        let scales = reader.f32s(count, "scales")?;
        let weights = reader.items(count, classes)?;
        if used.iter().map(|block| block.count_ones() as usize).sum::<usize>() != count {
            return Err(LoadError::Malformed("rows"));
        }
        Ok(Self { classes, before: counted(&used), used, scales, weights })
    }

    /// The score of every class.
    pub(crate) fn scores(&self, features: &[Feature]) -> Vec<f32> {
        let mut scores = vec![0.0; self.classes];
        for (feature, value) in features {
            let Some((scale, weights)) = self.row(*feature) else { continue };
            let factor = value * scale;
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += factor * f32::from(weight.cast_signed());
            }
        }
        scores
    }

    fn row(&self, feature: u32) -> Option<(f32, &[u8])> {
        let (block, bit) = (feature as usize / 64, feature % 64);
        let used = *self.used.get(block)?;
        let earlier = (used & ((1 << bit) - 1)).count_ones();
        let row = (self.before.get(block)? + earlier) as usize;
        let weights = self.weights.get(row * self.classes..(row + 1) * self.classes)?;
        ((used >> bit) & 1 == 1).then_some((*self.scales.get(row)?, weights))
    }
}

/// The numbers as signed bytes of a common scale.
pub(crate) fn quantised(values: &[f32]) -> (f32, Vec<i8>) {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = if largest > 0.0 { largest / 127.0 } else { 1.0 };
    (scale, values.iter().map(|value| libm::roundf(value / scale) as i8).collect())
}

fn counted(used: &[u64]) -> Vec<u32> {
    let running = used.iter().scan(0, |rows, block| {
        let before = *rows;
        *rows += block.count_ones();
        Some(before)
    });
    running.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scores_are_those_of_the_head_within_the_rounding() {
        let mut head = Head::new(200, 3);
        for turn in 0..60_u32 {
            head.learn(&[(turn * 7 % 200, 1.0), (turn % 5, 0.5)], turn as usize % 3);
        }
        let rows = Rows::of(&head, 200, 3);
        for feature in 0..200 {
            let features = [(feature, 0.8), (3, 0.2)];
            let pairs = head.scores(&features).into_iter().zip(rows.scores(&features));
            pairs.for_each(|(exact, near)| assert!((exact - near).abs() < 0.01, "{feature}: {exact} {near}"));
        }
        let mut written = Writer::default();
        rows.write(&mut written);
        assert_eq!(Rows::read(&mut Reader(written.0.into()), 200, 3), Ok(rows));
    }
}
