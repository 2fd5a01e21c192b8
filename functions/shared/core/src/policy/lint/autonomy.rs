//! What is wrong with what triage may do by itself.

use super::Findings;
use crate::{
    config::Config,
    policy::autonomy::{Autonomy, MAX_ERROR, MIN_ERROR, Range},
};

pub(super) fn lint(config: &Config, findings: &mut Findings) {
    let Some(rules) = &config.policy.autonomy else { return };
    if !(MIN_ERROR..=MAX_ERROR).contains(&rules.max_error) {
        let what = format!("is not from {MIN_ERROR} to {MAX_ERROR}.");
        findings.add("autonomy/max_error", what, "It is of how many of a thousand; 50 is 5 %.");
    }
    let usual = Range { start: rules.start, limit: rules.limit };
    let ranges = rules.intents.iter().map(|(intent, range)| (format!("autonomy/intents/{intent}"), *range));
    for (place, range) in ranges.chain([("autonomy".to_owned(), usual)]) {
        if range.limit < range.start {
            let what = format!("starts with {} beyond its limit.", range.start.name());
            findings.add(place, what, "Let the limit be the start or more.");
        }
    }
    for intent in rules.intents.keys().filter(|name| config.catalog.intent(name).is_none()) {
        let what = "is about an intent that the catalog does not have.";
        findings.add(format!("autonomy/intents/{intent}"), what, "Correct the name.");
    }
    let acts_alone = rules.intents.values().chain([&usual]).any(|one| one.limit == Autonomy::ActAndTell);
    if acts_alone && config.policy.audit_share == 0 {
        let what = "is earned by what the desk says afterwards, and it is asked of nothing.";
        findings.add("autonomy", what, "Give audit_share a number, 30 for instance.");
    }
}
