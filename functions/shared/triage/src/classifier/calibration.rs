//! How probable it is that acting without a person is right, and from where on to act.
//!
//! Two regressions over the signals: that the text is in scope, and that the class is right if it is. Their product is
//! the confidence. The share of out-of-scope texts enters the first alone, as a shift of its odds, so that it can be
//! set to what audits show without fitting anything again.

use super::layout::{Reader, Writer};
use super::load_error::LoadError;
use super::logistic::{Logistic, log_odds, sigmoid};
use super::signals::{SIGNALS, Signals};

/// With fewer out-of-scope texts than this nothing is known of what is out of scope.
pub(crate) const MIN_OUT_OF_SCOPE: usize = 20;
const FOLDS: usize = 5;

/// What calibration learns from: one text of the validation set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) signals: Signals,
    pub(crate) in_scope: bool,
    /// Whether the best class in scope is the label.
    pub(crate) right: bool,
}

/// A fitted calibration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibration {
    /// That a text is in scope; `None` where too little out of scope was seen to tell.
    in_scope: Option<Logistic<SIGNALS>>,
    /// That the class is right, if the text is in scope.
    right: Logistic<SIGNALS>,
    /// The share of out-of-scope texts that `in_scope` was fitted at.
    fitted_share: f64,
}

impl Calibration {
    /// Fits to a validation set that training has not seen.
    pub(crate) fn fit(judged: &[Judged]) -> Self {
        let outside = judged.iter().filter(|one| !one.in_scope).count();
        let scope: Vec<(Signals, bool)> = judged.iter().map(|one| (one.signals, one.in_scope)).collect();
        let inside = judged.iter().filter(|one| one.in_scope);
        let right: Vec<(Signals, bool)> = inside.map(|one| (one.signals, one.right)).collect();
        Self {
            in_scope: (outside >= MIN_OUT_OF_SCOPE).then(|| Logistic::fit(&scope)),
            right: Logistic::fit(&right),
            fitted_share: outside as f64 / judged.len().max(1) as f64,
        }
    }

    /// The share of out-of-scope texts that was seen; 0 where it was too few to learn from.
    pub(crate) fn fitted_share(&self) -> f64 {
        if self.in_scope.is_some() { self.fitted_share } else { 0.0 }
    }

    /// The probability that acting is right, where `share` of all texts are out of scope.
    pub(crate) fn confidence(&self, signals: &Signals, share: f64) -> f64 {
        let right = sigmoid(self.right.log_odds(signals));
        let in_scope = self.in_scope.as_ref().map_or(1.0, |fitted| {
            sigmoid(fitted.log_odds(signals) - log_odds(share) + log_odds(self.fitted_share))
        });
        right * in_scope
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.count(usize::from(self.in_scope.is_some()));
        out.f64s([self.fitted_share]);
        for fitted in self.in_scope.iter().chain([&self.right]) {
            out.f64s([fitted.intercept]);
            out.f64s(fitted.weights);
        }
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Self, LoadError> {
        const WHAT: &str = "calibration";
        let knows_scope = reader.count(1, WHAT)? == 1;
        let fitted_share = reader.f64(WHAT)?;
        let mut logistic =
            || Ok::<_, LoadError>(Logistic { intercept: reader.f64(WHAT)?, weights: reader.f64s(WHAT)? });
        let in_scope = if knows_scope { Some(logistic()?) } else { None };
        Ok(Self { in_scope, right: logistic()?, fitted_share })
    }
}

/// The confidence of every text, each by a calibration that was fitted without its part of the set.
pub(crate) fn out_of_fold(judged: &[Judged], share: f64) -> Vec<f64> {
    let without = |fold: usize| {
        let others = judged.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
        Calibration::fit(&others.map(|(_, one)| *one).collect::<Vec<_>>())
    };
    let fitted: Vec<Calibration> = (0..FOLDS).map(without).collect();
    let of = |(calibration, one): (&Calibration, &Judged)| calibration.confidence(&one.signals, share);
    fitted.iter().cycle().zip(judged).map(of).collect()
}

/// The confidence from which on accepting is right most often, counting a refusal of what is out of scope as right.
///
/// Of equally good ones the highest: where it makes no difference, a person decides.
pub(crate) fn threshold(judged: &[Judged], confidences: &[f64]) -> f64 {
    let mut ordered: Vec<(f64, &Judged)> = confidences.iter().copied().zip(judged).collect();
    ordered.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut gain, mut best) = (0_i64, (0_i64, f64::INFINITY));
    for (at, (confidence, one)) in ordered.iter().enumerate() {
        gain += i64::from(one.right) - i64::from(!one.in_scope);
        let next = ordered.get(at + 1).map_or(0.0, |next| next.0);
        if gain > best.0 && next < *confidence {
            best = (gain, f64::midpoint(*confidence, next));
        }
    }
    if best.1.is_finite() { best.1 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::order::Seeded;

    /// Texts whose first signal makes the odds of being right and whose second those of being in scope.
    fn judged(count: usize, odds: f64) -> Vec<Judged> {
        let mut seeded = Seeded::new(3);
        let mut uniform = || seeded.below(1 << 20) as f64 / f64::from(1 << 20);
        (0..count)
            .map(|_| {
                let mut signals = [0.0; SIGNALS];
                signals[0] = uniform() * 6.0 - 2.0;
                signals[1] = uniform() * 4.0 - 2.0;
                let in_scope = uniform() < sigmoid(signals[1] * 2.0 + odds);
                let right = in_scope && uniform() < sigmoid(signals[0]);
                Judged { signals, in_scope, right }
            })
            .collect()
    }

    #[test]
    fn confidences_come_true() {
        let judged = judged(2_500, 1.0);
        let share = Calibration::fit(&judged).fitted_share();
        let confidences = out_of_fold(&judged, share);
        for low in [0.0, 0.2, 0.4, 0.6, 0.8] {
            let inside = |(confidence, _): &(&f64, &Judged)| **confidence >= low && **confidence < low + 0.2;
            let bin: Vec<_> = confidences.iter().zip(&judged).filter(inside).collect();
            let mean = bin.iter().map(|(confidence, _)| **confidence).sum::<f64>() / bin.len() as f64;
            let right = bin.iter().filter(|(_, one)| one.right).count() as f64 / bin.len() as f64;
            assert!((mean - right).abs() < 0.06, "{low}: {mean} {right} of {}", bin.len());
        }
    }

    #[test]
    fn more_out_of_scope_makes_less_sure() {
        let calibration = Calibration::fit(&judged(400, 1.0));
        let signals = [1.0; SIGNALS];
        let at = |share| calibration.confidence(&signals, share);
        assert!(at(0.03) > at(0.2) && at(0.2) > at(0.5));
    }

    #[test]
    fn without_out_of_scope_texts_nothing_is_said_of_the_scope() {
        let calibration = Calibration::fit(&judged(60, 6.0));
        assert_eq!(calibration.fitted_share(), 0.0);
        let signals = [1.0; SIGNALS];
        assert_eq!(calibration.confidence(&signals, 0.1), calibration.confidence(&signals, 0.5));
    }

    #[test]
    fn the_threshold_parts_right_from_wrong() {
        let one = |in_scope, right| Judged { signals: [0.0; SIGNALS], in_scope, right };
        let rows = [one(true, true), one(true, true), one(true, false), one(false, false)];
        for (confidences, expected) in [
            ([0.9, 0.8, 0.5, 0.1], 0.65),
            ([0.9, 0.2, 0.5, 0.3], 0.7),
            ([0.5, 0.5, 0.5, 0.5], 0.25),
            ([0.1, 0.1, 0.1, 0.9], 0.05),
        ] {
            let found = threshold(&rows, &confidences);
            assert!((found - expected).abs() < 1e-9, "{confidences:?}: {found}");
        }
        assert_eq!(threshold(&[one(false, false)], &[0.9]), 1.0);
    }

    #[test]
    fn it_survives_its_file() {
        for calibration in [Calibration::fit(&judged(200, 1.0)), Calibration::fit(&judged(50, 6.0))] {
            let mut written = Writer::default();
            calibration.write(&mut written);
            assert_eq!(Calibration::read(&mut Reader(written.0.into())), Ok(calibration));
        }
    }
}
