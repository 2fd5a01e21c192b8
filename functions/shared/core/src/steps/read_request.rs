//! `read-request`: the timeline of one request, for those concerned and those who may see all.

mod questions;

use super::{identifying::subject_of, send_messages::names};
use crate::{
    Error, Result,
    audit::{By, Entry, Happening},
    cards::Names,
    change::{decode, read, read_request as read_record},
    gate::Gate,
    ids::{RequestId, SubjectId},
    job::Actor,
    person::Person,
    ports::{Configs, ReadStore, Salt, Vault},
    request::{Request, Said},
    slot::{List, Slot},
    time::Timestamp,
};
use serde_json::{Value, json};

/// The roles that may see every request.
const SEE_ALL: [&str; 3] = ["desk", "admin", "auditor"];

/// Who wants to see which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// Who asks.
    pub actor: Actor,
}

/// The timeline, as JSON for programs and pages.
///
/// # Errors
/// [`Error::NotFound`] for an unknown request, and in the same words for one that the caller may not see.
pub async fn read_request<C>(ctx: &C, input: Input) -> Result<Value>
where
    C: ReadStore + Configs + Salt + Vault,
{
    let unknown = || Error::NotFound("request");
    let caller = subject_of(ctx, &input.actor).await?.ok_or_else(unknown)?;
    let request = read_record(ctx, &input.request).await?.value;
    let gates = gates(ctx, &request).await?;
    if !may_see(ctx, &caller, &request, &gates).await? {
        return Err(unknown());
    }
    let entries = entries(ctx, &request).await?;
    let mut concerned: Vec<SubjectId> = request.interested().into_iter().cloned().collect();
    concerned.extend(entries.iter().filter_map(|entry| subject(&entry.by)));
    concerned.extend(gates.iter().filter_map(|gate| gate.claim.as_ref()?.by.clone()));
    concerned.extend(questions::people(&gates));
    let names = names(ctx, &concerned).await?;
    let words = questions::words(ctx, &caller, &request, &gates).await?;
    Ok(timeline(&request, &gates, &entries, &words, &names))
}

async fn gates(ctx: &impl ReadStore, request: &Request) -> Result<Vec<Gate>> {
    let stored = ctx.list(&List::Gates(request.id.clone())).await?;
    stored.into_iter().map(|gate| decode(gate).map(|gate| gate.value)).collect()
}

async fn entries(ctx: &impl ReadStore, request: &Request) -> Result<Vec<Entry>> {
    let stored = ctx.list(&List::Audit(request.id.as_str().to_owned())).await?;
    stored.into_iter().map(|entry| decode(entry).map(|entry| entry.value)).collect()
}

/// Whether a person is concerned with a request, was asked about it, or may see all.
///
/// # Errors
/// As [`ReadStore::get`].
pub(super) async fn may_see(
    ctx: &(impl ReadStore + Configs),
    caller: &SubjectId,
    request: &Request,
    gates: &[Gate],
) -> Result<bool> {
    let asked = gates.iter().any(|gate| gate.may_answer(caller) || gate.was_passed_on(caller));
    if asked || request.parties().contains(&caller) {
        return Ok(true);
    }
    let Some(person) = read::<Person>(ctx, &Slot::Person(caller.clone())).await? else { return Ok(false) };
    let config = ctx.active().await?;
    Ok(SEE_ALL
        .iter()
        .any(|role| config.roles.group(role).is_some_and(|group| person.value.groups.contains(group))))
}

fn subject(by: &By) -> Option<SubjectId> {
    match by {
        By::Person { subject, .. } => Some(subject.clone()),
        _ => None,
    }
}

fn timeline(request: &Request, gates: &[Gate], entries: &[Entry], words: &[Said], names: &Names) -> Value {
    let name =
        |subject: &SubjectId| names.get(subject).map_or("somebody", |who| who.name.as_str()).to_owned();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let by = |by: &By| match by {
        By::Person { subject, via } => json!({"person": name(subject), "via": via}),
        By::Policy { policy } => json!({"policy": policy}),
        By::Ledger => json!("ledger"),
        By::Function { name } => json!({"function": name}),
    };
    let entry = |entry: &Entry| {
        json!({"sequence": entry.sequence, "at": entry.at.to_string(), "by": by(&entry.by),
               "event": event(&entry.what), "hash": entry.hash})
    };
    let claim = |gate: &Gate| {
        let claim = gate.claim.as_ref().filter(|_| gate.ending().is_none())?;
        Some(json!({"by": name(claim.by.as_ref()?), "until": claim.until.to_string()}))
    };
    let gate = |gate: &Gate| {
        json!({"gate": gate.number, "stage": gate.stage.id, "ending": gate.ending(), "action": gate.action,
               "deadline": gate.deadline().to_string(), "claim": claim(gate),
               "questions": questions::told(gate, words, names)})
    };
    let shown = (!request.is_blind()).then_some(request);
    json!({
        "id": request.id, "status": request.status, "outcome": request.outcome,
        "intent": shown.map(|request| &request.intent),
        "application": shown.and_then(|request| request.application.as_ref()),
        "entitlement": shown.and_then(|request| request.entitlement.as_ref()),
        "requester": name(&request.requester), "beneficiary": name(&request.beneficiary),
        "granted": request.granted.as_ref().map(|action| json!({"entitlement": action.entitlement, "duration": action.duration})),
        "asked_at": request.times.asked.to_string(), "delivered_at": at(request.times.delivered),
        "first_touched_at": at(request.times.first_touched), "decided_at": at(request.times.decided),
        "granted_at": at(request.times.granted), "expires_at": at(request.times.expires),
        "ended_at": at(request.times.ended),
        "starts_at": at(request.window.starts), "ends_at": at(request.window.ends),
        "gates": gates.iter().map(gate).collect::<Vec<_>>(),
        "timeline": entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn event(what: &Happening) -> String {
    let value = serde_json::to_value(what).unwrap_or_default();
    value.get("event").and_then(Value::as_str).unwrap_or("event").to_owned()
}
