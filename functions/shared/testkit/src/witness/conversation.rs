//! What is said at gates, and whether whoever waits there knows until when.

use crate::{engine::Execution, world::State};
use countersign_core::{
    audit::{By, Entry, Happening},
    gate::{Fence, Gate, GateKind},
    ids::SubjectId,
    outbox::{Row, Work},
    ports::Write,
    request::Request,
    slot::Slot,
};

impl State {
    /// A question is of who asked it and may decide, an answer of who asked for it all.
    pub(super) fn look_at_words(&mut self, request: &Request, entry: &Entry) {
        let By::Person { subject, .. } = &entry.by else { return };
        let (number, question, answers) = match &entry.what {
            Happening::QuestionAsked { gate, question, .. } => (*gate, *question, false),
            Happening::QuestionAnswered { gate, question, .. } => (*gate, *question, true),
            _ => return,
        };
        let Some(gate) = self.value::<Gate>(&Slot::Gate(request.id.clone(), number)) else { return };
        let said = gate.questions_by_number().find(|(known, _)| *known == question);
        let id = said.and_then(|(_, asked)| match answers {
            false => Some(asked.id.clone()),
            true => asked.reply.as_ref().map(|reply| reply.id.clone()),
        });
        let cast = id.and_then(|id| self.witness.cast.get(&id).cloned());
        let meant = |who: &SubjectId| cast.is_some_and(|cast| cast.by == *who && cast.gate == number);
        if !meant(subject) {
            let how = format!("gate {number}: words of {subject} that they did not say");
            self.report(&request.id, "I6", how);
        }
        match answers {
            false => self.look_at_vote(request, number, subject),
            true if *subject != request.requester => {
                self.report(
                    &request.id,
                    "I6",
                    format!("gate {number}: {subject} answered for the requester"),
                );
            }
            true => {}
        }
    }

    /// Whoever waits at a gate that has news for them is owed to be told: its end, or wake-ups that have moved.
    pub(super) fn look_at_news(&mut self, gate: &Gate) {
        let fence = gate.fence.filter(|_| gate.news().is_some());
        let told = |fence: Fence| self.execution_at(gate, fence).is_none_or(|one| one.answered.is_some());
        if fence.is_none_or(told) {
            return;
        }
        let owes = |slot: &Slot| match self.value::<Row>(slot).map(|row| row.work) {
            Some(Work::SpendToken { request, gate: number }) => {
                request == gate.request && number == gate.number
            }
            _ => false,
        };
        if !self.records.all.keys().filter(|slot| matches!(slot, Slot::Row(..))).any(owes) {
            let how = format!("gate {}: whoever waits is not told, and nobody owes it", gate.number);
            self.report(&gate.request, "I3", how);
        }
    }

    /// The execution that waits at a gate since this entry.
    fn execution_at(&self, gate: &Gate, fence: Fence) -> Option<&Execution> {
        let name = format!("{}.{}", gate.request, gate.generation);
        let entry = (fence.redrive.into(), fence.round.into(), fence.retry);
        let waits = |one: &&Execution| {
            one.waits() && one.gate == Some(gate.number.into()) && (one.redrive, one.turn, one.retry) == entry
        };
        self.engine.executions.get(&name).filter(waits)
    }

    /// Who begins to wait knows the gate's wake-ups, or is owed to be told them.
    pub(super) fn look_at_wait(&mut self, gate: &Gate, writes: &[Write]) {
        let waits = self.running == "ask-approvers" && gate.answer.is_none();
        let Some(fence) = gate.fence.filter(|_| waits && gate.kind != GateKind::GrantEnd) else { return };
        let name = format!("{}.{}", gate.request, gate.generation);
        let Some(execution) = self.engine.executions.get(&name) else { return };
        let present = execution.waits()
            && execution.gate == Some(gate.number.into())
            && (execution.turn, execution.redrive) == (fence.round.into(), fence.redrive.into());
        let owed =
            writes.iter().any(|write| matches!(&write.slot, Slot::Row(_, key) if key.starts_with("spend:")));
        if present && !owed && execution.wake.last() != Some(&gate.deadline().0) {
            let how = format!("gate {}: an entry waits by wake-ups of before", gate.number);
            self.report(&gate.request, "I3", how);
        }
    }
}
