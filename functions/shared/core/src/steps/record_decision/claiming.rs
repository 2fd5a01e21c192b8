//! "I'm on it": takes a gate on for somebody who may decide, and gives it back.

use super::{
    counting::record_refusal,
    hearing::{Heard, Spotted, gate_of, tell},
    judging::{is_outdated, may_decide, pinned},
};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    gate::Gate,
    ids::{RequestId, SubjectId},
    job::{Actor, Notice, Refusal, Spot},
    outbox::Work,
    ports::{Clock, Configs, Expect, Queues, Salt, WriteStore},
    request::Request,
    steps::{
        ask_approvers::read_gate,
        committing::{commit, until_first},
        identifying::{subject_of, via},
        opening::{fill, put_gate},
    },
    time::Timestamp,
};

/// That somebody is on it, or is not any more, as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claiming {
    /// The gate.
    pub of: Spot,
    /// Who.
    pub actor: Actor,
    /// Whether they give it back.
    pub given_back: bool,
    /// When it came in.
    pub cast_at: Timestamp,
    /// The conversation of the click or command.
    pub place: Option<String>,
}

/// Records who is on it, and tells them. Answers until when they are; nothing if they are not.
///
/// # Errors
/// As the ports; [`crate::Error::NotFound`] for a card that was never shown, and for a request that they may not see.
pub async fn claim<C>(ctx: &C, input: Claiming) -> Result<Heard<Option<Timestamp>>>
where
    C: WriteStore + Clock + Configs + Queues + Salt,
{
    let Some(who) = subject_of(ctx, &input.actor).await? else {
        tell(ctx, &input.actor, input.place.as_ref(), Some(Notice::UnknownPerson)).await?;
        return Ok(Heard::UnknownPerson);
    };
    let Spotted { request: id, gate: number, .. } = gate_of(ctx, &input.of, &who).await?;
    let heard = until_first(|| attempt(ctx, &input, &id, number, &who)).await?;
    let notice = heard.notice(&id, |until| Some(Notice::OnIt { request: id.clone(), until: *until }));
    tell(ctx, &input.actor, input.place.as_ref(), notice).await?;
    Ok(heard)
}

async fn attempt<C>(
    ctx: &C,
    input: &Claiming,
    id: &RequestId,
    number: u32,
    who: &SubjectId,
) -> Result<Heard<Option<Timestamp>>>
where
    C: WriteStore + Clock + Configs + Queues,
{
    fill(ctx, id, number).await?;
    let request = read_request(ctx, id).await?;
    let mut gate = read_gate(ctx, id, number).await?;
    if let Some(ending) = gate.value.ending() {
        return Ok(Heard::AlreadyDecided { ending, by: gate.value.deciders() });
    }
    let from = gate.value.claimed_by(ctx.now()).filter(|holder| *holder != who).cloned();
    if input.given_back {
        if gate.value.give_back(who, input.cast_at) {
            record(ctx, input, who, Happening::ClaimGivenBack { gate: number }, request, &gate).await?;
        }
        return Ok(stands(&gate.value, who, ctx.now()));
    }
    if is_outdated(ctx, who).await? {
        return Ok(Heard::NotJudgedYet { deadline: gate.value.deadline() });
    }
    match take_on(ctx, input, who, &request.value, &mut gate.value).await? {
        Ok(true) => {
            let until = gate.value.claim.as_ref().map_or(ctx.now(), |claim| claim.until);
            let what = Happening::GateClaimed { gate: number, until, from };
            record(ctx, input, who, what, request, &gate).await?;
            Ok(stands(&gate.value, who, ctx.now()))
        }
        Ok(false) => Ok(stands(&gate.value, who, ctx.now())),
        Err(reason) => {
            record_refusal(ctx, &input.actor, who, reason, request, gate).await?;
            Ok(Heard::Refused(reason))
        }
    }
}

/// Only who may decide may say that they are about to.
async fn take_on<C>(
    ctx: &C,
    input: &Claiming,
    who: &SubjectId,
    request: &Request,
    gate: &mut Gate,
) -> Result<Result<bool, Refusal>>
where
    C: WriteStore + Clock + Configs,
{
    let config = pinned(ctx, request).await?;
    Ok(match may_decide(ctx, who, request, gate, &config).await? {
        Ok(_) => gate.claim(who, input.cast_at, ctx.now()),
        Err(reason) => Err(reason),
    })
}

fn stands(gate: &Gate, who: &SubjectId, now: Timestamp) -> Heard<Option<Timestamp>> {
    let mine = gate.claimed_by(now) == Some(who);
    Heard::Stands(gate.claim.as_ref().filter(|_| mine).map(|claim| claim.until))
}

async fn record<C: WriteStore + Clock + Queues>(
    ctx: &C,
    input: &Claiming,
    who: &SubjectId,
    what: Happening,
    request: Versioned<Request>,
    gate: &Versioned<Gate>,
) -> Result<()> {
    let by = By::Person { subject: who.clone(), via: via(&input.actor).into() };
    let mut change = Change::of(request, ctx.now(), by);
    change.request.times.first_touched.get_or_insert(input.cast_at);
    change.record(what)?;
    change.owe(Work::UpdateAllCopies { request: gate.value.request.clone(), gate: gate.value.number });
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}
