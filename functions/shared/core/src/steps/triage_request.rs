//! `triage-request`: records a message with what triage understood of it.

use super::{
    committing::nudge_all,
    identifying::{subject_named, subject_of, via},
    sealing::seal_asks,
};
use crate::{
    Error, Result,
    change::{put, read},
    config::Config,
    ids::{MessageId, RequestId, SubjectId},
    job::{Actor, AskerAnswer, Content, Envelope, Job, Notice, Queue},
    learning::ActiveModel,
    message::{Ask, MAX_ASKS, MAX_TEXT_CHARACTERS, Message, MessageStatus, OUT_OF_SCOPE, Origin, check_text},
    opinion::{MAX_OPINION_MILLIS, Second, is_wanted, weigh},
    outbox::{Row, Work},
    policy::{
        autonomy::{Autonomy, Standing, allowed},
        break_glass::Emergency,
    },
    ports::{Clock, Configs, Expect, Queues, ReadStore, Salt, SecondReader, Triage, Vault, WriteStore},
    question::{Question, keep_worthwhile},
    slot::Slot,
    time::Timestamp,
};

/// A repeat within this time of the first is its channel's, in milliseconds.
pub const REPEATED_MILLIS: i64 = 4_000;

/// A new message, as its job carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The job's id: repeats are dropped by it.
    pub id: MessageId,
    /// Who wrote.
    pub actor: Actor,
    /// Where answers go.
    pub origin: Origin,
    /// What was written.
    pub text: String,
    /// For whom, where a form said so.
    pub beneficiary: Option<String>,
    /// The request id that the caller was promised.
    pub promised: Option<RequestId>,
    /// That it is break-glass, where the command or the program said so.
    pub emergency: Option<Emergency>,
    /// When it came in.
    pub asked_at: Timestamp,
}

impl Input {
    /// Takes the job of a new message.
    ///
    /// # Errors
    /// [`Error::Invalid`] for any other job.
    pub fn from_job(job: Job) -> Result<Self> {
        match job {
            Job::Message { id, actor, origin, text, beneficiary, promised, emergency, asked_at } => {
                Ok(Self { id, actor, origin, text, beneficiary, promised, emergency, asked_at })
            }
            _ => Err(Error::invalid("job", "is not a message".into())),
        }
    }
}

/// Records a message with what was understood; the asker is shown it, a program's message goes on at once.
///
/// # Errors
/// As the ports; [`Error::Refused`] for a program's account that is linked to nobody (it goes to quarantine, visibly).
pub async fn triage_request<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + SecondReader + Triage + Vault,
{
    if let Some(known) = read::<Message>(ctx, &Slot::Message(input.id.clone())).await? {
        return repeated(ctx, &known.value, input.actor).await;
    }
    let Some(author) = subject_of(ctx, &input.actor).await? else { return unknown(ctx, &input).await };
    if let Err(error) = check_text("text", &input.text, MAX_TEXT_CHARACTERS) {
        return not_taken(ctx, &input, error).await;
    }
    let asks = understand(ctx, &input).await?;
    let message = message(ctx, &input, author, &asks).await?;
    let row = understood_row(&message, ctx.now());
    let mut writes = vec![put(Slot::Message(message.id.clone()), Expect::Absent, &message, None)?];
    if matches!(message.origin, Origin::Chat { .. }) {
        writes.push(row.put()?);
    }
    match ctx.commit(writes).await {
        Ok(()) => hand_on(ctx, &message, input.actor).await,
        Err(Error::Conflict) => repeated(ctx, &message, input.actor).await,
        Err(other) => Err(other),
    }
}

/// The owed word to the asker about a message as it stands.
pub fn understood_row(message: &Message, now: Timestamp) -> Row {
    let work = Work::ShowUnderstood { message: message.id.clone() };
    let (status, id) = (message.status, message.id.as_str());
    match message.answered {
        0 => Row::new(id, work, format_args!("{status:?}"), now),
        answered => Row::new(id, work, format_args!("{status:?}:{answered}"), now),
    }
}

/// A channel repeats within moments, while the first one is still handed on; a queue repeats later, because it was not.
async fn repeated(ctx: &(impl Queues + Clock), known: &Message, actor: Actor) -> Result<()> {
    match ctx.now().since(known.asked_at) < REPEATED_MILLIS {
        true => Ok(()),
        false => hand_on(ctx, known, actor).await,
    }
}

/// Shows a person what was understood; sends a program's message on.
async fn hand_on(ctx: &(impl Queues + Clock), message: &Message, actor: Actor) -> Result<()> {
    match message.origin {
        Origin::Chat { .. } => {
            nudge_all(ctx, &[understood_row(message, ctx.now())]).await;
            Ok(())
        }
        Origin::Api => {
            let job = Job::Settle { message: message.id.clone(), actor, answer: AskerAnswer::Send };
            ctx.send(Queue::Start, &Envelope::job(job)).await
        }
    }
}

async fn understand<C>(ctx: &C, input: &Input) -> Result<Vec<Ask>>
where
    C: ReadStore + Clock + Configs + Salt + SecondReader + Triage,
{
    let config = ctx.active().await?;
    let mut asks = Triage::understand(ctx, &config, &input.text, ctx.now());
    asks.truncate(MAX_ASKS);
    if asks.is_empty() || (is_one(input) && asks.len() > 1) {
        asks = vec![for_the_desk(&input.text, asks)];
    }
    // Of one ask the whole text is its words: what triage takes no meaning from may be what people decide by.
    if let [only] = asks.as_mut_slice() {
        only.text.clone_from(&input.text);
    }
    let standing = standing(ctx, &config).await?;
    for ask in &mut asks {
        ask.autonomy = match input.emergency {
            // Break-glass is asked for by a command, and waits for no reading.
            Some(_) => Autonomy::ActAndTell,
            None => allowed(&config.policy, &standing, ask),
        };
        ask.beneficiary = input.beneficiary.clone().or(ask.beneficiary.take());
        if let Some(emergency) = &input.emergency {
            ask.reason = Some(emergency.reason.clone());
        }
        if let Some(named) = &ask.beneficiary {
            ask.beneficiary_unknown = subject_named(ctx, &input.origin, named).await?.is_none();
        }
        let is_read_first = ask.autonomy <= Autonomy::Suggest;
        if is_read_first || !may_be_asked(ctx, input, ask).await? {
            ask.questions = None;
        }
    }
    keep_worthwhile(&mut asks, config.policy.minimum_confidence);
    // An emergency waits for no second reading: people look at it afterwards.
    if input.emergency.is_none() {
        read_twice(ctx, &config, &mut asks).await;
    }
    Ok(asks)
}

/// What triage may rely on, where the policy asks.
async fn standing(ctx: &(impl ReadStore + Triage), config: &Config) -> Result<Standing> {
    if config.policy.autonomy.is_none() {
        return Ok(Standing::default());
    }
    let active = read::<ActiveModel>(ctx, &Slot::ActiveModel).await?;
    let levels = active.map(|active| active.value.levels).unwrap_or_default();
    Ok(Standing { levels, certified: ctx.certified() })
}

/// Whether there is somebody to ask back, and everybody is known between whom the asker would choose. An emergency
/// waits for no answer, and a form that says for whom it is leaves no choice.
async fn may_be_asked(ctx: &(impl ReadStore + Salt), input: &Input, ask: &Ask) -> Result<bool> {
    if input.emergency.is_some() || !matches!(input.origin, Origin::Chat { .. }) {
        return Ok(false);
    }
    let waiting = ask.questions.iter().flat_map(|questions| &questions.waiting);
    let people =
        waiting.filter_map(|one| if let Question::Beneficiary(who) = one { Some(who) } else { None });
    for choice in people.flatten() {
        let is_known = match choice {
            Some(named) => subject_named(ctx, &input.origin, named).await?.is_some(),
            None => true,
        };
        if !is_known || input.beneficiary.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Has the second reader, where there is one, read what no person would read first; all of it within a bounded time.
async fn read_twice(ctx: &(impl Clock + SecondReader), config: &Config, asks: &mut [Ask]) {
    let began = ctx.now();
    for ask in asks.iter_mut().filter(|ask| is_wanted(config, ask)) {
        let second = match ctx.now().since(began) < MAX_OPINION_MILLIS {
            true => ctx.second(config, &ask.text).await,
            false => Second::Silent,
        };
        weigh(ask, &second);
    }
}

/// Whether the text is one ask, whatever triage makes of it: a caller was promised one id, an emergency is one thing.
fn is_one(input: &Input) -> bool {
    input.promised.is_some() || input.emergency.is_some()
}

/// One ask of the whole text, which a person reads.
fn for_the_desk(text: &str, asks: Vec<Ask>) -> Ask {
    let first = asks.into_iter().next();
    let first = first.unwrap_or_else(|| Ask { intent: OUT_OF_SCOPE.into(), ..Ask::default() });
    Ask {
        intent: first.intent,
        text: text.to_owned(),
        language: first.language,
        guesses: first.guesses,
        autonomy: first.autonomy,
        grounds: first.grounds,
        ..Ask::default()
    }
}

async fn message<C: SecondReader + Triage + Vault>(
    ctx: &C,
    input: &Input,
    author: SubjectId,
    asks: &[Ask],
) -> Result<Message> {
    Ok(Message {
        id: input.id.clone(),
        asks: seal_asks(ctx, &input.id, &author, asks).await?,
        answered: 0,
        author,
        origin: input.origin.clone(),
        asked_at: input.asked_at,
        status: MessageStatus::Understood,
        promised: input.promised.clone(),
        incident: input.emergency.as_ref().map(|emergency| emergency.incident.clone()),
        model: readers(ctx),
        copy: None,
        posting_until: None,
    })
}

/// Which model read the text, and which one read it again.
fn readers(ctx: &(impl SecondReader + Triage)) -> String {
    let first = Triage::version(ctx);
    match ctx.name() {
        Some(second) => format!("{first}+{second}"),
        None => first,
    }
}

async fn unknown(ctx: &impl Queues, input: &Input) -> Result<()> {
    match &input.actor {
        Actor::Chat { .. } => tell(ctx, input, Notice::UnknownPerson).await,
        Actor::Directory { .. } => {
            Err(Error::Refused(format!("an account by {} is linked to nobody", via(&input.actor))))
        }
    }
}

async fn not_taken(ctx: &impl Queues, input: &Input, error: Error) -> Result<()> {
    match &input.actor {
        Actor::Chat { .. } => tell(ctx, input, Notice::NotTaken { why: error.to_string() }).await,
        Actor::Directory { .. } => Err(error),
    }
}

async fn tell(ctx: &impl Queues, input: &Input, notice: Notice) -> Result<()> {
    let Actor::Chat { user } = &input.actor else { return Ok(()) };
    let job = Job::Tell { to: user.clone(), place: None, notice };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}

/// Does a message of the triage queue.
///
/// # Errors
/// As [`triage_request`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + SecondReader + Triage + Vault,
{
    match content {
        Content::Job(job) => {
            let done = triage_request(ctx, Input::from_job(job)?).await;
            // Whoever waits for an answer does not wait for a model.
            ctx.renew().await;
            done
        }
        Content::Nudge { .. } => Err(Error::invalid("message", "is for another function".into())),
    }
}
