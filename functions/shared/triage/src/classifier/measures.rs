//! How good a classifier is on labelled texts: accuracy, what it refuses, and whether its confidence comes true.

use super::Verdict;
use super::guess::OUT_OF_SCOPE;
use serde::Serialize;

const BINS: usize = 15;
/// Shares of out-of-scope texts for which calibration is measured, by giving their texts more or less weight.
const SHARES: [f64; 4] = [0.03, 0.10, 0.20, 0.30];

/// One labelled text and what was said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Whether the label is a class in scope.
    pub in_scope: bool,
    /// Whether the best class in scope is the label.
    pub right: bool,
    /// Whether a class was predicted, and not that the text is out of scope.
    pub accepted: bool,
    /// The confidence, 0 to 1.
    pub confidence: f64,
}

impl Outcome {
    /// What a verdict is worth where `label` is right.
    pub fn of(label: &str, verdict: &Verdict) -> Self {
        Self {
            in_scope: label != OUT_OF_SCOPE,
            right: verdict.best == label,
            accepted: verdict.predicted != OUT_OF_SCOPE,
            confidence: verdict.confidence,
        }
    }
}

/// The measures of a set. A measure that the set says nothing about is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// Texts in scope.
    pub in_scope: usize,
    /// Texts out of scope.
    pub out_of_scope: usize,
    /// Share of all that were right: the label was predicted, out of scope included.
    pub accuracy: Option<f64>,
    /// Share of the texts in scope whose label was predicted.
    pub in_scope_accuracy: Option<f64>,
    /// Share of the texts in scope whose best class is the label, whatever the threshold.
    pub in_scope_accuracy_forced: Option<f64>,
    /// Share of the texts out of scope that were refused.
    pub out_of_scope_recall: Option<f64>,
    /// How often a text in scope has more confidence than one out of scope.
    pub auroc: Option<f64>,
    /// Share of the texts out of scope that are accepted where 95 % of those in scope are.
    pub fpr95: Option<f64>,
    /// Expected calibration error of the confidence over all texts, in 15 bins.
    pub ece: Option<f64>,
    /// The same for other shares of out-of-scope texts: share and error.
    pub ece_at_share: Vec<(f64, f64)>,
    /// Area under the curve of risk over coverage, texts in scope.
    pub aurc: Option<f64>,
    /// The same over all texts, where accepting what is out of scope is an error.
    pub aurc_all: Option<f64>,
    /// Accuracy of the surest 80 % of the texts in scope.
    pub accuracy_at_80: Option<f64>,
    /// Accuracy of the surest 90 % of the texts in scope.
    pub accuracy_at_90: Option<f64>,
}

/// Measures a set.
pub fn measure(outcomes: &[Outcome]) -> Measures {
    let mut ordered = outcomes.to_vec();
    ordered.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let (inside, outside): (Vec<Outcome>, Vec<Outcome>) = ordered.iter().partition(|one| one.in_scope);
    let predicted = |one: &Outcome| one.accepted && one.right;
    let both = !inside.is_empty() && !outside.is_empty();
    Measures {
        in_scope: inside.len(),
        out_of_scope: outside.len(),
        accuracy: share(&ordered, |one| predicted(one) || (!one.in_scope && !one.accepted)),
        in_scope_accuracy: share(&inside, predicted),
        in_scope_accuracy_forced: share(&inside, |one| one.right),
        out_of_scope_recall: share(&outside, |one| !one.accepted),
        auroc: both.then(|| auroc(&ordered)),
        fpr95: both.then(|| fpr95(&inside, &outside)),
        ece: (!ordered.is_empty()).then(|| calibration_error(&ordered, 1.0)),
        ece_at_share: if both { at_shares(&ordered, inside.len(), outside.len()) } else { Vec::new() },
        aurc: aurc(&inside),
        aurc_all: aurc(&ordered),
        accuracy_at_80: share(surest(&inside, 80), |one| one.right),
        accuracy_at_90: share(surest(&inside, 90), |one| one.right),
    }
}

fn share(outcomes: &[Outcome], holds: impl Fn(&Outcome) -> bool) -> Option<f64> {
    let count = outcomes.iter().filter(|one| holds(one)).count();
    (!outcomes.is_empty()).then(|| count as f64 / outcomes.len() as f64)
}

fn surest(ordered: &[Outcome], percent: usize) -> &[Outcome] {
    ordered.get(..ordered.len() * percent / 100).unwrap_or_default()
}

/// Ties count half.
fn auroc(ordered: &[Outcome]) -> f64 {
    let (mut above, mut pairs_won, mut inside) = (0_usize, 0.0, 0_usize);
    for tied in ordered.chunk_by(|a, b| a.confidence == b.confidence) {
        let in_scope = tied.iter().filter(|one| one.in_scope).count();
        let outside = tied.len() - in_scope;
        pairs_won += outside as f64 * (above as f64 + in_scope as f64 / 2.0);
        above += in_scope;
        inside += in_scope;
    }
    pairs_won / (inside as f64 * (ordered.len() - inside) as f64)
}

fn fpr95(inside: &[Outcome], outside: &[Outcome]) -> f64 {
    let last = (inside.len() * 95).div_ceil(100).saturating_sub(1);
    let limit = inside.get(last).map_or(0.0, |one| one.confidence);
    share(outside, |one| one.confidence >= limit).unwrap_or_default()
}

fn at_shares(ordered: &[Outcome], inside: usize, outside: usize) -> Vec<(f64, f64)> {
    let weight = |share: f64| share / (1.0 - share) * inside as f64 / outside as f64;
    SHARES.map(|share| (share, calibration_error(ordered, weight(share)))).to_vec()
}

/// The mean distance of confidence and truth over bins, where a text out of scope counts `weight` times.
fn calibration_error(outcomes: &[Outcome], weight: f64) -> f64 {
    let mut bins = [0.0; BINS];
    let mut total = 0.0;
    for one in outcomes {
        let weight = if one.in_scope { 1.0 } else { weight };
        let bin = ((one.confidence * BINS as f64) as usize).min(BINS - 1);
        if let Some(gap) = bins.get_mut(bin) {
            *gap += weight * (one.confidence - f64::from(u8::from(one.right)));
        }
        total += weight;
    }
    bins.iter().map(|gap: &f64| gap.abs()).sum::<f64>() / total
}

/// The mean, over every coverage, of the share of wrong ones among those covered.
fn aurc(ordered: &[Outcome]) -> Option<f64> {
    let mut wrong = 0_usize;
    let risks = (1..).zip(ordered).map(|(covered, one): (usize, &Outcome)| {
        wrong += usize::from(!one.right);
        wrong as f64 / covered as f64
    });
    let sum: f64 = risks.sum();
    (!ordered.is_empty()).then(|| sum / ordered.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(rows: &[(bool, bool, bool, f64)]) -> Vec<Outcome> {
        rows.iter()
            .map(|&(in_scope, right, accepted, confidence)| Outcome { in_scope, right, accepted, confidence })
            .collect()
    }

    #[test]
    fn the_measures_are_those_computed_by_hand() {
        let measures = measure(&outcomes(&[
            (true, true, true, 0.9),
            (true, true, true, 0.8),
            (true, false, true, 0.6),
            (true, true, false, 0.3),
            (false, false, true, 0.7),
            (false, false, false, 0.1),
        ]));
        let near = |found: Option<f64>, expected: f64| {
            assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?} {expected}")
        };
        assert_eq!((measures.in_scope, measures.out_of_scope), (4, 2));
        near(measures.accuracy, 3.0 / 6.0);
        near(measures.in_scope_accuracy, 2.0 / 4.0);
        near(measures.in_scope_accuracy_forced, 3.0 / 4.0);
        near(measures.out_of_scope_recall, 0.5);
        near(measures.auroc, 6.0 / 8.0);
        near(measures.fpr95, 0.5);
        near(measures.ece, (0.1 + 0.2 + 0.7 + 0.6 + 0.7 + 0.1) / 6.0);
        near(measures.aurc, (0.0 + 0.0 + 1.0 / 3.0 + 1.0 / 4.0) / 4.0);
        near(measures.accuracy_at_80, 2.0 / 3.0);
        let shares: Vec<f64> = measures.ece_at_share.iter().map(|(share, _)| *share).collect();
        assert_eq!(shares, SHARES);
    }

    #[test]
    fn a_weight_stands_for_a_share() {
        let half = outcomes(&[(true, true, true, 0.95), (false, false, true, 0.95)]);
        let at = |share: f64| calibration_error(&half, share / (1.0 - share));
        assert!((at(0.05) - 0.0).abs() < 1e-9);
        assert!((at(0.5) - 0.45).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_there_is_not_measured() {
        let nothing = measure(&[]);
        assert_eq!((nothing.accuracy, nothing.ece, nothing.auroc, nothing.aurc), (None, None, None, None));
        let inside = measure(&outcomes(&[(true, true, true, 0.5)]));
        assert_eq!((inside.out_of_scope_recall, inside.auroc, inside.accuracy), (None, None, Some(1.0)));
        let tied = measure(&outcomes(&[(true, true, true, 0.5), (false, false, true, 0.5)]));
        assert_eq!(tied.auroc, Some(0.5));
    }
}
