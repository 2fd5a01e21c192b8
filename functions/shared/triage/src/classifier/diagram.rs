//! The reliability diagram of a report, as SVG: how often what was said with a confidence was right.

use super::canvas::{BLUE, Canvas, GREY_DASHES, percent};
use super::report::Report;

/// The radius of a bin with one text, and by how much it grows with the root of their number.
const RADIUS: f64 = 2.0;
const GROWTH: f64 = 0.7;

/// Draws a report. The same report gives the same bytes.
pub fn reliability(report: &Report) -> String {
    let mut canvas = Canvas::new("Confidence and how often it was right", None);
    canvas.grid(percent, percent);
    canvas.line([0.0, 0.0, 1.0, 1.0], GREY_DASHES);
    for bin in &report.bins {
        let (confidence, right) = (percent(bin.confidence), percent(bin.right));
        let says = format!("{} texts: confidence {confidence}, right {right}", bin.texts);
        let radius = RADIUS + GROWTH * (bin.texts as f64).sqrt();
        canvas.dot([bin.confidence, bin.right], radius, BLUE, &says);
    }
    let above =
        format!("{} texts, expected calibration error {:.3}", report.texts, report.ece.unwrap_or_default());
    canvas.finish("confidence", "share that was right", &above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::report::{Judgement, report};

    #[test]
    fn every_bin_is_a_dot_where_it_belongs() {
        let of = |confidence, right| Judgement {
            label: "a".to_owned(),
            predicted: "a".to_owned(),
            confidence,
            right,
        };
        let svg = reliability(&report(&[of(0.5, true), of(0.5, false), of(1.0, true)], 0.5));
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(
            svg.contains("cx=\"216.0\" cy=\"216.0\"") && svg.contains("cx=\"376.0\" cy=\"56.0\""),
            "{svg}"
        );
        assert!(svg.contains("3 texts"));
        assert_eq!(reliability(&report(&[], 0.5)).matches("<circle").count(), 0);
    }
}
