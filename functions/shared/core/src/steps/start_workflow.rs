//! `start-workflow`: makes requests of a message once its asker sends it, and starts executions that are owed.

mod choosing;

use super::{
    committing::{commit, done, left_to_the_row, nudge_all, until_first},
    identifying::{subject_named, subject_of},
    open_review::{open_audit, open_review},
    pacing::{MAX_REQUESTS_AN_HOUR, has_asked_enough},
    sealing::open_asks,
    triage_request::understood_row,
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, put, read},
    digest::Digest,
    ids::{MessageId, SubjectId},
    job::{Actor, AskerAnswer, Content, Envelope, Job, Notice, Queue},
    message::{Ask, Message, MessageStatus, Origin},
    outbox::{News, Row, Work, execution_input},
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Vault, Workflows, WriteStore},
    request::{Listed, Request, Words},
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

/// Makes one request of each ask of the message, or discards it, whichever is answered first, or takes the answer to a
/// question about it. Repeated, it goes on where the first time ended.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for an unknown message, [`Error::Refused`] for somebody else's.
pub async fn start_workflow<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let message = read_message(ctx, &input.message).await?.value;
    if subject_of(ctx, &input.actor).await?.as_ref() != Some(&message.author) {
        return not_taken(ctx, &input.actor, "This is somebody else's message.".into()).await;
    }
    if is_too_much(ctx, &message, input.answer).await? {
        return wait(ctx, &input.actor).await;
    }
    let answered = match input.answer {
        AskerAnswer::Discard => MessageStatus::Discarded,
        AskerAnswer::Send => MessageStatus::Sending,
        AskerAnswer::SendToDesk => MessageStatus::SendingToDesk,
        AskerAnswer::Choose { question, choice } => {
            return until_first(|| choosing::choose(ctx, &input.message, question, choice)).await;
        }
    };
    // What is sent is what was answered until then, not until it was read.
    let message = until_first(|| answer(ctx, &input.message, answered)).await?;
    match message.status {
        MessageStatus::Sending => send(ctx, &message, false).await,
        MessageStatus::SendingToDesk => send(ctx, &message, true).await,
        MessageStatus::Understood | MessageStatus::Sent | MessageStatus::Discarded => Ok(()),
    }
}

async fn read_message(ctx: &impl ReadStore, id: &MessageId) -> Result<Versioned<Message>> {
    read(ctx, &Slot::Message(id.clone())).await?.ok_or(Error::NotFound("message"))
}

/// Records the first answer, before anything is done of it. The message says which one counts.
async fn answer(
    ctx: &(impl WriteStore + Clock + Queues),
    id: &MessageId,
    answered: MessageStatus,
) -> Result<Message> {
    let message = read_message(ctx, id).await?;
    match message.value.status {
        MessageStatus::Understood => settle(ctx, message, answered).await,
        _ => Ok(message.value),
    }
}

/// Whether a person's message waits. A program's was counted at the door, before an id was promised.
async fn is_too_much(ctx: &(impl ReadStore + Clock), message: &Message, answer: AskerAnswer) -> Result<bool> {
    let sends = matches!(answer, AskerAnswer::Send | AskerAnswer::SendToDesk);
    let is_sent = message.status == MessageStatus::Understood && sends;
    let is_counted = is_sent && matches!(message.origin, Origin::Chat { .. });
    Ok(is_counted && has_asked_enough(ctx, &message.author).await?)
}

async fn wait(ctx: &impl Queues, actor: &Actor) -> Result<()> {
    let why = format!("{MAX_REQUESTS_AN_HOUR} requests an hour are the limit. Send this one later.");
    not_taken(ctx, actor, why).await
}

async fn not_taken(ctx: &impl Queues, actor: &Actor, why: String) -> Result<()> {
    let Actor::Chat { user } = actor else { return Err(Error::Refused(why)) };
    let job = Job::Tell { to: user.clone(), place: None, notice: Notice::NotTaken { why } };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}

async fn send<C>(ctx: &C, message: &Message, to_desk: bool) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let asks = open_asks(ctx, message).await?;
    for (index, ask) in asks.into_iter().enumerate() {
        let ask = if to_desk { Ask { confidence: 0, ..ask } } else { ask };
        until_first(|| create(ctx, message, index, &ask)).await?;
    }
    until_first(|| sent(ctx, &message.id)).await
}

async fn sent(ctx: &(impl WriteStore + Clock + Queues), id: &MessageId) -> Result<()> {
    let message = read_message(ctx, id).await?;
    if message.value.status == MessageStatus::Sent {
        return Ok(());
    }
    settle(ctx, message, MessageStatus::Sent).await.map(|_| ())
}

async fn settle(
    ctx: &(impl WriteStore + Clock + Queues),
    message: Versioned<Message>,
    status: MessageStatus,
) -> Result<Message> {
    let value = Message { status, ..message.value };
    let row = understood_row(&value, ctx.now());
    let mut writes =
        vec![put(Slot::Message(value.id.clone()), Expect::Version(message.version), &value, None)?];
    if matches!(value.origin, Origin::Chat { .. }) {
        writes.push(row.put()?);
    }
    ctx.commit(writes).await?;
    nudge_all(ctx, &[row]).await;
    Ok(value)
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
    let words = words(ask, beneficiary.is_none());
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

fn words(ask: &Ask, unknown: bool) -> Words {
    Words {
        text: ask.text.clone(),
        reason: ask.reason.clone(),
        beneficiary: ask.beneficiary.clone().filter(|_| unknown),
        reasons: Vec::new(),
        talk: Vec::new(),
        grounds: ask.grounds.clone(),
    }
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

/// Who is meant: the asker, or whom the ask names; `None` if that is nobody known.
async fn beneficiary(
    ctx: &(impl ReadStore + Salt),
    message: &Message,
    ask: &Ask,
) -> Result<Option<SubjectId>> {
    match &ask.beneficiary {
        None => Ok(Some(message.author.clone())),
        Some(named) => subject_named(ctx, &message.origin, named).await,
    }
}

fn request(
    message: &Message,
    index: usize,
    ask: &Ask,
    beneficiary: Option<SubjectId>,
    definition: String,
) -> Request {
    let unknown = beneficiary.is_none();
    let author = message.author.clone();
    let beneficiary = beneficiary.unwrap_or_else(|| author.clone());
    let (id, origin, asked) = (message.request_id(index), message.origin.clone(), message.asked_at);
    Request {
        definition,
        language: ask.language,
        intent: ask.intent.clone(),
        application: ask.application.clone(),
        entitlement: ask.entitlement.clone(),
        duration: ask.duration,
        window: ask.window,
        beneficiary_unknown: unknown,
        confidence: if unknown { 0 } else { ask.confidence.min(999) },
        guesses: ask.guesses.clone(),
        model: message.model.clone(),
        autonomy: ask.autonomy,
        incident: message.incident.clone(),
        ..Request::received(id, message.id.clone(), author, beneficiary, origin, asked)
    }
}

/// The entry by which a request's chain begins.
pub(super) fn requested(request: &Request, words: Digest) -> Happening {
    Happening::Requested {
        words,
        intent: request.intent.clone(),
        application: request.application.clone(),
        entitlement: request.entitlement.clone(),
        confidence: request.confidence,
        model: request.model.clone(),
        autonomy: request.autonomy,
        requester: request.requester.clone(),
        beneficiary: request.beneficiary.clone(),
        filer: request.filer.clone(),
        asked: Some(request.times.asked),
    }
}

/// Does what a row owes: starts an execution, where a name that was started before is success, or opens a review.
///
/// # Errors
/// As the ports.
pub async fn start_owed<C>(ctx: &C, owner: &str, key: &str) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault + Workflows,
{
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    match &row.work {
        Work::StartExecution { definition, name, input } => {
            ctx.start(definition, name, input).await?;
            done(ctx, &row, version).await
        }
        Work::OpenReview { request } => open_review(ctx, &row, version, request).await,
        Work::OpenAudit { request } => open_audit(ctx, &row, version, request).await,
        _ => Err(Error::Broken("nothing to start".into())),
    }
}

/// Does a message of the start queue.
///
/// # Errors
/// As [`start_workflow`] and [`start_owed`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault + Workflows,
{
    match content {
        Content::Job(Job::Settle { message, actor, answer }) => {
            start_workflow(ctx, Input { message, actor, answer }).await
        }
        Content::Nudge { owner, key } => {
            left_to_the_row(ctx, &owner, &key, start_owed(ctx, &owner, &key).await).await
        }
        Content::Job(_) => Err(Error::invalid("message", "is for another function".into())),
    }
}
