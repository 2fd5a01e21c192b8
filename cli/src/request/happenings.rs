//! Entries of an audit chain in plain words.

use countersign_core::{
    audit::{By, Entry, Happening},
    cards::{Names, verdict_word},
    gate::{Basis, Rerouted},
    ids::{LeaveId, SubjectId},
    request::EffectKind,
    time::Timestamp,
};

/// Everybody that an entry speaks of.
pub(crate) fn concerned(entry: &Entry) -> Vec<SubjectId> {
    let mut all = match &entry.by {
        By::Person { subject, .. } => vec![subject.clone()],
        _ => Vec::new(),
    };
    match &entry.what {
        Happening::Requested { requester, beneficiary, .. } => {
            all.extend([requester.clone(), beneficiary.clone()]);
        }
        Happening::GateOpened { candidates: people, .. } | Happening::GateEnded { by: people, .. } => {
            all.extend(people.iter().cloned())
        }
        Happening::GateEscalated { added, passed_on, .. } => {
            all.extend(added.iter().chain(passed_on).cloned());
        }
        Happening::GateRerouted { added, removed, .. } => {
            all.extend(
                added.iter().map(|one| one.who.clone()).chain(removed.iter().map(|one| one.who.clone())),
            );
            all.extend(added.iter().filter_map(|one| one.acting_for.clone()));
        }
        Happening::DelegationGiven { from, to, .. } => all.extend([from.clone(), to.clone()]),
        Happening::DelegationEnded { from, .. } => all.push(from.clone()),
        Happening::Voted { acting_for, .. } => all.extend(acting_for.clone()),
        Happening::GateClaimed { from, .. } => all.extend(from.clone()),
        _ => {}
    }
    all
}

/// One entry as a sentence.
pub(crate) fn in_words(entry: &Entry, names: &Names) -> String {
    let name = |who: &SubjectId| names.get(who).map_or("somebody", |who| who.name.as_str()).to_owned();
    let all = |people: &[SubjectId]| people.iter().map(name).collect::<Vec<_>>().join(", ");
    let actor = match &entry.by {
        By::Person { subject, .. } => name(subject),
        By::Policy { .. } => "the policy".into(),
        By::Ledger => "the ledger".into(),
        By::Function { name } => name.clone(),
    };
    match &entry.what {
        Happening::Requested { requester, beneficiary, .. } if requester != beneficiary => {
            format!("{} asked, for {}", name(requester), name(beneficiary))
        }
        Happening::Requested { requester, .. } => format!("{} asked", name(requester)),
        Happening::ContextGathered { verified: true, .. } => {
            "facts were gathered, every source answered".into()
        }
        Happening::ContextGathered { .. } => "facts were gathered, not every source answered".into(),
        Happening::Planned { rule, outcome, held_back: Some(why), .. } => {
            format!(
                "the policy was applied: {rule} wants {outcome}, not automatically: {}",
                match why.as_str() {
                    "autonomy" => "triage may not act on it without a person".to_owned(),
                    "suggest" => "triage may only suggest".to_owned(),
                    other => other.replace('-', " "),
                }
            )
        }
        Happening::Planned { rule, outcome, .. } => format!("the policy was applied: {rule} wants {outcome}"),
        Happening::GateOpened { gate, stage, candidates, .. } => {
            format!("gate {gate} ({stage}) opened for {}", all(candidates))
        }
        Happening::GateEscalated { gate, added, passed_on, .. } if passed_on.is_empty() => {
            format!("gate {gate} now also asks {}", all(added))
        }
        Happening::GateEscalated { gate, added, passed_on, .. } => {
            let before: Vec<SubjectId> = passed_on.iter().cloned().collect();
            format!("gate {gate} was passed on from {} to {}", all(&before), all(added))
        }
        Happening::GateRerouted { gate, added, removed } => rerouted(*gate, added, removed, name),
        Happening::DelegationGiven { from, to, starts, ends, .. } => {
            let ends = ends.map_or_else(|| "without end".into(), |at| format!("until {at}"));
            format!("{} may decide in the place of {} from {starts}, {ends}", name(to), name(from))
        }
        Happening::DelegationEnded { from, .. } => {
            format!("nobody decides in the place of {} any more", name(from))
        }
        Happening::Reminded { gate, round } => format!("gate {gate}: round {round} of reminders"),
        Happening::Voted { gate, verdict, acting_for, .. } => {
            let for_whom = acting_for.as_ref().map(|who| format!(" for {}", name(who))).unwrap_or_default();
            format!("{actor} said \"{}\"{for_whom} at gate {gate}", verdict_word(verdict))
        }
        Happening::GateClaimed { gate, until, from } => {
            let from = from.as_ref().map(|who| format!(" instead of {}", name(who))).unwrap_or_default();
            format!("{actor} is on gate {gate}{from}, until {until}")
        }
        Happening::QuestionAsked { gate, question, deadline, .. } => {
            format!(
                "{actor} asked the requester (question {question} at gate {gate}), which ends at {deadline} now"
            )
        }
        Happening::QuestionAnswered { gate, question, deadline, .. } => {
            format!("{actor} answered question {question} at gate {gate}, which ends at {deadline} now")
        }
        Happening::ClaimGivenBack { gate } => format!("{actor} is not on gate {gate} any more"),
        Happening::VoteRefused { gate, reason } => {
            format!("{actor} was refused at gate {gate}: {}", spaced(&format!("{reason:?}")))
        }
        Happening::GateEnded { gate, ending, delivered, first_touched, .. } => {
            let at = |what: &str, at: &Option<Timestamp>| {
                at.map(|at| format!(", {what} {at}")).unwrap_or_default()
            };
            let (delivered, touched) = (at("first card", delivered), at("first answer", first_touched));
            format!("gate {gate} ended: {}{delivered}{touched}", spaced(&format!("{ending:?}")))
        }
        Happening::Corrected { from, to, .. } => format!("{actor} corrected {from} to {to}"),
        Happening::GlassBroken { incident } => format!("{actor} broke the glass in incident {incident}"),
        Happening::Regated => "the approval no longer holds and is asked again".into(),
        Happening::ConfigChanged { action, config, commit, .. } => {
            let commit = commit.as_ref().map_or_else(String::new, |commit| format!(", of commit {commit}"));
            format!("{actor} as operator: {action} configuration {config}{commit}")
        }
        Happening::Operated { action, of, .. } => {
            let of = of.as_ref().map(|of| format!(" ({of})")).unwrap_or_default();
            format!("{actor} as operator: {action}{of}")
        }
        Happening::Replayed { of, .. } => format!("{actor} as operator: had words read again ({of})"),
        other => of_effects(other),
    }
}

fn rerouted(
    gate: u32,
    added: &[Rerouted],
    removed: &[Rerouted],
    name: impl Fn(&SubjectId) -> String,
) -> String {
    let one = |one: &Rerouted| match (&one.acting_for, &one.basis) {
        (Some(principal), _) => format!("{} for {}", name(&one.who), name(principal)),
        (None, Some(Basis::Leave { leaves })) => {
            let ids: Vec<&str> = leaves.iter().map(LeaveId::as_str).collect();
            let ids = if ids.is_empty() { String::new() } else { format!(" (leave {})", ids.join(", ")) };
            format!("{} for whoever is away{ids}", name(&one.who))
        }
        (None, _) => name(&one.who),
    };
    let asked: Vec<String> = added.iter().map(one).collect();
    let left: Vec<String> = removed.iter().map(one).collect();
    let parts = [("now also asks", asked), ("no longer asks", left)].into_iter();
    let parts = parts.filter(|(_, people)| !people.is_empty());
    let parts: Vec<String> = parts.map(|(what, people)| format!("{what} {}", people.join(", "))).collect();
    format!("gate {gate} {}", parts.join(" and "))
}

fn of_effects(what: &Happening) -> String {
    let what_is = |effect: &EffectKind| match effect {
        EffectKind::Grant => "the grant",
        EffectKind::Revocation => "the revocation",
    };
    match what {
        Happening::BudgetReserved { cents, confirmed: true } => {
            format!("the ledger set {} a month aside, and confirms it by itself", money(*cents))
        }
        Happening::BudgetReserved { cents, .. } => {
            format!("the ledger set {} a month aside; Finance must confirm it", money(*cents))
        }
        Happening::SeatReserved { free: true } => "the ledger set a seat aside".into(),
        Happening::SeatReserved { .. } => "the ledger set a seat aside, though none was free".into(),
        Happening::BudgetSpent { cents } => format!("the ledger spent {} a month", money(*cents)),
        Happening::EffectClaimed { effect, .. } => format!("{} was claimed", what_is(effect)),
        Happening::EffectReturned { effect, .. } => {
            format!("{} did not happen and will be tried again", what_is(effect))
        }
        Happening::EffectUncertain { effect, .. } => {
            format!("{} may have happened and is read back", what_is(effect))
        }
        Happening::EffectConfirmed { effect, .. } => {
            format!("{} was read back from the target: confirmed", what_is(effect))
        }
        Happening::EffectGivenUp { effect, unknown } => {
            let why = if *unknown { "nobody knows whether it happened" } else { "it cannot be done" };
            format!("{} was given up: {why}", what_is(effect))
        }
        Happening::AccessKept { by: Some(other) } => {
            format!("the grant is over, and request {other} carries the access on")
        }
        Happening::AccessKept { by: None } => {
            "the grant is over, and the access stays: it was held before".into()
        }
        Happening::Ended { outcome, .. } => format!("the request ended: {}", spaced(&format!("{outcome:?}"))),
        other => spaced(&format!("{other:?}")),
    }
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// `AlreadyHeld` as `already held`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        audit::Head,
        cards::Who,
        gate::{Ending, seating::first_panel},
        job::Verdict,
        request::Outcome,
    };

    fn check(what: Happening, expected: &str) {
        let marcus = SubjectId::derived(&["marcus"]);
        let names = Names::from([(marcus.clone(), Who { name: "Marcus Weber".into(), chat: None })]);
        let by = By::Person { subject: marcus, via: "slack".into() };
        let entry = Entry::after(&Head::default(), "R-1", Timestamp(0), by, what).unwrap();
        assert_eq!(in_words(&entry, &names), expected);
    }

    #[test]
    fn happenings_read_as_sentences() {
        let marcus = || SubjectId::derived(&["marcus"]);
        check(Happening::Regated, "the approval no longer holds and is asked again");
        let ended = |delivered, first_touched| Happening::GateEnded {
            gate: 1,
            ending: Ending::Approved,
            by: vec![marcus()],
            granted: None,
            delivered,
            first_touched,
        };
        check(ended(None, None), "gate 1 ended: approved");
        check(
            ended(Some(Timestamp(0)), Some(Timestamp(60_000))),
            "gate 1 ended: approved, first card 1970-01-01T00:00:00Z, first answer 1970-01-01T00:01:00Z",
        );
        let escalated = |passed_on: &[SubjectId]| Happening::GateEscalated {
            gate: 1,
            added: vec![marcus()],
            passed_on: passed_on.iter().cloned().collect(),
            seating: std::collections::BTreeMap::new(),
        };
        check(escalated(&[]), "gate 1 now also asks Marcus Weber");
        let before = SubjectId::derived(&["nobody known"]);
        check(escalated(&[before]), "gate 1 was passed on from somebody to Marcus Weber");
        check(
            Happening::Ended { outcome: Outcome::AlreadyHeld, given_back_cents: None },
            "the request ended: already held",
        );
        check(
            Happening::BudgetReserved { cents: 3005, confirmed: true },
            "the ledger set 30.05 a month aside, and confirms it by itself",
        );
        check(
            Happening::Voted {
                gate: 2,
                verdict: Verdict::Approve,
                basis: "manager".into(),
                acting_for: Some(SubjectId::derived(&["nobody known"])),
                delegation: None,
                leaves: std::collections::BTreeSet::new(),
                panels: first_panel(),
                action: countersign_core::digest::Digest::zero(),
                reason: None,
                cast_at: Timestamp(0),
                sign_in: None,
            },
            "Marcus Weber said \"approve\" for somebody at gate 2",
        );
    }
}
