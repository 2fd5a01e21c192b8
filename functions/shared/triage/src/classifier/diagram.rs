//! The reliability diagram of a report, as SVG: how often what was said with a confidence was right.

use super::report::{Bin, Report};
use std::fmt::Write;

/// The side of the square, in pixels, and the room around it for words.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 56.0;
/// The radius of a bin with one text, and by how much it grows with the root of their number.
const RADIUS: f64 = 2.0;
const GROWTH: f64 = 0.7;

/// Draws a report. The same report gives the same bytes.
pub fn reliability(report: &Report) -> String {
    let size = SIDE + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" font-family=\"sans-serif\" font-size=\"12\" \
         role=\"img\">\n<title>Confidence and how often it was right</title>\n\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#ffffff\"/>\n"
    );
    for tenth in 0..=5 {
        svg.push_str(&grid(f64::from(tenth) / 5.0));
    }
    let (low, high) = (x(0.0), x(1.0));
    line(&mut svg, [low, y(0.0), high, y(1.0)], "#767676\" stroke-dasharray=\"4 4");
    report.bins.iter().for_each(|bin| svg.push_str(&dot(bin)));
    let middle = size / 2.0;
    let below = size - 14.0;
    let _infallible = write!(
        svg,
        "<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">confidence</text>\n\
         <text x=\"16\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {middle})\">share that was right</text>\n\
         <text x=\"{middle}\" y=\"32\" text-anchor=\"middle\">{} texts, expected calibration error {:.3}</text>\n</svg>\n",
        report.texts,
        report.ece.unwrap_or_default(),
    );
    svg
}

fn grid(at: f64) -> String {
    let mut svg = String::new();
    line(&mut svg, [x(0.0), y(at), x(1.0), y(at)], "#dddddd");
    line(&mut svg, [x(at), y(0.0), x(at), y(1.0)], "#dddddd");
    let percent = at * 100.0;
    let (left, below) = (x(0.0) - 6.0, y(0.0) + 16.0);
    let _infallible = writeln!(
        svg,
        "<text x=\"{left:.1}\" y=\"{:.1}\" text-anchor=\"end\">{percent:.0} %</text>\n\
         <text x=\"{:.1}\" y=\"{below:.1}\" text-anchor=\"middle\">{percent:.0} %</text>",
        y(at) + 4.0,
        x(at),
    );
    svg
}

fn line(svg: &mut String, [from_x, from_y, to_x, to_y]: [f64; 4], stroke: &str) {
    let _infallible = writeln!(
        svg,
        "<line x1=\"{from_x:.1}\" y1=\"{from_y:.1}\" x2=\"{to_x:.1}\" y2=\"{to_y:.1}\" stroke=\"{stroke}\"/>"
    );
}

fn dot(bin: &Bin) -> String {
    format!(
        "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"#1f6feb\" fill-opacity=\"0.8\"><title>{} texts: confidence \
         {:.0} %, right {:.0} %</title></circle>\n",
        x(bin.confidence),
        y(bin.right),
        RADIUS + GROWTH * (bin.texts as f64).sqrt(),
        bin.texts,
        bin.confidence * 100.0,
        bin.right * 100.0,
    )
}

fn x(share: f64) -> f64 {
    MARGIN + share * SIDE
}

fn y(share: f64) -> f64 {
    MARGIN + (1.0 - share) * SIDE
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
        let svg = reliability(&report(&[of(0.5, true), of(0.5, false), of(1.0, true)]));
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(
            svg.contains("cx=\"216.0\" cy=\"216.0\"") && svg.contains("cx=\"376.0\" cy=\"56.0\""),
            "{svg}"
        );
        assert!(svg.contains("3 texts"));
        assert_eq!(reliability(&report(&[])).matches("<circle").count(), 0);
    }
}
