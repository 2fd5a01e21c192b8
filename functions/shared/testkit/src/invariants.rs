//! Checkers of the invariants, over what is recorded of a request; they know nothing of how it was recorded.
//!
//! Numbers as in docs/PROOFS.md: I1 no effect without an approval, I2 one decision per gate, I3 every gate ends once
//! and in time, I4 each effect once, I6 separation of duties, I7 approved is executed, I8 no effect without a yes, I10
//! a complete audit chain, I11 legal transitions only, I12 nothing stale counts, I13 no secret leaves, I15 all is
//! bounded. The witness also holds I16, no revocation of what another grant carries.

mod bounds;
mod claims;
mod clock;
mod effects;
mod executed;
pub(crate) mod quorum;
mod secrets;
mod starts;
mod votes;

use countersign_core::{
    Error, Result,
    audit::{By, Entry, Happening, verify},
    change::{decode, read_request},
    digest::Digest,
    gate::{Ending, Gate, GateKind, GateStatus, Shown, seating::Panels},
    ids::{RequestId, SubjectId},
    ports::ReadStore,
    request::{EffectKind, Outcome, Request, Status, is_policys},
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
            starts::are_waited_for(self),
            votes::are_fresh(&self.entries),
            claims::are_as_told(self),
            clock::stands_still(self),
            quorum::ends_it(self),
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

    /// Whether somebody read it at the desk, and so chose what is asked for.
    fn was_read_by(&self, who: &SubjectId) -> bool {
        let at_desk = |gate: &&Gate| matches!(gate.kind, GateKind::Desk | GateKind::Service);
        self.gates.iter().filter(at_desk).any(|gate| gate.votes.contains_key(who))
    }

    fn gate(&self, number: u32) -> Option<&Gate> {
        self.gates.iter().find(|gate| gate.number == number)
    }

    /// I1: every claim follows a plan for the same action, or for one of which its approvers left that, and, for each stage of
    /// that plan, a gate that was opened for the planned action and approved by its quorum, all since that plan; a plan
    /// without stages must be the policy's own yes.
    ///
    /// # Errors
    /// The first claim that does not.
    pub fn effects_are_approved(&self) -> Check {
        for (claimed, action) in self.claims() {
            let before: Vec<&Entry> = self.entries.iter().filter(|e| e.sequence < claimed).collect();
            let planned = before.iter().rposition(|e| matches!(e.what, Happening::Planned { .. }));
            let since = planned.and_then(|planned| before.get(planned..)).unwrap_or_default();
            let Some(Happening::Planned { outcome, action: Some(asked), .. }) =
                since.first().map(|e| &e.what)
            else {
                return broken("I1", format!("claim {claimed} without a plan"));
            };
            if action != asked && !since.iter().any(|entry| leaves(entry, action)) {
                return broken("I1", format!("claim {claimed} of what nobody planned or left"));
            }
            let automatic = is_policys(outcome);
            let emergency = since.iter().any(|e| matches!(e.what, Happening::GlassBroken { .. }));
            if emergency && self.request.review.is_none() {
                return broken("I1", format!("claim {claimed} by break-glass that nobody looks at"));
            }
            let stages = self.request.plan.as_ref().map_or(0, |plan| plan.stages.len());
            let (approved, skipped) = (self.approved_gates(since, asked), self.skipped_gates(since, asked));
            if approved.len() + skipped < stages || (approved.is_empty() && !automatic) {
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
                    let record = self.gate(*gate).filter(|record| quorum::all_seated(record, &votes));
                    approved.extend(record.map(|record| record.number));
                }
                _ => {}
            }
        }
        approved
    }

    /// How many stages were passed over that need not be decided.
    fn skipped_gates(&self, since: &[&Entry], wanted: &Digest) -> usize {
        let skipped = |entry: &&&Entry| match &entry.what {
            Happening::GateEnded { gate, ending: Ending::Skipped, .. } => {
                self.gate(*gate).is_some_and(|gate| gate.stage.is_skipped() && gate.action == *wanted)
            }
            _ => false,
        };
        since.iter().filter(skipped).count()
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

    /// I3: of a request that is over every gate has ended; votes end a gate before its deadline, expiry after it, and only a
    /// stage that need not be decided is passed over.
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
                Ending::Skipped => (0..=LATE_MILLIS).contains(&late) && gate.stage.is_skipped(),
                Ending::Reached => match gate.kind {
                    GateKind::Start => (0..=LATE_MILLIS).contains(&late),
                    kind => kind == GateKind::Condition && late < 0,
                },
                Ending::Cancelled | Ending::Superseded => late <= LATE_MILLIS,
            };
            if !good {
                return broken("I3", format!("gate {number} {ending:?} {late} ms after its deadline"));
            }
        }
        Ok(())
    }

    /// I6: whoever votes is a person, none of the interested, decided no earlier stage of the same plan, and was not passed
    /// over.
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
            let approval = self.gate(*gate).is_some_and(|gate| gate.kind == GateKind::Approval);
            if approval && self.was_read_by(subject) {
                return broken("I6", format!("entry {}: a vote of who read it at the desk", entry.sequence));
            }
            if self.gate(*gate).is_some_and(|gate| !has_signed_in(gate, &entry.what)) {
                return broken(
                    "I6",
                    format!("entry {}: a vote without the sign-in it needs", entry.sequence),
                );
            }
            if self.gate(*gate).is_some_and(|gate| gate.earlier.contains(subject)) {
                return broken("I6", format!("entry {}: decided an earlier stage", entry.sequence));
            }
        }
        votes::are_of_distinct_people(&self.entries)?;
        votes::are_in_order(&self.entries)?;
        votes::are_of_those_still_asked(&self.entries)
    }

    /// I7: the action that was planned, shown, voted on, claimed and stored as the effect is one and the same, but that no
    /// more of it is done than every approver left.
    ///
    /// # Errors
    /// What differs.
    pub fn approved_is_executed(&self) -> Check {
        executed::is_approved(self)
    }

    /// I8: a request that was denied, expired or cancelled, or that nobody needed to decide, has no claim but those
    /// that are proved to have changed nothing.
    ///
    /// # Errors
    /// The outcome, if something was claimed.
    pub fn no_effect_without_a_yes(&self) -> Check {
        use Outcome::{AlreadyHeld, Cancelled, Denied, Expired, Joined, Served};
        let without = matches!(
            self.request.outcome,
            Some(AlreadyHeld | Cancelled | Denied | Expired | Joined | Served)
        );
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

/// Whether a gate was approved with this left of what was planned.
fn leaves(entry: &Entry, action: &Digest) -> bool {
    matches!(&entry.what, Happening::GateEnded { ending: Ending::Approved, granted: Some(left), .. } if left == action)
}

fn vote(entry: &Entry) -> Option<(u32, &SubjectId)> {
    match (&entry.what, &entry.by) {
        (Happening::Voted { gate, .. }, By::Person { subject, .. }) => Some((*gate, subject)),
        _ => None,
    }
}

/// Whether a vote had the sign-in that its gate needs, judged by the record of both.
fn has_signed_in(gate: &Gate, vote: &Happening) -> bool {
    let (Some(needed), Happening::Voted { sign_in, cast_at, .. }) = (&gate.stage.step_up, vote) else {
        return true;
    };
    sign_in.as_ref().is_some_and(|sign_in| {
        let since = cast_at.since(sign_in.at);
        needed.acr.contains(&sign_in.acr) && since <= 5 * 60_000 && sign_in.at.since(gate.opened_at) > -1_000
    })
}

/// The panels of those whose last vote at a gate was for an action.
fn approvals(entries: &[&Entry], wanted: u32, on: &Digest) -> Vec<Panels> {
    let mut last: BTreeMap<&SubjectId, (bool, &Panels)> = BTreeMap::new();
    for entry in entries {
        if let (Happening::Voted { gate, verdict, action, panels, .. }, By::Person { subject, .. }) =
            (&entry.what, &entry.by)
            && *gate == wanted
        {
            last.insert(subject, (verdict.approves() && action == on, panels));
        }
    }
    last.into_values().filter(|(yes, _)| *yes).map(|(_, panels)| panels.clone()).collect()
}
