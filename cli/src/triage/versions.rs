//! `countersign triage versions`, `rollback` and `trust`: what was learned, going back to a model of before, and listening
//! to somebody again.

use crate::deployment::Place;
use crate::failure::{Done, Failure};
use crate::ops::{Who, operator, order};
use crate::print;
use clap::Args;
use countersign_core::{
    digest::Digest,
    ids::SubjectId,
    learning::{Cause, History, Lesson},
    steps::{
        learn_triage::lessons, operate::Obeyed, rollback_model::rollback_model,
        trust_reviewer::trust_reviewer,
    },
};

/// The name of the model that is part of the product.
pub(super) const SHIPPED: &str = "shipped";

/// How models are listed.
#[derive(Args, Debug)]
pub(crate) struct Listing {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where to go back to, who does, and why.
#[derive(Args, Debug)]
pub(crate) struct Rollback {
    /// A version that `versions` lists, its first digits, or `shipped` [default: the one before that in force]
    version: Option<String>,
    #[command(flatten)]
    who: Who,
}

/// Who is listened to again, who says so, and why.
#[derive(Args, Debug)]
pub(crate) struct Trust {
    /// Work address of the reviewer, or their pseudonym as `versions` lists it
    reviewer: String,
    #[command(flatten)]
    who: Who,
}

pub(super) async fn list(place: &Place, options: &Listing) -> Done {
    let lessons = lessons(&place.store().await?).await?;
    if options.json {
        return print::json(&lessons);
    }
    if lessons.is_empty() {
        print::line("Nothing was learned yet: the shipped model is in force");
    }
    lessons.iter().for_each(|lesson| print::line(in_words(lesson)));
    if let Some(last) = lessons.last() {
        print::line(format!("In force: {}", name(last.version.as_ref())));
        for reviewer in History::of(&lessons).suspended() {
            print::line(format!("Not listened to: {reviewer}"));
        }
    }
    Ok(())
}

pub(super) async fn rollback(place: &Place, options: Rollback) -> Done {
    let ctx = place.operator().await?;
    let version = chosen(&lessons(&ctx).await?, options.version.as_deref())?;
    let order = order(&ctx, version, options.who).await?;
    rollback_model(&ctx, &order).await?;
    print::line(format!(
        "{} is in force; functions take it over after the next text",
        name(order.of.as_ref())
    ));
    Ok(())
}

pub(super) async fn trust(place: &Place, options: Trust) -> Done {
    let ctx = place.operator().await?;
    let named = &options.reviewer;
    let reviewer = match named.contains('@') {
        true => operator::find(&ctx, named).await?.subject,
        false => SubjectId::new(named.clone())?,
    };
    let order = order(&ctx, reviewer, options.who).await?;
    print::line(match trust_reviewer(&ctx, &order).await? {
        Obeyed::Done => format!("{} is listened to again; earlier corrections stay refused", order.of),
        Obeyed::NothingToDo => format!("{} was not suspended", order.of),
    });
    Ok(())
}

fn name(version: Option<&Digest>) -> &str {
    version.map_or(SHIPPED, Digest::as_str)
}

/// The version that somebody means; the shipped one is none.
pub(super) fn chosen(lessons: &[Lesson], given: Option<&str>) -> Done<Option<Digest>> {
    let Some(given) = given else { return before(lessons) };
    if given == SHIPPED {
        return Ok(None);
    }
    let mut fitting: Vec<&Digest> = lessons.iter().filter_map(|lesson| lesson.version.as_ref()).collect();
    fitting.retain(|version| version.as_str().starts_with(given));
    fitting.sort();
    fitting.dedup();
    match fitting.as_slice() {
        [one] => Ok(Some((*one).clone())),
        _ => Err(Failure::new(format!("{} models begin with these digits", fitting.len()))
            .advising("List them: countersign triage versions")),
    }
}

/// The model before that in force.
fn before(lessons: &[Lesson]) -> Done<Option<Digest>> {
    let now = lessons.last().and_then(|last| last.version.clone());
    let made = lessons.iter().rev().find(|lesson| lesson.version == now && lesson.parent != now);
    made.map(|lesson| lesson.parent.clone()).ok_or_else(|| {
        Failure::new("the shipped model is in force, and there was none before")
            .advising("List what was in force: countersign triage versions")
    })
}

fn in_words(lesson: &Lesson) -> String {
    let version = name(lesson.version.as_ref());
    match &lesson.cause {
        Cause::Learned { batches, golden, .. } => {
            let count = |learned: bool| -> usize {
                let batches = batches.iter().filter(|batch| batch.learned == learned);
                batches.map(|batch| batch.examples.len()).sum()
            };
            format!(
                "{:>4} {} {version}: {} corrections learned, {} refused, {:.1} % right, {:.1} % before",
                lesson.number,
                lesson.at,
                count(true),
                count(false),
                f64::from(golden.after) / 10.0,
                f64::from(golden.before) / 10.0,
            )
        }
        Cause::Measured { levels } => {
            let levels = levels.iter().map(|(intent, level)| format!("{intent} {}", level.name()));
            let levels = levels.collect::<Vec<_>>().join(", ");
            let levels = if levels.is_empty() { "what each starts with".to_owned() } else { levels };
            format!("{:>4} {} {version}: measured anew, and may do: {levels}", lesson.number, lesson.at)
        }
        Cause::Trusted { reviewer, by, .. } => {
            format!("{:>4} {} {version}: {reviewer} is listened to again, by {by}", lesson.number, lesson.at)
        }
        Cause::RolledBack { by, .. } => {
            format!("{:>4} {} {version}: rolled back by {by}", lesson.number, lesson.at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{ids::SubjectId, learning::Golden, time::Timestamp};

    fn version(name: &str) -> Option<Digest> {
        (name != SHIPPED).then(|| Digest::of_text(name))
    }

    /// Lessons that put these models in force, one after another; one with a star is a rollback.
    fn history(names: &[&str]) -> Vec<Lesson> {
        let mut parent = None;
        let mut lesson = |(number, given): (u64, &&str)| {
            let back = given.strip_prefix('*');
            let cause = match back {
                Some(_) => Cause::RolledBack { by: SubjectId::derived(&["ada"]), reason: "sealed".into() },
                None => Cause::Learned {
                    base: "base".into(),
                    batches: Vec::new(),
                    golden: Golden { before: 900, after: 912 },
                },
            };
            let version = version(back.unwrap_or(given));
            let lesson = Lesson { number, at: Timestamp(0), parent: parent.clone(), version, cause };
            parent.clone_from(&lesson.version);
            lesson
        };
        (1..).zip(names).map(&mut lesson).collect()
    }

    #[test]
    fn the_model_that_somebody_means_is_found() {
        let one = Digest::of_text("one");
        for (names, given, expected) in [
            (&["one", "two"][..], None, Some("one")),
            (&["one"], None, Some(SHIPPED)),
            (&["one", "one"], None, Some(SHIPPED)),
            (&["one", "two", "*one"], None, Some("two")),
            (&[], None, None),
            (&["one", "two"], Some(SHIPPED), Some(SHIPPED)),
            (&["one", "two"], Some(&one.as_str()[..9]), Some("one")),
            (&["one", "two"], Some("not a version"), None),
            (&["one", "two"], Some(""), None),
        ] {
            let found = chosen(&history(names), given);
            assert_eq!(found.ok(), expected.map(version), "{names:?} {given:?}");
        }
    }

    #[test]
    fn lessons_are_told_in_words() {
        let words: Vec<String> = history(&["one", "*shipped"]).iter().map(in_words).collect();
        assert!(
            words[0].contains("0 corrections learned, 0 refused, 91.2 % right, 90.0 % before"),
            "{words:?}"
        );
        assert!(words[1].contains("shipped: rolled back by"), "{words:?}");
    }
}
