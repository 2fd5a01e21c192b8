//! Logistic regression over a handful of signals: what turns a classifier's signals into one probability.

const MAX_SWEEPS: usize = 200;
/// Fitting ends when no weight of a standardised signal moves by more than this in a sweep.
const SETTLED: f64 = 1e-4;
/// The penalty on a squared weight of a standardised signal: enough that separable data stay finite.
const PENALTY: f64 = 1.0;

/// A fitted regression over `N` signals.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logistic<const N: usize> {
    pub(crate) intercept: f64,
    pub(crate) weights: [f64; N],
}

impl<const N: usize> Logistic<N> {
    /// Fits by coordinate-wise Newton steps on standardised signals.
    pub(crate) fn fit(rows: &[([f64; N], bool)]) -> Self {
        let scales: [(f64, f64); N] = std::array::from_fn(|at| mean_and_deviation(rows, at));
        let columns: Vec<Vec<f64>> = (0..N)
            .zip(scales)
            .map(|(at, (mean, deviation))| column(rows, at).map(|value| (value - mean) / deviation).collect())
            .collect();
        let ones = vec![1.0; rows.len()];
        let mut margins = vec![0.0; rows.len()];
        let mut intercept = 0.0;
        let mut weights = [0.0; N];
        for _ in 0..MAX_SWEEPS {
            let mut moved = newton(&mut intercept, &ones, rows, &mut margins, 0.0);
            for (weight, column) in weights.iter_mut().zip(&columns) {
                moved = newton(weight, column, rows, &mut margins, PENALTY).max(moved);
            }
            if moved < SETTLED {
                break;
            }
        }
        for (weight, (mean, deviation)) in weights.iter_mut().zip(scales) {
            *weight /= deviation;
            intercept -= *weight * mean;
        }
        Self { intercept, weights }
    }

    /// The probability for these signals, as its logarithm of odds.
    pub(crate) fn log_odds(&self, signals: &[f64; N]) -> f64 {
        self.intercept + self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum::<f64>()
    }
}

/// The probability that has these logarithmic odds.
pub(crate) fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

/// The logarithmic odds of a probability, kept finite.
pub(crate) fn log_odds(probability: f64) -> f64 {
    let kept = probability.clamp(1e-9, 1.0 - 1e-9);
    libm::log(kept / (1.0 - kept))
}

fn column<const N: usize>(rows: &[([f64; N], bool)], at: usize) -> impl Iterator<Item = f64> {
    rows.iter().map(move |(signals, _)| signals.get(at).copied().unwrap_or_default())
}

fn mean_and_deviation<const N: usize>(rows: &[([f64; N], bool)], at: usize) -> (f64, f64) {
    let count = rows.len().max(1) as f64;
    let mean = column(rows, at).sum::<f64>() / count;
    let variance = column(rows, at).map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
    (mean, if variance > 1e-18 { variance.sqrt() } else { 1.0 })
}

/// One Newton step of one weight; `margins` follows. Says how far the weight moved.
fn newton<const N: usize>(
    weight: &mut f64,
    column: &[f64],
    rows: &[([f64; N], bool)],
    margins: &mut [f64],
    penalty: f64,
) -> f64 {
    let (mut slope, mut bend) = (-penalty * *weight, penalty + 1e-9);
    for ((value, (_, target)), margin) in column.iter().zip(rows).zip(margins.iter()) {
        let probability = sigmoid(*margin);
        slope += (f64::from(u8::from(*target)) - probability) * value;
        bend += probability * (1.0 - probability) * value * value;
    }
    let step = (slope / bend).clamp(-4.0, 4.0);
    *weight += step;
    for (margin, value) in margins.iter_mut().zip(column) {
        *margin += step * value;
    }
    step.abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::order::Seeded;

    #[test]
    fn it_finds_the_odds_that_made_the_data() {
        let mut seeded = Seeded::new(7);
        let mut uniform = || seeded.below(1 << 30) as f64 / f64::from(1 << 30);
        let rows: Vec<([f64; 2], bool)> = (0..5_000)
            .map(|_| {
                let signals = [uniform() * 4.0 - 2.0, uniform() * 10.0];
                let odds = 0.5 + 1.5 * signals[0] - 0.2 * signals[1];
                (signals, uniform() < sigmoid(odds))
            })
            .collect();
        let fitted = Logistic::fit(&rows);
        assert!((fitted.intercept - 0.5).abs() < 0.2, "{fitted:?}");
        assert!((fitted.weights[0] - 1.5).abs() < 0.15, "{fitted:?}");
        assert!((fitted.weights[1] + 0.2).abs() < 0.05, "{fitted:?}");
    }

    #[test]
    fn separable_one_sided_and_empty_data_stay_finite() {
        let separable: Vec<([f64; 1], bool)> = (0..50).map(|at| ([f64::from(at)], at > 25)).collect();
        let one_sided: Vec<([f64; 1], bool)> = (0..50).map(|at| ([f64::from(at)], true)).collect();
        for rows in [separable, one_sided, Vec::new(), vec![([1.0], true)]] {
            let fitted = Logistic::fit(&rows);
            let probability = sigmoid(fitted.log_odds(&[3.0]));
            assert!(probability.is_finite() && fitted.intercept.is_finite(), "{fitted:?}");
        }
    }

    #[test]
    fn odds_and_probabilities_are_inverse() {
        for probability in [0.001, 0.2, 0.5, 0.97] {
            assert!((sigmoid(log_odds(probability)) - probability).abs() < 1e-12);
        }
        assert!(log_odds(0.0).is_finite() && log_odds(1.0).is_finite());
    }
}
