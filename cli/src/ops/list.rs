//! What waits for an operator.

use super::operator;
use crate::{
    deployment::Operates,
    failure::Done,
    print::{self, Format},
};
use countersign_core::{
    Result,
    change::{decode, read_request},
    ids::RequestId,
    request::{EffectState, Listed, Outcome, Request, Status},
    slot::{List, SHARDS, Slot},
    steps::{
        operate::{Filter, note_listing},
        quarantine_message::Quarantined,
    },
    time::Timestamp,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DAY_MILLIS: i64 = 86_400_000;
/// How many records that are due are looked at, of each shard.
const MAX_DUE: usize = 1_000;

/// Prints what waits, the oldest first, once it is recorded who looks.
pub(super) async fn list(ctx: &impl Operates, address: &str, filter: Filter, format: Format) -> Done {
    let operator = operator::find(ctx, address).await?;
    note_listing(ctx, &operator.subject, filter).await?;
    let kept = quarantine(ctx, filter.all).await?;
    let open = open(ctx, filter.days).await?;
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

/// Requests of the last days that need somebody, and however old those are whose access could not be taken back.
async fn open(ctx: &impl Operates, days: u16) -> Result<Vec<(Request, &'static str)>> {
    let mut listed = overdue(ctx).await?;
    for back in (0..i64::from(days)).rev() {
        let day = Timestamp(ctx.now().0 - back * DAY_MILLIS).day();
        for shard in 0..SHARDS {
            for stored in ctx.list(&List::Day(day.clone(), shard)).await? {
                listed.push(decode::<Listed>(stored)?.value.request);
            }
        }
    }
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    for id in listed {
        if seen.insert(id.clone()) {
            let request = read_request(ctx, &id).await?.value;
            found.extend(matter(&request).map(|why| (request, why)));
        }
    }
    found.sort_by_key(|(request, _)| request.times.asked);
    Ok(found)
}

/// The requests whose access should have ended: they stay due until it has.
async fn overdue(ctx: &impl Operates) -> Result<Vec<RequestId>> {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        let due = ctx.due(shard, ctx.now(), MAX_DUE).await?.into_iter();
        found.extend(due.filter_map(|due| if let Slot::Request(id) = due.slot { Some(id) } else { None }));
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

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        Error,
        audit::{ADMIN_CHAIN, By, Entry, Happening},
        job::Verdict,
        time::Span,
    };
    use countersign_testkit::{Fault, World, access};

    fn filter(all: bool) -> Filter {
        Filter { all, days: 3 }
    }

    #[tokio::test]
    async fn who_looks_and_for_what_is_in_the_chain_of_administration() {
        let world = World::harbour();
        for all in [false, true] {
            list(&world, "ada@harbour.example", filter(all), Format::Text).await.unwrap();
        }
        let entry = |number| world.record::<Entry>(&Slot::Audit(ADMIN_CHAIN.into(), number)).unwrap();
        for (number, listed) in
            [(2, "waiting messages, requests of 3 days"), (3, "all messages, requests of 3 days")]
        {
            let entry = entry(number);
            assert!(matches!(&entry.by, By::Person { subject, .. } if *subject == world.subject("ada")));
            let of = match &entry.what {
                Happening::Operated { action, of, .. } if action == "list" => of.clone(),
                other => panic!("{other:?}"),
            };
            assert_eq!(of.as_deref(), Some(listed));
        }
    }

    #[tokio::test]
    async fn nobody_but_an_admin_lists_anything() {
        let world = World::harbour();
        for who in ["emma@harbour.example", "dana@harbour.example", "terry@harbour.example", "unknown"] {
            assert!(list(&world, who, filter(false), Format::Text).await.is_err(), "{who}");
        }
        assert_eq!(world.admin_actions(), ["activate"]);
    }

    #[tokio::test]
    async fn access_that_could_not_be_taken_back_is_listed_however_old_its_request_is() {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, Some(Span::of_days(30))));
        assert!(world.press("marcus", Verdict::Approve, None));
        world.run();
        assert!(open(&world, 3).await.unwrap().is_empty());
        world.next("access.revoke", Fault::refused(Error::Refused("no".into())));
        world.advance(31 * 86_400);
        let found = open(&world, 3).await.unwrap();
        let found: Vec<_> = found.iter().map(|(request, why)| (&request.id, *why)).collect();
        assert_eq!(found, [(&id, "the access could not be taken back")]);
        assert_eq!(open(&world, 40).await.unwrap().len(), 1, "once");
    }
}
