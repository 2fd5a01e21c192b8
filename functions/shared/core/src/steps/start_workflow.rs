//! `start-workflow`: makes requests of a message once its asker sends it, and starts executions that are owed.

use super::{
    committing::{commit, done, left_to_the_row, nudge_all, until_first},
    identifying::{subject_by_mail, subject_of},
    triage_request::understood_row,
};
use crate::{
    Error, Result,
    audit::{By, Happening, Head},
    change::{Change, Versioned, put, read},
    digest::Digest,
    ids::{MessageId, SubjectId},
    job::{Actor, AskerAnswer, Content, Envelope, Job, Notice, Queue},
    message::{Ask, Message, MessageStatus, Origin},
    outbox::{News, Row, Work, execution_input},
    person::{ChannelKind, ChatUser},
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Vault, Workflows, WriteStore},
    request::{Listed, Request, Status, Times, Words},
    slot::{Slot, shard},
};

/// The workflow that serves every intent without one of its own.
pub const DESK_WORKFLOW: &str = "desk-request";

/// The asker's answer to what was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The message.
    pub message: MessageId,
    /// Who answered.
    pub actor: Actor,
    /// What.
    pub answer: AskerAnswer,
}

/// Makes one request of each ask of the message, or discards it. Repeated, it finds the first time's.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for an unknown message, [`Error::Refused`] for somebody else's.
pub async fn start_workflow<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let slot = Slot::Message(input.message.clone());
    let message: Versioned<Message> = read(ctx, &slot).await?.ok_or(Error::NotFound("message"))?;
    if subject_of(ctx, &input.actor).await?.as_ref() != Some(&message.value.author) {
        return not_yours(ctx, &input.actor).await;
    }
    match (message.value.status, input.answer) {
        (MessageStatus::Understood, AskerAnswer::Discard) => {
            settle(ctx, message, MessageStatus::Discarded).await
        }
        (MessageStatus::Understood, AskerAnswer::Send) => send(ctx, message, false).await,
        (MessageStatus::Understood, AskerAnswer::SendToDesk) => send(ctx, message, true).await,
        (MessageStatus::Sent | MessageStatus::Discarded, _) => Ok(()),
    }
}

async fn not_yours(ctx: &impl Queues, actor: &Actor) -> Result<()> {
    let Actor::Chat { user } = actor else {
        return Err(Error::Refused("the message is somebody else's".into()));
    };
    let notice = Notice::NotTaken { why: "This is somebody else's message.".into() };
    ctx.send(Queue::Messages, &Envelope::job(Job::Tell { to: user.clone(), place: None, notice })).await
}

async fn send<C>(ctx: &C, message: Versioned<Message>, to_desk: bool) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let owner = KeyOwner::Subject(message.value.author.clone());
    let plain = ctx.open(&owner, &Message::purpose(&message.value.id), &message.value.asks).await?;
    let asks: Vec<Ask> = serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("asks: {e}")))?;
    for (index, ask) in asks.into_iter().enumerate() {
        let ask = if to_desk { Ask { confidence: 0, ..ask } } else { ask };
        until_first(|| create(ctx, &message.value, index, &ask)).await?;
    }
    settle(ctx, message, MessageStatus::Sent).await
}

async fn settle(
    ctx: &(impl WriteStore + Clock + Queues),
    message: Versioned<Message>,
    status: MessageStatus,
) -> Result<()> {
    let value = Message { status, ..message.value };
    let row = understood_row(&value, ctx.now());
    let mut writes =
        vec![put(Slot::Message(value.id.clone()), Expect::Version(message.version), &value, None)?];
    if matches!(value.origin, Origin::Chat { .. }) {
        writes.push(row.put()?);
    }
    ctx.commit(writes).await?;
    nudge_all(ctx, &[row]).await;
    Ok(())
}

async fn create<C>(ctx: &C, message: &Message, index: usize, ask: &Ask) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let id = message.request_id(index);
    if ctx.get(&Slot::Request(id.clone())).await?.is_some() {
        return Ok(());
    }
    let beneficiary = beneficiary(ctx, message, ask).await?;
    let words = Words { text: ask.text.clone(), reason: ask.reason.clone(), reasons: Vec::new() };
    let plain = serde_json::to_string(&words).map_err(|e| Error::Broken(format!("words: {e}")))?;
    let owner = KeyOwner::Subject(message.author.clone());
    let sealed = ctx.seal(&owner, &Request::words_purpose(&id), &plain).await?;
    let definition = definition(ctx, &ask.intent).await?;
    let request = request(message, index, ask, beneficiary, definition);
    let mut change = Change::create(request, ctx.now(), By::Function { name: "start-workflow".into() });
    change.record(requested(&change.request, Digest::of(&sealed)?))?;
    change.put(Slot::Words(id.clone()), Expect::Absent, &sealed)?;
    list(&mut change)?;
    owe_execution(&mut change);
    change.owe(Work::TellRequester { request: id, news: News::Received });
    commit(ctx, change).await
}

fn list(change: &mut Change) -> Result<()> {
    let (id, now) = (change.request.id.clone(), change.now());
    let listed = Listed { request: id.clone(), at: now };
    change.put(Slot::Own(change.request.requester.clone(), id.clone()), Expect::Any, &listed)?;
    change.put(Slot::Day(now.day(), shard(id.as_str()), id), Expect::Any, &listed)
}

/// Owes the execution of the request's present generation.
pub fn owe_execution(change: &mut Change) {
    let request = &change.request;
    let work = Work::StartExecution {
        definition: request.definition.clone(),
        name: request.execution_name(),
        input: execution_input(&request.id, request.generation),
    };
    change.owe(work);
}

/// The workflow that the catalog names for an intent.
///
/// # Errors
/// As [`Configs::active`].
pub async fn definition(ctx: &impl Configs, intent: &str) -> Result<String> {
    let config = ctx.active().await?;
    Ok(config.catalog.intent(intent).map_or_else(|| DESK_WORKFLOW.into(), |intent| intent.workflow.clone()))
}

/// Who is meant: the asker, a mentioned account, or a mail address; `None` if that is nobody known.
async fn beneficiary(
    ctx: &(impl ReadStore + Salt),
    message: &Message,
    ask: &Ask,
) -> Result<Option<SubjectId>> {
    let Some(named) = &ask.beneficiary else { return Ok(Some(message.author.clone())) };
    let mention = named.trim_start_matches("<@").trim_end_matches('>');
    match &message.origin {
        Origin::Chat { user } if !named.contains('@') || named.starts_with("<@") => {
            let user = ChatUser {
                channel: ChannelKind::Slack,
                workspace: user.workspace.clone(),
                user: mention.into(),
            };
            subject_of(ctx, &Actor::Chat { user }).await
        }
        _ => subject_by_mail(ctx, named).await,
    }
}

fn request(
    message: &Message,
    index: usize,
    ask: &Ask,
    beneficiary: Option<SubjectId>,
    definition: String,
) -> Request {
    let certain_who = beneficiary.is_some();
    Request {
        id: message.request_id(index),
        message: message.id.clone(),
        generation: 1,
        definition,
        requester: message.author.clone(),
        beneficiary: beneficiary.unwrap_or_else(|| message.author.clone()),
        filer: message.author.clone(),
        origin: message.origin.clone(),
        intent: ask.intent.clone(),
        application: ask.application.clone(),
        entitlement: ask.entitlement.clone(),
        duration: ask.duration,
        confidence: if certain_who { ask.confidence.min(999) } else { 0 },
        guesses: ask.guesses.clone(),
        model: message.model.clone(),
        status: Status::Received,
        outcome: None,
        context: None,
        plan: None,
        gate: 0,
        stage: None,
        grant: None,
        revocation: None,
        reservation: None,
        times: Times { asked: message.asked_at, ..Times::default() },
        head: Head::default(),
    }
}

fn requested(request: &Request, words: Digest) -> Happening {
    Happening::Requested {
        words,
        intent: request.intent.clone(),
        application: request.application.clone(),
        entitlement: request.entitlement.clone(),
        confidence: request.confidence,
        model: request.model.clone(),
        requester: request.requester.clone(),
        beneficiary: request.beneficiary.clone(),
        filer: request.filer.clone(),
    }
}

/// Starts the execution that a row owes. A name that was started before is success.
///
/// # Errors
/// As the ports.
pub async fn start_execution<C: WriteStore + Workflows>(ctx: &C, owner: &str, key: &str) -> Result<()> {
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    let Work::StartExecution { definition, name, input } = &row.work else {
        return Err(Error::Broken("not an execution to start".into()));
    };
    ctx.start(definition, name, input).await?;
    done(ctx, &row, version).await
}

/// Does a message of the start queue.
///
/// # Errors
/// As [`start_workflow`] and [`start_execution`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault + Workflows,
{
    match content {
        Content::Job(Job::Settle { message, actor, answer }) => {
            start_workflow(ctx, Input { message, actor, answer }).await
        }
        Content::Nudge { owner, key } => {
            left_to_the_row(ctx, &owner, &key, start_execution(ctx, &owner, &key).await).await
        }
        Content::Job(_) => Err(Error::invalid("message", "is for another function".into())),
    }
}
