//! Ends gates and requests within a change, with the money and the work that follow.

use super::seats;
use crate::{
    Error, Result,
    audit::{By, Happening},
    budget::Ledger,
    change::{Change, Versioned, put, read},
    digest::Digest,
    gate::{Answer, AnswerCode, Ending, Gate, GateKind},
    outbox::{News, Work},
    ports::{Expect, ReadStore},
    request::{Outcome, Paid, Request, Reservation, Status},
    slot::Slot,
    time::Timestamp,
};

/// Ends a gate: the record of it, the token to spend and the copies to update.
///
/// # Errors
/// [`crate::Error::Conflict`] if it has ended already.
pub fn end_gate(change: &mut Change, gate: &mut Gate, ending: Ending, answer: Answer) -> Result<()> {
    gate.end(ending, answer, change.now())?;
    let by = gate.deciders();
    let granted = change.request.granted.as_ref().filter(|_| ending == Ending::Approved);
    let granted = granted.map(Digest::of).transpose()?;
    let (delivered, first_touched) = reached(&change.request, gate.kind);
    change.record(Happening::GateEnded {
        gate: gate.number,
        ending,
        by,
        granted,
        delivered,
        first_touched,
    })?;
    if gate.kind.asks_people() && change.request.times.decided.is_none_or(|at| at < change.now()) {
        change.request.times.decided = Some(change.now());
    }
    change.owe(Work::SpendToken { request: gate.request.clone(), gate: gate.number });
    change.owe(Work::UpdateAllCopies { request: gate.request.clone(), gate: gate.number });
    Ok(())
}

/// When the request first reached somebody, and was first touched. Whoever posts cards writes no chain, so the end of a gate
/// tells it; the end of a grant asks nobody.
fn reached(request: &Request, kind: GateKind) -> (Option<Timestamp>, Option<Timestamp>) {
    match kind {
        GateKind::GrantEnd => (None, None),
        _ => (request.times.delivered, request.times.first_touched),
    }
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
    // A seat stays with what was given, and with what may have been.
    if outcome != Outcome::Granted && !change.request.is_in_doubt() {
        seats::give_back(ctx, change).await?;
    }
    close(change, outcome, given_back_cents)
}

/// Ends a request whose grant is over, taken back or carried on by something else: what it cost is given back.
///
/// # Errors
/// As [`end_request`].
pub async fn end_grant(ctx: &impl ReadStore, change: &mut Change, outcome: Outcome) -> Result<()> {
    seats::give_back(ctx, change).await?;
    let given_back_cents = match change.request.paid.take() {
        Some(paid) => Some(stop_paying(ctx, change, paid).await?),
        None => None,
    };
    close(change, outcome, given_back_cents)
}

fn close(change: &mut Change, outcome: Outcome, given_back_cents: Option<u64>) -> Result<()> {
    change.request.outcome = Some(outcome);
    change.request.times.ended = Some(change.now());
    change.record(Happening::Ended { outcome, given_back_cents })?;
    // Of an audit nobody has to hear: it changes nothing for whoever asked.
    if change.request.audit_of.is_none() {
        change.owe(Work::TellRequester { request: change.request.id.clone(), news: News::Ended });
    }
    if let Some(matter) = after_review(outcome).filter(|_| change.request.review_of.is_some()) {
        change.owe(Work::TellDesk {
            request: change.request.review_of.clone(),
            subject: None,
            matter: matter.into(),
        });
    }
    Ok(())
}

/// What the desk must see to after a review that ended like this.
fn after_review(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Served => None,
        Outcome::Denied => Some("incident-after-a-review"),
        _ => Some("review-not-done"),
    }
}

/// Owes those who decided, on their cards, the word of what came of it.
pub fn update_copies(change: &mut Change) {
    if change.request.stage.is_some() {
        change.owe(Work::UpdateAllCopies { request: change.request.id.clone(), gate: change.request.gate });
    }
}

/// Spends the money that was set aside for the request, and takes its seat, if any.
///
/// # Errors
/// As [`end_request`].
pub async fn spend_reservation(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    seats::take(ctx, change).await?;
    if let Some(reservation) = change.request.reservation.take() {
        let cents = settle_reservation(ctx, change, &reservation, true).await?;
        paid(change, reservation.cost_centre, cents)?;
    }
    Ok(())
}

/// Spends money that was not set aside, or is no longer.
///
/// # Errors
/// As [`end_request`].
pub async fn spend(ctx: &impl ReadStore, change: &mut Change, cost_centre: String, cents: u64) -> Result<()> {
    let (mut ledger, expect) = ledger(ctx, &cost_centre).await?;
    ledger.reserve(&change.request.id, cents);
    ledger.settle(&change.request.id, Some(cents))?;
    change.put(Slot::Budget(cost_centre.clone()), expect, &ledger)?;
    paid(change, cost_centre, cents)
}

fn paid(change: &mut Change, cost_centre: String, cents: u64) -> Result<()> {
    change.request.paid = Some(Paid { cost_centre, cents });
    change.record_by(By::Ledger, Happening::BudgetSpent { cents })
}

async fn stop_paying(ctx: &impl ReadStore, change: &mut Change, paid: Paid) -> Result<u64> {
    let (mut ledger, expect) = ledger(ctx, &paid.cost_centre).await?;
    ledger.release(paid.cents);
    change.put(Slot::Budget(paid.cost_centre), expect, &ledger)?;
    Ok(paid.cents)
}

async fn settle_reservation(
    ctx: &impl ReadStore,
    change: &mut Change,
    reservation: &Reservation,
    spent: bool,
) -> Result<u64> {
    let (mut ledger, expect) = ledger(ctx, &reservation.cost_centre).await?;
    // What approvers left may cost less than what was set aside.
    let costs = change.request.action().map_or(reservation.cents, |action| action.monthly_cents);
    let cents = if spent { costs.min(reservation.cents) } else { reservation.cents };
    // Settled since the request was read: whoever did that changed the request too.
    ledger.settle(&change.request.id, spent.then_some(cents)).map_err(|_| Error::Conflict)?;
    change.put(Slot::Budget(reservation.cost_centre.clone()), expect, &ledger)?;
    Ok(cents)
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
pub fn standing(request: &Request) -> Option<Answer> {
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
        Outcome::AlreadyHeld | Outcome::Joined => AnswerCode::AlreadyHeld,
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
