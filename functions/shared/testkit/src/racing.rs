//! Many people press at the same moment on one gate: whatever the order, one of them decides it.

use crate::{Pressed, World, access};
use countersign_core::{
    ids::RequestId,
    job::Verdict,
    policy::{Approver, Then},
    slot::Slot,
    steps::record_decision::{Input, Recorded},
    time::Span,
};

/// How many press at once on one gate.
pub const CALLERS: usize = 20;

/// Who they are, in turn.
const PEOPLE: [&str; 3] = ["marcus", "felix", "fiona"];

impl World {
    /// Harbour Works where the manager and Finance are asked at once, and so many of them decide.
    #[must_use]
    pub fn with_quorum(needed: u32) -> Self {
        Self::configured(|config| {
            let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
            let Some(stage) = stages.first_mut() else { return };
            stage.approvers.push(Approver::Group("finance".into()));
            (stage.approve_at, stage.deny_at) = (needed, needed);
        })
    }

    /// A new request of Emma's, and the votes of [`CALLERS`] that come in at once; every third one is a denial.
    pub fn contested(&self) -> (RequestId, Vec<Input>) {
        // She asks more often here than one person may in an hour.
        self.state().records.all.retain(|slot, _| !matches!(slot, Slot::Own(..)));
        // Each after the first for a time of its own, so that none joins another.
        let again = !self.requests().is_empty();
        let once = again.then(|| Span::of_seconds(3_600 + self.calls()).ok()).flatten();
        let id = self.ask("emma", access("salesforce", None, once));
        let shown = self.shown(&id, 1).into_iter().next().expect("somebody is asked");
        let vote = |number: usize| {
            let verdict = if number.is_multiple_of(3) { Verdict::Deny } else { Verdict::Approve };
            let who = PEOPLE.iter().cycle().nth(number).copied().unwrap_or_default();
            let reason = Some("because".into());
            self.vote(&Pressed { shown: shown.clone(), who: who.into(), verdict, reason })
        };
        (id, (0..CALLERS).map(vote).collect())
    }
}

/// One of those who pressed decided, and each of the others was told who.
///
/// # Panics
/// Otherwise, saying what they were told.
pub fn assert_one_decided(told: &[Recorded]) {
    let deciding = told.iter().filter(|r| matches!(r, Recorded::Decided(_))).count();
    let late =
        told.iter().filter(|r| matches!(r, Recorded::AlreadyDecided { by, .. } if by.len() == 1)).count();
    assert_eq!((deciding, late), (1, told.len().saturating_sub(1)), "{told:?}");
}
