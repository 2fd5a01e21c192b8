//! Hashes again what is stored beside a chain, and holds it against what the chain says.

use crate::{
    Result,
    audit::{ADMIN_CHAIN, Entry, Flaw, Payload, commitments},
    change::{decode, read_request},
    digest::Digest,
    ids::RequestId,
    person::Delegation,
    policy::automatic::{Scope, Tally},
    ports::ReadStore,
    request::Request,
    slot::Slot,
    steps::{plan_approvals::action_of, quarantine_message::Quarantined, withdraw_config::Withdrawal},
};
use serde::de::DeserializeOwned;

/// How many payloads are what the entries of a sound chain say.
///
/// # Errors
/// As [`ReadStore::get`]. The flaw is the first entry of which it is not so.
pub(super) async fn check(
    ctx: &impl ReadStore,
    chain: &str,
    entries: &[Entry],
) -> Result<std::result::Result<usize, Flaw>> {
    let request = match chain {
        ADMIN_CHAIN => None,
        id => Some(read_request(ctx, &RequestId::new(id)?).await?.value),
    };
    let mut said: Vec<_> = commitments(entries).into_iter().collect();
    said.sort_by_key(|(_, commitment)| commitment.sequence);
    for (payload, commitment) in &said {
        let stored = match &request {
            Some(request) => of_a_request(ctx, request, payload).await?,
            None => of_administration(ctx, payload).await?,
        };
        if !stored.iter().all(|digest| commitment.holds(digest.as_ref())) {
            return Ok(Err(Flaw { sequence: commitment.sequence, what: payload.flaw() }));
        }
    }
    Ok(Ok(said.len()))
}

/// The digests of what is stored; `None` where nothing is.
async fn of_a_request(
    ctx: &impl ReadStore,
    request: &Request,
    payload: &Payload,
) -> Result<Vec<Option<Digest>>> {
    let id = || request.id.clone();
    let found = match payload {
        Payload::Words => sealed(ctx, &Slot::Words(id())).await?,
        Payload::Facts => sealed(ctx, &Slot::Context(id())).await?,
        Payload::Action => {
            let action = request.plan.as_ref().and_then(|plan| plan.action.as_ref());
            action.map(Digest::of).transpose()?
        }
        Payload::Granted => request.granted.as_ref().map(Digest::of).transpose()?,
        Payload::Understood => Some(action_of(request)?),
        _ => return Ok(Vec::new()),
    };
    Ok(vec![found])
}

async fn of_administration(ctx: &impl ReadStore, payload: &Payload) -> Result<Vec<Option<Digest>>> {
    let found = match payload {
        Payload::Config(version) => {
            let text: Option<String> = at(ctx, &Slot::Config(version.as_str().to_owned())).await?;
            text.map(|text| Digest::of_text(&text))
        }
        Payload::Withdrawal(version) => {
            let known: Option<Withdrawal> = at(ctx, &Slot::Withdrawn(version.as_str().to_owned())).await?;
            known.map(|known| Digest::of(&known.reason)).transpose()?
        }
        Payload::Delegation(from) => {
            let known: Option<Delegation> = at(ctx, &Slot::Delegation(from.clone())).await?;
            known.and_then(|known| known.reason).map(|reason| Digest::of(&reason)).transpose()?
        }
        Payload::Stop => {
            let known: Option<Tally> = at(ctx, &Slot::Automatic(Scope::Overall.key())).await?;
            known.and_then(|known| known.stopped).map(|stop| Digest::of(&stop.reason)).transpose()?
        }
        Payload::Quarantined(message) => {
            let known: Option<Quarantined> = at(ctx, &Slot::Quarantine(message.clone())).await?;
            let reasons =
                known.into_iter().flat_map(|known| known.opened.into_iter().chain(known.redrive_reason));
            return reasons.map(|reason| Digest::of(&reason).map(Some)).collect();
        }
        _ => return Ok(Vec::new()),
    };
    Ok(vec![found])
}

async fn sealed(ctx: &impl ReadStore, slot: &Slot) -> Result<Option<Digest>> {
    let text: Option<String> = at(ctx, slot).await?;
    text.map(|text| Digest::of(&text)).transpose()
}

/// What stands there, if it can be read as what it should be.
async fn at<T: DeserializeOwned>(ctx: &impl ReadStore, slot: &Slot) -> Result<Option<T>> {
    let stored = ctx.get(slot).await?;
    Ok(stored.and_then(|stored| decode(stored).ok()).map(|found| found.value))
}
