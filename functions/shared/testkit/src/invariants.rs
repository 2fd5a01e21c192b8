//! Checkers of the invariants, over what is recorded of a request; they know nothing of how it was recorded.
//!
//! Numbers as in docs/PROOFS.md: I1 no effect without an approval, I2 one decision per gate, I3 every gate ends once
//! and in time, I4 each effect once, I6 separation of duties, I7 approved is executed, I8 no effect without a yes, I10
//! a complete audit chain, I11 legal transitions only, I12 nothing stale counts, I13 no secret leaves, I15 all is
//! bounded.

mod bounds;
mod effects;
mod secrets;
mod votes;

use countersign_core::{
    Error, Result,
    audit::{By, Entry, Happening, verify},
    change::{decode, read_request},
    digest::Digest,
    gate::{Ending, Gate, GateKind, GateStatus, Shown},
    ids::{RequestId, SubjectId},
    job::Verdict,
    ports::ReadStore,
    request::{EffectKind, Outcome, Request, Status},
    slot::List,
    steps::operate::settled_as,
};
use std::collections::{BTreeMap, BTreeSet};

/// How late a gate may end after its deadline, in milliseconds: a sweep and its grace.
pub const LATE_MILLIS: i64 = 300_000;

/// All that is recorded of one request.
#[derive(Clone, Debug)]
pub struct History {
    /// The request.
    pub request: Request,
    /// Its gates, by number.
    pub gates: Vec<Gate>,
    /// Its audit chain.
    pub entries: Vec<Entry>,
    /// What people were shown of it, where the caller has that at hand.
    pub shown: Vec<Shown>,
    /// What must stand nowhere in it, where the caller knows: tokens, names, what people wrote.
    pub secrets: Vec<String>,
}

/// What is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The invariant.
    pub invariant: &'static str,
    /// How.
    pub how: String,
}

/// What a checker says.
pub type Check = std::result::Result<(), Broken>;

impl History {
    /// Reads it from a store.
    ///
    /// # Errors
    /// As [`ReadStore::get`]; [`Error::NotFound`] for an unknown request.
    pub async fn read(store: &impl ReadStore, id: &RequestId) -> Result<Self> {
        let request = read_request(store, id).await?.value;
        let gates: Result<Vec<Gate>, Error> =
            store.list(&List::Gates(id.clone())).await?.into_iter().map(|g| Ok(decode(g)?.value)).collect();
        let entries = store.list(&List::Audit(id.as_str().to_owned())).await?;
        let entries: Result<Vec<Entry>, Error> =
            entries.into_iter().map(|entry| Ok(decode(entry)?.value)).collect();
        Ok(Self { request, gates: gates?, entries: entries?, shown: Vec::new(), secrets: Vec::new() })
    }

    /// Checks every invariant; all that is broken.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let checks = [
            self.effects_are_approved(),
            self.gates_are_decided_once(),
            self.gates_end_in_time(),
            self.duties_are_separate(),
            self.approved_is_executed(),
            self.no_effect_without_a_yes(),
            self.the_chain_is_whole(),
            self.transitions_are_legal(),
            effects::happen_once(&self.entries),
            votes::are_fresh(&self.entries),
            bounds::hold(self),
            secrets::stay_inside(self),
        ];
        checks.into_iter().filter_map(Check::err).collect()
    }

    fn claims(&self) -> impl Iterator<Item = (u64, &Digest)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            Happening::EffectClaimed { effect: EffectKind::Grant, action, .. } => {
                Some((entry.sequence, action))
            }
            _ => None,
        })
    }

    fn gate(&self, number: u32) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.number == number)
    }

    /// I1: every claim follows a plan for the same action and, for each of its stages, a gate that was opened for that
    /// action and approved by its quorum, all since that plan; a plan without stages must be the policy's own yes.
    ///
    /// # Errors
    /// The first claim that does not.
    pub fn effects_are_approved(&self) -> Check {
        for (claimed, action) in self.claims() {
            let before: Vec<&Entry> = self.entries.iter().filter(|e| e.sequence < claimed).collect();
            let planned = before.iter().rposition(
                |e| matches!(&e.what, Happening::Planned { action: Some(planned), .. } if planned == action),
            );
            let Some(planned) = planned else {
                return broken("I1", format!("claim {claimed} without a plan"));
            };
            let since = before.get(planned..).unwrap_or_default();
            let automatic = matches!(since.first().map(|e| &e.what),
                Some(Happening::Planned { outcome, .. }) if outcome == "automatic");
            let stages = self.request.plan.as_ref().map_or(0, |plan| plan.stages.len());
            let approved = self.approved_gates(since, action);
            if approved.len() < stages || (stages == 0 && !automatic) {
                let how = format!("claim {claimed}: {} of {stages} stages approved", approved.len());
                return broken("I1", how);
            }
        }
        Ok(())
    }

    fn approved_gates(&self, since: &[&Entry], wanted: &Digest) -> BTreeSet<u32> {
        let mut opened = BTreeSet::new();
        let mut approved = BTreeSet::new();
        for (position, entry) in since.iter().enumerate() {
            match &entry.what {
                Happening::GateOpened { gate, action, .. } if action == wanted => {
                    opened.insert(*gate);
                }
                Happening::GateEnded { gate, ending: Ending::Approved, .. } if opened.contains(gate) => {
                    let votes = approvals(since.get(..position).unwrap_or_default(), *gate, wanted);
                    let needed = self.gate(*gate).map_or(1, |gate| gate.stage.approve_at as usize);
                    approved.extend((votes.len() >= needed).then_some(*gate));
                }
                _ => {}
            }
        }
        approved
    }

    /// I2: at most one end is recorded of a gate, and it is the one that the gate shows.
    ///
    /// # Errors
    /// The first gate with two, or with another.
    pub fn gates_are_decided_once(&self) -> Check {
        let mut ends: BTreeMap<u32, Ending> = BTreeMap::new();
        for entry in &self.entries {
            if let Happening::GateEnded { gate, ending, .. } = &entry.what
                && ends.insert(*gate, *ending).is_some()
            {
                return broken("I2", format!("gate {gate} ended twice"));
            }
        }
        for gate in &self.gates {
            let recorded = ends.get(&gate.number).copied();
            if recorded != gate.ending() {
                return broken(
                    "I2",
                    format!("gate {}: {recorded:?} recorded, {:?} stored", gate.number, gate.ending()),
                );
            }
        }
        Ok(())
    }

    /// I3: of a request that is over every gate has ended; votes end a gate before its deadline, expiry after it.
    ///
    /// # Errors
    /// The first gate that did not.
    pub fn gates_end_in_time(&self) -> Check {
        for gate in &self.gates {
            let (number, deadline) = (gate.number, votes::deadline(&self.entries, gate));
            let GateStatus::Ended { ending, at } = gate.status else {
                if self.request.status == Status::Closed || number < self.request.gate {
                    return broken("I3", format!("gate {number} is still open"));
                }
                continue;
            };
            let late = at.since(deadline);
            let good = match ending {
                Ending::Approved | Ending::Denied => late < 0,
                Ending::Expired => (0..=LATE_MILLIS).contains(&late),
                Ending::Cancelled | Ending::Superseded | Ending::Skipped => late <= LATE_MILLIS,
            };
            if !good {
                return broken("I3", format!("gate {number} {ending:?} {late} ms after its deadline"));
            }
        }
        Ok(())
    }

    /// I6: whoever votes is a person, none of the interested, and decided no earlier stage of the same plan.
    ///
    /// # Errors
    /// The first vote that breaks it.
    pub fn duties_are_separate(&self) -> Check {
        for entry in &self.entries {
            let Happening::Voted { gate, acting_for, .. } = &entry.what else { continue };
            let By::Person { subject, .. } = &entry.by else {
                return broken("I6", format!("entry {}: a vote that is no person's", entry.sequence));
            };
            let for_them = acting_for.as_ref().is_some_and(|who| self.request.interested().contains(&who));
            if self.request.interested().contains(&subject) || for_them {
                return broken("I6", format!("entry {}: a vote of the interested", entry.sequence));
            }
            if self.gate(*gate).is_some_and(|gate| gate.earlier.contains(subject)) {
                return broken("I6", format!("entry {}: decided an earlier stage", entry.sequence));
            }
        }
        votes::are_of_distinct_people(&self.entries)
    }

    /// I7: the action that was planned, shown, voted on, claimed and stored as the effect is one and the same.
    ///
    /// # Errors
    /// The first digest that differs.
    pub fn approved_is_executed(&self) -> Check {
        let Some(effect) = &self.request.grant else { return Ok(()) };
        let planned = self.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
        let digest = planned.and_then(|action| Digest::of(action).ok());
        if digest.as_ref() != Some(&effect.action)
            || planned.is_none_or(|action| action.target != effect.target)
        {
            return broken("I7", "the effect is not the planned action".into());
        }
        if let Some((claim, _)) = self.claims().find(|(_, action)| *action != &effect.action) {
            return broken("I7", format!("claim {claim} is of another action"));
        }
        for gate in self.gates.iter().filter(|g| g.kind == GateKind::Approval && g.action == effect.action) {
            if let Some(voter) = gate.votes.iter().find(|(_, vote)| vote.action != effect.action) {
                return broken("I7", format!("gate {}: {} saw another action", gate.number, voter.0));
            }
            let shown = self.shown.iter().filter(|shown| shown.gate == gate.number);
            if shown.into_iter().any(|shown| shown.action != effect.action) {
                return broken("I7", format!("gate {} was shown with another action", gate.number));
            }
        }
        Ok(())
    }

    /// I8: a request that was denied, expired or cancelled, or that nobody needed to decide, has no claim but those
    /// that are proved to have changed nothing.
    ///
    /// # Errors
    /// The outcome, if something was claimed.
    pub fn no_effect_without_a_yes(&self) -> Check {
        use Outcome::{AlreadyHeld, Cancelled, Denied, Expired, Served};
        let without =
            matches!(self.request.outcome, Some(AlreadyHeld | Cancelled | Denied | Expired | Served));
        match effects::standing_claim(&self.entries) {
            Some(claim) if without => {
                broken("I8", format!("claim {claim} of a request that is {:?}", self.request.outcome))
            }
            _ => Ok(()),
        }
    }

    /// I10: the chain is gap-free, unaltered and ends where the request says; the request's state is what it tells.
    ///
    /// # Errors
    /// Where it is not.
    pub fn the_chain_is_whole(&self) -> Check {
        let request = &self.request;
        if let Err(flaw) = verify(request.id.as_str(), &self.entries, &request.head) {
            return broken("I10", format!("entry {}: {}", flaw.sequence, flaw.what));
        }
        let ended = self.entries.iter().fold(None, |before, entry| match &entry.what {
            Happening::Ended { outcome, .. } => Some(*outcome),
            Happening::Operated { action, .. } => settled_as(action).or(before),
            _ => before,
        });
        let opened = self.entries.iter().filter(|e| matches!(e.what, Happening::GateOpened { .. })).count();
        let votes: usize = self.gates.iter().map(|gate| gate.votes.len()).sum();
        let voted: BTreeSet<(u32, &SubjectId)> = self.entries.iter().filter_map(vote).collect();
        match () {
            () if ended != request.outcome => {
                broken("I10", format!("ended {ended:?}, stored {:?}", request.outcome))
            }
            () if opened != self.gates.len() => {
                broken("I10", format!("{opened} gates opened, {} stored", self.gates.len()))
            }
            () if voted.len() != votes => {
                broken("I10", format!("{} people voted, {votes} votes stored", voted.len()))
            }
            () => Ok(()),
        }
    }

    /// I11: the life cycle allows every entry after those before it, they lead to the stored state, and nothing but
    /// refusals and operators follows the end.
    ///
    /// # Errors
    /// The first entry that it does not allow.
    pub fn transitions_are_legal(&self) -> Check {
        let mut walked = Request { status: Status::Received, ..self.request.clone() };
        for entry in &self.entries {
            let Ok(next) = walked.next_status(&entry.what) else {
                return broken("I11", format!("entry {} cannot follow {:?}", entry.sequence, walked.status));
            };
            if walked.status == Status::Closed && next != Status::Closed {
                return broken("I11", format!("entry {} resurrects the request", entry.sequence));
            }
            walked.status = next;
        }
        if walked.status != self.request.status {
            let how = format!("the chain leads to {:?}, stored is {:?}", walked.status, self.request.status);
            return broken("I11", how);
        }
        Ok(())
    }
}

fn broken(invariant: &'static str, how: String) -> Check {
    Err(Broken { invariant, how })
}

fn vote(entry: &Entry) -> Option<(u32, &SubjectId)> {
    match (&entry.what, &entry.by) {
        (Happening::Voted { gate, .. }, By::Person { subject, .. }) => Some((*gate, subject)),
        _ => None,
    }
}

/// Whose last vote at a gate was for an action.
fn approvals<'a>(entries: &[&'a Entry], wanted: u32, on: &Digest) -> BTreeSet<&'a SubjectId> {
    let mut last: BTreeMap<&SubjectId, bool> = BTreeMap::new();
    for entry in entries {
        if let (Happening::Voted { gate, verdict, action, .. }, By::Person { subject, .. }) =
            (&entry.what, &entry.by)
            && *gate == wanted
        {
            last.insert(subject, *verdict == Verdict::Approve && action == on);
        }
    }
    last.into_iter().filter_map(|(who, yes)| yes.then_some(who)).collect()
}
