//! Conflicts of access: what nobody may hold together, or not without something else, unless a stage of its own allows it.

use super::{
    Policy, Stage,
    decide::{Decided, Facts, Outcome},
};
use crate::{
    catalog::{Catalog, Entitlement},
    facts::AccessTarget,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most entitlements on one side of a conflict.
pub const MAX_SIDE: usize = 32;

/// Two lists of entitlements that do not go together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Its name; a stage of this name among the policy's `exemptions` may allow it.
    pub id: String,
    /// For people.
    pub title: String,
    /// What is wrong.
    pub kind: Kind,
    /// Entitlements, as `application/entitlement`.
    pub a: Vec<String>,
    /// As `a`.
    pub b: Vec<String>,
}

/// What is wrong with two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody holds one of each.
    Both,
    /// Nobody holds one of `a` who holds none of `b`.
    AWithoutB,
}

/// What a grant depends on: looked at in the target once more before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The conflict.
    pub conflict: String,
    /// What the beneficiary may not hold; or, of which one must be held.
    pub targets: Vec<AccessTarget>,
    /// Whether one of them must be held.
    pub one_of: bool,
}

impl Conflict {
    /// What an entitlement must not, or must, be held with; `None` where the conflict is about others.
    fn other_side(&self, named: &str) -> Option<(&[String], bool)> {
        let of = |side: &[String]| side.iter().any(|one| one == named);
        match self.kind {
            Kind::Both if of(&self.a) => Some((&self.b, false)),
            Kind::Both if of(&self.b) => Some((&self.a, false)),
            Kind::AWithoutB if of(&self.a) => Some((&self.b, true)),
            Kind::Both | Kind::AWithoutB => None,
        }
    }
}

/// Refuses what conflicts with what is held, or has the stage that may allow it asked; what does not conflict now is
/// watched. Where nobody knows what is held, it conflicts.
pub(super) fn resolved(facts: &Facts<'_>, entitlement: &Entitlement, mut decided: Decided) -> Decided {
    let (Some(application), Some(action)) = (&facts.request.application, decided.plan.action.clone()) else {
        return decided;
    };
    let named = format!("{application}/{}", entitlement.name);
    let catalog = &facts.config.catalog;
    for conflict in &catalog.conflicts {
        let Some((side, one_of)) = conflict.other_side(&named) else { continue };
        let targets: Vec<AccessTarget> = targets(catalog, side, &action.target.user);
        if !conflicts(facts, conflict, &targets, one_of) {
            decided.plan.watched.push(Watch { conflict: conflict.id.clone(), targets, one_of });
            continue;
        }
        decided.plan.matched.push(("conflict".into(), conflict.title.clone()));
        match exemption(&facts.config.policy, conflict).filter(|_| decided.outcome != Outcome::BreakGlass) {
            Some(stage) => {
                decided.plan.stages.push(stage.clone());
                decided.outcome = Outcome::Approval;
            }
            None => return refused(decided, conflict),
        }
    }
    decided
}

fn refused(mut decided: Decided, conflict: &Conflict) -> Decided {
    decided.outcome = Outcome::Denied;
    decided.plan.stages.clear();
    decided.plan.refusal =
        Some(format!("It does not go together with what is held, or nobody knows: {}.", conflict.title));
    decided
}

fn exemption<'a>(policy: &'a Policy, conflict: &Conflict) -> Option<&'a Stage> {
    policy.exemptions.iter().find(|stage| stage.id == conflict.id)
}

fn targets(catalog: &Catalog, side: &[String], user: &str) -> Vec<AccessTarget> {
    let target = |named: &String| {
        let (application, entitlement) = named.split_once('/')?;
        let found = catalog.entitlement(application, Some(entitlement))?;
        Some(AccessTarget { system: found.system.clone(), user: user.to_owned(), group: found.group.clone() })
    };
    side.iter().filter_map(target).collect()
}

fn conflicts(facts: &Facts<'_>, conflict: &Conflict, targets: &[AccessTarget], one_of: bool) -> bool {
    let groups: Option<&BTreeSet<String>> =
        facts.context.and_then(|context| context.account.known()).map(|account| &account.groups);
    let seen_at_execution = facts.request.conflicts.contains(&conflict.id);
    let held = groups.map(|groups| targets.iter().any(|target| groups.contains(&target.group)));
    seen_at_execution || held.is_none_or(|held| held != one_of)
}
