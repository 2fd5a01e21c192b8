//! Submitted modals.

use super::{ChatUser, Received, message, objection, objection_to_ask, payload};
use crate::slack::{
    forms::{APPLICATION, BENEFICIARY, Carried, DURATION, ENTITLEMENT, INTENT, REASON, TEXT},
    limits::MAX_OPTION_VALUE,
};
use countersign_core::{
    Result,
    card::ModalKind,
    ids::{MessageId, ShownId},
    job::{Actor, Job, Queue, Verdict},
    message::MAX_REASON_CHARACTERS,
    time::{Span, Timestamp},
};
use serde_json::Value;

struct Submitted<'a> {
    view: &'a Value,
    user: ChatUser,
    at: Timestamp,
}

pub(super) fn receive(payload: &Value, user: ChatUser, at: Timestamp) -> Result<Received> {
    let Some(view) = payload.get("view") else { return Ok(Received::default()) };
    let submitted = Submitted { view, user, at };
    let kind = payload::text(view, "/callback_id").unwrap_or_default();
    match [ModalKind::Ask, ModalKind::Deny, ModalKind::Correct].into_iter().find(|known| known.name() == kind)
    {
        Some(ModalKind::Ask) => ask(submitted),
        Some(ModalKind::Deny) => deny(submitted),
        Some(ModalKind::Correct) => correct(submitted),
        None => Ok(Received::default()),
    }
}

impl Submitted<'_> {
    /// What was put in, whatever the kind of input; `None` if it was left empty.
    fn input(&self, name: &str) -> Option<String> {
        let entry = self.view.pointer(&format!("/state/values/{name}"))?.as_object()?.values().next()?;
        let value = ["/value", "/selected_option/value", "/selected_user"];
        let value = value.iter().find_map(|pointer| payload::text(entry, pointer))?;
        (!value.trim().is_empty()).then(|| value.to_owned())
    }

    fn id(&self) -> Result<MessageId> {
        let view = payload::delivery_id("view", payload::text(self.view, "/id"))?;
        let hash = payload::delivery_id("view's hash", payload::text(self.view, "/hash"))?;
        Ok(MessageId::derived(&["slack", "view", &self.user.workspace, &view, &hash]))
    }

    fn vote(self, verdict: Verdict, reason: Option<String>) -> Result<Received> {
        let id = self.id()?.into();
        let carried = Carried::read(payload::text(self.view, "/private_metadata").unwrap_or_default());
        let shown = ShownId::new(carried.subject)?;
        let actor = Actor::Chat { user: self.user };
        let place = carried.place.filter(|place| payload::id("channel", Some(place)).is_ok());
        let job = Job::Vote { id, shown, actor, verdict, reason, cast_at: self.at, place };
        Ok(Received::job(Queue::Decisions, job))
    }
}

fn ask(submitted: Submitted) -> Result<Received> {
    let text = submitted.input(TEXT).unwrap_or_default();
    if let Some(why) = objection_to_ask(&text) {
        return Ok(Received::wrong(TEXT, &why));
    }
    let beneficiary = submitted.input(BENEFICIARY);
    let beneficiary = beneficiary.map(|id| payload::id(BENEFICIARY, Some(&id))).transpose()?;
    Ok(message(submitted.id()?, submitted.user, text, beneficiary, submitted.at))
}

fn deny(submitted: Submitted) -> Result<Received> {
    let Some(reason) = submitted.input(REASON) else {
        return Ok(Received::wrong(REASON, "Say why; the person who asked will read it."));
    };
    match objection("reason", &reason, MAX_REASON_CHARACTERS) {
        Some(why) => Ok(Received::wrong(REASON, &why)),
        None => submitted.vote(Verdict::Deny, Some(reason)),
    }
}

fn correct(submitted: Submitted) -> Result<Received> {
    let Some(intent) = submitted.input(INTENT) else {
        return Ok(Received::wrong(INTENT, "Choose what it is."));
    };
    let [application, entitlement] = [APPLICATION, ENTITLEMENT].map(|name| submitted.input(name));
    for (name, value) in
        [(INTENT, Some(&intent)), (APPLICATION, application.as_ref()), (ENTITLEMENT, entitlement.as_ref())]
    {
        if let Some(why) = value.and_then(|value| objection("choice", value, MAX_OPTION_VALUE)) {
            return Ok(Received::wrong(name, &why));
        }
    }
    let duration = submitted.input(DURATION).map(|text| Span::parse(&text.trim().to_lowercase())).transpose();
    match duration {
        Err(_) => Ok(Received::wrong(DURATION, "Write it as 4h, 5d or 2w, at most 366d, or leave it empty.")),
        Ok(duration) => submitted.vote(Verdict::Correct { intent, application, entitlement, duration }, None),
    }
}
