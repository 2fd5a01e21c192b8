//! What is asked of a world once the faults have stopped: every invariant, and that everything comes to its end.

use super::scenarios;
use crate::{invariants::Broken, world::World};
use countersign_core::{
    budget::Ledger,
    facts::AccessTarget,
    ids::{MessageId, RequestId},
    ports::Clock,
    request::{Effect, EffectState, Request, Status},
    slot::Slot,
    steps::verify_audit::{Verified, verify_chain},
};
use std::{collections::BTreeMap, fmt};

/// How much time passes between two looks, in seconds, and after how many looks everything must be at its end.
const LOOK_SECONDS: i64 = 1_800;
const LOOKS: u32 = 48;

/// How many findings of one run are said.
const SAID: usize = 8;

/// A run in which nothing was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Requests that came to their end.
    pub requests: usize,
    /// Entries of their chains.
    pub entries: usize,
    /// Transactions that were done.
    pub commits: u64,
}

/// A run in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The seed, which replays it.
    pub seed: u64,
    /// What it plays.
    pub scenario: &'static str,
    /// What was found; of no request in particular where none is named.
    pub broken: Vec<(Option<RequestId>, Broken)>,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {} ({})", self.seed, self.scenario)?;
        for (id, broken) in self.broken.iter().take(SAID) {
            let id = id.as_ref().map_or("the world", RequestId::as_str);
            write!(f, "\n  {} of {id}: {}", broken.invariant, broken.how)?;
        }
        match self.broken.len().checked_sub(SAID + 1) {
            Some(more) => write!(f, "\n  and {} more", more + 1),
            None => Ok(()),
        }
    }
}

/// Lets time pass until nothing is left to be done, or for a day.
pub(super) fn settle(world: &World) {
    for _ in 0..LOOKS {
        world.advance(LOOK_SECONDS);
        if open(world).is_empty() && world.owed().is_empty() {
            return;
        }
    }
}

/// Requests that are not over; one whose revocation the target refuses stays open for a person.
fn open(world: &World) -> Vec<Request> {
    let exception = |request: &Request| {
        request.revocation.as_ref().is_some_and(|effect| effect.state == EffectState::GivenUp)
    };
    let requests = world.requests().into_iter().map(|id| world.request(&id));
    requests.filter(|request| request.status != Status::Closed && !exception(request)).collect()
}

/// I5: of each message that its asker has sent there is a request.
fn lost(world: &World, sent: &[MessageId]) -> Vec<(Option<RequestId>, Broken)> {
    let request = |message: &MessageId| RequestId::derived(&["request", message.as_str(), "0"]);
    let requests = world.requests();
    let lost = sent.iter().map(request).filter(|id| !requests.contains(id));
    lost.map(|id| (Some(id), Broken { invariant: "I5", how: "sent, and lost".into() })).collect()
}

/// What is to be said of a run in which these messages were sent.
pub(super) fn of(seed: u64, world: &World, sent: Vec<MessageId>) -> Result<Report, Found> {
    let mut broken: Vec<(Option<RequestId>, Broken)> =
        world.broken().into_iter().map(|(id, broken)| (Some(id), broken)).collect();
    broken.extend(world.state().witnessed().into_iter().map(|(id, broken)| (Some(id), broken)));
    broken.extend(unfinished(world));
    broken.extend(payloads_of_no_entry(world));
    broken.extend(held_without_a_grant(world));
    broken.extend(seats_of_nobody(world));
    broken.extend(money_of_nobody(world));
    broken.extend(joined_to_nobody(world));
    broken.extend(lost(world, &sent));
    if broken.is_empty() {
        let requests = world.requests();
        let entries = requests.iter().map(|id| world.chain(id).len()).sum();
        return Ok(Report { requests: requests.len(), entries, commits: world.state().records.commits });
    }
    Err(Found { seed, scenario: scenarios::name(seed), broken })
}

/// Liveness: once faults have stopped, every request ends, every row is done and every execution comes to rest.
fn unfinished(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let found = |id: Option<RequestId>, how: String| (id, Broken { invariant: "liveness", how });
    let mut left: Vec<_> = open(world)
        .into_iter()
        .map(|request| found(Some(request.id), format!("still {:?} at {}", request.status, world.now().0)))
        .collect();
    left.extend(world.owed().into_iter().map(|row| found(None, format!("still owed: {row:?}"))));
    let requests = world.requests();
    let reviews = requests.iter().filter_map(|id| world.request(id).review);
    let missing = reviews.filter(|review| !requests.contains(review));
    left.extend(missing.map(|review| found(Some(review), "a review that was never opened".into())));
    let state = world.state();
    let running = state.engine.executions.iter().filter(|(_, e)| e.stand == crate::engine::Stand::Running);
    left.extend(running.map(|(name, e)| found(None, format!("{name} still in {}", e.state))));
    let dead = &state.deliveries.dead;
    left.extend(dead.first().map(|one| found(None, format!("{} dead letters: {one:?}", dead.len()))));
    left
}

/// I10: words, facts and actions are what the chains say of them.
fn payloads_of_no_entry(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let flaws = |id: RequestId| {
        let mut verified = Verified::default();
        let answer = world.finish(verify_chain(world, id.as_str(), &mut verified));
        let how = format!("{answer:?} {:?}", verified.flaws);
        let found = answer.is_err() || !verified.flaws.is_empty();
        found.then_some((Some(id), Broken { invariant: "I10", how }))
    };
    world.requests().into_iter().filter_map(flaws).collect()
}

/// I15: a ledger of seats holds just those of the requests that have one, and of these only what is in doubt is not taken.
fn seats_of_nobody(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let mut ledgers: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
    for request in world.requests().into_iter().map(|id| world.request(&id)) {
        let Some(seat) = &request.seat else { continue };
        let (taken, reserved) = ledgers.entry(seat.of.clone()).or_default();
        match seat.taken {
            true => *taken += 1,
            false => reserved.push(request.id.to_string()),
        }
    }
    let slots: Vec<Slot> = world.state().records.all.keys().cloned().collect();
    let differs = |slot: Slot| {
        let Slot::Seats(of) = &slot else { return None };
        let (ledger, (taken, reserved)) =
            (world.record::<Ledger>(&slot)?, ledgers.remove(of).unwrap_or_default());
        let same = ledger.spent == taken && ledger.reserved.keys().eq(reserved.iter());
        (!same).then(|| (None, Broken { invariant: "I15", how: format!("seats of {of}: {ledger:?}") }))
    };
    slots.into_iter().filter_map(differs).collect()
}

/// I15: a ledger of money holds just what is set aside for those who wait and what those who have something cost.
fn money_of_nobody(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let mut ledgers: BTreeMap<String, Ledger> = BTreeMap::new();
    for request in world.requests().into_iter().map(|id| world.request(&id)) {
        if let Some(reservation) = &request.reservation {
            let ledger = ledgers.entry(reservation.cost_centre.clone()).or_default();
            ledger.reserve(&request.id, reservation.cents);
        }
        if let Some(paid) = &request.paid {
            ledgers.entry(paid.cost_centre.clone()).or_default().spent += paid.cents;
        }
    }
    let slots: Vec<Slot> = world.state().records.all.keys().cloned().collect();
    let differs = |slot: Slot| {
        let Slot::Budget(of) = &slot else { return None };
        let (ledger, expected) = (world.record::<Ledger>(&slot)?, ledgers.remove(of).unwrap_or_default());
        let how = || format!("money of {of}: {ledger:?}, and not {expected:?}");
        (ledger != expected).then(|| (None, Broken { invariant: "I15", how: how() }))
    };
    slots.into_iter().filter_map(differs).collect()
}

/// Whoever joined a request is known to it, so that they hear how it ends; and it makes the same change.
fn joined_to_nobody(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let requests = world.requests().into_iter().map(|id| world.request(&id));
    let lost = requests.filter(|request| {
        let lead = request.lead.as_ref().map(|lead| world.request(lead));
        lead.is_some_and(|lead| {
            let known = lead.followers.iter().any(|one| one.request == request.id);
            let target = |of: &Request| Some(of.plan.as_ref()?.action.as_ref()?.target.clone());
            !known || target(&lead) != target(request)
        })
    });
    let how = |request: Request| format!("{} joined {:?}, which does not know it", request.id, request.lead);
    lost.map(|one| (Some(one.id.clone()), Broken { invariant: "joining", how: how(one) })).collect()
}

/// I8, in the target itself: whoever holds something that was asked for has a confirmed grant of it, or nobody can tell.
fn held_without_a_grant(world: &World) -> Vec<(Option<RequestId>, Broken)> {
    let requests: Vec<Request> = world.requests().into_iter().map(|id| world.request(&id)).collect();
    let explains = |effect: &Effect| matches!(effect.state, EffectState::Done { .. } | EffectState::Unknown);
    let explained = |target: &AccessTarget| {
        requests.iter().filter_map(|r| r.grant.as_ref()).any(|e| e.target == *target && explains(e))
    };
    let state = world.state();
    let effects = requests.iter().filter_map(|request| Some((&request.id, &request.grant.as_ref()?.target)));
    let held = effects.filter(|(_, target)| state.outside.holds(&target.group, &target.user));
    let without = held.filter(|(_, target)| !explained(target));
    let how = |target: &AccessTarget| format!("{} is held without a grant", target.group);
    without.map(|(id, target)| (Some(id.clone()), Broken { invariant: "I8", how: how(target) })).collect()
}
