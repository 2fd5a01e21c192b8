//! `send-messages`: every word to people. Chat being down delays nothing else.

use super::{
    ask_approvers::read_gate,
    committing::done,
    identifying::{members, people, subject_of},
    plan_approvals::context,
    record_decision::open_words,
};
use crate::{
    Error, Result,
    card::{Card, CopyAddress},
    cards::{self, Names, View, Who},
    change::{Change, Versioned, decode, put, read, read_request},
    config::Config,
    digest::Digest,
    facts::Context,
    gate::{Candidate, Gate, InboxEntry, PostedCopy, Shown},
    ids::{MessageId, RequestId, ShownId, SubjectId},
    job::{Actor, Content, Envelope, Job, Listing, Notice, Queue},
    message::{Ask, Message, Origin},
    outbox::{AskKind, News, Row, Work},
    person::{ChatUser, Person, Profile},
    ports::{
        Action, Chat, Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Vault, Write, WriteStore,
    },
    request::{Listed, Request, Words},
    slot::{List, Slot},
    time::{Span, Timestamp},
};
use std::{collections::BTreeSet, sync::Arc};

/// The most lines of a list that a person asks for.
pub const MAX_LIST_LINES: usize = 20;
/// How long a word waits after chat failed without saying how long, in seconds.
pub const RETRY_SECONDS: u64 = 15;
/// The longest delay that a queue takes, in seconds.
const MAX_DELAY_SECONDS: i64 = 900;

/// Does one owed row. When chat is down the row is put off and the queue message is done.
///
/// # Errors
/// As the ports, but for [`Chat`] being unavailable.
pub async fn send_row<C>(ctx: &C, owner: &str, key: &str) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Vault,
{
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    if row.not_before.is_some_and(|at| at > ctx.now()) {
        return Ok(());
    }
    match work(ctx, &row.work).await {
        Ok(()) => done(ctx, &row, version).await,
        Err(Error::Unavailable { retry_at, .. }) => put_off(ctx, row, version, retry_at).await,
        Err(other) => Err(other),
    }
}

async fn work<C>(ctx: &C, work: &Work) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Vault,
{
    match work {
        Work::ShowUnderstood { message } => show_understood(ctx, message).await,
        Work::AskApprovers { request, gate, round, kind } => ask(ctx, request, *gate, *round, *kind).await,
        Work::UpdateAllCopies { request, gate } => update_all(ctx, request, *gate).await,
        Work::TellRequester { request, news } => tell_requester(ctx, request, *news).await,
        Work::TellDesk { request, matter } => tell_desk(ctx, request.as_ref(), matter).await,
        Work::StartExecution { .. } | Work::SpendToken { .. } | Work::RefreshPerson { .. } => {
            Err(Error::Broken("not a word to people".into()))
        }
    }
}

/// Tries again when chat said so, at the latest by the sweep. However many nudges there are, one stays on its way.
async fn put_off<C: WriteStore + Clock + Queues>(
    ctx: &C,
    row: Row,
    version: u64,
    retry_at: Option<Timestamp>,
) -> Result<()> {
    let at = match retry_at {
        Some(at) => at,
        None => ctx.now().plus(Span::of_seconds(RETRY_SECONDS)?),
    };
    let row = Row { attempts: row.attempts.saturating_add(1), not_before: Some(at), ..row };
    let write = Write { expect: Expect::Version(version), ..row.put_due(at)? };
    match ctx.commit(vec![write]).await {
        Ok(()) => {}
        Err(Error::Conflict) => return Ok(()),
        Err(other) => return Err(other),
    }
    let delay = (at.since(ctx.now()) + 999).div_euclid(1000).clamp(1, MAX_DELAY_SECONDS);
    let seconds = u16::try_from(delay).unwrap_or(1);
    ctx.send_later(row.work.queue(), &Envelope::nudge(&row.owner, &row.key), seconds).await
}

/// A request with everything that its cards are made of.
struct Case {
    request: Request,
    words: Words,
    context: Option<Context>,
    config: Arc<Config>,
    names: Names,
}

impl Case {
    fn view(&self) -> View<'_> {
        View {
            request: &self.request,
            words: &self.words,
            context: self.context.as_ref(),
            config: &self.config,
            names: &self.names,
        }
    }
}

async fn case<C>(ctx: &C, id: &RequestId, gate: Option<&Gate>) -> Result<Case>
where
    C: ReadStore + Configs + Vault,
{
    let request = read_request(ctx, id).await?.value;
    let sealed: Versioned<String> =
        read(ctx, &Slot::Words(id.clone())).await?.ok_or(Error::NotFound("words"))?;
    let words = open_words(ctx, &request, &sealed.value).await?;
    let mut concerned: Vec<SubjectId> = request.interested().into_iter().cloned().collect();
    concerned.extend(words.reasons.iter().map(|(_, who, _)| who.clone()));
    if let Some(gate) = gate {
        concerned.extend(gate.votes.keys().cloned());
        concerned.extend(gate.votes.values().filter_map(|vote| vote.acting_for.clone()));
    }
    let config = match &request.plan {
        Some(plan) => ctx.pinned(&plan.config).await?,
        None => ctx.active().await?,
    };
    let names = names(ctx, &concerned).await?;
    Ok(Case { context: context(ctx, &request).await?, request, words, config, names })
}

/// Names and chat accounts of people, decrypted. Somebody whose key was destroyed has none.
///
/// # Errors
/// As the ports.
pub async fn names(ctx: &(impl ReadStore + Vault), subjects: &[SubjectId]) -> Result<Names> {
    let mut names = Names::new();
    for (subject, person) in people(ctx, subjects).await? {
        let Some(profile) = profile(ctx, &subject).await? else { continue };
        names.insert(subject, Who { name: profile.name, chat: person.chat.into_iter().next() });
    }
    Ok(names)
}

async fn profile(ctx: &(impl ReadStore + Vault), subject: &SubjectId) -> Result<Option<Profile>> {
    let Some(stored) = ctx.get(&Slot::Profile(subject.clone())).await? else { return Ok(None) };
    let sealed: String = decode(stored)?.value;
    let owner = KeyOwner::Subject(subject.clone());
    match ctx.open(&owner, &profile_purpose(subject), &sealed).await {
        Ok(plain) => {
            serde_json::from_str(&plain).map(Some).map_err(|e| Error::Broken(format!("profile: {e}")))
        }
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The purpose under which a profile is sealed.
#[must_use]
pub fn profile_purpose(subject: &SubjectId) -> String {
    format!("profile:{subject}")
}

async fn show_understood<C>(ctx: &C, id: &MessageId) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let slot = Slot::Message(id.clone());
    let Some(found) = read::<Message>(ctx, &slot).await? else { return Ok(()) };
    let Origin::Chat { user } = &found.value.origin else { return Ok(()) };
    let owner = KeyOwner::Subject(found.value.author.clone());
    let plain = ctx.open(&owner, &Message::purpose(id), &found.value.asks).await?;
    let asks: Vec<Ask> = serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("asks: {e}")))?;
    let config = ctx.active().await?;
    let card = cards::understood(&found.value, &asks, &config);
    if let Some(copy) = &found.value.copy {
        return update(ctx, copy, &card).await;
    }
    let copy = ctx.post(user, &card).await?;
    keep_message_copy(ctx, &slot, copy).await
}

async fn keep_message_copy(ctx: &impl WriteStore, slot: &Slot, copy: CopyAddress) -> Result<()> {
    super::committing::until_first(|| async {
        let Some(found) = read::<Message>(ctx, slot).await? else { return Ok(()) };
        let message = Message { copy: Some(copy.clone()), ..found.value };
        ctx.commit(vec![put(slot.clone(), Expect::Version(found.version), &message, None)?]).await
    })
    .await
}

/// A copy that its owner deleted is as good as updated.
async fn update(ctx: &impl Chat, copy: &CopyAddress, card: &Card) -> Result<()> {
    match ctx.update(copy, card).await {
        Err(Error::NotFound(_) | Error::Refused(_)) => Ok(()),
        other => other,
    }
}

/// Asks every candidate of a gate: the card once each, reminders by round.
async fn ask<C>(ctx: &C, id: &RequestId, number: u32, round: u32, kind: AskKind) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    if gate.ending().is_some() {
        return Ok(());
    }
    let case = case(ctx, id, Some(&gate)).await?;
    let subjects: Vec<SubjectId> =
        gate.candidates.iter().map(|candidate| candidate.subject.clone()).collect();
    let people = people(ctx, &subjects).await?;
    let mut trouble = None;
    for candidate in &gate.candidates {
        let Some(user) = people.get(&candidate.subject).and_then(|person| person.chat.first()) else {
            continue;
        };
        match ask_one(ctx, &case, &gate, candidate, user, round, kind).await {
            Ok(()) | Err(Error::Refused(_)) => {}
            Err(error) => trouble = Some(error),
        }
    }
    note_delivery(ctx, &case.request).await?;
    trouble.map_or(Ok(()), Err)
}

async fn ask_one<C>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    candidate: &Candidate,
    user: &ChatUser,
    round: u32,
    kind: AskKind,
) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let slot = Slot::Copy(gate.request.clone(), gate.number, candidate.subject.clone());
    let copy = read::<PostedCopy>(ctx, &slot).await?;
    match (copy, kind) {
        (None, _) => first_copy(ctx, case, gate, candidate, user, round).await,
        (Some(copy), AskKind::Reminder | AskKind::Warning) if !copy.value.rounds.contains(&round) => {
            ctx.post(user, &cards::reminder(&case.view(), gate, kind)).await?;
            let mut value = copy.value;
            value.rounds.insert(round);
            ctx.commit(vec![put(slot, Expect::Version(copy.version), &value, None)?]).await
        }
        (Some(_), _) => Ok(()),
    }
}

/// Stores what is shown, posts it, stores where, and looks once more whether the gate has ended meanwhile.
async fn first_copy<C>(
    ctx: &C,
    case: &Case,
    gate: &Gate,
    candidate: &Candidate,
    user: &ChatUser,
    round: u32,
) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let recipient = candidate.subject.clone();
    let shown_id = shown_id(gate, &recipient, case.request.context.as_ref());
    let shown = Shown {
        request: gate.request.clone(),
        gate: gate.number,
        recipient: recipient.clone(),
        action: gate.action.clone(),
        context: case.request.context.clone(),
        at: ctx.now(),
    };
    ctx.commit(vec![put(Slot::Shown(shown_id.clone()), Expect::Any, &shown, None)?]).await?;
    let card = cards::gate(&case.view(), gate, &shown_id);
    let address = ctx.post(user, &card).await?;
    let showing = Digest::of(&card)?;
    let rounds = BTreeSet::from([round]);
    let copy = PostedCopy { recipient: recipient.clone(), to: user.clone(), address, rounds, showing };
    let slot = Slot::Copy(gate.request.clone(), gate.number, recipient);
    ctx.commit(vec![put(slot, Expect::Any, &copy, None)?]).await?;
    match read_gate(ctx, &gate.request, gate.number).await?.value.ending() {
        Some(_) => update_all(ctx, &gate.request, gate.number).await,
        None => Ok(()),
    }
}

fn shown_id(gate: &Gate, recipient: &SubjectId, context: Option<&Digest>) -> ShownId {
    let number = gate.number.to_string();
    let context = context.map_or("", Digest::as_str);
    ShownId::derived(&[
        "shown",
        gate.request.as_str(),
        &number,
        recipient.as_str(),
        gate.action.as_str(),
        context,
    ])
}

/// Notes when the first card reached an approver. Somebody else's change in between matters more.
async fn note_delivery<C: WriteStore + Clock>(ctx: &C, request: &Request) -> Result<()> {
    if request.times.delivered.is_some() {
        return Ok(());
    }
    let read = read_request(ctx, &request.id).await?;
    let by = crate::audit::By::Function { name: "send-messages".into() };
    let mut change = Change::of(read, ctx.now(), by);
    change.request.times.delivered.get_or_insert(ctx.now());
    let (writes, _) = change.finish()?;
    match ctx.commit(writes).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

/// Brings every copy of a gate's card up to date, and empties the inboxes once it has ended.
async fn update_all<C>(ctx: &C, id: &RequestId, number: u32) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let gate = read_gate(ctx, id, number).await?.value;
    let case = case(ctx, id, Some(&gate)).await?;
    let mut trouble = None;
    for stored in ctx.list(&List::Copies(id.clone(), number)).await? {
        let copy = decode::<PostedCopy>(stored)?;
        if let Err(error) = update_one(ctx, &case, &gate, copy).await {
            trouble = Some(error);
        }
    }
    if gate.ending().is_some() {
        empty_inboxes(ctx, &gate).await?;
    }
    trouble.map_or(Ok(()), Err)
}

async fn update_one<C>(ctx: &C, case: &Case, gate: &Gate, copy: Versioned<PostedCopy>) -> Result<()>
where
    C: WriteStore + Chat,
{
    let shown = shown_id(gate, &copy.value.recipient, case.request.context.as_ref());
    let card = cards::gate(&case.view(), gate, &shown);
    let showing = Digest::of(&card)?;
    if showing == copy.value.showing {
        return Ok(());
    }
    update(ctx, &copy.value.address, &card).await?;
    let slot = Slot::Copy(gate.request.clone(), gate.number, copy.value.recipient.clone());
    let value = PostedCopy { showing, ..copy.value };
    match ctx.commit(vec![put(slot, Expect::Version(copy.version), &value, None)?]).await {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

async fn empty_inboxes(ctx: &impl WriteStore, gate: &Gate) -> Result<()> {
    for candidates in gate.candidates.chunks(crate::ports::MAX_WRITES) {
        let slot = |c: &Candidate| Slot::Inbox(c.subject.clone(), gate.request.clone(), gate.number);
        let delete = |c| Write { slot: slot(c), expect: Expect::Any, action: Action::Delete };
        ctx.commit(candidates.iter().map(delete).collect()).await?;
    }
    Ok(())
}

/// Tells the requester, and the beneficiary where that is somebody else and it concerns the access.
async fn tell_requester<C>(ctx: &C, id: &RequestId, news: News) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let case = case(ctx, id, None).await?;
    let card = cards::news(&case.view(), news);
    let request = &case.request;
    let mut to = vec![request.requester.clone()];
    if matches!(news, News::Active | News::Ended) && request.beneficiary != request.requester {
        to.push(request.beneficiary.clone());
    }
    let people = people(ctx, &to).await?;
    for subject in &to {
        let own = (subject == &request.requester).then_some(&request.origin);
        if let Some(user) = reachable(own, people.get(subject)) {
            post(ctx, &user, &card).await?;
        }
    }
    Ok(())
}

/// The account that was written from, else the preferred one.
fn reachable(origin: Option<&Origin>, person: Option<&Person>) -> Option<ChatUser> {
    match origin {
        Some(Origin::Chat { user }) => Some(user.clone()),
        Some(Origin::Api) | None => person.and_then(|person| person.chat.first().cloned()),
    }
}

/// Somebody who cannot be reached holds up nobody.
async fn post(ctx: &impl Chat, to: &ChatUser, card: &Card) -> Result<()> {
    match ctx.post(to, card).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn tell_desk<C>(ctx: &C, request: Option<&RequestId>, matter: &str) -> Result<()>
where
    C: ReadStore + Chat + Configs,
{
    let config = ctx.active().await?;
    let desk = members(ctx, config.roles.group("desk").unwrap_or_default()).await?;
    let concerned = request.map_or_else(String::new, |id| format!(" (request {id})"));
    let headline = format!("The desk is needed: {}{concerned}", matter.replace('-', " "));
    let card = Card {
        headline,
        body: vec![crate::card::plain("See the runbook for what to do.")],
        ..Card::default()
    };
    for (_, person) in people(ctx, &desk).await? {
        if let Some(user) = person.chat.first() {
            post(ctx, user, &card).await?;
        }
    }
    Ok(())
}

/// Does one job that came from a click: fills a modal, shows a list, tells a word.
///
/// # Errors
/// As the ports; [`Error::Invalid`] for a job of another function.
pub async fn send_job<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    let done = match job {
        Job::FillModal { external_id, shown, actor } => fill_modal(ctx, &external_id, &shown, &actor).await,
        Job::List { actor, listing, place } => show_list(ctx, &actor, listing, place.as_deref()).await,
        Job::Tell { to, place, notice } => tell(ctx, &to, place.as_deref(), &notice).await,
        _ => return Err(Error::invalid("job", "is for another function".into())),
    };
    match done {
        Err(Error::Refused(_) | Error::NotFound(_)) => Ok(()),
        other => other,
    }
}

async fn tell<C>(ctx: &C, to: &ChatUser, place: Option<&str>, notice: &Notice) -> Result<()>
where
    C: ReadStore + Chat + Vault,
{
    let by = match notice {
        Notice::AlreadyDecided { by, .. } => by.clone(),
        _ => Vec::new(),
    };
    let names = names(ctx, &by).await?;
    ctx.whisper(to, place, &cards::notice(notice, &names)).await
}

/// Only somebody who is asked at the gate is shown what is asked there.
async fn fill_modal<C>(ctx: &C, external_id: &str, shown_id: &ShownId, actor: &Actor) -> Result<()>
where
    C: ReadStore + Chat + Configs + Salt + Vault,
{
    let shown: Versioned<Shown> =
        read(ctx, &Slot::Shown(shown_id.clone())).await?.ok_or(Error::NotFound("card"))?;
    let gate = read_gate(ctx, &shown.value.request, shown.value.gate).await?.value;
    let who = subject_of(ctx, actor).await?;
    let asked = who.is_some_and(|who| gate.candidates.iter().any(|candidate| candidate.subject == who));
    if !asked {
        return Err(Error::Refused("the card is somebody else's".into()));
    }
    let case = case(ctx, &shown.value.request, Some(&gate)).await?;
    ctx.fill_modal(external_id, &cards::correction(&case.view(), shown_id)).await
}

async fn show_list<C>(ctx: &C, actor: &Actor, listing: Listing, place: Option<&str>) -> Result<()>
where
    C: ReadStore + Chat + Configs + Queues + Salt + Vault,
{
    let Actor::Chat { user } = actor else { return Ok(()) };
    let Some(who) = subject_of(ctx, actor).await? else {
        let job =
            Job::Tell { to: user.clone(), place: place.map(str::to_owned), notice: Notice::UnknownPerson };
        return ctx.send(Queue::Messages, &Envelope::job(job)).await;
    };
    let (headline, ids) = match listing {
        Listing::Mine => ("Your requests", own(ctx, &who).await?),
        Listing::Waiting => ("What waits for you", waiting(ctx, &who).await?),
    };
    let mut body = Vec::new();
    for id in ids.iter().rev().take(MAX_LIST_LINES) {
        let case = case(ctx, id, None).await?;
        body.push(line(&case));
    }
    if body.is_empty() {
        body.push(crate::card::plain("Nothing."));
    }
    ctx.whisper(user, place, &Card { headline: headline.into(), body, ..Card::default() }).await
}

fn line(case: &Case) -> crate::card::Text {
    let request = &case.request;
    let what = cards::subject_line(
        &case.config,
        &request.intent,
        request.application.as_deref(),
        request.entitlement.as_deref(),
    );
    let state = match request.outcome {
        Some(outcome) => format!("{outcome:?}"),
        None => format!("{:?}", request.status),
    };
    vec![
        crate::card::Span::Strong(what),
        crate::card::Span::Plain(format!(" · {} · {}", state.to_lowercase(), request.id)),
    ]
}

async fn own(ctx: &impl ReadStore, who: &SubjectId) -> Result<Vec<RequestId>> {
    let mut listed = Vec::new();
    for stored in ctx.list(&List::Own(who.clone())).await? {
        listed.push(decode::<Listed>(stored)?.value);
    }
    listed.sort_by_key(|entry| entry.at);
    Ok(listed.into_iter().map(|entry| entry.request).collect())
}

/// Inbox entries are hints: the gate is read before it is shown.
async fn waiting(ctx: &impl ReadStore, who: &SubjectId) -> Result<Vec<RequestId>> {
    let mut found = Vec::new();
    for stored in ctx.list(&List::Inbox(who.clone())).await? {
        let entry = decode::<InboxEntry>(stored)?.value;
        let gate = read_gate(ctx, &entry.request, entry.gate).await?.value;
        if gate.ending().is_none() {
            found.push(entry.request);
        }
    }
    Ok(found)
}

/// Does a message of the messages queue.
///
/// # Errors
/// As [`send_row`] and [`send_job`].
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    match content {
        Content::Nudge { owner, key } => send_row(ctx, &owner, &key).await,
        Content::Job(job) => send_job(ctx, job).await,
    }
}
