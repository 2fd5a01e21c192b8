//! `countersign triage simulate`.

use super::data::Data;
use crate::failure::{Done, Failure};
use crate::print;
use clap::{Args, value_parser};
use countersign_triage::classifier::Pieces;
use countersign_triage::classifier::simulation::{Course, REVIEWERS, Setting, simulate};
use std::path::PathBuf;

/// Words about progress come every so many corrections.
const SAID_EVERY: usize = 250;

/// What is played.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Examples of each class that are learned before the first correction
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..))]
    start: u16,
    /// Labelled texts; they come one by one, and whatever is unsure is asked of a reviewer
    #[arg(long, value_name = "FILE")]
    stream: PathBuf,
    /// How many of the five reviewers give every text the same label
    #[arg(long, value_name = "K", value_parser = value_parser!(u8).range(0..=REVIEWERS as i64))]
    bad: u8,
    /// Labelled texts to measure on [default: one in ten of the stream]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(options: &Options) -> Done {
    let stream = Data::read(&options.stream)?;
    let measured = options.data.as_deref().map(Data::read).transpose()?;
    let setting = Setting {
        stream: &stream.examples,
        measured: measured.as_ref().map(|data| data.examples.as_slice()),
        start: usize::from(options.start),
        bad: usize::from(options.bad),
        pieces: Pieces::Shipped,
    };
    let mut progress = |corrections: usize, accuracy: f64| {
        if corrections.is_multiple_of(SAID_EVERY) {
            print::complaint(format!("{corrections} corrections: {:.1} % right", accuracy * 100.0));
        }
    };
    let course = simulate(setting, &mut progress).map_err(|error| Failure::new(error.to_string()))?;
    if options.json {
        return print::json(&course);
    }
    in_words(&course).iter().for_each(print::line);
    Ok(())
}

fn in_words(course: &Course) -> Vec<String> {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let at = |point: Option<&(usize, f64)>| point.map_or("-".to_owned(), |point| percent(point.1));
    let goal =
        course.corrections_to_91.map_or("not reached".to_owned(), |count| format!("{count} corrections"));
    let (last_share, last_right) = course.last_quarter;
    vec![
        format!(
            "{} classes, {} texts to start from, {} in the golden set, {} in the stream, measured on {}",
            course.classes, course.started_with, course.golden, course.streamed, course.measured_on
        ),
        format!("accuracy before and after  {} / {}", at(course.curve.first()), at(course.curve.last())),
        format!("corrections                {}", course.corrections),
        format!("to 91 %                    {goal}"),
        format!(
            "handled without a person   {}, {} of them right",
            percent(course.handled_share),
            percent(course.handled_right)
        ),
        format!("  in the last quarter      {}, {} of them right", percent(last_share), percent(last_right)),
        format!(
            "batches                    {} in force ({} of bad reviewers), {} refused ({} of good reviewers)",
            course.promoted, course.promoted_bad, course.refused, course.refused_good
        ),
        format!(
            "suspended                  {} of {} bad reviewers",
            bad_suspended(course),
            course.bad_reviewers
        ),
    ]
}

fn bad_suspended(course: &Course) -> usize {
    course.suspended.iter().filter(|reviewer| **reviewer <= course.bad_reviewers).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_told_with_its_figures() {
        let course = Course {
            curve: vec![(0, 0.5), (50, 0.925)],
            corrections: 50,
            bad_reviewers: 1,
            suspended: vec![1, 3],
            ..Course::default()
        };
        let said = in_words(&course).join("\n");
        for part in ["50.0 % / 92.5 %", "to 91 %                    not reached", "1 of 1 bad reviewers"] {
            assert!(said.contains(part), "{said}");
        }
    }
}
