//! The square in which measures are drawn as SVG: a grid of fifths, what stands in it, and words around it.

use std::fmt::Write;

/// The side of the square, in pixels, and the room around it for words.
const SIDE: f64 = 320.0;
const MARGIN: f64 = 56.0;
/// The first colour, and one that is told from it by everybody.
pub(super) const BLUE: &str = "#1f6feb";
pub(super) const AMBER: &str = "#9a6700";
/// A line that is only there to compare with.
pub(super) const GREY_DASHES: &str = "#767676\" stroke-dasharray=\"4 4";
const PALE: &str = "#dddddd";

/// A drawing. Places in it are shares of the square, from its lower left corner; the same calls give the same bytes.
pub(super) struct Canvas(String);

impl Canvas {
    /// An empty drawing. What it shows is described for whoever cannot see it, where that is more than its title.
    pub(super) fn new(title: &str, description: Option<&str>) -> Self {
        let size = SIDE + 2.0 * MARGIN;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" font-family=\"sans-serif\" font-size=\"12\" \
             role=\"img\">\n<title>{title}</title>\n"
        );
        if let Some(description) = description {
            let _infallible = writeln!(svg, "<desc>{description}</desc>");
        }
        let _infallible = writeln!(svg, "<rect width=\"{size}\" height=\"{size}\" fill=\"#ffffff\"/>");
        Self(svg)
    }

    /// The grid, with what stands at each fifth of both axes.
    pub(super) fn grid(&mut self, along: impl Fn(f64) -> String, up: impl Fn(f64) -> String) {
        for fifth in 0..=5 {
            let at = f64::from(fifth) / 5.0;
            self.line([0.0, at, 1.0, at], PALE);
            self.line([at, 0.0, at, 1.0], PALE);
            self.text([x(0.0) - 6.0, y(at) + 4.0], "end", &up(at));
            self.text([x(at), y(0.0) + 16.0], "middle", &along(at));
        }
    }

    fn text(&mut self, [across, down]: [f64; 2], anchor: &str, text: &str) {
        if !text.is_empty() {
            let _infallible = writeln!(
                self.0,
                "<text x=\"{across:.1}\" y=\"{down:.1}\" text-anchor=\"{anchor}\">{text}</text>"
            );
        }
    }

    pub(super) fn line(&mut self, [from_x, from_y, to_x, to_y]: [f64; 4], stroke: &str) {
        let _infallible = writeln!(
            self.0,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{stroke}\"/>",
            x(from_x),
            y(from_y),
            x(to_x),
            y(to_y),
        );
    }

    /// A line through several places.
    pub(super) fn path(&mut self, through: impl Iterator<Item = [f64; 2]>, stroke: &str) {
        let places = through.map(|[across, up]| format!("{:.1},{:.1}", x(across), y(up)));
        let places: Vec<String> = places.collect();
        let _infallible = writeln!(
            self.0,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"2\"/>",
            places.join(" ")
        );
    }

    /// A dot, and what is said of it to whoever points at it.
    pub(super) fn dot(&mut self, [across, up]: [f64; 2], radius: f64, fill: &str, says: &str) {
        let _infallible = writeln!(
            self.0,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" fill-opacity=\"0.8\"><title>{says}</title></circle>",
            x(across),
            y(up),
        );
    }

    /// The whole, with the names of both axes and a line above.
    pub(super) fn finish(mut self, along: &str, up: &str, above: &str) -> String {
        let size = SIDE + 2.0 * MARGIN;
        let (middle, below) = (size / 2.0, size - 14.0);
        let _infallible = write!(
            self.0,
            "<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">{along}</text>\n\
             <text x=\"16\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {middle})\">{up}</text>\n\
             <text x=\"{middle}\" y=\"32\" text-anchor=\"middle\">{above}</text>\n</svg>\n",
        );
        self.0
    }
}

/// A share in words.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn x(share: f64) -> f64 {
    MARGIN + share * SIDE
}

fn y(share: f64) -> f64 {
    MARGIN + (1.0 - share) * SIDE
}
