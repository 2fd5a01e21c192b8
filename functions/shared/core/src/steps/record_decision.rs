//! `record-decision`: judges a vote, counts it, and wins or loses the gate in one transaction.

use super::{
    ask_approvers::read_gate,
    closing::{end_from_outside, end_gate, end_request},
    committing::{commit, nudge_all, until_first},
    identifying::{delegations, people, person, subject_of, via},
    opening::{fill, put_gate},
    plan_approvals::{approve, open_stage},
    start_workflow::{definition, owe_execution},
};
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Change, Versioned, read, read_request},
    config::{Config, LoadedConfig},
    digest::Digest,
    gate::{Answer, AnswerCode, Counted, Ending, Example, Gate, GateKind, Shown, Vote},
    ids::{RequestId, ShownId, SubjectId},
    job::{Actor, Content, Envelope, Job, Notice, Queue, Refusal, Verdict},
    message::{MAX_REASON_CHARACTERS, check_text},
    outbox::{Row, Work},
    policy::decide::{self, ACCESS_WORKFLOW, Bench, CERTAIN, People},
    ports::{Clock, Configs, Expect, KeyOwner, Queues, ReadStore, Salt, Vault, Write, WriteStore},
    request::{Outcome, Request, Status, Words},
    slot::Slot,
    time::Timestamp,
};

/// What a voter saw of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// A card, by the id that its buttons carry.
    Card(ShownId),
    /// The gate itself, read through the API; the digest says which action was seen.
    Gate {
        /// The request.
        request: RequestId,
        /// The gate's number.
        gate: u32,
        /// The digest of the action.
        action: Digest,
    },
}

/// A gate and the action that a voter saw there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    request: RequestId,
    gate: u32,
    action: Digest,
}

/// A vote as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its id: the same click has the same id.
    pub id: String,
    /// What the voter saw.
    pub sight: Sight,
    /// Who voted.
    pub actor: Actor,
    /// How.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
    /// When it came in.
    pub cast_at: Timestamp,
    /// The conversation of the click.
    pub place: Option<String>,
}

/// What became of a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It counts; more are needed.
    Counted,
    /// It ended the gate.
    Decided(Ending),
    /// Others had ended it before.
    AlreadyDecided {
        /// How.
        ending: Ending,
        /// Who.
        by: Vec<SubjectId>,
    },
    /// It does not count.
    Refused(Refusal),
    /// The account is linked to nobody.
    UnknownPerson,
    /// What is known of the voter is too old to judge by; it is being read anew.
    NotJudgedYet {
        /// When the gate ends.
        deadline: Timestamp,
    },
}

/// What is known of a voter may be this old, in milliseconds: four synchronisations.
pub const MAX_PERSON_AGE_MILLIS: i64 = 3_600_000;
/// After this many seconds a vote that could not be judged is judged again, and after twice as long each further time.
pub const JUDGE_AGAIN_SECONDS: u16 = 60;
/// The most seconds until it is judged again.
pub const MAX_JUDGE_AGAIN_SECONDS: u16 = 300;

/// Counts a vote, and tells the voter when it does not.
///
/// # Errors
/// As the ports; [`Error::NotFound`] for a card that was never shown, [`Error::Invalid`] for a bad reason.
pub async fn record_decision<C>(ctx: &C, input: Input) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    if let Some(reason) = &input.reason {
        check_text("reason", reason, MAX_REASON_CHARACTERS)?;
    }
    let shown = seen(ctx, &input.sight).await?;
    let recorded = match subject_of(ctx, &input.actor).await? {
        Some(voter) => until_first(|| attempt(ctx, &input, &shown, &voter)).await?,
        None => Recorded::UnknownPerson,
    };
    tell(ctx, &input, &shown.request, &recorded).await?;
    Ok(recorded)
}

async fn seen(ctx: &impl ReadStore, sight: &Sight) -> Result<Seen> {
    match sight {
        Sight::Card(id) => {
            let shown: Shown =
                read(ctx, &Slot::Shown(id.clone())).await?.ok_or(Error::NotFound("card"))?.value;
            Ok(Seen { request: shown.request, gate: shown.gate, action: shown.action })
        }
        Sight::Gate { request, gate, action } => {
            Ok(Seen { request: request.clone(), gate: *gate, action: action.clone() })
        }
    }
}

async fn attempt<C>(ctx: &C, input: &Input, shown: &Seen, voter: &SubjectId) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    fill(ctx, &shown.request, shown.gate).await?;
    let request = read_request(ctx, &shown.request).await?;
    let gate = read_gate(ctx, &shown.request, shown.gate).await?;
    if let Some(ending) = gate.value.ending() {
        let mine = gate.value.votes.get(voter).is_some_and(|vote| vote.id == input.id);
        let by = gate.value.deciders();
        return Ok(if mine { Recorded::Decided(ending) } else { Recorded::AlreadyDecided { ending, by } });
    }
    if is_outdated(ctx, voter).await? {
        return Ok(Recorded::NotJudgedYet { deadline: gate.value.deadline() });
    }
    let config = pinned(ctx, &request.value).await?;
    match right(ctx, input, shown, voter, &request.value, &gate.value, &config).await? {
        Ok(vote) => count(ctx, input, voter, vote, request, gate, &config).await,
        Err(reason) => refuse(ctx, input, voter, reason, request, gate).await,
    }
}

/// Whether what is known of the voter is too old; then it is owed to be read anew.
async fn is_outdated<C: WriteStore + Clock + Queues>(ctx: &C, voter: &SubjectId) -> Result<bool> {
    let known = match person(ctx, voter).await {
        Ok(known) => known,
        // Somebody unknown is refused, however old that is.
        Err(Error::NotFound(_)) => return Ok(false),
        Err(other) => return Err(other),
    };
    if ctx.now().since(known.as_of) <= MAX_PERSON_AGE_MILLIS {
        return Ok(false);
    }
    let row =
        Row::new(voter.as_str(), Work::RefreshPerson { subject: voter.clone() }, known.as_of.0, ctx.now());
    // Put once, however often the vote is judged again: who reads the sources is spared while they are down.
    match ctx.commit(vec![Write { expect: Expect::Absent, ..row.put()? }]).await {
        Ok(()) => nudge_all(ctx, &[row]).await,
        Err(Error::Conflict) => {}
        Err(other) => return Err(other),
    }
    Ok(true)
}

async fn pinned(ctx: &impl Configs, request: &Request) -> Result<std::sync::Arc<LoadedConfig>> {
    match &request.plan {
        Some(plan) => ctx.pinned(&plan.config).await,
        None => Err(Error::Broken("a gate without a plan".into())),
    }
}

/// The vote, if the voter may cast it now.
async fn right<C: ReadStore + Clock>(
    ctx: &C,
    input: &Input,
    shown: &Seen,
    voter: &SubjectId,
    request: &Request,
    gate: &Gate,
    config: &Config,
) -> Result<Result<Vote, Refusal>> {
    let (people, delegations) = bench_people(ctx, voter, request, gate).await?;
    let bench = Bench { request, gate, config, people: &people, delegations: &delegations };
    let right = match decide::judge(&bench, voter, ctx.now()) {
        Ok(right) => right,
        Err(reason) => return Ok(Err(reason)),
    };
    if let Err(reason) = acceptable(input, request, gate, config) {
        return Ok(Err(reason));
    }
    Ok(Ok(Vote {
        id: input.id.clone(),
        verdict: input.verdict.clone(),
        basis: right.basis,
        acting_for: right.acting_for,
        action: shown.action.clone(),
        cast_at: input.cast_at,
    }))
}

/// The people and delegations that a judgement of this gate looks at.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn bench_people(
    ctx: &impl ReadStore,
    voter: &SubjectId,
    request: &Request,
    gate: &Gate,
) -> Result<(People, Vec<crate::person::Delegation>)> {
    let mut delegators: Vec<SubjectId> =
        gate.candidates.iter().map(|candidate| candidate.subject.clone()).collect();
    delegators.extend(gate.candidates.iter().filter_map(|candidate| candidate.acting_for.clone()));
    delegators.extend(request.interested().into_iter().cloned());
    delegators.sort();
    delegators.dedup();
    let delegations = delegations(ctx, &delegators).await?;
    let mut wanted = vec![voter.clone(), request.beneficiary.clone()];
    wanted.extend(delegations.iter().filter(|d| d.to == *voter).map(|d| d.from.clone()));
    let mut found = people(ctx, &wanted).await?;
    let manager = found.get(&request.beneficiary).and_then(|person| person.manager.clone());
    found.extend(people(ctx, &manager.into_iter().collect::<Vec<_>>()).await?);
    Ok((found, delegations))
}

/// Whether the verdict fits the gate, and has its reason.
fn acceptable(input: &Input, request: &Request, gate: &Gate, config: &Config) -> Result<(), Refusal> {
    let reason_needed = gate.stage.reason_required || input.verdict == Verdict::Deny;
    if reason_needed && input.reason.is_none() {
        return Err(Refusal::ReasonMissing);
    }
    let access =
        |intent: &str| config.catalog.intent(intent).map(|intent| intent.workflow == ACCESS_WORKFLOW);
    let known = |application: Option<&String>, entitlement: Option<&String>| {
        let wanted =
            application.and_then(|name| config.catalog.entitlement(name, entitlement.map(String::as_str)));
        wanted.is_some()
    };
    let good = match (&input.verdict, gate.kind) {
        (Verdict::Approve, GateKind::Desk) => match access(&request.intent) {
            Some(true) => known(request.application.as_ref(), request.entitlement.as_ref()),
            found => found.is_some(),
        },
        (Verdict::Correct { intent, application, entitlement, .. }, _) => match access(intent) {
            Some(true) => known(application.as_ref(), entitlement.as_ref()),
            found => found.is_some(),
        },
        _ => true,
    };
    good.then_some(()).ok_or(Refusal::VerdictNotOffered)
}

async fn count<C>(
    ctx: &C,
    input: &Input,
    voter: &SubjectId,
    vote: Vote,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
    config: &Config,
) -> Result<Recorded>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let counted = match gate.value.vote(voter, vote.clone(), ctx.now()) {
        Ok(counted) => counted,
        Err(reason) => return refuse(ctx, input, voter, reason, request, gate).await,
    };
    if counted == Counted::Repeated {
        return Ok(Recorded::Counted);
    }
    let by = By::Person { subject: voter.clone(), via: via(&input.actor).into() };
    let mut change = Change::of(request, ctx.now(), by);
    change.request.times.first_touched.get_or_insert(input.cast_at);
    let reason = keep_reason(ctx, &mut change, input, voter, gate.value.number).await?;
    change.record(Happening::Voted {
        gate: gate.value.number,
        verdict: vote.verdict.clone(),
        basis: basis_name(&vote.basis),
        acting_for: vote.acting_for.clone(),
        action: vote.action.clone(),
        reason,
        cast_at: vote.cast_at,
    })?;
    let recorded = match counted {
        Counted::Ends(ending) => {
            decide_gate(ctx, &mut change, &mut gate.value, ending, &vote.verdict, voter, config).await?;
            Recorded::Decided(ending)
        }
        Counted::More | Counted::Repeated => Recorded::Counted,
    };
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    let (id, last) = (change.request.id.clone(), change.request.gate);
    commit(ctx, change).await?;
    if last > gate.value.number {
        fill(ctx, &id, last).await?;
    }
    Ok(recorded)
}

/// Keeps the reason among the request's sealed words; the chain holds its digest.
async fn keep_reason<C: ReadStore + Vault>(
    ctx: &C,
    change: &mut Change,
    input: &Input,
    voter: &SubjectId,
    gate: u32,
) -> Result<Option<Digest>> {
    let Some(reason) = &input.reason else { return Ok(None) };
    let slot = Slot::Words(change.request.id.clone());
    let stored: Versioned<String> = read(ctx, &slot).await?.ok_or(Error::NotFound("words"))?;
    let mut words = open_words(ctx, &change.request, &stored.value).await?;
    words.reasons.push((gate, voter.clone(), reason.clone()));
    let plain = serde_json::to_string(&words).map_err(|e| Error::Broken(format!("words: {e}")))?;
    let owner = KeyOwner::Subject(change.request.requester.clone());
    let sealed = ctx.seal(&owner, &Request::words_purpose(&change.request.id), &plain).await?;
    let digest = Digest::of(&sealed)?;
    change.put(slot, Expect::Version(stored.version), &sealed)?;
    Ok(Some(digest))
}

/// Decrypts the words of a request.
///
/// # Errors
/// As [`Vault::open`].
pub async fn open_words(ctx: &impl Vault, request: &Request, sealed: &String) -> Result<Words> {
    let owner = KeyOwner::Subject(request.requester.clone());
    let plain = ctx.open(&owner, &Request::words_purpose(&request.id), sealed).await?;
    serde_json::from_str(&plain).map_err(|e| Error::Broken(format!("words: {e}")))
}

fn basis_name(basis: &crate::policy::Approver) -> String {
    match basis {
        crate::policy::Approver::Manager => "manager".into(),
        crate::policy::Approver::ManagersManager => "managers_manager".into(),
        crate::policy::Approver::Owner => "owner".into(),
        crate::policy::Approver::EntitlementOwner => "entitlement_owner".into(),
        crate::policy::Approver::Role(role) => format!("role:{role}"),
        crate::policy::Approver::Group(group) => format!("group:{group}"),
        crate::policy::Approver::Person(_) => "named".into(),
    }
}

/// What the end of a gate means for the request.
async fn decide_gate<C>(
    ctx: &C,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    verdict: &Verdict,
    voter: &SubjectId,
    config: &Config,
) -> Result<()>
where
    C: ReadStore + Clock + Configs + Salt,
{
    keep_example(change, gate, verdict, voter)?;
    match (ending, gate.kind) {
        (Ending::Denied, _) => {
            end_gate(change, gate, ending, Answer::plain(AnswerCode::Denied))?;
            end_request(ctx, change, Outcome::Denied).await
        }
        (_, GateKind::Approval) => pass_stage(ctx, change, gate, ending).await,
        (_, GateKind::Service) if *verdict == Verdict::Approve => {
            end_gate(change, gate, ending, Answer::plain(AnswerCode::Served))?;
            end_request(ctx, change, Outcome::Served).await
        }
        _ => correct(ctx, change, gate, ending, verdict, config).await,
    }
}

/// The next stage's gate, or the approval of the action.
async fn pass_stage<C>(ctx: &C, change: &mut Change, gate: &mut Gate, ending: Ending) -> Result<()>
where
    C: ReadStore + Clock + Configs + Salt,
{
    let next = change.request.stage.unwrap_or(0) + 1;
    let stage = change.request.plan.as_ref().and_then(|plan| plan.stages.get(next as usize)).cloned();
    let Some(stage) = stage else {
        end_gate(change, gate, ending, Answer::plain(AnswerCode::Approved))?;
        return approve(change);
    };
    let mut earlier = gate.earlier.clone();
    earlier.extend(
        gate.votes.iter().filter(|(_, vote)| vote.verdict == Verdict::Approve).map(|(who, _)| who.clone()),
    );
    // The gate ends before the next one opens, so that the chain tells it in this order; its answer follows.
    end_gate(change, gate, ending, Answer::plain(AnswerCode::Approval))?;
    change.request.stage = Some(next);
    let opened = open_stage(ctx, change, GateKind::Approval, &stage, earlier).await?;
    gate.answer = Some(Answer::wait(AnswerCode::Approval, &opened));
    Ok(())
}

/// Takes the desk's word: plan again, or start the workflow that the corrected intent has.
async fn correct(
    ctx: &impl Configs,
    change: &mut Change,
    gate: &mut Gate,
    ending: Ending,
    verdict: &Verdict,
    config: &Config,
) -> Result<()> {
    let from = change.request.intent.clone();
    if let Verdict::Correct { intent, application, entitlement, duration } = verdict {
        change.request.intent.clone_from(intent);
        change.request.application.clone_from(application);
        change.request.entitlement.clone_from(entitlement);
        change.request.duration = *duration;
    }
    change.request.confidence = CERTAIN;
    change.request.stage = None;
    let named = config.catalog.intent(&change.request.intent).map(|intent| intent.workflow.clone());
    let workflow = match named {
        Some(workflow) => workflow,
        None => definition(ctx, &change.request.intent).await?,
    };
    let rerouted = workflow != change.request.definition;
    if rerouted {
        change.request.generation += 1;
        change.request.definition = workflow;
    }
    let (to, generation) = (change.request.intent.clone(), change.request.generation);
    change.record(Happening::Corrected { from, to, generation })?;
    let code = if rerouted { AnswerCode::Rerouted } else { AnswerCode::Corrected };
    end_gate(change, gate, ending, Answer::plain(code))?;
    if rerouted {
        owe_execution(change);
    }
    Ok(())
}

/// What the desk says of triage's reading is kept as a training example: confirmed, corrected, or "not for us".
fn keep_example(change: &mut Change, gate: &Gate, verdict: &Verdict, reviewer: &SubjectId) -> Result<()> {
    let label = match (verdict, gate.kind) {
        (Verdict::Correct { intent, .. }, _) => intent.clone(),
        (Verdict::Approve, GateKind::Desk) => change.request.intent.clone(),
        (Verdict::Deny, GateKind::Desk) => "out_of_scope".into(),
        _ => return Ok(()),
    };
    let request = &change.request;
    let example = Example {
        request: request.id.clone(),
        requester: request.requester.clone(),
        predicted: request.intent.clone(),
        confidence: request.confidence,
        model: request.model.clone(),
        label,
        reviewer: reviewer.clone(),
        at: change.now(),
    };
    change.put(Slot::Example(gate.request.clone(), gate.number), Expect::Absent, &example)
}

/// Refuses a vote: recorded once per gate, person and reason; the gate stays as it is.
async fn refuse<C: WriteStore + Clock + Queues>(
    ctx: &C,
    input: &Input,
    voter: &SubjectId,
    reason: Refusal,
    request: Versioned<Request>,
    mut gate: Versioned<Gate>,
) -> Result<Recorded> {
    if gate.value.refused.insert((voter.clone(), reason)) {
        let by = By::Person { subject: voter.clone(), via: via(&input.actor).into() };
        let mut change = Change::of(request, ctx.now(), by);
        change.record(Happening::VoteRefused { gate: gate.value.number, reason })?;
        change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
        commit(ctx, change).await?;
    }
    Ok(Recorded::Refused(reason))
}

/// Tells the voter, in chat; an API caller is answered directly.
async fn tell(ctx: &impl Queues, input: &Input, request: &RequestId, recorded: &Recorded) -> Result<()> {
    let Actor::Chat { user } = &input.actor else { return Ok(()) };
    let request = request.clone();
    let notice = match recorded {
        Recorded::Decided(_) | Recorded::NotJudgedYet { .. } => return Ok(()),
        Recorded::Counted => Notice::VoteCounted { request },
        Recorded::AlreadyDecided { ending, by } => {
            Notice::AlreadyDecided { request, how: format!("{ending:?}").to_lowercase(), by: by.clone() }
        }
        Recorded::Refused(reason) => Notice::Refused { request, reason: *reason },
        Recorded::UnknownPerson => Notice::UnknownPerson,
    };
    let job = Job::Tell { to: user.clone(), place: input.place.clone(), notice };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}

/// Does a message of the decisions queue. A vote that cannot be judged yet goes back on the queue.
///
/// # Errors
/// As [`record_decision`] and [`cancel`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    match content {
        Content::Job(Job::Vote { id, shown, actor, verdict, reason, cast_at, place }) => {
            let input = Input { id, sight: Sight::Card(shown), actor, verdict, reason, cast_at, place };
            on_vote(ctx, input).await
        }
        Content::Job(Job::Cancel { request, actor, place, .. }) => {
            on_cancellation(ctx, Cancellation { request, actor, place }).await
        }
        _ => Err(Error::invalid("message", "is for another function".into())),
    }
}

async fn on_vote<C>(ctx: &C, input: Input) -> Result<()>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    match record_decision(ctx, input.clone()).await {
        Ok(Recorded::NotJudgedYet { deadline }) => put_off(ctx, input, deadline).await,
        Err(error @ (Error::NotFound(_) | Error::Invalid { .. })) => {
            not_taken(ctx, &input.actor, input.place, error.to_string()).await
        }
        other => other.map(|_| ()),
    }
}

/// Keeps the vote on its queue while the voter is read anew.
async fn put_off(ctx: &(impl Queues + Clock), input: Input, deadline: Timestamp) -> Result<()> {
    let Sight::Card(shown) = input.sight else { return Err(Error::Broken("not a vote from chat".into())) };
    let Input { id, actor, verdict, reason, cast_at, place, .. } = input;
    let job = Job::Vote { id, shown, actor, verdict, reason, cast_at, place };
    let seconds = judge_again_after(cast_at, ctx.now(), deadline);
    ctx.send_later(Queue::Decisions, &Envelope::job(job), seconds).await
}

/// As long again as the vote has waited, so that a long outage costs little; sooner where the gate is about to end.
fn judge_again_after(cast_at: Timestamp, now: Timestamp, deadline: Timestamp) -> u16 {
    let waited = now.since(cast_at) / 1000;
    let left = deadline.since(now) / 1000;
    let seconds = waited.min(left / 2).clamp(JUDGE_AGAIN_SECONDS.into(), MAX_JUDGE_AGAIN_SECONDS.into());
    u16::try_from(seconds).unwrap_or(JUDGE_AGAIN_SECONDS)
}

async fn on_cancellation<C>(ctx: &C, input: Cancellation) -> Result<()>
where
    C: WriteStore + Clock + Queues + Salt,
{
    let (actor, place) = (input.actor.clone(), input.place.clone());
    match cancel(ctx, input).await {
        Ok(Cancelled::Yes | Cancelled::TooLate) => Ok(()),
        Ok(Cancelled::NotTheirs) | Err(Error::NotFound(_)) => {
            not_taken(ctx, &actor, place, "only those who asked can take a request back".into()).await
        }
        Err(other) => Err(other),
    }
}

async fn not_taken(ctx: &impl Queues, actor: &Actor, place: Option<String>, why: String) -> Result<()> {
    let Actor::Chat { user } = actor else { return Ok(()) };
    let job = Job::Tell { to: user.clone(), place, notice: Notice::NotTaken { why } };
    ctx.send(Queue::Messages, &Envelope::job(job)).await
}

/// A request taken back, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// The request.
    pub request: RequestId,
    /// Who.
    pub actor: Actor,
    /// The conversation of the click.
    pub place: Option<String>,
}

/// What became of a cancellation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is cancelled, now or since before.
    Yes,
    /// Its effect was claimed already, or it has ended otherwise.
    TooLate,
    /// The account may not cancel it.
    NotTheirs,
}

/// Takes a request back, for its requester, beneficiary or filer, while no effect is beyond pending.
///
/// # Errors
/// As the ports; [`Error::NotFound`].
pub async fn cancel<C>(ctx: &C, input: Cancellation) -> Result<Cancelled>
where
    C: WriteStore + Clock + Queues + Salt,
{
    let who = subject_of(ctx, &input.actor).await?;
    let cancelled = until_first(|| attempt_cancel(ctx, &input, who.as_ref())).await?;
    if let (Actor::Chat { user }, Cancelled::TooLate) = (&input.actor, cancelled) {
        let notice = Notice::TooLateToCancel { request: input.request.clone() };
        let job = Job::Tell { to: user.clone(), place: input.place.clone(), notice };
        ctx.send(Queue::Messages, &Envelope::job(job)).await?;
    }
    Ok(cancelled)
}

async fn attempt_cancel<C>(ctx: &C, input: &Cancellation, who: Option<&SubjectId>) -> Result<Cancelled>
where
    C: WriteStore + Clock + Queues,
{
    let read = read_request(ctx, &input.request).await?;
    let Some(who) = who.filter(|who| read.value.interested().contains(who)) else {
        return Ok(Cancelled::NotTheirs);
    };
    if read.value.outcome == Some(Outcome::Cancelled) {
        return Ok(Cancelled::Yes);
    }
    let begun = read.value.grant.as_ref().is_some_and(|effect| !effect.is_pending());
    if begun || read.value.status == Status::Closed {
        return Ok(Cancelled::TooLate);
    }
    let by = By::Person { subject: who.clone(), via: via(&input.actor).into() };
    let mut change = Change::of(read, ctx.now(), by);
    end_from_outside(ctx, &mut change, Ending::Cancelled, Outcome::Cancelled).await?;
    commit(ctx, change).await?;
    Ok(Cancelled::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(waited: i64, left: i64, seconds: u16) {
        let now = Timestamp(1_000_000_000);
        let (cast_at, deadline) = (Timestamp(now.0 - waited * 1000), Timestamp(now.0 + left * 1000));
        assert_eq!(judge_again_after(cast_at, now, deadline), seconds, "{waited} s waited, {left} s left");
    }

    #[test]
    fn a_vote_that_cannot_be_judged_is_judged_ever_less_often_but_in_time() {
        for (waited, seconds) in [(0, 60), (59, 60), (61, 61), (121, 121), (300, 300), (86_400, 300)] {
            check(waited, 86_400, seconds);
        }
        for (left, seconds) in [(601, 300), (400, 200), (121, 60), (1, 60), (-5, 60)] {
            check(86_400, left, seconds);
        }
        // A clock that differs makes no wait of its own.
        check(-10, 86_400, 60);
    }
}
