//! Slash commands: `/ask` and `/desk`.

use super::{Received, message, objection_to_ask, payload, user, words};
use crate::slack::forms;
use countersign_core::{
    Result,
    ids::MessageId,
    job::{Actor, Job, Listing, Queue},
    time::Timestamp,
};

const USAGE: &str = "`/ask` and what you need, in your own words: I read it and show you what I understood.\n\
    `/ask` alone opens a form, where you can also ask for somebody else.\n\
    `/desk mine` lists what you asked for.\n\
    `/desk waiting` lists what waits for you.";

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
        _ => Ok(Received::told(USAGE)),
    }
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
