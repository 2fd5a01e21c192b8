//! Events: direct messages to the bot, and mentions of it.

use super::{ChatUser, Received, message, objection_to_ask, payload, user, words};
use countersign_core::{
    Result,
    ids::MessageId,
    job::{Job, Notice, Queue},
    time::Timestamp,
};
use serde_json::{Value, json};

/// The most characters of a challenge that is repeated.
const MAX_CHALLENGE: usize = 255;

pub(super) fn receive(payload: &Value, team: &str, now: Timestamp) -> Result<Received> {
    match payload::text(payload, "/type") {
        Some("url_verification") => challenge(payload),
        Some("event_callback") => {
            payload::same_team(payload::text(payload, "/team_id"), team)?;
            event(payload, team, now)
        }
        _ => Ok(Received::default()),
    }
}

fn challenge(payload: &Value) -> Result<Received> {
    let challenge = payload::text(payload, "/challenge").unwrap_or_default();
    let challenge: String = challenge.chars().take(MAX_CHALLENGE).collect();
    Ok(Received::reply(json!({"challenge": challenge})))
}

fn event(payload: &Value, team: &str, now: Timestamp) -> Result<Received> {
    let id = payload::delivery_id("event id", payload::text(payload, "/event_id"))?;
    let Some(event) = payload.get("event").filter(|event| is_asked_by_a_person(event)) else {
        return Ok(Received::default());
    };
    for home in ["/user_team", "/team"] {
        payload::same_team(payload::text(event, home).or(Some(team)), team)?;
    }
    let user = user(payload::text(event, "/user"), team)?;
    let text = said(payload, event);
    if let Some(why) = objection_to_ask(&text) {
        return Ok(not_taken(event, user, why));
    }
    Ok(message(MessageId::derived(&["slack", "event", team, &id]), user, text, None, now))
}

/// A new message by a person, to the bot. Not what bots write, ourselves included, and not changes of messages.
fn is_asked_by_a_person(event: &Value) -> bool {
    let says = |name: &str| event.get(name).is_some_and(|value| !value.is_null() && value != false);
    let to_us = match payload::text(event, "/type") {
        Some("message") => payload::text(event, "/channel_type") == Some("im"),
        Some("app_mention") => true,
        _ => false,
    };
    let plain = matches!(payload::text(event, "/subtype"), None | Some("file_share"));
    let by_slack = payload::text(event, "/user") == Some("USLACKBOT");
    let of_bot = says("bot_id") || says("bot_profile") || by_slack;
    to_us && plain && !of_bot && !says("edited") && !says("hidden")
}

/// What the person wrote, without the call of the bot. In a direct message nobody has to call it.
fn said(payload: &Value, event: &Value) -> String {
    let text = words::decoded(payload::text(event, "/text").unwrap_or_default());
    let bot = payload.get("authorizations").and_then(Value::as_array).into_iter().flatten();
    let bot = bot.filter(|found| found.get("is_bot") == Some(&Value::Bool(true)));
    let bot = bot.filter_map(|found| payload::text(found, "/user_id")).next();
    let called = payload::text(event, "/type") == Some("app_mention");
    if called || bot.is_some() { words::without_mention(&text, bot) } else { text.trim().to_owned() }
}

fn not_taken(event: &Value, user: ChatUser, why: String) -> Received {
    let place = payload::id("channel", payload::text(event, "/channel")).ok();
    Received::job(Queue::Messages, Job::Tell { to: user, place, notice: Notice::NotTaken { why } })
}
