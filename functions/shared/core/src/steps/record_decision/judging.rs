//! Who a voter is now, by what is known, and whether the vote is theirs to cast.

use super::{Input, Seen};
use crate::{
    Error, Result,
    config::{Config, LoadedConfig},
    gate::{Gate, GateKind, Vote},
    ids::SubjectId,
    job::{Refusal, Verdict},
    outbox::{Row, Work},
    person::{Delegation, MAX_PERSON_AGE_MILLIS},
    policy::{
        decide::ACCESS_WORKFLOW,
        judge::{self, Bench, People, Right},
    },
    ports::{Clock, Configs, Expect, Queues, ReadStore, Vault, Write, WriteStore},
    request::Request,
    steps::{
        committing::nudge_all,
        identifying::{delegations, people, person},
        plan_approvals::context,
    },
    time::Timestamp,
};

/// After this many seconds a vote that could not be judged is judged again, and after twice as long each further time.
pub const JUDGE_AGAIN_SECONDS: u16 = 60;
/// The most seconds until it is judged again.
pub const MAX_JUDGE_AGAIN_SECONDS: u16 = 300;

/// Whether what is known of the voter is too old; then it is owed to be read anew.
pub(super) async fn is_outdated<C: WriteStore + Clock + Queues>(ctx: &C, voter: &SubjectId) -> Result<bool> {
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

pub(super) async fn pinned(ctx: &impl Configs, request: &Request) -> Result<std::sync::Arc<LoadedConfig>> {
    match &request.plan {
        Some(plan) => ctx.pinned(&plan.config).await,
        None => Err(Error::Broken("a gate without a plan".into())),
    }
}

/// The vote, if the voter may cast it now.
pub(super) async fn right<C: ReadStore + Clock + Vault>(
    ctx: &C,
    input: &Input,
    shown: &Seen,
    voter: &SubjectId,
    request: &Request,
    gate: &Gate,
    config: &Config,
) -> Result<Result<Vote, Refusal>> {
    let right = match may_decide(ctx, voter, request, gate, config).await? {
        Ok(right) => right,
        Err(reason) => return Ok(Err(reason)),
    };
    let needed = gate.stage.step_up.as_ref();
    if needed.is_some_and(|needed| !needed.is_met(input.sign_in.as_ref(), gate.opened_at, ctx.now())) {
        return Ok(Err(Refusal::SignInNeeded));
    }
    if let Err(reason) = acceptable(input, request, gate, config) {
        return Ok(Err(reason));
    }
    if let Err(reason) = is_less(ctx, &input.verdict, request, config).await? {
        return Ok(Err(reason));
    }
    Ok(Ok(Vote {
        id: input.id.clone(),
        verdict: input.verdict.clone(),
        basis: right.basis,
        acting_for: right.acting_for,
        delegation: right.delegation,
        panels: right.panels,
        action: shown.action.clone(),
        cast_at: input.cast_at,
        sign_in: needed.and(input.sign_in.clone()),
        replaced: 0,
    }))
}

/// Whether somebody may decide at the gate now, and by which right.
pub(super) async fn may_decide<C: ReadStore + Clock>(
    ctx: &C,
    who: &SubjectId,
    request: &Request,
    gate: &Gate,
    config: &Config,
) -> Result<Result<Right, Refusal>> {
    let (people, delegations) = bench_people(ctx, who, request, gate).await?;
    let bench = Bench { request, gate, config, people: &people, delegations: &delegations };
    Ok(judge::judge(&bench, who, ctx.now()))
}

/// The people and delegations that a judgement of this gate looks at.
async fn bench_people(
    ctx: &impl ReadStore,
    voter: &SubjectId,
    request: &Request,
    gate: &Gate,
) -> Result<(People, Vec<Delegation>)> {
    let asked = gate.candidates.iter().chain(&gate.set_aside);
    let mut delegators: Vec<SubjectId> = asked.map(|candidate| candidate.subject.clone()).collect();
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

/// Whether nothing more is given than was asked.
async fn is_less(
    ctx: &(impl ReadStore + Vault),
    verdict: &Verdict,
    request: &Request,
    config: &Config,
) -> Result<Result<(), Refusal>> {
    let Some(reduction) = verdict.reduction() else { return Ok(Ok(())) };
    let Some(asked) = request.plan.as_ref().and_then(|plan| plan.action.as_ref()) else {
        return Ok(Err(Refusal::VerdictNotOffered));
    };
    let facts = context(ctx, request).await?;
    Ok(reduction.check(&config.catalog, asked, facts.as_ref()))
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
    let meant = match (&input.verdict, gate.kind) {
        (Verdict::Approve, GateKind::Desk) => Some(&request.intent),
        (Verdict::Correct { intent, .. }, _) => Some(intent),
        _ => None,
    };
    if request.beneficiary_unknown && meant.is_some_and(|intent| access(intent) == Some(true)) {
        return Err(Refusal::BeneficiaryUnknown);
    }
    let good = match (&input.verdict, gate.kind) {
        // Nobody confirms a reading that nobody was shown.
        (Verdict::Approve, GateKind::Desk) if request.is_blind() => false,
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

/// As long again as the vote has waited, so that a long outage costs little; sooner where the gate is about to end.
pub(super) fn judge_again_after(cast_at: Timestamp, now: Timestamp, deadline: Timestamp) -> u16 {
    let waited = now.since(cast_at) / 1000;
    let left = deadline.since(now) / 1000;
    let seconds = waited.min(left / 2).clamp(JUDGE_AGAIN_SECONDS.into(), MAX_JUDGE_AGAIN_SECONDS.into());
    u16::try_from(seconds).unwrap_or(JUDGE_AGAIN_SECONDS)
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
