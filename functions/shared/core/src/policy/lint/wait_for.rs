//! What is wrong with what approved access waits for.

use super::Findings;
use crate::policy::{
    Policy, WaitFor,
    expression::Expression,
    types,
    wait_for::{MAX_CHECKS, MAX_SAYS_CHARACTERS, MAX_WAIT_DAYS, MIN_CHECK_SECONDS},
};

/// What is known while it is waited: people are read again and again, the rest once.
const KNOWN: [&str; 3] = ["beneficiary", "requester", "time"];

pub(super) fn lint(policy: &Policy, findings: &mut Findings) {
    for (place, wait) in policy.waits() {
        lint_one(&place, wait, findings);
    }
}

fn lint_one(place: &str, wait: &WaitFor, findings: &mut Findings) {
    if wait.says.trim().is_empty() || wait.says.chars().count() > MAX_SAYS_CHARACTERS {
        let what = "does not say what is waited for, or not shortly.";
        findings.add(place, what, "Name it in says as a requester would, in 1 to 200 characters.");
    }
    if wait.groups.is_empty() && wait.when.is_none() {
        findings.add(place, "waits for nothing.", "Name groups, or an expression in when.");
    }
    if wait.groups.iter().any(String::is_empty) {
        findings.add(place, "names a group without a name.", "Correct the name.");
    }
    if wait.within.seconds() > u64::from(MAX_WAIT_DAYS) * 86_400 {
        findings.add(place, "waits for longer than 90 days.", "Make within shorter.");
    }
    if wait.check_every.seconds() < MIN_CHECK_SECONDS {
        let what = "looks more often than people are read.";
        findings.add(place, what, "Let check_every be 15m or more.");
    }
    if wait.checks() > MAX_CHECKS {
        let what = format!("looks {} times.", wait.checks());
        findings.add(place, what, "Look 400 times at most: make check_every longer, or within shorter.");
    }
    let Some(when) = &wait.when else { return };
    let place = format!("{place}/when");
    if let Err(wrong) = types::check(when) {
        findings.add(place, format!("{wrong}."), "Correct the expression.");
        return;
    }
    let reads = Expression::compile(when).map(|expression| expression.reads()).unwrap_or_default();
    let unknown = reads.iter().find(|path| !KNOWN.contains(&path.split('.').next().unwrap_or_default()));
    if let Some(path) = unknown {
        let what = format!("speaks of {path}, which does not change while it is waited.");
        findings.add(
            place,
            what,
            "Speak of beneficiary, requester and time only; decide the rest by when of the rule.",
        );
    }
}
