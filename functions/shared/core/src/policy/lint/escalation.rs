//! What is wrong with an escalation: to nobody, in a circle, out of order, to too few.

use super::{Findings, stages::most};
use crate::policy::{
    Approver, Escalation, Mode, Stage,
    escalation::{MAX_STEPS, Step},
};
use std::collections::BTreeSet;

pub(super) fn lint(place: &str, stage: &Stage, findings: &mut Findings) {
    let place = format!("{place}/escalation");
    for escalation in &stage.escalation {
        lint_one(&place, stage, escalation, findings);
    }
    let steps = stage.steps();
    if steps.len() > MAX_STEPS {
        let what = format!("has {} steps.", steps.len());
        findings.add(&place, what, "Keep to ten steps; each approver of an order is one.");
    }
    lint_circle(&place, stage, &steps, findings);
}

fn lint_one(place: &str, stage: &Stage, escalation: &Escalation, findings: &mut Findings) {
    if escalation.to.is_empty() {
        findings.add(place, "escalates to nobody.", "Name under escalation to whom.");
    }
    if escalation.steps().len() < escalation.to.len() && escalation.mode == Mode::Next {
        findings.add(place, "has an order that takes more than a year.", "Give each of the order less time.");
    }
    if escalation.mode == Mode::Add {
        return;
    }
    let steps = escalation.steps();
    let instead = steps.iter().filter_map(|step| most(step.to.first()?));
    // They take the seats of every group.
    let seats: usize = stage.seats().iter().sum();
    if let Some(people) = instead.min().filter(|people| *people < seats) {
        let what = format!("asks {people} people instead, of whom {seats} must approve.");
        findings.add(place, what, "Name as many as must approve, or let the escalation add them.");
    }
}

/// Escalating to those who are asked already goes round in a circle, and so does asking whom it was passed on from.
fn lint_circle(place: &str, stage: &Stage, steps: &[Step], findings: &mut Findings) {
    let panels = stage.panels();
    // Whoever sits in one panel only may be asked for the others too.
    let everywhere = |approver: &Approver| panels.iter().all(|panel| panel.approvers.contains(approver));
    let named = panels.iter().flat_map(|panel| panel.approvers.clone());
    let mut asked: BTreeSet<Approver> = named.collect();
    let (mut gone, mut escalated) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        let to: BTreeSet<Approver> = step.to.first().into_iter().flatten().cloned().collect();
        let known = |one: &Approver| escalated.contains(one) || (everywhere(one) && !gone.contains(one));
        if let Some(back) = to.iter().find(|one| gone.contains(*one)) {
            let what = format!("goes back to {}, from whom it was passed on.", name(back));
            findings.add(place, what, "Name everybody once: whoever was passed over decides no more.");
        } else if !to.is_empty() && to.iter().all(known) {
            let what = "escalates only to those whom it asks already.";
            findings.add(place, what, "Escalate to somebody else or remove the escalation.");
        }
        if step.replaces {
            gone.extend(asked.difference(&to).cloned());
            (asked, escalated) = (to.clone(), BTreeSet::new());
        }
        asked.extend(to.iter().cloned());
        escalated.extend(to);
    }
}

fn name(approver: &Approver) -> String {
    match approver {
        Approver::Role(name)
        | Approver::Group(name)
        | Approver::Person(name)
        | Approver::Expression(name) => name.clone(),
        other => serde_json::to_value(other)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default(),
    }
}
