//! From which confidence on a classifier is right but for so few, with 95 % certainty: what acting without a person rests on.
//!
//! On texts that it was not fitted to, thresholds are tried from the surest down, and the first that fails ends it: so
//! the certainty is that of all of them together. What is certified holds for the share of out-of-scope texts that it
//! was certified at.

use super::calibration::{Judged, MIN_OUT_OF_SCOPE};
use super::layout::{Reader, Writer};
use super::load_error::LoadError;
use countersign_core::proportion;

/// Errors, in thousandths, for which thresholds are certified.
const ERRORS: [u16; 5] = [10, 20, 50, 100, 200];
/// The thresholds that are tried.
const TRIED: [f64; 15] =
    [0.99, 0.98, 0.97, 0.96, 0.95, 0.925, 0.9, 0.875, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.5];
/// With fewer texts than this nothing is certified.
const MIN_TEXTS: usize = 200;
/// No confidence reaches it.
const NEVER: f64 = 2.0;

/// The least confidence for each of [`ERRORS`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Certificate([f64; ERRORS.len()]);

impl Certificate {
    /// Certifies by texts whose confidences come from a calibration that was fitted without them, at this share of
    /// out-of-scope texts.
    pub(crate) fn of(judged: &[Judged], confidences: &[f64], share: f64) -> Self {
        let outside = judged.iter().filter(|one| !one.in_scope).count();
        if judged.len() < MIN_TEXTS || outside < MIN_OUT_OF_SCOPE {
            return Self([NEVER; ERRORS.len()]);
        }
        let ratio = share / (1.0 - share) * (judged.len() - outside) as f64 / outside as f64;
        // No text counts more than once: what is rare in the set makes the others count less.
        let weights = (ratio.min(1.0), 1.0_f64.min(1.0 / ratio));
        let accepted = |from: f64| accepted(judged, confidences, from, weights);
        let tried: Vec<(f64, (usize, usize))> = TRIED.iter().map(|from| (*from, accepted(*from))).collect();
        Self(ERRORS.map(|error| least(&tried, f64::from(error) / 1000.0)))
    }

    /// Each error in thousandths, with the confidence from which on no more are wrong.
    pub(crate) fn thresholds(&self) -> impl Iterator<Item = (u16, f64)> {
        ERRORS.into_iter().zip(self.0).filter(|(_, from)| *from <= 1.0)
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.f64s(self.0);
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        reader.f64s("certificate").map(Self)
    }
}

/// How many wrong ones and how many in all are accepted from a confidence on; rounded to the unsure side.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of texts")]
fn accepted(judged: &[Judged], confidences: &[f64], from: f64, weights: (f64, f64)) -> (usize, usize) {
    let (of_outside, of_inside) = weights;
    let (mut wrong, mut all) = (0.0, 0.0);
    for (one, _) in judged.iter().zip(confidences).filter(|(_, confidence)| **confidence >= from) {
        let weight = if one.in_scope { of_inside } else { of_outside };
        all += weight;
        wrong += if one.in_scope && one.right { 0.0 } else { weight };
    }
    (libm::ceil(wrong) as usize, libm::floor(all) as usize)
}

/// The least threshold before the first that fails. One that accepts too few to pass even without an error is not tried.
fn least(tried: &[(f64, (usize, usize))], most: f64) -> f64 {
    let worth_trying = tried.iter().filter(|(_, (_, all))| proportion::upper(0, *all) <= most);
    let passing = worth_trying.take_while(|(_, (wrong, all))| proportion::upper(*wrong, *all) <= most);
    passing.last().map_or(NEVER, |(from, _)| *from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::order::Seeded;
    use crate::classifier::signals::SIGNALS;

    fn judged(in_scope: bool, right: bool) -> Judged {
        Judged { signals: [0.0; SIGNALS], in_scope, right }
    }

    /// Texts of which each confidence comes true, one in ten of them out of scope and unsure.
    fn stream(seed: u64, count: usize) -> (Vec<Judged>, Vec<f64>) {
        let mut seeded = Seeded::new(seed);
        let mut uniform = || seeded.below(1 << 20) as f64 / f64::from(1 << 20);
        (0..count)
            .map(|at| {
                let in_scope = at % 10 != 0;
                let confidence = if in_scope { 1.0 - uniform() * uniform() * 0.6 } else { uniform() * 0.5 };
                (judged(in_scope, in_scope && uniform() < confidence), confidence)
            })
            .unzip()
    }

    #[test]
    fn the_first_threshold_that_fails_ends_it() {
        let at = |wrong, all| (wrong, all);
        for (tried, most, expected) in [
            (vec![(0.99, at(0, 58)), (0.9, at(0, 59)), (0.8, at(1, 92)), (0.7, at(0, 900))], 0.05, 0.9),
            (vec![(0.99, at(0, 10)), (0.9, at(0, 20))], 0.05, NEVER),
            (vec![(0.9, at(9, 60)), (0.8, at(9, 900))], 0.05, NEVER),
            (vec![(0.9, at(0, 60)), (0.8, at(1, 93)), (0.5, at(2, 200))], 0.05, 0.5),
        ] {
            assert_eq!(least(&tried, most), expected, "{tried:?}");
        }
    }

    #[test]
    fn without_enough_texts_nothing_is_certified() {
        let (inside, outside) = (judged(true, true), judged(false, false));
        for (count, out) in [(MIN_TEXTS - 20, 19), (100, 20), (0, 0)] {
            let all = [vec![inside; count], vec![outside; out]].concat();
            let sure = vec![0.999; count].into_iter().chain(vec![0.0; out]).collect::<Vec<_>>();
            let certificate = Certificate::of(&all, &sure, 0.1);
            assert_eq!(certificate.thresholds().count(), 0, "{count} {out}");
        }
    }

    #[test]
    fn what_is_certified_holds_on_other_texts() {
        let (mut certified, mut broken) = (0, 0);
        for seed in 0..200 {
            let (judged, confidences) = stream(seed, 600);
            let (others, their) = stream(seed + 1_000, 20_000);
            for (error, from) in Certificate::of(&judged, &confidences, 0.1).thresholds() {
                let (wrong, all) = accepted(&others, &their, from, (1.0, 1.0));
                certified += 1;
                broken += usize::from(wrong as f64 > f64::from(error) / 1000.0 * all as f64);
            }
        }
        assert!(certified > 300 && broken * 20 <= certified, "{broken} of {certified}");
    }

    #[test]
    fn more_out_of_scope_certifies_less() {
        let (judged, mut confidences) = stream(1, 2_000);
        // One in ten of those out of scope is taken for something else, surely.
        let outside = judged.iter().zip(&mut confidences).filter(|(one, _)| !one.in_scope);
        outside.step_by(10).for_each(|(_, confidence)| *confidence = 0.995);
        let at = |share| Certificate::of(&judged, &confidences, share).0;
        let (few, many) = (at(0.02), at(0.4));
        assert!(few.iter().zip(many).all(|(few, many)| *few <= many), "{few:?} {many:?}");
        assert!(few != many);
    }
}
