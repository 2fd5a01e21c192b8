//! Joins a request to another one that waits for the same change, so that people decide once and all hear of it.

use super::closing::{end_request, update_copies};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned, put, read, read_request},
    digest::Digest,
    gate::Gate,
    ids::RequestId,
    outbox::{News, Row, Work},
    ports::{Clock, Expect, ReadStore, Write, WriteStore},
    request::{Follower, Outcome, Plan, PlannedAction, Request, Status},
    slot::Slot,
};
use serde::{Deserialize, Serialize};

/// The most requests that join one; a further one is decided by itself.
pub const MAX_FOLLOWERS: usize = 8;

/// Which request waits for a change: the first that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The request.
    pub request: RequestId,
}

/// Whether somebody waits for the same.
pub(super) enum Found {
    /// Another request does.
    Lead(Box<Versioned<Request>>),
    /// Nobody does whom it may join. Unless that one goes on leading, this one does from now on, by this write.
    Nobody(Option<Write>),
}

/// Looks for an open request that would make the same change, and that this one may join.
///
/// # Errors
/// As [`ReadStore::get`]; [`crate::Error::Broken`] for a request without an action.
pub(super) async fn find(ctx: &impl ReadStore, request: &Request, plan: &Plan) -> Result<Found> {
    let action = plan.action.as_ref();
    let action = action.ok_or_else(|| crate::Error::Broken("an approval without an action".into()))?;
    let slot = Slot::Asked(change_of(action)?);
    let known = read::<Waiting>(ctx, &slot).await?;
    let other = known.as_ref().map(|known| &known.value.request).filter(|id| **id != request.id);
    // Planned anew, one that others joined goes on by itself: they wait for its decision.
    if let Some(other) = other.filter(|_| request.followers.is_empty()) {
        let lead = read_request(ctx, other).await?;
        if leads(&lead.value, action)? {
            let decides = decides(request, &lead.value, &gates(ctx, &lead.value).await?);
            return Ok(if decides { Found::Nobody(None) } else { Found::Lead(Box::new(lead)) });
        }
    }
    let expect = known.map_or(Expect::Absent, |known| Expect::Version(known.version));
    Ok(Found::Nobody(Some(put(slot, expect, &Waiting { request: request.id.clone() }, None)?)))
}

/// What would be changed, whatever it costs and whichever configuration resolved it. An end that stands where it is says
/// for how long.
fn change_of(action: &PlannedAction) -> Result<String> {
    let digest = match action.window.ends {
        Some(_) => Digest::of(&(&action.target, action.window)),
        None => Digest::of(&(&action.target, action.duration, action.window)),
    };
    Ok(digest?.to_string())
}

/// Whether the other request is open, for the same, and has room for one more.
fn leads(lead: &Request, action: &PlannedAction) -> Result<bool> {
    let open = matches!(lead.status, Status::Waiting | Status::Approved | Status::Provisioning);
    let same = match lead.action() {
        Some(other) => change_of(other)? == change_of(action)?,
        None => false,
    };
    Ok(open && same && lead.followers.len() < MAX_FOLLOWERS && !lead.is_in_doubt())
}

/// All gates of a request so far.
async fn gates(ctx: &impl ReadStore, of: &Request) -> Result<Vec<Gate>> {
    let mut all = Vec::new();
    for number in 1..=of.gate {
        all.extend(read::<Gate>(ctx, &Slot::Gate(of.id.clone(), number)).await?.map(|gate| gate.value));
    }
    Ok(all)
}

/// Whether somebody whose request this is decides on the other one, or did.
fn decides(request: &Request, lead: &Request, gates: &[Gate]) -> bool {
    let is_asked = |gate: &&Gate| gate.ending().is_none();
    let asking = gates.iter().filter(is_asked);
    let asked =
        asking.clone().flat_map(|gate| gate.candidates.iter().chain(&gate.set_aside)).map(|one| &one.subject);
    let principals = asking.flat_map(|gate| &gate.candidates).filter_map(|one| one.acting_for.as_ref());
    let decided = gates.iter().flat_map(|gate| gate.earlier.iter().chain(gate.votes.keys()));
    let mut all = asked.chain(principals).chain(decided);
    all.any(|who| request.parties().contains(&who) && !lead.parties().contains(&who))
}

/// Ends the request, since it waits with the other from now on, and lets that one know, in one transaction.
///
/// # Errors
/// As [`ReadStore::get`]; [`crate::Error::Broken`] if the life cycle does not allow it here.
pub(super) async fn join(
    ctx: &(impl ReadStore + Clock),
    change: &mut Change,
    lead: Versioned<Request>,
    by: By,
) -> Result<()> {
    let (id, requester) = (change.request.id.clone(), change.request.requester.clone());
    change.record(Happening::Joined { lead: lead.value.id.clone() })?;
    change.request.lead = Some(lead.value.id.clone());
    end_request(ctx, change, Outcome::Joined).await?;
    let mut other = Change::of(lead, ctx.now(), by);
    other.record(Happening::Followed { by: id.clone() })?;
    other.request.followers.push(Follower { request: id, requester });
    update_copies(&mut other);
    change.beside(other)
}

/// Owes those whose requests joined this one the word of how it ended. Repeated, it owes the same.
///
/// # Errors
/// As [`WriteStore::commit`].
pub(super) async fn owe_followers(ctx: &(impl WriteStore + Clock), request: &Request) -> Result<Vec<Row>> {
    let row = |one: &Follower| {
        let work = Work::TellRequester { request: one.request.clone(), news: News::LeadEnded };
        Row::new(one.request.as_str(), work, request.id.as_str(), ctx.now())
    };
    let rows: Vec<Row> = request.followers.iter().map(row).collect();
    if !rows.is_empty() {
        ctx.commit(rows.iter().map(Row::put).collect::<Result<_>>()?).await?;
    }
    Ok(rows)
}
