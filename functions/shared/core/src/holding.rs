//! Who carries a membership in a target system, so that the end of one grant takes nothing from another.

use crate::{digest::Digest, facts::AccessTarget, ids::RequestId, slot::Slot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What one membership of one account stands by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The confirmed grants that carry it, each until its end.
    pub grants: BTreeSet<RequestId>,
    /// Whether it was there before all of them, so that none of their ends takes it away.
    pub before: bool,
    /// The request that is taking it away: nothing is given or confirmed meanwhile.
    pub leaving: Option<RequestId>,
}

/// What is to be done when a grant ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing else carries the access: it is taken away.
    TakeAway,
    /// The access stays.
    Keep {
        /// The grant that carries it; none if it was held before.
        by: Option<RequestId>,
    },
}

impl Holding {
    /// Where the holding of a target is stored.
    ///
    /// # Errors
    /// [`crate::Error::Broken`] when the target has no JSON form.
    pub fn slot(target: &AccessTarget) -> crate::Result<Slot> {
        Ok(Slot::Holding(Digest::of(target)?.as_str().to_owned()))
    }

    /// Takes a confirmed grant up. Access that any of its grants found missing was not there before all of them.
    pub fn carry(&mut self, request: &RequestId, held_before: bool) {
        self.before = held_before && (self.before || self.grants.is_empty());
        self.grants.insert(request.clone());
    }

    /// Lets a grant go at its end, and says what that means for the access.
    pub fn end(&mut self, request: &RequestId, held_before: bool) -> End {
        self.grants.remove(request);
        self.before = self.before && held_before;
        if let Some(other) = self.grants.first() {
            return End::Keep { by: Some(other.clone()) };
        }
        if std::mem::take(&mut self.before) {
            return End::Keep { by: None };
        }
        self.leaving = Some(request.clone());
        End::TakeAway
    }

    /// The access was taken away by a request, or will not be.
    pub fn left(&mut self, request: &RequestId) {
        if self.leaving.as_ref() == Some(request) {
            self.leaving = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes grants up, each with whether the access was there before it, lets them go in this order, and says what was
    /// taken away at which end.
    fn check(taken_up: &[(&str, bool)], ends: &[&str], takes_away: &[bool]) {
        let id = |name: &str| RequestId::new(name).unwrap();
        let mut holding = Holding::default();
        taken_up.iter().for_each(|(name, before)| holding.carry(&id(name), *before));
        for (name, away) in ends.iter().zip(takes_away) {
            let before = taken_up.iter().any(|(known, before)| known == name && *before);
            let end = holding.end(&id(name), before);
            assert_eq!(end == End::TakeAway, *away, "{taken_up:?}: {name} of {ends:?}");
            assert_eq!(holding.leaving.is_some(), *away);
            holding.left(&id(name));
        }
        let gone = Holding::default();
        assert!(ends.len() < taken_up.len() || holding == gone, "nothing is left of {holding:?}");
    }

    #[test]
    fn access_is_taken_away_when_nothing_carries_it_any_more() {
        check(&[("a", false)], &["a"], &[true]);
        check(&[("a", true)], &["a"], &[false]);
        check(&[("a", false), ("b", true)], &["a", "b"], &[false, true]);
        check(&[("a", false), ("b", true)], &["b", "a"], &[false, true]);
        // Who was confirmed first need not have been first in the target.
        check(&[("b", true), ("a", false)], &["a", "b"], &[false, true]);
        check(&[("a", true), ("b", true)], &["a", "b"], &[false, false]);
        check(&[("permanent", false), ("b", true)], &["b"], &[false]);
        // A grant of an older release was never taken up.
        check(&[], &["a"], &[true]);
    }
}
