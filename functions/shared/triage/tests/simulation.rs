//! Corrections help, and bad reviewers cannot undo it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use countersign_triage::classifier::simulation::{Course, Setting, simulate};
use countersign_triage::classifier::{Example, Pieces};

const NEEDS: [&str; 8] =
    ["a laptop", "my password back", "more leave", "the payslip", "a badge", "the vpn", "a refund", "a desk"];
const WAYS: [&str; 10] = [
    "i need",
    "please get me",
    "could i have",
    "where is",
    "can you send",
    "help me with",
    "we miss",
    "who gives out",
    "how about",
    "it is time for",
];
const ENDS: [&str; 12] = [
    "today",
    "now",
    "please",
    "for my team",
    "as agreed",
    "this week",
    "in berlin",
    "before friday",
    "thanks",
    "if possible",
    "again",
    "at last",
];

fn stream() -> Vec<Example> {
    let of = |class: usize, text: String| Example { text, label: format!("class {class}") };
    let texts = WAYS.iter().flat_map(|way| ENDS.iter().map(move |end| (way, end)));
    texts
        .flat_map(|(way, end)| {
            (0..).zip(NEEDS).map(move |(class, need)| of(class, format!("{way} {need} {end}")))
        })
        .collect()
}

fn course(bad: usize) -> Course {
    let stream = stream();
    let setting = Setting { stream: &stream, measured: None, start: 1, bad, pieces: Pieces::None };
    simulate(setting, &mut |_, _| ()).unwrap()
}

#[test]
fn corrections_make_it_better_and_are_counted() {
    let course = course(0);
    let (first, last) = (course.curve[0].1, course.curve[course.curve.len() - 1].1);
    assert!(last > first && last > 0.95, "{course:?}");
    assert_eq!(course.classes, 9);
    assert_eq!(course.started_with, 8);
    assert_eq!(course.started_with + course.golden + course.streamed + course.measured_on, stream().len());
    assert!(course.corrections > 0 && course.corrections < course.streamed, "{course:?}");
    assert_eq!((course.promoted_bad, course.refused), (0, 0));
    assert_eq!(course, self::course(0));
}

#[test]
fn bad_reviewers_are_refused() {
    for bad in [1, 2] {
        let course = course(bad);
        let last = course.curve[course.curve.len() - 1].1;
        assert!(last > 0.95, "{course:?}");
        assert!(course.refused > course.refused_good, "{course:?}");
    }
}
