//! What waits for an operator.

use crate::{
    deployment::Operates,
    failure::Done,
    print::{self, Format},
};
use countersign_core::{
    Result,
    change::{decode, read_request},
    request::{EffectState, Listed, Outcome, Request, Status},
    slot::{List, SHARDS},
    steps::quarantine_message::Quarantined,
    time::Timestamp,
};
use serde_json::{Value, json};

const DAY_MILLIS: i64 = 86_400_000;

/// Prints what waits, the oldest first.
pub(super) async fn list(ctx: &impl Operates, all: bool, days: u16, format: Format) -> Done {
    let kept = quarantine(ctx, all).await?;
    let open = open(ctx, days).await?;
    match format {
        Format::Json => print::json(&json!({
            "quarantined": kept.iter().map(as_json).collect::<Vec<_>>(),
            "open": open.iter().map(|(request, why)| json!({"request": request.id, "matter": why})).collect::<Vec<_>>(),
        })),
        Format::Text => {
            kept.iter().for_each(|one| print::line(in_words(one)));
            for (request, why) in &open {
                print::line(format!("{}  request {}  {why}", request.times.asked, request.id));
            }
            if kept.is_empty() && open.is_empty() {
                print::line("nothing waits for an operator");
            }
            Ok(())
        }
    }
}

async fn quarantine(ctx: &impl Operates, all: bool) -> Result<Vec<Quarantined>> {
    let stored = ctx.list(&List::Quarantine).await?;
    let kept: Result<Vec<Quarantined>> = stored.into_iter().map(|one| Ok(decode(one)?.value)).collect();
    let mut kept = kept?;
    kept.retain(|one| all || one.redriven_at.is_none());
    kept.sort_by_key(|one| one.at);
    Ok(kept)
}

/// A quarantined message on one line, without its body.
pub(super) fn in_words(kept: &Quarantined) -> String {
    let request = kept.request.as_ref().map(|id| format!("  request {id}")).unwrap_or_default();
    let redriven = kept.redriven_at.map(|at| format!("  brought back {at}")).unwrap_or_default();
    print::tame(&format!("{}  message {}  queue {}{request}{redriven}", kept.at, kept.id, kept.queue))
}

fn as_json(kept: &Quarantined) -> Value {
    json!({
        "message": kept.id, "queue": kept.queue, "request": kept.request, "at": kept.at.to_string(),
        "redriven_at": kept.redriven_at.map(|at| at.to_string()),
    })
}

async fn open(ctx: &impl Operates, days: u16) -> Result<Vec<(Request, &'static str)>> {
    let mut found = Vec::new();
    for back in (0..i64::from(days)).rev() {
        let day = Timestamp(ctx.now().0 - back * DAY_MILLIS).day();
        for shard in 0..SHARDS {
            for stored in ctx.list(&List::Day(day.clone(), shard)).await? {
                let request = read_request(ctx, &decode::<Listed>(stored)?.value.request).await?.value;
                found.extend(matter(&request).map(|why| (request, why)));
            }
        }
    }
    Ok(found)
}

/// Why a request needs an operator, if it does.
fn matter(request: &Request) -> Option<&'static str> {
    let given_up = |state: &EffectState| matches!(state, EffectState::GivenUp | EffectState::Unknown);
    let stuck = request.revocation.as_ref().is_some_and(|effect| given_up(&effect.state));
    match request.outcome {
        Some(Outcome::Failed) if request.is_in_doubt() => {
            Some("its target erred: see that no access is left")
        }
        _ if request.is_in_doubt() => Some("nobody knows whether the access was given"),
        _ if stuck && request.status != Status::Closed => Some("the access could not be taken back"),
        _ => None,
    }
}
