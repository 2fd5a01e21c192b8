//! Sees what really happens in a world while it happens, so that it need not believe what is recorded of it.

mod conversation;
mod delegations;
mod waits;

use crate::{
    invariants::{Broken, quorum::all_seated},
    model::replay::hash_of,
    world::State,
};
use countersign_core::{
    audit::{By, Entry, Happening},
    budget::Ledger,
    config::ActiveConfig,
    digest::Digest,
    facts::AccessTarget,
    gate::{Ending, Fence, Gate, GateKind, seating::Panels},
    ids::{RequestId, SubjectId},
    person::{Employment, MAX_PERSON_AGE_MILLIS, Person},
    policy::automatic::{Scope, Tally, caps},
    ports::{Action, Write},
    request::{Effect, EffectKind, EffectState, Outcome, Request, Status},
    slot::{List, Slot},
    time::Timestamp,
};
use delegations::Given;
use std::collections::{BTreeMap, BTreeSet};

/// How long a function may go on by what it read, in milliseconds: longer than it may run.
const RUN_MILLIS: i64 = 60_000;

/// A vote as its voter meant it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cast {
    pub(crate) request: RequestId,
    pub(crate) gate: u32,
    pub(crate) by: SubjectId,
    pub(crate) seen: Digest,
}

/// What was seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Witness {
    /// Whether it looks at all.
    pub(crate) awake: bool,
    /// The votes that people cast, by their ids.
    pub(crate) cast: BTreeMap<String, Cast>,
    /// Who left the company, and when.
    pub(crate) left: BTreeMap<SubjectId, Timestamp>,
    /// Delegations, and when they were made and ended.
    delegations: Vec<Given>,
    fences: BTreeMap<(RequestId, u32), Fence>,
    endings: BTreeMap<(RequestId, u32), Ending>,
    claims: BTreeMap<String, u64>,
    /// The last request that each run of a function read, and when it read any first.
    at_work: BTreeMap<u64, (RequestId, Timestamp)>,
    shown: BTreeMap<(RequestId, bool), bool>,
    /// The changes that each request has sent to a target at least once.
    tried: BTreeSet<(RequestId, bool)>,
    automatic: BTreeMap<String, Vec<Timestamp>>,
    known_gone: BTreeMap<SubjectId, Timestamp>,
    found: Vec<(RequestId, Broken)>,
}

impl Witness {
    /// The hash of what the records do not say as well.
    pub(crate) fn mark(&self) -> u64 {
        hash_of(&(&self.tried, &self.shown, &self.left, &self.known_gone))
    }
}

impl State {
    /// An execution enters state after state, and no time passes.
    pub(crate) fn goes_round(&mut self, execution: &str) {
        let id = execution.split('.').next().unwrap_or_default();
        if let Ok(id) = RequestId::new(id) {
            let how = format!("{execution} goes round without end");
            self.witness.found.push((id, Broken { invariant: "liveness", how }));
        }
    }

    /// Everything that was seen to be broken, with the votes that were counted otherwise than they were cast.
    pub(crate) fn witnessed(&self) -> Vec<(RequestId, Broken)> {
        let gates = self.records.all.keys().filter(|slot| matches!(slot, Slot::Gate(..)));
        let gates = gates.filter_map(|slot| self.value::<Gate>(slot));
        let mut found = self.witness.found.clone();
        found.extend(gates.filter_map(|gate| self.miscounted(&gate)));
        found
    }

    fn miscounted(&self, gate: &Gate) -> Option<(RequestId, Broken)> {
        let meant = |who: &SubjectId, vote: &countersign_core::gate::Vote| {
            self.witness.cast.get(&vote.id).is_some_and(|cast| {
                cast.request == gate.request
                    && cast.gate == gate.number
                    && cast.by == *who
                    && cast.seen == gate.action
            })
        };
        let (who, _) = gate.votes.iter().find(|(who, vote)| !meant(who, vote))?;
        let how = format!("gate {}: a vote of {who} that was not cast so", gate.number);
        Some((gate.request.clone(), Broken { invariant: "I12", how }))
    }

    /// Remembers which request a run of a function works on.
    pub(crate) fn look_at_read(&mut self, slot: &Slot) {
        if let (true, Slot::Request(id)) = (self.witness.awake, slot) {
            let now = self.now;
            self.witness.at_work.entry(self.invocation).or_insert_with(|| (id.clone(), now)).0 = id.clone();
        }
    }

    pub(crate) fn value<T: serde::de::DeserializeOwned>(&self, slot: &Slot) -> Option<T> {
        serde_json::from_value(self.records.get(slot)?.body).ok()
    }

    fn report(&mut self, request: &RequestId, invariant: &'static str, how: String) {
        self.witness.found.push((request.clone(), Broken { invariant, how }));
    }

    /// Looks at what was just committed.
    pub(crate) fn look(&mut self, writes: &[Write]) {
        for write in writes {
            if let Slot::Delegation(from) = &write.slot {
                self.look_at_delegation(from, &write.action);
            }
            if let (Slot::Row(owner, _), Action::Delete) = (&write.slot, &write.action) {
                self.look_at_done(owner);
            }
            let Action::Put(body, _) = &write.action else { continue };
            match &write.slot {
                Slot::Gate(..) => {
                    if let Ok(gate) = serde_json::from_value(body.clone()) {
                        self.look_at_gate(&gate);
                        self.look_at_wait(&gate, writes);
                        self.look_at_news(&gate);
                    }
                }
                Slot::Seats(of) => self.look_at_seats(of),
                Slot::Audit(..) => {
                    if let Ok(entry) = serde_json::from_value(body.clone()) {
                        self.look_at_entry(&entry);
                    }
                }
                Slot::Person(_) => {
                    if let Ok(person) = serde_json::from_value(body.clone()) {
                        self.look_at_person(person);
                    }
                }
                _ => {}
            }
        }
    }

    /// Work of a request was done: nobody may still wait for it.
    fn look_at_done(&mut self, owner: &str) {
        let of = |slot: &&Slot| matches!(slot, Slot::Gate(request, _) if request.as_str() == owner);
        let gates = self.records.all.keys().filter(of).filter_map(|slot| self.value::<Gate>(slot));
        for gate in gates.collect::<Vec<_>>() {
            self.look_at_news(&gate);
        }
    }

    /// Neither does a fence go back, nor an end change.
    fn look_at_gate(&mut self, gate: &Gate) {
        let key = (gate.request.clone(), gate.number);
        let before = self.witness.fences.get(&key).copied();
        match gate.fence {
            Some(fence) => {
                self.witness.fences.insert(key.clone(), fence);
                if before.is_some_and(|before| before > fence) {
                    self.report(&gate.request, "I12", format!("gate {}: an older token again", gate.number));
                }
            }
            None if before.is_some() => {
                self.report(&gate.request, "I12", format!("gate {}: its token was forgotten", gate.number));
            }
            None => {}
        }
        let ended = self.witness.endings.get(&key).copied();
        if ended.is_some() && ended != gate.ending() {
            self.report(&gate.request, "I2", format!("gate {} ended {ended:?} before", gate.number));
        }
        if let Some(ending) = gate.ending() {
            self.witness.endings.insert(key, ending);
        }
    }

    fn look_at_person(&mut self, person: Person) {
        let now = self.now;
        match person.employment {
            Employment::Active => drop(self.witness.known_gone.remove(&person.subject)),
            _ => drop(self.witness.known_gone.entry(person.subject).or_insert(now)),
        }
    }

    fn look_at_entry(&mut self, entry: &Entry) {
        let Ok(id) = RequestId::new(entry.chain.clone()) else { return };
        let Some(request) = self.value::<Request>(&Slot::Request(id.clone())) else { return };
        self.look_at_words(&request, entry);
        match (&entry.what, &entry.by) {
            (Happening::Planned { outcome, config, .. }, _) if outcome == "automatic" => {
                self.look_at_automatic(&request, config);
            }
            (Happening::Voted { gate, acting_for, .. }, By::Person { subject, .. }) => {
                self.look_at_vote(&request, *gate, subject);
                if let Some(of) = acting_for {
                    self.look_at_delegate(&request, *gate, subject, of);
                }
            }
            (Happening::GateEnded { gate, ending: Ending::Reached, .. }, _) => {
                self.look_at_condition(&request, *gate);
            }
            (Happening::GateClaimed { gate, .. }, By::Person { subject, .. }) => {
                self.look_at_vote(&request, *gate, subject);
            }
            (Happening::EffectClaimed { effect, attempt, .. }, _) => {
                self.witness.claims.insert(attempt.as_str().to_owned(), self.invocation);
                match effect {
                    EffectKind::Grant => {
                        self.look_at_claim(&request);
                        self.look_at_window(&request);
                    }
                    EffectKind::Revocation => self.look_at_revocation(&request),
                }
            }
            _ => {}
        }
    }

    /// Nobody has a seat that there is not, where the policy lets nobody buy one.
    fn look_at_seats(&mut self, of: &str) {
        let Some(active) = self.value::<ActiveConfig>(&Slot::ActiveConfig) else { return };
        let Some(config) = self.configs.get(&active.version).cloned() else { return };
        let (application, entitlement) = of.split_once('/').unwrap_or((of, ""));
        let seats = config.catalog.seats(application, Some(entitlement)).map_or(0, |(_, seats)| seats);
        let ledger = self.value::<Ledger>(&Slot::Seats(of.to_owned())).unwrap_or_default();
        let used = ledger.spent + ledger.reserved.values().sum::<u64>();
        if used > seats && config.policy.seats.is_none() {
            let nobody = RequestId::derived(&["nobody"]);
            self.report(&nobody, "I15", format!("{used} of {seats} seats of {of}"));
        }
    }

    /// No more than the caps allow, and nothing while it is stopped.
    fn look_at_automatic(&mut self, request: &Request, config: &Digest) {
        let (Some(config), Some(plan), now) = (self.configs.get(config).cloned(), &request.plan, self.now)
        else {
            return;
        };
        let Some(action) = &plan.action else { return };
        let all = self.value::<Tally>(&Slot::Automatic(Scope::Overall.key()));
        if all.is_some_and(|all| all.stopped.is_some()) {
            self.report(&request.id, "I15", "approved automatically while that is stopped".into());
        }
        let window = config.policy.automatic.as_ref().map_or(0, |caps| caps.window.millis());
        for (scope, cap) in caps(&config.policy, &request.requester, action) {
            let given = self.witness.automatic.entry(scope.key()).or_default();
            given.push(now);
            let count = given.iter().filter(|at| now.since(**at) < window).count();
            if cap.is_some_and(|cap| count > cap as usize) {
                self.report(&request.id, "I15", format!("{count} approved automatically, {}", scope.name()));
            }
        }
    }

    fn look_at_vote(&mut self, request: &Request, gate: u32, voter: &SubjectId) {
        if self.stands_in(request, voter) {
            self.report(&request.id, "I6", format!("gate {gate}: {voter} stands in for the interested"));
        }
        let gone = self.witness.left.get(voter).map_or(0, |left| self.now.since(*left));
        if gone > MAX_PERSON_AGE_MILLIS + RUN_MILLIS {
            self.report(&request.id, "I6", format!("gate {gate}: {voter} left long before"));
        }
    }

    /// At the claim every stage has its approvals of people who are still known as employed and not interested.
    fn look_at_claim(&mut self, request: &Request) {
        let Some(plan) = &request.plan else { return };
        let gates = self.records.list(&List::Gates(request.id.clone())).into_iter();
        let gates = gates.filter_map(|stored| serde_json::from_value::<Gate>(stored.body).ok());
        let asked = plan.action.as_ref().and_then(|action| Digest::of(action).ok());
        let decided = |gate: &Gate| {
            matches!(gate.ending(), Some(Ending::Approved | Ending::Skipped))
                && gate.kind == GateKind::Approval
        };
        let mut present: Vec<Gate> = gates.filter(decided).collect();
        present.retain(|gate| Some(&gate.action) == asked.as_ref() && gate.generation == request.generation);
        let before = present.len().saturating_sub(plan.stages.len());
        let approved = present.iter().skip(before).filter(|gate| gate.ending() == Some(Ending::Approved));
        let fallen = approved.into_iter().find(|gate| !all_seated(gate, &self.standing(request, gate)));
        let gone = |since: &Timestamp| self.now.since(*since) > RUN_MILLIS;
        if self.witness.known_gone.get(&request.beneficiary).is_some_and(gone) {
            self.report(&request.id, "I1", "claimed for somebody who is known to have left".into());
        }
        if let Some(number) = fallen.map(|gate| gate.number) {
            self.report(&request.id, "I1", format!("gate {number}: claimed on votes that no longer stand"));
        }
    }

    /// Nothing is taken away that another grant carries: one without an end, or one whose end is to come.
    fn look_at_revocation(&mut self, request: &Request) {
        let Some(effect) = &request.revocation else { return };
        let granted = self.concerned(EffectKind::Grant, &effect.target).into_iter();
        let granted = granted
            .filter(|(id, grant)| *id != request.id && matches!(grant.state, EffectState::Done { .. }));
        let carries = |id: &RequestId| {
            let other = self.value::<Request>(&Slot::Request(id.clone()));
            other.is_some_and(|other| match other.times.expires {
                Some(end) => other.status == Status::Active && end > self.now,
                None => other.outcome == Some(Outcome::Granted),
            })
        };
        let mut carried = granted.filter(|(id, _)| carries(id));
        if let Some((other, _)) = carried.next() {
            self.report(&request.id, "I16", format!("a revocation of what {other} carries"));
        }
    }

    fn standing(&self, request: &Request, gate: &Gate) -> Vec<Panels> {
        let gone = |who: &SubjectId| {
            self.witness.known_gone.get(who).is_some_and(|since| self.now.since(*since) > RUN_MILLIS)
        };
        let approving = gate.votes.iter().filter(|(_, vote)| vote.verdict.approves());
        let standing = approving.filter(|(who, _)| !gone(who) && !self.stands_in(request, who));
        standing.map(|(_, vote)| vote.panels.clone()).collect()
    }

    /// A target is changed only by whoever holds the claim, and not again once the target showed the change.
    pub(crate) fn look_at_change(&mut self, kind: EffectKind, target: &AccessTarget) {
        if !self.witness.awake {
            return;
        }
        let invocation = self.invocation;
        let mine = |witness: &Witness, effect: &Effect| match &effect.state {
            EffectState::Doing { attempt, .. } => witness.claims.get(attempt.as_str()) == Some(&invocation),
            _ => false,
        };
        let concerned = self.concerned(kind, target);
        let holder =
            concerned.iter().find(|(_, effect)| mine(&self.witness, effect)).map(|(id, _)| id.clone());
        match (holder, concerned.into_iter().next()) {
            (Some(id), _) => {
                let wanted = kind == EffectKind::Grant;
                if self.witness.shown.remove(&(id.clone(), wanted)) == Some(wanted) {
                    self.report(&id, "I4", format!("{kind:?} again although the target showed it"));
                }
                self.witness.tried.insert((id, wanted));
            }
            (None, Some((id, _))) => self.report(&id, "I4", format!("{kind:?} without holding its claim")),
            (None, None) => {
                let nobody = RequestId::derived(&["nobody"]);
                self.report(&nobody, "I1", format!("{kind:?} that nobody asked for"));
            }
        }
    }

    /// What the target really shows of a change that is under way.
    pub(crate) fn look_at_target(&mut self, target: &AccessTarget, held: bool) {
        if !self.witness.awake {
            return;
        }
        let looks = self.witness.at_work.get(&self.invocation).map(|(id, _)| id.clone());
        for kind in [EffectKind::Grant, EffectKind::Revocation] {
            // What another request's run saw, or was there before the first try, may be another one's doing.
            for (id, _) in
                self.concerned(kind, target).into_iter().filter(|(id, _)| Some(id) == looks.as_ref())
            {
                let change = (id, kind == EffectKind::Grant);
                if self.witness.tried.contains(&change) {
                    self.witness.shown.insert(change, held);
                }
            }
        }
    }

    /// The requests with such a change decided, not yet done.
    fn concerned(&self, kind: EffectKind, target: &AccessTarget) -> Vec<(RequestId, Effect)> {
        let requests = self.records.all.keys().filter(|slot| matches!(slot, Slot::Request(_)));
        let requests = requests.filter_map(|slot| self.value::<Request>(slot));
        let effect = |request: Request| {
            let effect = match kind {
                EffectKind::Grant => request.grant,
                EffectKind::Revocation => request.revocation,
            };
            effect.map(|effect| (request.id, effect))
        };
        requests.filter_map(effect).filter(|(_, effect)| effect.target == *target).collect()
    }
}
