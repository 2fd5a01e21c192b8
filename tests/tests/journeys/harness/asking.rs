//! Many requests at once: asked and approved by what the records say, without looking at every screen.

use super::{
    person::Person,
    stack::Stack,
    waiting::{LONG, until, until_within},
};
use countersign_core::{
    gate::{Gate, GateStatus},
    ids::{MessageId, RequestId, ShownId},
    ports::ReadStore,
    slot::Slot,
};

impl Person<'_> {
    /// Asks, and waits until it is understood. Answers the id of the message and of the request that it will be.
    pub(crate) async fn prepares(&self, what: &str) -> (MessageId, RequestId) {
        let message = self.says(what).await;
        let slot = Slot::Message(message.clone());
        let look = || async { self.stack.get(&slot).await.unwrap() };
        until(&format!("{what:?} is understood"), look).await;
        let request = RequestId::derived(&["request", message.as_str(), "0"]);
        (message, request)
    }

    /// Asks and sends. Answers the id of the request.
    pub(crate) async fn sends(&self, what: &str) -> RequestId {
        let (message, request) = self.prepares(what).await;
        self.presses_raw("send", message.as_str()).await;
        request
    }
}

impl Stack {
    /// Waits until the first person asked at a gate was shown it; answers the gate and what the buttons carry.
    pub(crate) async fn shown(&self, id: &RequestId, number: u32) -> (Gate, String) {
        let look = || self.is_shown(id, number);
        until_within(LONG, &format!("gate {number} of {id} is shown"), look).await
    }

    /// The gate and what the buttons carry, once the first person asked was shown it.
    pub(crate) async fn is_shown(&self, id: &RequestId, number: u32) -> Option<(Gate, String)> {
        let gate = self.gate(id, number).await.filter(|gate| gate.status != GateStatus::Opening)?;
        let context = self.request(id).await?.context;
        let (number, recipient) = (number.to_string(), gate.candidates[0].subject.clone());
        let parts = ["shown", id.as_str(), &number, recipient.as_str(), gate.action.as_str()];
        let context = context.as_ref().map_or("", |digest| digest.as_str());
        let shown = ShownId::derived(&[&parts[..], &[context]].concat());
        let known = self.get(&Slot::Shown(shown.clone())).await.unwrap();
        known.map(|_| (gate, shown.as_str().to_owned()))
    }

    /// Approves the first gate as this person, as soon as it is shown.
    pub(crate) async fn approved_by(&self, id: &RequestId, approver: &str) {
        let (_, shown) = self.shown(id, 1).await;
        self.person(approver).await.approves_raw(&shown).await;
    }
}
