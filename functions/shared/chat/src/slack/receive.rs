//! What one authentic call of Slack means: jobs, a modal to open, and the answer.

mod command;
mod delegation;
mod event;
mod payload;
mod press;
mod submission;
mod words;

use countersign_core::{
    Error, Result,
    ids::MessageId,
    job::{Actor, Job, Queue},
    message::{MAX_BODY_BYTES, MAX_TEXT_CHARACTERS, Origin, check_text},
    person::{ChannelKind, ChatUser},
    time::Timestamp,
};
use serde_json::{Value, json};

/// The addresses that Slack calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// Slash commands, as forms.
    Commands,
    /// Events, as JSON.
    Events,
    /// Buttons, shortcuts and modals, as JSON in a form.
    Interactions,
}

impl Path {
    /// The address of a request path such as `/slack/commands`.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        match path.trim_end_matches('/') {
            "/slack/commands" => Some(Self::Commands),
            "/slack/events" => Some(Self::Events),
            "/slack/interactions" => Some(Self::Interactions),
            _ => None,
        }
    }
}

/// A modal to open before the trigger ends, three seconds after the person's act.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenModal {
    /// What Slack gave to open it by, once.
    pub trigger_id: String,
    /// The view.
    pub view: Value,
}

/// The body of the answer, which is always a 200.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reply {
    /// Nothing. It closes a modal.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
}

/// What a call means. In this order: open the modal, put the jobs on their queues, answer. A job that fills the
/// modal would otherwise come before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// The jobs, each with its queue.
    pub jobs: Vec<(Queue, Job)>,
    /// The modal to open.
    pub open: Option<OpenModal>,
    /// The answer.
    pub reply: Reply,
}

impl Received {
    fn job(queue: Queue, job: Job) -> Self {
        Self { jobs: vec![(queue, job)], ..Self::default() }
    }

    fn modal(trigger_id: String, view: Value) -> Self {
        Self { open: Some(OpenModal { trigger_id, view }), ..Self::default() }
    }

    fn reply(body: Value) -> Self {
        Self { reply: Reply::Json(body), ..Self::default() }
    }

    /// A word to the one who gave a command, seen by nobody else.
    fn told(text: &str) -> Self {
        Self::reply(json!({"response_type": "ephemeral", "text": text}))
    }

    /// What is wrong with an input, shown at the input; the modal stays.
    fn wrong(field: &str, why: &str) -> Self {
        Self::reply(json!({"response_action": "errors", "errors": {field: why}}))
    }
}

/// Reads the `body` of a call that was authenticated before, for the workspace `team`. The same body gives the
/// same jobs with the same ids, so that repeats can be dropped. What is of no concern gives nothing.
///
/// # Errors
/// [`Error::Refused`] for another workspace, or a person of another one; [`Error::Invalid`] for what is not as
/// Slack writes it, or too large.
pub fn receive(path: Path, body: &[u8], team: &str, now: Timestamp) -> Result<Received> {
    if body.len() > MAX_BODY_BYTES {
        return Err(Error::invalid(
            "body",
            format!("has {} bytes, at most {MAX_BODY_BYTES} are taken", body.len()),
        ));
    }
    match path {
        Path::Commands => command::receive(&payload::Form::read(body), team, now),
        Path::Events => event::receive(&payload::json(body)?, team, now),
        Path::Interactions => interaction(&payload::Form::read(body), team, now),
    }
}

fn interaction(form: &payload::Form, team: &str, now: Timestamp) -> Result<Received> {
    if form.is_ssl_check() {
        return Ok(Received::default());
    }
    let payload = payload::json(form.get("payload").unwrap_or_default().as_bytes())?;
    let of_team = payload::text(&payload, "/team/id").or(payload::text(&payload, "/user/team_id"));
    payload::same_team(of_team, team)?;
    let of_user = payload::text(&payload, "/user/team_id").or(of_team);
    payload::same_team(of_user, team)?;
    let user = user(payload::text(&payload, "/user/id"), team)?;
    match payload::text(&payload, "/type") {
        Some("block_actions") => press::receive(&payload, user, now),
        Some("view_submission") => submission::receive(&payload, user, now),
        Some("shortcut" | "message_action") => press::shortcut(&payload),
        _ => Ok(Received::default()),
    }
}

fn user(id: Option<&str>, team: &str) -> Result<ChatUser> {
    let user = payload::id("user", id)?;
    Ok(ChatUser { channel: ChannelKind::Slack, workspace: team.to_owned(), user })
}

fn message(
    id: MessageId,
    user: ChatUser,
    text: String,
    beneficiary: Option<String>,
    now: Timestamp,
) -> Received {
    let origin = Origin::Chat { user: user.clone() };
    let actor = Actor::Chat { user };
    let job =
        Job::Message { id, actor, origin, text, beneficiary, promised: None, emergency: None, asked_at: now };
    Received::job(Queue::Triage, job)
}

/// Why a text is not taken, as a sentence; `None` if it is.
fn objection(what: &'static str, text: &str, limit: usize) -> Option<String> {
    match check_text(what, text, limit) {
        Ok(()) => None,
        Err(Error::Invalid { why, .. }) => Some(format!("Your {what} {why}.")),
        Err(other) => Some(other.to_string()),
    }
}

fn objection_to_ask(text: &str) -> Option<String> {
    objection("text", text, MAX_TEXT_CHARACTERS)
}
