//! The learning curve: week by week, how often what triage said was what people said of it.

use super::canvas::{AMBER, BLUE, Canvas, percent};
use countersign_core::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// A day and a week, and by how many days the first Monday is before 1970 began.
const DAY_SECONDS: i64 = 86_400;
const WEEK_DAYS: i64 = 7;
const MONDAY: i64 = 3;
/// The radius of a week.
const RADIUS: f64 = 4.0;

/// What a person said of one reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// When, in unix seconds.
    pub at: i64,
    /// With which confidence it was read, 0 to 1.
    pub confidence: f64,
    /// Whether what triage said is what the person says, out of scope included.
    pub right: bool,
    /// Whether it was asked afterwards, of a request that nobody had read.
    pub audit: bool,
}

/// How it went, week by week; a week in which nothing was said is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Course {
    /// What was asked afterwards: a fair sample of what triage was sure of.
    pub audits: Vec<Week>,
    /// What was read because triage was unsure: no fair sample of anything else.
    pub unsure: Vec<Week>,
}

/// What was said in one week.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Week {
    /// Which one, counted from the one in which 1970 began.
    #[serde(skip)]
    pub number: i64,
    /// Its Monday in UTC, like `2026-11-23`.
    pub begins: String,
    /// How many readings.
    pub examples: usize,
    /// The share that was right.
    pub right: f64,
    /// Their mean confidence.
    pub confidence: f64,
}

/// What was said in any order, by week.
pub fn course(said: &[Said]) -> Course {
    Course { audits: weeks(said, true), unsure: weeks(said, false) }
}

fn weeks(said: &[Said], audit: bool) -> Vec<Week> {
    let mut by_number: BTreeMap<i64, Vec<&Said>> = BTreeMap::new();
    for one in said.iter().filter(|one| one.audit == audit) {
        let number = (one.at.div_euclid(DAY_SECONDS) + MONDAY).div_euclid(WEEK_DAYS);
        by_number.entry(number).or_default().push(one);
    }
    by_number.into_iter().map(|(number, said)| week(number, &said)).collect()
}

fn week(number: i64, said: &[&Said]) -> Week {
    let seconds = (number * WEEK_DAYS - MONDAY) * DAY_SECONDS;
    let mean = |sum: f64| sum / said.len() as f64;
    Week {
        number,
        begins: Timestamp(seconds * 1_000).day(),
        examples: said.len(),
        right: mean(said.iter().filter(|one| one.right).count() as f64),
        confidence: mean(said.iter().map(|one| one.confidence).sum()),
    }
}

/// Draws a course: audits as a line, what was unsure as dashes. The same course gives the same bytes.
pub fn learning(course: &Course) -> String {
    let all = || course.audits.iter().chain(&course.unsure);
    let first = all().min_by_key(|week| week.number);
    let last = all().max_by_key(|week| week.number);
    let described = "Two curves over the weeks: the share of audits that was right, which is a fair sample of what triage was \
                     sure of, and, dashed, of what the desk read because triage was unsure, which is none.";
    let mut canvas = Canvas::new("How often triage was right, week by week", Some(described));
    let begins = |week: Option<&Week>| week.map(|week| week.begins.clone()).unwrap_or_default();
    canvas.grid(|at| begins(if at == 0.0 { first } else { last.filter(|_| at == 1.0) }), percent);
    let (from, to) = (first.map_or(0, |week| week.number), last.map_or(0, |week| week.number));
    let dashed = format!("{AMBER}\" stroke-dasharray=\"6 4");
    draw(&mut canvas, &course.audits, [from, to], ("audits", BLUE, BLUE));
    draw(&mut canvas, &course.unsure, [from, to], ("unsure", AMBER, &dashed));
    canvas.finish("week", "share that was right", "audits, and dashed what triage was unsure of")
}

fn draw(canvas: &mut Canvas, weeks: &[Week], [from, to]: [i64; 2], (name, fill, stroke): (&str, &str, &str)) {
    let all = (to - from).max(1) as f64;
    let place = |week: &Week| [(week.number - from) as f64 / all, week.right];
    canvas.path(weeks.iter().map(place), stroke);
    for week in weeks {
        let (right, confidence) = (percent(week.right), percent(week.confidence));
        let says = format!(
            "{name}, week of {}: {} of them, {right} right, confidence {confidence}",
            week.begins, week.examples
        );
        canvas.dot(place(week), RADIUS, fill, &says);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sunday, 29 November 2026, the last second.
    const SUNDAY: i64 = 1_795_996_799;

    fn said(at: i64, right: bool, audit: bool) -> Said {
        Said { at, confidence: if right { 0.9 } else { 0.5 }, right, audit }
    }

    fn shown(weeks: &[Week]) -> Vec<(&str, usize, f64, f64)> {
        weeks.iter().map(|week| (week.begins.as_str(), week.examples, week.right, week.confidence)).collect()
    }

    #[test]
    fn weeks_begin_on_monday_and_audits_stand_apart() {
        let all = [
            said(SUNDAY + 1, false, false),
            said(SUNDAY, true, false),
            said(SUNDAY, false, false),
            said(SUNDAY - 30 * DAY_SECONDS, true, true),
            said(SUNDAY, true, true),
        ];
        let course = course(&all);
        assert_eq!(shown(&course.unsure), [("2026-11-23", 2, 0.5, 0.7), ("2026-11-30", 1, 0.0, 0.5)]);
        assert_eq!(shown(&course.audits), [("2026-10-26", 1, 1.0, 0.9), ("2026-11-23", 1, 1.0, 0.9)]);
        assert_eq!(super::course(&[]), Course::default());
        assert_eq!(weeks(&[said(0, true, true)], true)[0].begins, "1969-12-29");
    }

    #[test]
    fn weeks_are_drawn_where_they_belong() {
        let svg = learning(&course(&[
            said(SUNDAY - 14 * DAY_SECONDS, true, true),
            said(SUNDAY, true, true),
            said(SUNDAY, false, true),
            said(SUNDAY - 7 * DAY_SECONDS, false, false),
        ]));
        assert!(svg.contains("points=\"56.0,56.0 376.0,216.0\""), "{svg}");
        assert!(
            svg.contains("<circle cx=\"216.0\" cy=\"376.0\"") && svg.contains("stroke-dasharray"),
            "{svg}"
        );
        for part in ["<title>How often", "<desc>Two curves", ">2026-11-09</text>", ">2026-11-23</text>"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert!(svg.contains("audits, week of 2026-11-23: 2 of them, 50 % right, confidence 70 %"), "{svg}");
        assert_eq!(learning(&Course::default()).matches("<circle").count(), 0);
    }
}
