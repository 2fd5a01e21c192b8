//! The curve of risk over coverage: of the surest texts, so many of a hundred, how many are wrong.

use super::canvas::{AMBER, BLUE, Canvas, percent};
use super::report::{Judgement, Report};
use serde::Serialize;

/// The curve has at most one point for each of so many parts of the texts.
const PARTS: usize = 100;
/// What the axis of the error ends with: the first that is no less than the greatest error.
const TOPS: [f64; 4] = [0.1, 0.2, 0.5, 1.0];
/// The radius of the point from which triage acts.
const RADIUS: f64 = 5.0;

/// What becomes of the texts if all that have at least this confidence are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The least confidence that is accepted, 0 to 1.
    pub confidence: f64,
    /// The share of all texts that is accepted.
    pub coverage: f64,
    /// The share of the accepted ones that is wrong; whatever is out of scope is wrong to accept.
    pub risk: f64,
}

/// The curve of judgements in any order, from the surest on. Texts of one confidence are accepted together.
pub fn curve(judgements: &[Judgement]) -> Vec<Point> {
    let mut ordered: Vec<&Judgement> = judgements.iter().collect();
    ordered.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let (all, mut accepted, mut wrong) = (ordered.len(), 0_usize, 0_usize);
    let mut points: Vec<(usize, Point)> = Vec::new();
    for tied in ordered.chunk_by(|a, b| a.confidence == b.confidence) {
        accepted += tied.len();
        wrong += tied.iter().filter(|one| !one.right).count();
        let part = (accepted * PARTS).div_ceil(all);
        let confidence = tied.first().map_or(0.0, |one| one.confidence);
        let (coverage, risk) = (accepted as f64 / all as f64, wrong as f64 / accepted as f64);
        if points.last().is_some_and(|(before, _)| *before == part) {
            points.pop();
        }
        points.push((part, Point { confidence, coverage, risk }));
    }
    points.into_iter().map(|(_, point)| point).collect()
}

/// The first point of a curve that covers at least this share.
pub fn covering(curve: &[Point], share: f64) -> Option<&Point> {
    curve.iter().find(|point| point.coverage >= share)
}

/// Draws the curve of a report, and where triage acts. The same report gives the same bytes.
pub fn risk_coverage(report: &Report) -> String {
    let greatest = report.risk_coverage.iter().map(|point| point.risk).fold(0.0, f64::max);
    let top = TOPS.into_iter().find(|top| *top >= greatest).unwrap_or(1.0);
    let acting = report.acted_on.map(in_words);
    let described = format!(
        "A curve over the share of the texts that is accepted, the surest first: the share of these that is wrong.{}",
        acting.as_ref().map(|acting| format!(" Triage acts: {acting}.")).unwrap_or_default()
    );
    let mut canvas = Canvas::new("How much can be accepted, and how much of it is wrong", Some(&described));
    canvas.grid(percent, |at| percent(at * top));
    canvas.path(report.risk_coverage.iter().map(|point| [point.coverage, point.risk / top]), BLUE);
    if let (Some(point), Some(says)) = (&report.acted_on, &acting) {
        canvas.dot([point.coverage, point.risk / top], RADIUS, AMBER, says);
    }
    let above = acting.unwrap_or_else(|| "triage acts on none".to_owned());
    let along = "share of the texts that is accepted, the surest first";
    canvas.finish(along, "share of these that is wrong", &format!("{} texts, {above}", report.texts))
}

fn in_words(point: Point) -> String {
    let Point { confidence, coverage, risk } = point;
    format!("from confidence {confidence:.2} on {} accepted, {:.1} % wrong", percent(coverage), risk * 100.0)
}

#[cfg(test)]
mod tests {
    use super::super::report::report;
    use super::*;

    fn judgements(rows: &[(f64, bool)]) -> Vec<Judgement> {
        let of = |&(confidence, right): &(f64, bool)| Judgement {
            label: "a".to_owned(),
            predicted: "a".to_owned(),
            confidence,
            right,
        };
        rows.iter().map(of).collect()
    }

    fn points(rows: &[(f64, bool)]) -> Vec<(f64, f64, f64)> {
        curve(&judgements(rows)).iter().map(|point| (point.confidence, point.coverage, point.risk)).collect()
    }

    #[test]
    fn the_curve_is_the_one_computed_by_hand() {
        assert_eq!(points(&[]), []);
        assert_eq!(
            points(&[(0.5, false), (0.9, true), (0.7, true), (0.2, false)]),
            [(0.9, 0.25, 0.0), (0.7, 0.5, 0.0), (0.5, 0.75, 1.0 / 3.0), (0.2, 1.0, 0.5)]
        );
        assert_eq!(
            points(&[(0.8, true), (0.8, false), (0.8, true), (0.1, true)]),
            [(0.8, 0.75, 1.0 / 3.0), (0.1, 1.0, 0.25)]
        );
    }

    #[test]
    fn many_texts_have_one_point_for_each_hundredth() {
        let rows: Vec<(f64, bool)> = (0..1_000).map(|at| (f64::from(at) / 1_000.0, at >= 500)).collect();
        let points = curve(&judgements(&rows));
        assert_eq!(points.len(), PARTS);
        let at = |share| covering(&points, share).map(|point| (point.coverage, point.risk));
        assert_eq!((at(0.5), at(1.0)), (Some((0.5, 0.0)), Some((1.0, 0.5))));
        assert_eq!((at(0.011), covering(&[], 0.5)), (Some((0.02, 0.0)), None));
    }

    #[test]
    fn the_curve_is_drawn_where_it_belongs() {
        // Risks of 0, 0, 1/3, 1/2: the axis ends with 50 %.
        let rows = [(0.5, false), (0.9, true), (0.7, true), (0.2, false)];
        let svg = risk_coverage(&report(&judgements(&rows), 0.5));
        assert!(svg.contains("points=\"136.0,376.0 216.0,376.0 296.0,162.7 376.0,56.0\""), "{svg}");
        assert!(svg.contains("<circle cx=\"296.0\" cy=\"162.7\""), "{svg}");
        let said = "from confidence 0.50 on 75 % accepted, 33.3 % wrong";
        assert_eq!(svg.matches(said).count(), 3, "{svg}");
        for part in ["<title>How much", "<desc>A curve", "role=\"img\"", ">4 texts, ", ">50 %</text>"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(!svg.contains("<script"));
        let none = risk_coverage(&report(&judgements(&rows), 0.95));
        assert!(!none.contains("<circle") && none.contains("4 texts, triage acts on none"), "{none}");
    }
}
