//! What predictions were worth, class by class, and whether their confidence came true.

use super::coverage::{Point, curve};
use super::measures::{Outcome, measure};
use super::{OUT_OF_SCOPE, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// Parts of equal width into which confidence is cut.
pub const BINS: usize = 10;

/// What was said of one text, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// What it is.
    pub label: String,
    /// What was said, out of scope included.
    pub predicted: String,
    /// The probability, 0 to 1, that acting on the best class is right.
    pub confidence: f64,
    /// Whether that class is the label.
    pub right: bool,
}

impl Judgement {
    /// What a verdict is worth where `label` is right.
    pub fn of(label: &str, verdict: &Verdict) -> Self {
        Self {
            label: label.to_owned(),
            predicted: verdict.predicted.clone(),
            confidence: verdict.confidence,
            right: verdict.best == label,
        }
    }

    /// Whether triage acts on it that acts from this confidence on.
    fn is_acted_on(&self, acts_from: f64) -> bool {
        self.predicted != OUT_OF_SCOPE && self.confidence >= acts_from
    }
}

/// How predictions did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Texts.
    pub texts: usize,
    /// Share whose label was predicted, out of scope included.
    pub accuracy: Option<f64>,
    /// Expected calibration error of the confidence, in 15 parts.
    pub ece: Option<f64>,
    /// The confidence from which on triage acts, 0 to 1.
    pub acts_from: f64,
    /// How much it acts on, and how much of that is wrong; nothing where it acts on nothing.
    pub acted_on: Option<Point>,
    /// Every class that was a label or was predicted, by name.
    pub intents: Vec<Line>,
    /// The parts of the confidence that hold texts, from low to high.
    pub bins: Vec<Bin>,
    /// What would become of the texts by other confidences, from the surest on.
    pub risk_coverage: Vec<Point>,
}

/// One class. A share of nothing is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Line {
    /// The class.
    pub intent: String,
    /// Texts that are of it.
    pub texts: usize,
    /// Texts of which it was said.
    pub predicted: usize,
    /// Of these, the share that are of it.
    pub precision: Option<f64>,
    /// Of the texts that are of it, the share of which it was said.
    pub recall: Option<f64>,
    /// Of the texts that are of it, the share on which triage acts, rightly or wrongly.
    pub automated: Option<f64>,
    /// The mean confidence where it was said: calibrated where it is near the precision.
    pub confidence: Option<f64>,
}

/// One part of the confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bin {
    /// Texts in it.
    pub texts: usize,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share whose best class was right.
    pub right: f64,
}

/// Reports on judgements, in any order, where triage acts from a confidence on.
pub fn report(judgements: &[Judgement], acts_from: f64) -> Report {
    let outcome = |one: &Judgement| Outcome {
        in_scope: one.label != OUT_OF_SCOPE,
        right: one.right,
        accepted: one.predicted != OUT_OF_SCOPE,
        confidence: one.confidence,
    };
    let measures = measure(&judgements.iter().map(outcome).collect::<Vec<_>>());
    Report {
        texts: judgements.len(),
        accuracy: measures.accuracy,
        ece: measures.ece,
        acts_from,
        acted_on: acted_on(judgements, acts_from),
        intents: lines(judgements, acts_from),
        bins: bins(judgements),
        risk_coverage: curve(judgements),
    }
}

fn acted_on(judgements: &[Judgement], acts_from: f64) -> Option<Point> {
    let acted: Vec<&Judgement> = judgements.iter().filter(|one| one.is_acted_on(acts_from)).collect();
    let wrong = acted.iter().filter(|one| !one.right).count();
    (!acted.is_empty()).then(|| Point {
        confidence: acts_from,
        coverage: acted.len() as f64 / judgements.len() as f64,
        risk: wrong as f64 / acted.len() as f64,
    })
}

fn lines(judgements: &[Judgement], acts_from: f64) -> Vec<Line> {
    #[derive(Default)]
    struct Sums {
        texts: usize,
        predicted: usize,
        right: usize,
        acted_on: usize,
        confidence: f64,
    }
    let mut sums: BTreeMap<&str, Sums> = BTreeMap::new();
    for one in judgements {
        let is = sums.entry(&one.label).or_default();
        is.texts += 1;
        is.acted_on += usize::from(one.is_acted_on(acts_from));
        let said = sums.entry(&one.predicted).or_default();
        said.predicted += 1;
        said.right += usize::from(one.predicted == one.label);
        said.confidence += one.confidence;
    }
    let share = |part: f64, whole: usize| (whole > 0).then(|| part / whole as f64);
    let line = |(intent, sums): (&str, Sums)| Line {
        intent: intent.to_owned(),
        texts: sums.texts,
        predicted: sums.predicted,
        precision: share(sums.right as f64, sums.predicted),
        recall: share(sums.right as f64, sums.texts),
        automated: share(sums.acted_on as f64, sums.texts),
        // The confidence in the best class says nothing of a text that was refused.
        confidence: share(sums.confidence, sums.predicted).filter(|_| intent != OUT_OF_SCOPE),
    };
    sums.into_iter().map(line).collect()
}

fn bins(judgements: &[Judgement]) -> Vec<Bin> {
    let mut bins = vec![Bin { texts: 0, confidence: 0.0, right: 0.0 }; BINS];
    for one in judgements {
        let at = ((one.confidence * BINS as f64) as usize).min(BINS - 1);
        if let Some(bin) = bins.get_mut(at) {
            bin.texts += 1;
            bin.confidence += one.confidence;
            bin.right += f64::from(u8::from(one.right));
        }
    }
    bins.retain(|bin| bin.texts > 0);
    for bin in &mut bins {
        bin.confidence /= bin.texts as f64;
        bin.right /= bin.texts as f64;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judgement(label: &str, predicted: &str, confidence: f64, right: bool) -> Judgement {
        Judgement { label: label.to_owned(), predicted: predicted.to_owned(), confidence, right }
    }

    #[test]
    fn classes_and_bins_are_those_counted_by_hand() {
        let judgements = [
            judgement("a", "a", 0.95, true),
            judgement("a", "a", 0.85, true),
            judgement("b", "a", 0.80, false),
            judgement("b", OUT_OF_SCOPE, 0.3, true),
            judgement(OUT_OF_SCOPE, OUT_OF_SCOPE, 0.1, false),
        ];
        let report = report(&judgements, 0.8);
        assert_eq!((report.texts, report.accuracy), (5, Some(0.6)));
        let shown: Vec<_> =
            report.intents.iter().map(|line| (line.intent.as_str(), line.texts, line.predicted)).collect();
        assert_eq!(shown, [("a", 2, 3), ("b", 2, 0), (OUT_OF_SCOPE, 1, 2)]);
        let [a, b, outside] = report.intents.as_slice() else { panic!("{report:?}") };
        assert_eq!(
            (a.precision, a.recall, b.precision, b.recall),
            (Some(2.0 / 3.0), Some(1.0), None, Some(0.0))
        );
        assert!((a.confidence.unwrap() - 2.6 / 3.0).abs() < 1e-9 && outside.confidence.is_none());
        let automated = [a.automated, b.automated, outside.automated];
        assert_eq!(automated, [Some(1.0), Some(0.5), Some(0.0)]);
        let acted_on = Point { confidence: 0.8, coverage: 3.0 / 5.0, risk: 1.0 / 3.0 };
        assert_eq!((report.acted_on, report.risk_coverage.len()), (Some(acted_on), 5));
        let bins: Vec<_> = report.bins.iter().map(|bin| (bin.texts, bin.right)).collect();
        assert_eq!(bins, [(1, 0.0), (1, 1.0), (2, 0.5), (1, 1.0)]);
    }

    #[test]
    fn nothing_is_reported_as_nothing() {
        let empty = report(&[], 0.5);
        assert_eq!((empty.texts, empty.accuracy, empty.intents.len(), empty.bins.len()), (0, None, 0, 0));
        assert_eq!((empty.acted_on, empty.risk_coverage.len()), (None, 0));
    }
}
