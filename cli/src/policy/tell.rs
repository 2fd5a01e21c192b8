//! Explanations of the policy as tables for people.

use super::explain::Changed;
use crate::print::tame;
use countersign_core::policy::{
    WaitFor,
    explain::{Explanation, Found, GuardsSeen, PanelSeen, RuleSeen, StageSeen, Time},
};

/// One explanation with its rules and stages.
pub(super) fn whole(told: &Explanation) -> String {
    let mut parts = vec![headline(told)];
    if !told.rules.is_empty() {
        let rows = told.rules.iter().map(|rule| vec![rule.rule.clone(), found(rule)]).collect();
        parts.push(table(&["rule", "what it finds"], rows));
    }
    if !told.stages.is_empty() {
        let rows = told.stages.iter().map(stage).collect();
        parts.push(table(&["stage", "who decides", "how many", "when"], rows));
    }
    parts.extend(told.waits_for.iter().map(waits));
    parts.extend(told.guards.as_ref().map(guards));
    parts.join("\n\n")
}

fn headline(told: &Explanation) -> String {
    let by = match told.rule.as_str() {
        "baseline" => "by the baseline, since no rule fits".to_owned(),
        "desk" | "already-held" => "before any rule acts".to_owned(),
        rule => format!("by the rule {rule}"),
    };
    let what = match told.outcome.as_str() {
        "approval" => "People decide",
        "automatic" => "Approved automatically",
        "break-glass" => "Taken by break-glass",
        "denied" => "Refused",
        "unsure" => "The desk reads it first",
        "service" => "The desk serves it",
        _ => "Held already: nobody is asked",
    };
    if let Some(why) = &told.why {
        return tame_lines(&format!("{what}: {why}."));
    }
    let refusal = told.refusal.as_ref().map(|reason| format!("\nThe requester reads: {reason}"));
    tame_lines(&format!("{what}, {by}.{}", refusal.unwrap_or_default()))
}

fn found(seen: &RuleSeen) -> String {
    let facts: Vec<String> = seen
        .facts
        .iter()
        .map(|(name, value)| match value {
            serde_json::Value::Null => format!("{name} is missing"),
            value => format!("{name} is {value}"),
        })
        .collect();
    let because = if facts.is_empty() { String::new() } else { format!(": {}", facts.join(", ")) };
    match (seen.found, seen.why.as_deref()) {
        (Found::Differs, _) => format!("is about something else{because}"),
        (Found::Untrue, _) => format!("its condition is false{because}"),
        (Found::Acts, _) => format!("ACTS{because}"),
        (Found::Unclear, _) => format!("unclear, so the stricter counts{because}"),
        (Found::NotReached, _) => "not reached".into(),
    }
}

fn stage(seen: &StageSeen) -> Vec<String> {
    let mut who = deciders(seen);
    if let Some(people) = &seen.people {
        let names = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
        who = format!("{names} (for {who})");
    }
    who.push_str(&otherwise(&seen.fallback));
    let reason = if seen.reason_required { ", with a reason" } else { "" };
    let person = if seen.delegation { "" } else { ", in person" };
    let whole = if seen.edits { "" } else { ", as it is asked" };
    let person = match seen.step_up.as_slice() {
        [] => person.to_owned(),
        kinds => format!("{person}, after a fresh sign-in ({})", kinds.join(" or ")),
    };
    let many = match seen.all_of.as_slice() {
        [] => format!("{} to approve{whole}{reason}{person}, {} to deny", seen.approve_at, seen.deny_at),
        panels => {
            let each = |count: fn(&PanelSeen) -> u32| {
                panels.iter().map(|panel| count(panel).to_string()).collect::<Vec<_>>().join(" and ")
            };
            let (approve, deny) = (each(|panel| panel.approve_at), each(|panel| panel.deny_at));
            format!("{approve} to approve{whole}{reason}{person}, {deny} to deny")
        }
    };
    let when: Vec<String> = seen.times.iter().map(time).collect();
    vec![seen.stage.clone(), who, many, when.join(", ")]
}

/// What happens after a while, and when that would be.
fn time(seen: &Time) -> String {
    let at = seen.at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{} {}{at}", seen.after, seen.what)
}

/// Who decides: anybody of a stage, or each of its groups.
fn deciders(seen: &StageSeen) -> String {
    if seen.all_of.is_empty() {
        return seen.approvers.join(" or ");
    }
    let group = |panel: &PanelSeen| format!("{}{}", panel.approvers.join(" or "), otherwise(&panel.fallback));
    let groups: Vec<String> = seen.all_of.iter().map(group).collect();
    format!("each of: {}", groups.join("; and "))
}

fn otherwise(fallback: &[String]) -> String {
    if fallback.is_empty() { String::new() } else { format!("; if nobody: {}", fallback.join(" or ")) }
}

/// What is waited for once it is approved, in a sentence.
fn waits(wait: &WaitFor) -> String {
    let groups = wait.groups.iter().map(|group| format!("in the group {group}"));
    let so: Vec<String> = groups.chain(wait.when.clone()).collect();
    let WaitFor { says, within, check_every, .. } = wait;
    let so = so.join(" and ");
    tame_lines(&format!(
        "Approved, it waits for {says} ({so}): {within} at most, looked at every {check_every}."
    ))
}

/// What guards an automatic approval, in a sentence.
fn guards(seen: &GuardsSeen) -> String {
    let caps = [
        (seen.per_person, "of one requester"),
        (seen.per_target, "of one entitlement"),
        (seen.overall, "in all"),
    ];
    let caps: Vec<String> = caps.into_iter().filter_map(|(cap, of)| Some(format!("{} {of}", cap?))).collect();
    let who = decides(&seen.beyond);
    let guards = match &seen.window {
        Some(window) if !caps.is_empty() => format!(
            "At most {} within {window}; beyond that, and while automatic approval is stopped: {who}.",
            caps.join(", ")
        ),
        _ => format!("While automatic approval is stopped: {who}."),
    };
    let review = seen.share.zip(seen.review.as_ref()).map(|(share, stage)| {
        let who = decides(std::slice::from_ref(stage));
        format!("\n{share} of 1000 are looked at afterwards: {who}.")
    });
    tame_lines(&format!("{guards}{}", review.unwrap_or_default()))
}

/// Several explanations, a line each.
pub(super) fn list(told: &[Explanation]) -> String {
    let rows = told
        .iter()
        .map(|one| vec![one.request.as_str().to_owned(), one.outcome.clone(), one.rule.clone(), who(one)]);
    table(&["request", "outcome", "rule", "who decides"], rows.collect())
}

fn who(told: &Explanation) -> String {
    decides(&told.stages)
}

fn decides(stages: &[StageSeen]) -> String {
    let stages = stages.iter().map(|stage| {
        let many = if stage.approve_at > 1 { format!("{} of ", stage.approve_at) } else { String::new() };
        format!("{many}{}", deciders(stage))
    });
    stages.collect::<Vec<_>>().join(", then ")
}

/// What would change, a line for each request.
pub(super) fn changes(changed: &[Changed], all: usize) -> String {
    let side = |told: &Explanation| {
        let who = who(told);
        let asked = if who.is_empty() { String::new() } else { format!(": {who}") };
        format!("{} ({}){asked}", told.outcome, told.rule)
    };
    let rows: Vec<Vec<String>> = changed
        .iter()
        .map(|one| vec![one.before.request.as_str().to_owned(), side(&one.before), side(&one.after)])
        .collect();
    let count = format!("{} of {all} requests would change.", changed.len());
    if rows.is_empty() {
        count
    } else {
        format!("{}\n\n{count}", table(&["request", "before", "after"], rows))
    }
}

/// Columns side by side, each as wide as it must be.
fn table(heads: &[&str], rows: Vec<Vec<String>>) -> String {
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rows: Vec<Vec<String>> =
        std::iter::once(heads).chain(rows).map(|row| row.iter().map(|cell| tame(cell)).collect()).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &Vec<String>| {
        let cells =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn tame_lines(text: &str) -> String {
    text.lines().map(tame).collect::<Vec<_>>().join("\n")
}
