//! What is wrong with the rules of a policy: names, expressions, rules that are never reached, and holes.

use super::{Findings, stages};
use crate::{
    catalog::{Application, Entitlement, Risk},
    config::Config,
    policy::{Match, Rule, Then, decide::ACCESS_WORKFLOW, review::WHOLE, types},
};

pub(super) fn lint(config: &Config, findings: &mut Findings) {
    let policy = &config.policy;
    if policy.audit_share > WHOLE {
        findings.add("audit_share", "is more than 1000.", "It is of how many of a thousand requests.");
    }
    if policy.minimum_confidence > 1_000 {
        let remedy = "Confidence is counted in thousandths, 0 to 1000.";
        findings.add("minimum_confidence", "is more than 1000.", remedy);
    }
    let names = policy.rules.iter().map(|rule| rule.id.as_str());
    findings.repeated("rules", names, "Give every rule a name of its own.");
    for (index, rule) in policy.rules.iter().enumerate() {
        lint_rule(config, rule, findings);
        lint_reach(config, policy.rules.get(..index).unwrap_or_default(), rule, findings);
    }
    let rest = Match::default();
    lint_then(config, "baseline", &rest, &policy.baseline.then, findings);
    stages::lint(config, "desk", &rest, &policy.desk, findings);
    stages::lint(config, "finance", &rest, &policy.finance, findings);
}

fn lint_rule(config: &Config, rule: &Rule, findings: &mut Findings) {
    let (place, catalog, matches) = (format!("rules/{}", rule.id), &config.catalog, &rule.matches);
    let unknown_intent = matches.intent.iter().filter(|name| catalog.intent(name).is_none());
    let unknown_application = matches.application.iter().filter(|name| catalog.application(name).is_none());
    for name in unknown_intent.chain(unknown_application) {
        findings.add(
            &place,
            format!("matches {name}, which the catalog does not have."),
            "Correct the name.",
        );
    }
    let has =
        |name: &String| catalog.applications.iter().flat_map(|a| &a.entitlements).any(|e| e.name == *name);
    for name in matches.entitlement.iter().filter(|name| !has(name)) {
        findings.add(&place, format!("matches {name}, which no application has."), "Correct the name.");
    }
    if let Some(wrong) = rule.when.as_ref().and_then(|when| types::check(when).err()) {
        findings.add(format!("{place}/when"), format!("{wrong}."), "Correct the expression.");
    }
    lint_then(config, &place, matches, &rule.then, findings);
}

/// What the rules above leave over, and what the catalog has at all.
fn lint_reach(config: &Config, above: &[Rule], rule: &Rule, findings: &mut Findings) {
    let place = format!("rules/{}", rule.id);
    if let Some(first) =
        above.iter().find(|first| first.when.is_none() && covers(&first.matches, &rule.matches))
    {
        let what = format!("is never reached: {} fits whatever it fits.", first.id);
        findings.add(place, what, "Move it above that rule or remove it.");
        return;
    }
    let access =
        |name: &String| config.catalog.intent(name).is_none_or(|intent| intent.workflow == ACCESS_WORKFLOW);
    if !rule.matches.intent.is_empty() && !rule.matches.intent.iter().any(access) {
        let remedy = "Name an intent whose workflow is access-request; the desk serves the others.";
        findings.add(place, "is never reached: rules are asked about access only.", remedy);
        return;
    }
    let known = rule.matches.application.iter().all(|name| config.catalog.application(name).is_some());
    if known && fitting(config, &rule.matches).next().is_none() {
        let what = "is never reached: no entitlement of the catalog has all that it matches.";
        findings.add(place, what, "Compare its application, entitlement and risk with the catalog.");
    }
}

/// Whether everything that `other` fits is fitted by `one`.
fn covers(one: &Match, other: &Match) -> bool {
    fn within<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.is_empty() || (!other.is_empty() && other.iter().all(|name| one.contains(name)))
    }
    within(&one.intent, &other.intent)
        && within(&one.application, &other.application)
        && within(&one.entitlement, &other.entitlement)
        && within(&one.risk, &other.risk)
        && within(&one.team, &other.team)
}

/// The entitlements of the catalog that a `match` fits.
pub(super) fn fitting<'a>(
    config: &'a Config,
    matches: &'a Match,
) -> impl Iterator<Item = (&'a Application, &'a Entitlement)> {
    let all = config.catalog.applications.iter();
    let pairs = all.flat_map(|application| {
        application.entitlements.iter().map(move |entitlement| (application, entitlement))
    });
    pairs.filter(|(application, entitlement)| {
        let named = |names: &[String], name: &String| names.is_empty() || names.contains(name);
        named(&matches.application, &application.name)
            && named(&matches.entitlement, &entitlement.name)
            && (matches.risk.is_empty() || matches.risk.contains(&entitlement.risk))
    })
}

fn lint_then(config: &Config, place: &str, matches: &Match, then: &Then, findings: &mut Findings) {
    match then {
        Then::Deny(reason) if reason.trim().is_empty() => {
            findings.add(place, "refuses without a reason.", "Write after deny: what the requester is told.");
        }
        Then::Deny(_) => {}
        Then::Automatic => lint_automatic(config, place, matches, findings),
        Then::Stages(stages) => {
            if stages.is_empty() {
                findings.add(
                    place,
                    "has no stage.",
                    "Add a stage, or write `then: automatic` if that is meant.",
                );
            }
            stages::lint_all(config, place, matches, stages, findings);
        }
    }
}

/// Nobody looks at what is approved automatically: people would give themselves what can do damage, or the right to
/// approve.
fn lint_automatic(config: &Config, place: &str, matches: &Match, findings: &mut Findings) {
    let deciding = config.groups();
    for (application, entitlement) in fitting(config, matches) {
        let what = format!("{} {}", application.name, entitlement.name);
        if entitlement.risk >= Risk::High {
            let what = format!("lets people give themselves {what}, which can do damage.");
            findings.add(place, what, "Ask somebody, or match less risk.");
        } else if deciding.contains(&entitlement.group) {
            let what =
                format!("lets people make themselves approvers: {what} is the group {}.", entitlement.group);
            findings.add(place, what, "Ask somebody, or match other entitlements.");
        }
    }
}
