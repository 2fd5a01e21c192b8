//! What is wrong with the times of a stage, and with when people work.

use super::Findings;
use crate::{
    config::Config,
    policy::{
        Escalation, Lapse, Stage,
        working_time::{MAX_HOLIDAYS, MAX_SEARCHED_DAYS, WorkingTime},
    },
};
use std::{cmp::Ordering, collections::BTreeMap};

const DAY_SECONDS: u64 = 86_400;

/// The most days that a request waits for people: an execution is ended after a year, and what is approved may wait for its
/// time, and then for a condition, for 90 days each.
const MAX_ASKING_DAYS: u64 = 180;
/// The most reminders of a stage.
pub(super) const MAX_REMINDERS: usize = 20;

pub(super) fn lint_working_time(working_time: &WorkingTime, findings: &mut Findings) {
    let place = "working_time";
    if !working_time.has_zone() {
        let what = format!("names the time zone {}, which there is not.", working_time.zone);
        findings.add(place, what, "Name one of the IANA database, like Europe/Berlin.");
    }
    if working_time.days.is_empty() || working_time.from >= working_time.to {
        findings.add(
            place,
            "has no hour of work.",
            "Name days, and a time under to that is later than from.",
        );
    }
    if working_time.holidays.len() > MAX_HOLIDAYS {
        let what = format!("has {} holidays.", working_time.holidays.len());
        findings.add(place, what, "Keep to 400; those that are over can go.");
    }
}

pub(super) fn lint(config: &Config, place: &str, stage: &Stage, findings: &mut Findings) {
    let steps: Vec<Lapse> =
        stage.escalation.iter().flat_map(Escalation::steps).map(|step| step.after).collect();
    let further = stage.further().map(|further| further.within);
    let within: Vec<Lapse> =
        stage.reminders.iter().copied().chain(steps.iter().copied()).chain(stage.warning).collect();
    if stage.reminders.len() > MAX_REMINDERS {
        let what = format!("reminds {} times.", stage.reminders.len());
        findings.add(
            place,
            what,
            "Keep to twenty reminders; each wakes the workflow and everybody who is asked.",
        );
    }
    let all = within.iter().copied().chain([stage.expires_after]).chain(further);
    let Some(hours) = Hours::of(config.policy.working_time.as_ref(), all.clone()) else {
        let what = "counts working time, but nobody says when people work.";
        findings.add(place, what, "Name zone, days, from and to under working_time of the policy.");
        return;
    };
    let late = within.iter().map(|lapse| hours.compare(*lapse, stage.expires_after));
    lint_order(
        late,
        place,
        "has a reminder, escalation or warning that its end comes before.",
        "Make it shorter than expires_after.",
        findings,
    );
    let pairs = steps.iter().zip(steps.iter().skip(1)).map(|(one, next)| hours.compare(*one, *next));
    let remedy = "Order the steps by their times; the n-th of an order comes after n times its time.";
    lint_order(
        pairs,
        &format!("{place}/escalation"),
        "has a step that does not come after the one before it.",
        remedy,
        findings,
    );
    let days: u64 =
        [stage.expires_after].into_iter().chain(further).map(|lapse| hours.most_days(lapse)).sum();
    if days > u64::from(MAX_SEARCHED_DAYS) {
        findings.add(place, "may take more than a year.", "Give less time, or more hours of work.");
    }
}

/// How many days stages that follow one another wait for people at the longest, with what may be asked beside them.
pub(super) fn lint_all(config: &Config, place: &str, stages: &[Stage], findings: &mut Findings) {
    let policy = &config.policy;
    let wait = |stage: &Stage| Hours::of_stage(policy.working_time.as_ref(), stage);
    let beside = [Some(&policy.desk), policy.seats.as_ref(), Some(&policy.finance)];
    let exemption = policy.exemptions.iter().map(wait).max().unwrap_or_default();
    let days: u64 = stages.iter().chain(beside.into_iter().flatten()).map(wait).sum::<u64>() + exemption;
    if days > MAX_ASKING_DAYS {
        let what =
            format!("may wait for people for {days} days, with the desk, an exemption, a seat and Finance.");
        findings.add(place, what, "Give its stages less time: no workflow runs for longer than a year.");
    }
}

/// Each first of two must be shorter than the second.
fn lint_order(
    pairs: impl Iterator<Item = Option<Ordering>>,
    place: &str,
    what: &str,
    remedy: &str,
    findings: &mut Findings,
) {
    let found: Vec<Option<Ordering>> = pairs.filter(|order| *order != Some(Ordering::Less)).collect();
    if found.iter().any(Option::is_some) {
        findings.add(place, what, remedy);
    } else if !found.is_empty() {
        let what = "mixes working time and the clock, so that nobody knows what comes first.";
        findings.add(place, what, "Give all times of the stage in working time, or all by the clock.");
    }
}

/// How many holidays a year has at the most.
fn most_holidays(hours: &WorkingTime) -> u64 {
    let mut years: BTreeMap<u16, u64> = BTreeMap::new();
    hours.holidays.iter().for_each(|day| *years.entry(day.year()).or_default() += 1);
    years.into_values().max().unwrap_or(0)
}

/// When people work, where that is asked for.
struct Hours<'a>(Option<&'a WorkingTime>);

impl<'a> Hours<'a> {
    /// None where one of these is of working time that nobody knows.
    fn of(known: Option<&'a WorkingTime>, mut lapses: impl Iterator<Item = Lapse>) -> Option<Self> {
        (known.is_some() || !lapses.any(Lapse::is_working)).then_some(Self(known))
    }

    /// The most days that a stage waits for people: until its end, and while questions wait for their answers.
    fn of_stage(known: Option<&'a WorkingTime>, stage: &Stage) -> u64 {
        let further = stage.further().map(|further| further.within);
        let lapses = [stage.expires_after].into_iter().chain(further);
        // Of working time that nobody knows is told elsewhere.
        let Some(hours) = Self::of(known, lapses.clone()) else { return 0 };
        let answers = stage.answer_within.seconds().div_ceil(DAY_SECONDS) * u64::from(stage.questions);
        lapses.map(|lapse| hours.most_days(lapse)).sum::<u64>() + answers
    }

    fn seconds(&self, lapse: Lapse) -> u64 {
        match (lapse, self.0) {
            (Lapse::Clock(span), _) => span.seconds(),
            (Lapse::Working(working), Some(hours)) => hours.seconds(working),
            (Lapse::Working(_), None) => 0,
        }
    }

    /// Which is over first, if that is sure: so many hours of work take at least as long by the clock.
    fn compare(&self, one: Lapse, other: Lapse) -> Option<Ordering> {
        let order = self.seconds(one).cmp(&self.seconds(other));
        match (one, other) {
            (Lapse::Clock(_), Lapse::Clock(_)) | (Lapse::Working(_), Lapse::Working(_)) => Some(order),
            (Lapse::Clock(_), Lapse::Working(_)) => (order == Ordering::Less).then_some(order),
            (Lapse::Working(_), Lapse::Clock(_)) => None,
        }
    }

    /// The most days that it can take.
    fn most_days(&self, lapse: Lapse) -> u64 {
        let seconds = self.seconds(lapse);
        let Some(hours) = self.0.filter(|_| lapse.is_working()) else { return seconds.div_ceil(DAY_SECONDS) };
        let minutes = hours.to.minutes().saturating_sub(hours.from.minutes());
        let week = u64::from(minutes) * 60 * hours.days.len() as u64;
        let weeks = seconds.checked_div(week).map_or(0, |weeks| weeks + 1);
        weeks * 7 + most_holidays(hours)
    }
}
