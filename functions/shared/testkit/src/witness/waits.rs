//! I1 between the approval and the change: nothing is claimed outside its window, nor before what it waits for is so.

use super::RUN_MILLIS;
use crate::world::State;
use countersign_core::{
    gate::{Gate, GateKind},
    ids::SubjectId,
    person::Person,
    policy::WaitFor,
    request::Request,
    slot::Slot,
    time::Timestamp,
    window::Window,
};

impl State {
    /// The window of the request that the running function read last.
    pub(crate) fn window_at_work(&self) -> Option<Window> {
        let (request, _) = self.witness.at_work.get(&self.invocation)?;
        self.value::<Request>(&Slot::Request(request.clone()))?.action().map(|action| action.window)
    }

    /// By the clock when the function began, whatever time was recorded.
    pub(super) fn look_at_window(&mut self, request: &Request) {
        let window = request.action().map(|action| action.window).unwrap_or_default();
        let began = self.witness.at_work.get(&self.invocation).map_or(self.now, |(_, began)| *began);
        if window.begins_after(self.now).is_some() || window.is_over(began) {
            self.report(&request.id, "I1", "claimed outside the time that was asked for".into());
        }
    }

    /// It was so at some time since the function began at the earliest.
    pub(super) fn look_at_condition(&mut self, request: &Request, gate: u32) {
        let gate = self.value::<Gate>(&Slot::Gate(request.id.clone(), gate));
        if gate.is_none_or(|gate| gate.kind != GateKind::Condition) {
            return;
        }
        let person = |subject: &SubjectId| self.value::<Person>(&Slot::Person(subject.clone()));
        let Some(people) = person(&request.beneficiary).zip(person(&request.requester)) else { return };
        let before = Timestamp(self.now.0 - RUN_MILLIS);
        let was = |wait: &WaitFor| [before, self.now].iter().any(|at| wait.is_met(&people.0, &people.1, *at));
        if !request.plan.iter().flat_map(|plan| &plan.waits_for).all(was) {
            self.report(&request.id, "I1", "what it waits for is not so".into());
        }
    }
}
