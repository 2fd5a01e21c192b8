//! Submitted modals.

use super::{ChatUser, Received, message, objection, objection_to_ask, payload};
use crate::slack::{
    forms::{APPLICATION, BENEFICIARY, Carried, DURATION, ENTITLEMENT, INTENT, REASON, TEXT, WORDS},
    limits::MAX_OPTION_VALUE,
};
use countersign_core::{
    Result,
    card::ModalKind,
    ids::{MessageId, ShownId},
    job::{Actor, Job, Queue, Verdict},
    message::MAX_REASON_CHARACTERS,
    reduction::Reduction,
    time::{Span, Timestamp},
};
use serde_json::Value;

const HOW_LONG: &str = "Write it as 4h, 5d or 2w, at most 366d, or leave it empty.";

struct Submitted<'a> {
    view: &'a Value,
    user: ChatUser,
    at: Timestamp,
}

pub(super) fn receive(payload: &Value, user: ChatUser, at: Timestamp) -> Result<Received> {
    let Some(view) = payload.get("view") else { return Ok(Received::default()) };
    let submitted = Submitted { view, user, at };
    let kind = payload::text(view, "/callback_id").unwrap_or_default();
    match ModalKind::ALL.into_iter().find(|known| known.name() == kind) {
        Some(ModalKind::Ask) => ask(submitted),
        Some(ModalKind::Approve) => approve(submitted),
        Some(ModalKind::Deny) => deny(submitted),
        Some(ModalKind::Correct) => correct(submitted),
        Some(ModalKind::Question) => say(submitted, false),
        Some(ModalKind::Answer) => say(submitted, true),
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

    /// The length of time that was put in.
    fn duration(&self) -> Result<Option<Span>> {
        self.input(DURATION).map(|text| Span::parse(&text.trim().to_lowercase())).transpose()
    }

    fn id(&self) -> Result<MessageId> {
        let view = payload::delivery_id("view", payload::text(self.view, "/id"))?;
        let hash = payload::delivery_id("view's hash", payload::text(self.view, "/hash"))?;
        Ok(MessageId::derived(&["slack", "view", &self.user.workspace, &view, &hash]))
    }

    /// What the person was shown, and the conversation of the click.
    fn carried(&self) -> Result<(ShownId, Option<String>)> {
        let carried = Carried::read(payload::text(self.view, "/private_metadata").unwrap_or_default());
        let place = carried.place.filter(|place| payload::id("channel", Some(place)).is_ok());
        Ok((ShownId::new(carried.subject)?, place))
    }

    fn vote(self, verdict: Verdict, reason: Option<String>) -> Result<Received> {
        let id = self.id()?.into();
        let (shown, place) = self.carried()?;
        let actor = Actor::Chat { user: self.user };
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

fn approve(submitted: Submitted) -> Result<Received> {
    let (reason, entitlement) = (submitted.input(REASON), submitted.input(ENTITLEMENT));
    for (name, what, value, limit) in [
        (REASON, "reason", &reason, MAX_REASON_CHARACTERS),
        (ENTITLEMENT, "choice", &entitlement, MAX_OPTION_VALUE),
    ] {
        if let Some(why) = value.as_ref().and_then(|value| objection(what, value, limit)) {
            return Ok(Received::wrong(name, &why));
        }
    }
    match submitted.duration() {
        Err(_) => Ok(Received::wrong(DURATION, HOW_LONG)),
        Ok(duration) => submitted.vote(Reduction { entitlement, duration }.verdict(), reason),
    }
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

fn say(submitted: Submitted, answers: bool) -> Result<Received> {
    let what = if answers { "answer" } else { "question" };
    let Some(text) = submitted.input(WORDS) else {
        return Ok(Received::wrong(WORDS, &format!("Write your {what}.")));
    };
    if let Some(why) = objection(what, &text, MAX_REASON_CHARACTERS) {
        return Ok(Received::wrong(WORDS, &why));
    }
    let (id, (shown, place)) = (submitted.id()?.into(), submitted.carried()?);
    let actor = Actor::Chat { user: submitted.user };
    let job = Job::Say { id, shown, actor, answers, text, cast_at: submitted.at, place };
    Ok(Received::job(Queue::Decisions, job))
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
    let Some((application, entitlement)) = level(application, entitlement) else {
        return Ok(Received::wrong(ENTITLEMENT, "This is a level of another application."));
    };
    match submitted.duration() {
        Err(_) => Ok(Received::wrong(DURATION, HOW_LONG)),
        Ok(duration) => submitted.vote(Verdict::Correct { intent, application, entitlement, duration }, None),
    }
}

/// The application and its level of a choice such as `jira/member`, which names both; `None` where it is of another
/// application than the chosen one. A choice of a modal from before names the level alone.
fn level(application: Option<String>, choice: Option<String>) -> Option<(Option<String>, Option<String>)> {
    let Some((of, level)) = choice.as_deref().and_then(|choice| choice.split_once('/')) else {
        return Some((application, choice));
    };
    let fits = application.as_deref().is_none_or(|chosen| chosen == of);
    fits.then(|| (Some(of.to_owned()), Some(level.to_owned())))
}
