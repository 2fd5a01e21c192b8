//! Approving less than was asked: a shorter time, a lower level of the same application. Never more.

use crate::{
    catalog::{Catalog, Entitlement},
    facts::Context,
    job::{Refusal, Verdict},
    policy::decide::shorter,
    request::PlannedAction,
    time::Span,
};
use serde::{Deserialize, Serialize};

/// What an approver leaves of what was asked. What is not named stays as it was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reduction {
    /// A lower entitlement of the same application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<String>,
    /// A shorter time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
}

impl Reduction {
    /// The approval that leaves this: a plain one, where everything stays as it was asked.
    #[must_use]
    pub fn verdict(self) -> Verdict {
        if self == Self::default() { Verdict::Approve } else { Verdict::ApproveLess(self) }
    }

    /// Whether an approver may leave this of an action.
    ///
    /// # Errors
    /// [`Refusal::NotLess`] for a longer time, or a level that is not among [`lower_levels`].
    pub fn check(
        &self,
        catalog: &Catalog,
        asked: &PlannedAction,
        facts: Option<&Context>,
    ) -> Result<(), Refusal> {
        let longer = self.duration.is_some_and(|left| asked.duration.is_some_and(|asked| left > asked));
        let known = |name: &String| lower_levels(catalog, asked, facts).any(|level| level.name == *name);
        if longer || !self.entitlement.as_ref().is_none_or(known) {
            return Err(Refusal::NotLess);
        }
        Ok(())
    }
}

/// The entitlements that are less than the one asked for: listed before it in the catalog, of no greater risk or cost, in the
/// same system. None that has seats, since none was set aside; none of those that the beneficiary holds already, since the end of the grant would take it away; and none
/// at all where nobody knows what is held.
pub fn lower_levels<'a>(
    catalog: &'a Catalog,
    asked: &PlannedAction,
    facts: Option<&'a Context>,
) -> impl Iterator<Item = &'a Entitlement> {
    let account = facts.and_then(|facts| facts.account.known());
    let levels =
        catalog.application(&asked.application).map_or(&[][..], |found| found.entitlements.as_slice());
    let position = levels.iter().position(|level| level.name == asked.entitlement).unwrap_or(0);
    let (before, rest) = levels.split_at(position);
    let highest = rest.first();
    before.iter().filter(move |level| {
        let less = highest.is_some_and(|highest| {
            level.risk <= highest.risk
                && level.monthly_cents <= highest.monthly_cents
                && level.system == highest.system
        });
        less && level.seats.is_none() && account.is_some_and(|account| !account.groups.contains(&level.group))
    })
}

/// What is left of an action by all reductions, in whichever order: the lowest level and the shortest time of them, and
/// of the longest times of the levels that they name.
#[must_use]
pub fn reduced<'a>(
    catalog: &Catalog,
    asked: &PlannedAction,
    reductions: impl IntoIterator<Item = &'a Reduction>,
) -> PlannedAction {
    let levels = catalog.application(&asked.application).map_or(&[][..], |found| &found.entitlements);
    let rank = |name: &str| levels.iter().position(|level| level.name == name).unwrap_or(usize::MAX);
    let mut left = asked.clone();
    for reduction in reductions {
        left.duration = shorter(left.duration, reduction.duration);
        let Some(level) = reduction.entitlement.as_deref().and_then(|name| levels.get(rank(name))) else {
            continue;
        };
        left.duration = shorter(left.duration, level.longest);
        if rank(&level.name) < rank(&left.entitlement) {
            left.entitlement.clone_from(&level.name);
            left.target.group.clone_from(&level.group);
            left.monthly_cents = level.monthly_cents;
        }
    }
    left
}

/// Whether `granted` is nothing but what these reductions leave of `asked`, as far as it can be told without the catalog.
#[must_use]
pub fn is_left_of(asked: &PlannedAction, granted: &PlannedAction, reductions: &[&Reduction]) -> bool {
    let shortest = reductions.iter().fold(asked.duration, |left, one| shorter(left, one.duration));
    let in_time = shortest.is_none_or(|longest| granted.duration.is_some_and(|granted| granted <= longest));
    let mut named = reductions.iter().filter_map(|one| one.entitlement.as_ref()).peekable();
    let level = match named.peek() {
        Some(_) => named.any(|name| *name == granted.entitlement),
        None => granted.target == asked.target && granted.entitlement == asked.entitlement,
    };
    let same = granted.application == asked.application
        && granted.config == asked.config
        && granted.window == asked.window
        && granted.target.system == asked.target.system
        && granted.target.user == asked.target.user
        && granted.monthly_cents <= asked.monthly_cents;
    in_time && level && same
}

#[cfg(test)]
mod tests;
