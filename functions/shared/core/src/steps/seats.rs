//! The seats of an entitlement: set aside while a request waits, taken with the grant, given back at every other end.

use crate::{
    Result,
    audit::{By, Happening},
    budget::Ledger,
    catalog::seats_of,
    change::{Change, read},
    config::Config,
    ports::{Expect, ReadStore},
    request::{Request, Seat},
    slot::Slot,
};

/// How many seats are free for a request; `None` where there are as many as one likes.
///
/// # Errors
/// As [`ReadStore::get`].
pub(super) async fn free(ctx: &impl ReadStore, request: &Request, config: &Config) -> Result<Option<u64>> {
    let application = request.application.as_deref().unwrap_or_default();
    let Some((of, seats)) = config.catalog.seats(application, request.entitlement.as_deref()) else {
        return Ok(None);
    };
    Ok(Some(ledger(ctx, &of).await?.0.available_to(&request.id, seats)))
}

async fn ledger(ctx: &impl ReadStore, of: &str) -> Result<(Ledger, Expect)> {
    let found = read::<Ledger>(ctx, &Slot::Seats(of.to_owned())).await?;
    Ok(found.map_or((Ledger::default(), Expect::Absent), |f| (f.value, Expect::Version(f.version))))
}

/// Sets a seat aside, where the planned entitlement has seats. Planned again, it stands.
///
/// # Errors
/// As [`ReadStore::get`]; [`crate::Error::Conflict`] if the seat that was free is somebody else's meanwhile: plan again.
pub(super) async fn reserve(ctx: &impl ReadStore, change: &mut Change, config: &Config) -> Result<()> {
    let action = change.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let seats =
        action.and_then(|action| config.catalog.seats(&action.application, Some(&action.entitlement)));
    let Some((of, seats)) = seats else { return Ok(()) };
    let (mut ledger, expect) = ledger(ctx, &of).await?;
    let free = ledger.available_to(&change.request.id, seats) > 0;
    if !free && counts_on_one(&change.request, config) {
        return Err(crate::Error::Conflict);
    }
    ledger.reserve(&change.request.id, 1);
    change.put(Slot::Seats(of.clone()), expect, &ledger)?;
    change.record_by(By::Ledger, Happening::SeatReserved { free })?;
    change.request.seat = Some(Seat { of, free, taken: false });
    Ok(())
}

/// Whether a request was planned when a seat was free: without one the policy refuses, or has a stage of its own. In an
/// incident nobody asks.
fn counts_on_one(request: &Request, config: &Config) -> bool {
    let asks = |stage| request.plan.as_ref().is_some_and(|plan| plan.stages.contains(stage));
    request.incident.is_none() && !config.policy.seats.as_ref().is_some_and(asks)
}

/// Takes the seat that was set aside, now that the access is given; if approvers left a lower level, gives it back.
///
/// # Errors
/// As [`ReadStore::get`]; [`crate::Error::Conflict`] if somebody else settled it.
pub(super) async fn take(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    let Some(seat) = change.request.seat.clone().filter(|seat| !seat.taken) else { return Ok(()) };
    if change
        .request
        .granted
        .as_ref()
        .is_some_and(|left| seats_of(&left.application, &left.entitlement) != seat.of)
    {
        return give_back(ctx, change).await;
    }
    let (mut ledger, expect) = ledger(ctx, &seat.of).await?;
    ledger.settle(&change.request.id, Some(1)).map_err(|_| crate::Error::Conflict)?;
    change.put(Slot::Seats(seat.of.clone()), expect, &ledger)?;
    change.request.seat = Some(Seat { taken: true, ..seat });
    Ok(())
}

/// Gives the seat back, if the request has one.
///
/// # Errors
/// As [`take`].
pub(super) async fn give_back(ctx: &impl ReadStore, change: &mut Change) -> Result<()> {
    let Some(seat) = change.request.seat.take() else { return Ok(()) };
    let (mut ledger, expect) = ledger(ctx, &seat.of).await?;
    match seat.taken {
        true => ledger.release(1),
        false => ledger.settle(&change.request.id, None).map_err(|_| crate::Error::Conflict)?,
    }
    change.put(Slot::Seats(seat.of), expect, &ledger)
}
