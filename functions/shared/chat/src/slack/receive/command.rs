//! Slash commands: `/ask` and `/desk`.

use super::{Received, delegation, message, objection_to_ask, payload, user, words};
use crate::slack::forms;
use countersign_core::{
    Result,
    ids::{IncidentId, MessageId, RequestId},
    job::{Actor, Job, Listing, Queue, Spot},
    message::{MAX_REASON_CHARACTERS, check_text},
    policy::break_glass::Emergency,
    time::Timestamp,
};

const USAGE: &str = "`/ask` and what you need, in your own words: I read it and show you what I understood.\n\
    `/ask` alone opens a form, where you can also ask for somebody else.\n\
    `/desk mine` lists what you asked for.\n\
    `/desk waiting` lists what waits for you.\n\
    `/desk claim` with the id of a request says that you are on it; `/desk release` gives it back.\n\
    `/desk delegate @mia until Friday` lets somebody decide in your place; `/desk delegate off` ends it.\n\
    `/desk break-glass INC-1 AWS production because the shop is down` takes access in an incident: with its number, what \
    you need, and why after _because_.";

pub(super) fn receive(form: &payload::Form, team: &str, now: Timestamp) -> Result<Received> {
    if form.is_ssl_check() {
        return Ok(Received::default());
    }
    payload::same_team(form.get("team_id"), team)?;
    let user = user(form.get("user_id"), team)?;
    let text = words::decoded(form.get("text").unwrap_or_default());
    let list = |listing| {
        let place = payload::id("channel", form.get("channel_id")).ok();
        let actor = Actor::Chat { user: user.clone() };
        Received::job(Queue::Messages, Job::List { actor, listing, place })
    };
    match (form.get("command").unwrap_or_default(), text.trim()) {
        ("/ask", "") => Ok(Received::modal(trigger(form)?, forms::ask(""))),
        ("/ask", _) => ask(trigger(form)?, user, text, now),
        ("/desk", "mine") => Ok(list(Listing::Mine)),
        ("/desk", "waiting") => Ok(list(Listing::Waiting)),
        ("/desk", text) if text.starts_with("delegate ") => {
            let place = payload::id("channel", form.get("channel_id")).ok();
            let words = text.strip_prefix("delegate ").unwrap_or_default();
            let job = delegation::read(words, user, place, now);
            Ok(job.map_or_else(|| Received::told(USAGE), |job| Received::job(Queue::Decisions, job)))
        }
        ("/desk", text) if text.starts_with("claim ") || text.starts_with("release ") => {
            let place = payload::id("channel", form.get("channel_id")).ok();
            Ok(claim(text, user, place, now).unwrap_or_else(|| Received::told(USAGE)))
        }
        ("/desk", text) => match text.strip_prefix("break-glass ").and_then(emergency) {
            Some((text, emergency)) => break_glass(trigger(form)?, user, text, emergency, now),
            None => Ok(Received::told(USAGE)),
        },
        _ => Ok(Received::told(USAGE)),
    }
}

/// `claim` or `release`, and the id of a request.
fn claim(text: &str, user: super::ChatUser, place: Option<String>, now: Timestamp) -> Option<Received> {
    let (word, id) = text.split_once(' ')?;
    let of = Spot::Request { request: RequestId::new(id.trim()).ok()?, gate: None };
    let actor = Actor::Chat { user };
    let job = Job::Claim { of, actor, given_back: word == "release", cast_at: now, place };
    Some(Received::job(Queue::Decisions, job))
}

/// The number of the incident, what is needed, and why: none of them may be missing.
fn emergency(text: &str) -> Option<(String, Emergency)> {
    let (incident, rest) = text.trim().split_once(' ')?;
    let (what, reason) = rest.split_once(" because ")?;
    let given = !what.trim().is_empty() && check_text("reason", reason, MAX_REASON_CHARACTERS).is_ok();
    let incident = IncidentId::new(incident).ok().filter(|_| given)?;
    Some((rest.trim().to_owned(), Emergency { incident, reason: reason.trim().to_owned() }))
}

fn break_glass(
    trigger: String,
    user: super::ChatUser,
    text: String,
    emergency: Emergency,
    now: Timestamp,
) -> Result<Received> {
    let mut received = ask(trigger, user, text, now)?;
    for (_, job) in &mut received.jobs {
        if let Job::Message { emergency: flag, .. } = job {
            *flag = Some(emergency.clone());
        }
    }
    Ok(received)
}

fn trigger(form: &payload::Form) -> Result<String> {
    payload::delivery_id("trigger", form.get("trigger_id"))
}

fn ask(trigger: String, user: super::ChatUser, text: String, now: Timestamp) -> Result<Received> {
    if let Some(why) = objection_to_ask(&text) {
        return Ok(Received::told(&why));
    }
    let id = MessageId::derived(&["slack", "command", &user.workspace, &trigger]);
    Ok(message(id, user, text, None, now))
}
