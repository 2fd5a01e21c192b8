//! Sees what really happens in a world while it happens, so that it need not believe what is recorded of it.

use crate::{invariants::Broken, world::State};
use countersign_core::{
    audit::{By, Entry, Happening},
    digest::Digest,
    facts::AccessTarget,
    gate::{Ending, Fence, Gate, GateKind},
    ids::{RequestId, SubjectId},
    job::Verdict,
    person::{Delegation, Employment, Person},
    ports::{Action, Write},
    request::{Effect, EffectKind, EffectState, Request},
    slot::{List, Slot},
    steps::record_decision::MAX_PERSON_AGE_MILLIS,
    time::Timestamp,
};
use std::collections::BTreeMap;

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
    /// Delegations, and when they were made.
    pub(crate) delegations: Vec<(Delegation, Timestamp)>,
    fences: BTreeMap<(RequestId, u32), Fence>,
    endings: BTreeMap<(RequestId, u32), Ending>,
    claims: BTreeMap<String, u64>,
    shown: BTreeMap<(RequestId, bool), bool>,
    known_gone: BTreeMap<SubjectId, Timestamp>,
    found: Vec<(RequestId, Broken)>,
}

impl State {
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

    pub(crate) fn value<T: serde::de::DeserializeOwned>(&self, slot: &Slot) -> Option<T> {
        serde_json::from_value(self.records.get(slot)?.body).ok()
    }

    fn report(&mut self, request: &RequestId, invariant: &'static str, how: String) {
        self.witness.found.push((request.clone(), Broken { invariant, how }));
    }

    /// Looks at what was just committed.
    pub(crate) fn look(&mut self, writes: &[Write]) {
        for write in writes {
            let Action::Put(body, _) = &write.action else { continue };
            match &write.slot {
                Slot::Gate(..) => {
                    if let Ok(gate) = serde_json::from_value(body.clone()) {
                        self.look_at_gate(&gate);
                    }
                }
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
        match (&entry.what, &entry.by) {
            (Happening::Voted { gate, .. }, By::Person { subject, .. }) => {
                self.look_at_vote(&request, *gate, subject);
            }
            (Happening::EffectClaimed { effect, attempt, .. }, _) => {
                self.witness.claims.insert(attempt.as_str().to_owned(), self.invocation);
                if *effect == EffectKind::Grant {
                    self.look_at_claim(&request);
                }
            }
            _ => {}
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

    fn stands_in(&self, request: &Request, who: &SubjectId) -> bool {
        let counts = |(delegation, made): &(Delegation, Timestamp)| {
            let settled = self.now.since(*made) > RUN_MILLIS;
            delegation.to == *who
                && settled
                && delegation.period.covers(self.now)
                && request.interested().contains(&&delegation.from)
        };
        self.witness.delegations.iter().any(counts)
    }

    /// At the claim every stage has its approvals of people who are still known as employed and not interested.
    fn look_at_claim(&mut self, request: &Request) {
        let Some(plan) = &request.plan else { return };
        let gates = self.records.list(&List::Gates(request.id.clone())).into_iter();
        let gates = gates.filter_map(|stored| serde_json::from_value::<Gate>(stored.body).ok());
        let action = request.grant.as_ref().map(|effect| &effect.action);
        let mut approved: Vec<Gate> =
            gates.filter(|g| g.kind == GateKind::Approval && g.ending() == Some(Ending::Approved)).collect();
        approved.retain(|gate| Some(&gate.action) == action && gate.generation == request.generation);
        let present = approved.len().saturating_sub(plan.stages.len());
        let fallen = approved
            .iter()
            .skip(present)
            .find(|gate| self.standing(request, gate) < gate.stage.approve_at as usize);
        if let Some(number) = fallen.map(|gate| gate.number) {
            self.report(&request.id, "I1", format!("gate {number}: claimed on votes that no longer stand"));
        }
    }

    fn standing(&self, request: &Request, gate: &Gate) -> usize {
        let gone = |who: &SubjectId| {
            self.witness.known_gone.get(who).is_some_and(|since| self.now.since(*since) > RUN_MILLIS)
        };
        let approving = gate.votes.iter().filter(|(_, vote)| vote.verdict == Verdict::Approve);
        approving.filter(|(who, _)| !gone(who) && !self.stands_in(request, who)).count()
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
        for kind in [EffectKind::Grant, EffectKind::Revocation] {
            for (id, _) in self.concerned(kind, target) {
                self.witness.shown.insert((id, kind == EffectKind::Grant), held);
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
