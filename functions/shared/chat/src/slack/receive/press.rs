//! Buttons and shortcuts. Of a button its name, its opaque id and where it stands are read, never what its message says.

use super::{ChatUser, Received, payload, words};
use crate::slack::forms;
use countersign_core::{
    Error, Result,
    card::{CopyAddress, ModalKind, Press},
    ids::{MessageId, RequestId, ShownId},
    job::{Actor, AskerAnswer, Job, Queue, Spot, Verdict},
    message::NOT_FOR_US,
    person::ChannelKind,
    question::Asked,
    time::Timestamp,
};
use serde_json::Value;

struct Click {
    value: String,
    trigger: String,
    user: ChatUser,
    place: Option<String>,
    address: Option<CopyAddress>,
    at: Timestamp,
}

pub(super) fn receive(payload: &Value, user: ChatUser, at: Timestamp) -> Result<Received> {
    let known = |action: &Value| Some((Press::named(payload::text(action, "/action_id")?)?, action.clone()));
    let actions = payload.get("actions").and_then(Value::as_array);
    let Some((press, action)) = actions.into_iter().flatten().find_map(known) else {
        return Ok(Received::default());
    };
    let channel = payload::text(payload, "/channel/id").or(payload::text(payload, "/container/channel_id"));
    let place = payload::id("channel", channel).ok();
    let click = Click {
        address: address(payload, place.clone()),
        value: payload::text(&action, "/value").unwrap_or_default().to_owned(),
        trigger: payload::delivery_id("trigger", payload::text(payload, "/trigger_id"))?,
        user,
        place,
        at,
    };
    act(press, click)
}

/// Where the pressed message is, if it is one that can be changed later.
fn address(payload: &Value, conversation: Option<String>) -> Option<CopyAddress> {
    let lasting = payload.pointer("/container/is_ephemeral") != Some(&Value::Bool(true));
    let message = payload::delivery_id("message", payload::text(payload, "/container/message_ts")).ok()?;
    let conversation = conversation.filter(|_| lasting)?;
    Some(CopyAddress { channel: ChannelKind::Slack, conversation, message })
}

fn act(press: Press, click: Click) -> Result<Received> {
    match press {
        Press::Approve
        | Press::ApproveWith
        | Press::Deny
        | Press::NotForUs
        | Press::Correct
        | Press::Question
        | Press::Answer
        | Press::Claim
        | Press::GiveBack => at_gate(press, click),
        Press::Send => settle(click, AskerAnswer::Send),
        Press::SendToDesk => settle(click, AskerAnswer::SendToDesk),
        Press::Discard => settle(click, AskerAnswer::Discard),
        Press::ChooseFirst | Press::ChooseSecond | Press::ChooseThird | Press::ChooseFourth => {
            choose(press, click)
        }
        Press::Cancel => cancel(click),
    }
}

/// What the press means, and last the card itself, which may be one that nobody recorded.
fn at_gate(press: Press, click: Click) -> Result<Received> {
    let shown = ShownId::new(&click.value)?;
    let adopted = click.address.clone().map(|address| Job::Adopt { shown, actor: click.actor(), address });
    let mut received = match press {
        Press::Deny => Received::modal(click.trigger, forms::deny(&click.value, click.place)),
        Press::Question => Received::modal(click.trigger, forms::question(&click.value, click.place)),
        Press::Answer => Received::modal(click.trigger, forms::answer(&click.value, click.place)),
        Press::Correct => to_fill(ModalKind::Correct, click)?,
        Press::ApproveWith => to_fill(ModalKind::Approve, click)?,
        Press::Claim => claim(click, false)?,
        Press::GiveBack => claim(click, true)?,
        Press::NotForUs => vote(click, Verdict::Deny, Some(NOT_FOR_US.to_owned()))?,
        _ => vote(click, Verdict::Approve, None)?,
    };
    received.jobs.extend(adopted.map(|job| (Queue::Messages, job)));
    Ok(received)
}

impl Click {
    fn actor(&self) -> Actor {
        Actor::Chat { user: self.user.clone() }
    }

    fn id(&self) -> String {
        MessageId::derived(&["slack", "press", &self.user.workspace, &self.trigger]).into()
    }
}

fn vote(click: Click, verdict: Verdict, reason: Option<String>) -> Result<Received> {
    let job = Job::Vote {
        id: click.id(),
        shown: ShownId::new(&click.value)?,
        actor: click.actor(),
        verdict,
        reason,
        cast_at: click.at,
        place: click.place,
    };
    Ok(Received::job(Queue::Decisions, job))
}

fn claim(click: Click, given_back: bool) -> Result<Received> {
    let of = Spot::Card { shown: ShownId::new(&click.value)? };
    let job = Job::Claim { of, actor: click.actor(), given_back, cast_at: click.at, place: click.place };
    Ok(Received::job(Queue::Decisions, job))
}

/// A modal whose choices are fetched while it stands there.
fn to_fill(modal: ModalKind, click: Click) -> Result<Received> {
    let shown = ShownId::new(&click.value)?;
    let external_id = forms::external_id(&click.id(), click.place.as_deref());
    let view = forms::loading(modal, shown.as_str(), &external_id);
    let job = Job::FillModal { external_id, modal, shown, actor: click.actor() };
    let opened = Received::modal(click.trigger, view);
    Ok(Received { jobs: vec![(Queue::Messages, job)], ..opened })
}

fn settle(click: Click, answer: AskerAnswer) -> Result<Received> {
    let message = MessageId::new(&click.value)?;
    Ok(Received::job(Queue::Start, Job::Settle { message, actor: click.actor(), answer }))
}

/// The button's name says which choice it is; what that is, only the record does.
fn choose(press: Press, click: Click) -> Result<Received> {
    let Asked { message, question } = Asked::parse(&click.value)?;
    let choice = Press::CHOICES.iter().position(|one| *one == press);
    let choice = choice.ok_or_else(|| Error::invalid("button", "is none that chooses".into()))?;
    let answer = AskerAnswer::Choose { question, choice };
    Ok(Received::job(Queue::Start, Job::Settle { message, actor: click.actor(), answer }))
}

fn cancel(click: Click) -> Result<Received> {
    let request = RequestId::new(&click.value)?;
    let job = Job::Cancel { request, actor: click.actor(), cast_at: click.at, place: click.place };
    Ok(Received::job(Queue::Decisions, job))
}

/// The shortcut `ask` opens the form; from a message, with the message's words in it.
pub(super) fn shortcut(payload: &Value) -> Result<Received> {
    if payload::text(payload, "/callback_id") != Some("ask") {
        return Ok(Received::default());
    }
    let trigger = payload::delivery_id("trigger", payload::text(payload, "/trigger_id"))?;
    let text = words::decoded(payload::text(payload, "/message/text").unwrap_or_default());
    Ok(Received::modal(trigger, forms::ask(&text)))
}
