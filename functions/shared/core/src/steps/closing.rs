//! Ends gates and requests within a change, with the money and the work that follow.

use crate::{
    Error, Result,
    audit::Happening,
    budget::Ledger,
    change::{Change, Versioned, put, read},
    gate::{Answer, AnswerCode, Ending, Gate},
    outbox::{News, Work},
    ports::{Expect, ReadStore},
    request::{Outcome, Reservation, Status},
    slot::Slot,
};

/// Ends a gate: the record of it, the token to spend and the copies to update.
///
/// # Errors
/// [`crate::Error::Conflict`] if it has ended already.
pub fn end_gate(change: &mut Change, gate: &mut Gate, ending: Ending, answer: Answer) -> Result<()> {
    gate.end(ending, answer, change.now())?;
    let by = gate.deciders();
    change.record(Happening::GateEnded { gate: gate.number, ending, by })?;
    if change.request.times.decided.is_none_or(|at| at < change.now()) {
        change.request.times.decided = Some(change.now());
    }
    change.owe(Work::SpendToken { request: gate.request.clone(), gate: gate.number });
    change.owe(Work::UpdateAllCopies { request: gate.request.clone(), gate: gate.number });
    Ok(())
}

/// Ends the request: its outcome, the money given back, the word to the requester.
///
/// # Errors
/// As [`ReadStore::get`]; [`crate::Error::Broken`] if the life cycle does not allow it here.
pub async fn end_request(ctx: &impl ReadStore, change: &mut Change, outcome: Outcome) -> Result<()> {
    let given_back_cents = match change.request.reservation.take() {
        Some(reservation) => Some(settle_reservation(ctx, change, &reservation, false).await?),
        None => None,
    };
    change.request.outcome = Some(outcome);
    change.request.times.ended = Some(change.now());
    change.record(Happening::Ended { outcome, given_back_cents })?;
    change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Ended });
    Ok(())
}

/// Owes those who decided, on their cards, the word of what came of it.
pub fn update_copies(change: &mut Change) {
    if change.request.stage.is_some() {
        change.owe(Work::UpdateAllCopies { request: change.request.id.clone(), gate: change.request.gate });
    }
}

/// Spends the money that was set aside for the request, if any.
///
/// # Errors
/// As [`end_request`].
pub async fn spend_reservation(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    if let Some(reservation) = change.request.reservation.take() {
        let cents = settle_reservation(ctx, change, &reservation, true).await?;
        change.record_by(crate::audit::By::Ledger, Happening::BudgetSpent { cents })?;
    }
    Ok(())
}

async fn settle_reservation(
    ctx: &impl ReadStore,
    change: &mut Change,
    reservation: &Reservation,
    spent: bool,
) -> Result<u64> {
    let (mut ledger, expect) = ledger(ctx, &reservation.cost_centre).await?;
    // Settled since the request was read: whoever did that changed the request too.
    ledger.settle(&change.request.id, spent).map_err(|_| Error::Conflict)?;
    change.put(Slot::Budget(reservation.cost_centre.clone()), expect, &ledger)?;
    Ok(reservation.cents)
}

/// The ledger of a cost centre, and the condition to write it back.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn ledger(ctx: &impl ReadStore, cost_centre: &str) -> Result<(Ledger, Expect)> {
    let found = read::<Ledger>(ctx, &Slot::Budget(cost_centre.to_owned())).await?;
    Ok(found.map_or((Ledger::default(), Expect::Absent), |f| (f.value, Expect::Version(f.version))))
}

/// The last gate of a request.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn last_gate(
    ctx: &impl ReadStore,
    request: &crate::request::Request,
) -> Result<Option<Versioned<Gate>>> {
    match request.gate {
        0 => Ok(None),
        number => read(ctx, &Slot::Gate(request.id.clone(), number)).await,
    }
}

/// What a workflow is told of a request as it stands, when a step finds its work done already.
#[must_use]
pub fn standing(request: &crate::request::Request) -> Option<Answer> {
    let code = match (request.status, request.outcome) {
        (Status::Closed, Some(outcome)) => code_of(outcome),
        (Status::Approved | Status::Provisioning | Status::Active | Status::Revoking, _) => {
            AnswerCode::Approved
        }
        _ => return None,
    };
    Some(Answer::plain(code))
}

/// The code by which a workflow is told of an outcome.
#[must_use]
pub fn code_of(outcome: Outcome) -> AnswerCode {
    match outcome {
        Outcome::Granted | Outcome::Revoked | Outcome::Unknown => AnswerCode::Approved,
        Outcome::Served => AnswerCode::Served,
        Outcome::Denied => AnswerCode::Denied,
        Outcome::Expired => AnswerCode::Expired,
        Outcome::Cancelled | Outcome::Failed => AnswerCode::Cancelled,
        Outcome::AlreadyHeld => AnswerCode::AlreadyHeld,
    }
}

/// Ends the request's open gate, if any, and the request, from outside the gate's own votes.
///
/// # Errors
/// As [`end_request`].
pub async fn end_from_outside(
    ctx: &impl ReadStore,
    change: &mut Change,
    ending: Ending,
    outcome: Outcome,
) -> Result<()> {
    if let Some(mut open) =
        last_gate(ctx, &change.request).await?.filter(|gate| gate.value.ending().is_none())
    {
        end_gate(change, &mut open.value, ending, Answer::plain(code_of(outcome)))?;
        let slot = Slot::Gate(open.value.request.clone(), open.value.number);
        change.write(put(slot, Expect::Version(open.version), &open.value, None)?);
    }
    end_request(ctx, change, outcome).await
}
