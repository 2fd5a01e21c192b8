//! Audits of triage: of a fair sample that nobody had read, the desk says afterwards whether it was understood rightly.

use super::{
    decide::{CERTAIN, Decided, Outcome},
    review::is_sampled,
};
use crate::{
    config::{Config, LoadedConfig},
    request::{Plan, Request},
};

/// Whether the reading of a request, which is planned for the first time, is looked at afterwards.
#[must_use]
pub fn takes(config: &Config, request: &Request, outcome: Outcome) -> bool {
    let trusted = (config.policy.minimum_confidence..CERTAIN).contains(&request.confidence);
    let of_triage = request.review_of.is_none() && request.audit_of.is_none() && request.incident.is_none();
    let unread = trusted && of_triage && outcome != Outcome::Unsure && request.plan.is_none();
    unread && is_sampled("audit", &request.id, config.policy.audit_share)
}

/// The plan of an audit: the desk reads.
#[must_use]
pub fn plan(audit: &Request, config: &LoadedConfig) -> Decided {
    let plan = Plan {
        config: config.version().clone(),
        policy: config.policy.id.clone(),
        rule: "audit".to_owned(),
        rule_index: None,
        matched: vec![("intent".to_owned(), audit.intent.clone())],
        stages: vec![config.policy.desk.clone()],
        action: None,
        refusal: None,
        held_back: None,
        watched: Vec::new(),
        waits_for: Vec::new(),
    };
    Decided { outcome: Outcome::Unsure, plan, why_unsure: None }
}
