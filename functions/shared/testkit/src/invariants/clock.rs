//! I3 over the clock of a gate: it stands still just as long as a question to the requester waits for its answer.

use super::{Check, History, broken};
use countersign_core::{
    audit::{By, Happening},
    gate::Gate,
    ids::SubjectId,
    time::Timestamp,
};

/// Every gate ends when it was promised at its opening, later by the time in which a question waited; the chain tells each
/// move; only who asked for it answers; nobody asks more often than the stage allows.
///
/// # Errors
/// The first gate, or entry, that is otherwise.
pub(super) fn stands_still(history: &History) -> Check {
    for entry in &history.entries {
        let by = match &entry.by {
            By::Person { subject, .. } => Some(subject),
            _ => None,
        };
        let theirs = |who: &SubjectId| *who == history.request.requester || *who == history.request.filer;
        let interested = |who: &SubjectId| history.request.parties().contains(&who);
        let wrong = match &entry.what {
            Happening::QuestionAsked { .. } => by.is_none_or(interested),
            Happening::QuestionAnswered { .. } => !by.is_some_and(theirs),
            _ => false,
        };
        if wrong {
            return broken("I6", format!("entry {}: said by somebody else", entry.sequence));
        }
    }
    history.gates.iter().try_for_each(|gate| of_gate(history, gate))
}

fn of_gate(history: &History, gate: &Gate) -> Check {
    let mut opened = None;
    let mut told = None;
    let (mut asked, mut answered) = (0, 0);
    for entry in &history.entries {
        match &entry.what {
            Happening::GateOpened { gate: number, deadline, .. } if *number == gate.number => {
                (opened, told) = (Some(*deadline), Some(*deadline));
            }
            Happening::QuestionAsked { gate: number, deadline, .. } if *number == gate.number => {
                (told, asked) = (Some(*deadline), asked + 1);
            }
            Happening::QuestionAnswered { gate: number, deadline, .. } if *number == gate.number => {
                (told, answered) = (Some(*deadline), answered + 1);
            }
            _ => {}
        }
    }
    let replies = gate.questions.iter().filter(|question| question.reply.is_some()).count();
    if (asked, answered) != (gate.questions.len(), replies) {
        return broken("I10", format!("gate {}: {asked} questions told, {answered} answers", gate.number));
    }
    if asked > gate.stage.questions as usize {
        return broken("I15", format!("gate {}: {asked} questions", gate.number));
    }
    let Some(opened) = opened else { return Ok(()) };
    let wanted = Timestamp(opened.0 + stood_still(gate));
    if gate.deadline() != wanted || told != Some(wanted) {
        let how =
            format!("gate {} ends {} ms from when it should", gate.number, gate.deadline().since(wanted));
        return broken("I3", how);
    }
    Ok(())
}

/// For how many milliseconds at least one question waited, or will if nobody answers.
fn stood_still(gate: &Gate) -> i64 {
    let mut waits: Vec<(Timestamp, Timestamp)> = gate
        .questions
        .iter()
        .map(|question| {
            let end = Timestamp(question.at.0 + gate.stage.answer_within.millis());
            (question.at, question.reply.as_ref().map_or(end, |reply| reply.at.min(end)))
        })
        .collect();
    waits.sort();
    let (mut sum, mut covered) = (0, Timestamp(i64::MIN));
    for (from, to) in waits {
        let from = from.max(covered);
        sum += to.since(from).max(0);
        covered = covered.max(to);
    }
    sum
}
