//! `countersign triage replay`.

use super::{
    model,
    versions::{SHIPPED, chosen},
};
use crate::deployment::{Operates, Place};
use crate::failure::{Done, Failure};
use crate::ops::{Who, order};
use crate::{print, request::day};
use clap::{Args, value_parser};
use countersign_core::{
    ports::{Clock, ReadModels},
    steps::{
        learn_triage::lessons,
        replay_triage::{Changed, Reading, Replayed, Trial, Way, replay_triage},
    },
    time::{Span, Timestamp},
};
use countersign_triage::{Classifier, port::Embedded, shipped};
use std::path::Path;

/// How many days back requests are read again where no day is named.
const DAYS: u8 = 30;
/// Words about progress come every so many requests.
const SAID_EVERY: usize = 200;

/// What is tried, and on which requests.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// What reads: the folder that `train` wrote, or its file; or a version that `versions` lists, its first digits, or `shipped` [default: the model in force]
    #[arg(long, value_name = "DIR|VERSION")]
    model: Option<String>,
    /// The confidence, in thousandths, below which the desk reads first [default: minimum_confidence of the active policy]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(0..=1000))]
    minimum: Option<u16>,
    /// The confidence, 0 to 1, from which on the model takes a text for its best guess and not for out of scope [default: the model's own]
    #[arg(long, value_name = "SHARE", value_parser = threshold)]
    threshold: Option<f64>,
    /// The first day, like 2026-11-01 [default: 30 days ago]
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    who: Who,
}

fn threshold(text: &str) -> Result<f64, String> {
    let threshold: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&threshold) { Ok(threshold) } else { Err("not from 0 to 1".to_owned()) }
}

pub(super) async fn run(place: &Place, options: Options) -> Done {
    let ctx = place.operator().await?;
    let mut classifier = candidate(&ctx, &place.models().await?, options.model.as_deref()).await?;
    if let Some(threshold) = options.threshold {
        classifier = classifier.accepting_from(threshold);
    }
    let recent = Timestamp(ctx.now().0 - Span::of_days(DAYS).millis());
    let trial = Trial { since: options.since.unwrap_or(recent), minimum: options.minimum };
    let order = order(&ctx, trial, options.who).await?;
    let replayed = replay_triage(&ctx, &Embedded::from(classifier), &order, progress).await?;
    if options.json {
        return print::json(&replayed);
    }
    in_words(&replayed).iter().for_each(print::line);
    Ok(())
}

fn progress(done: usize, of: usize) {
    if done.is_multiple_of(SAID_EVERY) {
        print::complaint(format!("read {done} of {of} requests"));
    }
}

/// The classifier that somebody means.
async fn candidate(ctx: &impl Operates, models: &impl ReadModels, given: Option<&str>) -> Done<Classifier> {
    let version = match given {
        Some(given) if !is_version(given) => return model::load(Path::new(given)),
        Some(given) => chosen(&lessons(ctx).await?, Some(given))?,
        None => models.in_force().await?,
    };
    let Some(version) = version else {
        return shipped::model().map_err(|error| Failure::new(format!("the shipped model: {error}")));
    };
    let found = Classifier::load(models.model(&version).await?);
    let damaged = || {
        Failure::new(format!("the kept model {version} is damaged"))
            .advising("Name another one: countersign triage versions")
    };
    found.ok().filter(|found| found.version() == version.as_str()).ok_or_else(damaged)
}

/// Whether a model is named by its version: a folder of that name comes first.
fn is_version(given: &str) -> bool {
    let digits = given.bytes().all(|byte| byte.is_ascii_hexdigit());
    (digits || given == SHIPPED) && !Path::new(given).exists()
}

fn in_words(replayed: &Replayed) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} requests read again by model {}, {} left out: erased",
            replayed.requests, replayed.model, replayed.erased
        ),
        format!(
            "minimum_confidence, then and now    {} / {}",
            replayed.minimum_before, replayed.minimum_after
        ),
        format!(
            "another intent, application, level  {} / {} / {}",
            replayed.other_intent, replayed.other_application, replayed.other_level
        ),
        format!("now to the desk                     {}", replayed.to_the_desk),
        format!("now past the desk                   {}", replayed.past_the_desk),
        format!(
            "of {} of which people said what they are: {} now right that were wrong, {} now wrong that were right",
            replayed.labelled, replayed.now_right, replayed.now_wrong
        ),
    ];
    if replayed.read_twice > 0 {
        lines.push(format!(
            "{} were read by a second reader as well, which is not asked again: some of them may go past the desk only here",
            replayed.read_twice
        ));
    }
    lines.extend(replayed.changed.iter().map(line));
    lines
}

fn line(changed: &Changed) -> String {
    let label = changed.label.as_ref().map(|label| format!("; people say {label}")).unwrap_or_default();
    let people: Vec<&str> = changed.decided_by.iter().map(|who| who.as_str()).collect();
    let by = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
    let (before, after) = (reading(&changed.before), reading(&changed.after));
    print::tame(&format!("{}: {before} -> {after}{label}; decided by {by}", changed.request))
}

fn reading(reading: &Reading) -> String {
    let parts = [Some(&reading.intent), reading.application.as_ref(), reading.entitlement.as_ref()];
    let what: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let way = match reading.way {
        Way::Desk => "the desk reads it",
        Way::Own => "its own way",
    };
    format!("{} ({}, {way})", what.join("/"), reading.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        change::put,
        digest::Digest,
        job::Verdict,
        learning::ActiveModel,
        ports::{Expect, WriteModels, WriteStore},
        slot::Slot,
        steps::operate::Order,
    };
    use countersign_testkit::{BEGINNING, World, access};
    use countersign_triage::shipped::MODEL;

    /// What is printed of a replay of Emma's one request, which her manager decided.
    #[tokio::test]
    async fn a_change_is_told_in_a_line_without_words_or_names() {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        assert!(world.press("marcus", Verdict::Approve, None));
        world.run();
        let order = Order {
            of: Trial { since: BEGINNING, minimum: Some(1000) },
            operator: world.subject("ada"),
            reason: "what if".into(),
        };
        let candidate = Embedded::from(candidate(&world, &world, None).await.unwrap());
        let replayed = replay_triage(&world, &candidate, &order, |_, _| ()).await.unwrap();
        let told = in_words(&replayed).join("\n");
        for part in [
            format!("1 requests read again by model {}, 0 left out", shipped::version()),
            "minimum_confidence, then and now    600 / 1000".to_owned(),
            "now to the desk                     1".to_owned(),
            format!("{id}: access.request/salesforce"),
            format!("decided by {}", world.subject("marcus").as_str()),
        ] {
            assert!(told.contains(&part), "{part}: {told}");
        }
        assert!(!told.contains("Emma") && !told.contains("Marcus"), "{told}");
    }

    #[tokio::test]
    async fn the_model_that_somebody_means_is_read() {
        let world = World::harbour();
        let version = Digest::parse(&shipped::version()).unwrap();
        let in_force = |version: Option<&Digest>| {
            let active = ActiveModel { version: version.cloned(), lesson: 1, ..ActiveModel::default() };
            put(Slot::ActiveModel, Expect::Any, &active, None).unwrap()
        };
        world.keep(&version, MODEL).await.unwrap();
        world.commit(vec![in_force(Some(&version))]).await.unwrap();
        for given in [None, Some(SHIPPED)] {
            let found = candidate(&world, &world, given).await.unwrap();
            assert_eq!(found.version(), version.as_str(), "{given:?}");
        }
        let other = Digest::of_text("other");
        world.keep(&other, MODEL).await.unwrap();
        world.commit(vec![in_force(Some(&other))]).await.unwrap();
        for (given, says) in [
            (None, "is damaged"),
            (Some("abc"), "0 models begin with these digits"),
            (Some("no/such/folder"), "no/such/folder: "),
        ] {
            let said = candidate(&world, &world, given).await.unwrap_err().to_string();
            assert!(said.contains(says), "{given:?}: {said}");
        }
    }

    #[test]
    fn a_threshold_is_a_number_from_zero_to_one() {
        for (text, good) in
            [("0", true), ("0.6", true), ("1", true), ("1.1", false), ("x", false), ("NaN", false)]
        {
            assert_eq!(threshold(text).is_ok(), good, "{text}");
        }
    }
}
