//! I6 over delegations: who stands in for the interested does not vote, and nobody acts for somebody who did not say so.

use super::RUN_MILLIS;
use crate::world::State;
use countersign_core::{
    ids::SubjectId, person::Delegation, ports::Action, request::Request, time::Timestamp,
};

/// A delegation, when it was given, and when it was ended or another one took its place.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) of: Delegation,
    pub(crate) made: Timestamp,
    pub(crate) gone: Option<Timestamp>,
}

impl State {
    /// A person has one delegation: the new one takes the place of the old.
    pub(super) fn look_at_delegation(&mut self, from: &SubjectId, action: &Action) {
        let now = self.now;
        let stands = |given: &&mut Given| given.of.from == *from && given.gone.is_none();
        match action {
            Action::Check => return,
            Action::Delete | Action::Put(..) => {
                self.witness.delegations.iter_mut().filter(stands).for_each(|given| given.gone = Some(now));
            }
        }
        if let Action::Put(body, _) = action
            && let Ok(of) = serde_json::from_value(body.clone())
        {
            self.witness.delegations.push(Given { of, made: now, gone: None });
        }
    }

    pub(super) fn stands_in(&self, request: &Request, who: &SubjectId) -> bool {
        let counts = |given: &Given| {
            given.gone.is_none()
                && self.now.since(given.made) > RUN_MILLIS
                && given.of.to == *who
                && given.of.period.covers(self.now)
                && request.interested().contains(&&given.of.from)
        };
        self.witness.delegations.iter().any(counts)
    }

    /// Whoever votes for somebody was their delegate when the function began at the earliest.
    pub(super) fn look_at_delegate(
        &mut self,
        request: &Request,
        gate: u32,
        voter: &SubjectId,
        of: &SubjectId,
    ) {
        let before = Timestamp(self.now.0 - RUN_MILLIS);
        let acts = |given: &Given| {
            given.of.from == *of
                && given.of.to == *voter
                && given.gone.is_none_or(|gone| gone >= before)
                && given.of.period.from <= self.now
                && given.of.period.to >= before
        };
        if !self.witness.delegations.iter().any(acts) {
            self.report(
                &request.id,
                "I6",
                format!("gate {gate}: {voter} acted for {of} without a delegation"),
            );
        }
    }
}
