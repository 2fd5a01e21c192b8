//! Break-glass: in an incident, those whom the catalog names get access at once, for a short time, and it is looked at
//! afterwards.

use super::{
    Approver, Stage,
    decide::{Decided, Facts, Outcome},
};
use crate::{
    catalog::Entitlement, config::Roles, ids::IncidentId, person::Person, time::Span, window::Window,
};
use serde::{Deserialize, Serialize};

/// The longest time for which access is taken by break-glass, in seconds.
pub const MAX_BREAK_GLASS_SECONDS: u64 = 86_400;

/// Who may take an entitlement without an approval, for how long, and who looks at it afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlass {
    /// Roles and groups whose members may; an empty list is nobody.
    pub who: Vec<Approver>,
    /// For how long it is given.
    pub longest: Span,
    /// Who looks at it afterwards.
    pub reviewers: Vec<Approver>,
    /// How long they have for that.
    pub review_within: Span,
}

impl BreakGlass {
    /// Whether a person may: by a group, since somebody who is not known by one is not known to be on call.
    #[must_use]
    pub fn allows(&self, person: &Person, roles: &Roles) -> bool {
        let group = |approver: &'_ Approver| match approver {
            Approver::Role(role) => roles.group(role).map(str::to_owned),
            Approver::Group(name) => Some(name.clone()),
            _ => None,
        };
        self.who.iter().filter_map(group).any(|group| person.groups.contains(&group))
    }

    /// The stage that looks at it.
    #[must_use]
    pub fn review(&self) -> Stage {
        let fallback = vec![Approver::Role("security".into()), Approver::Role("admin".into())];
        Stage { approvers: self.reviewers.clone(), fallback, ..Stage::until("review", self.review_within) }
    }
}

/// What somebody says who breaks the glass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Emergency {
    /// The incident.
    pub incident: IncidentId,
    /// Why it cannot wait.
    pub reason: String,
}

/// Gives it at once, or refuses: whoever may not break the glass asks in the ordinary way.
pub(super) fn decide(facts: &Facts<'_>, entitlement: &Entitlement, mut decided: Decided) -> Decided {
    let request = facts.request;
    let own = request.requester == request.beneficiary && request.requester == request.filer;
    let rule =
        entitlement.break_glass.as_ref().filter(|rule| rule.allows(facts.requester, &facts.config.roles));
    match (rule, decided.plan.action.as_mut()) {
        (Some(rule), Some(action)) if own => {
            action.duration = super::decide::shorter(action.duration, Some(rule.longest));
            action.window = Window::default();
            decided
        }
        _ => {
            decided.outcome = Outcome::Denied;
            decided.plan.refusal = Some(
                "You may not take this by break-glass, or not for somebody else. Ask for it as usual.".into(),
            );
            decided
        }
    }
}
