//! Who may read a request: those concerned, and those who see all; anybody else is told what an unknown id is told. And
//! when what happened, for them and in the chain.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use countersign_core::{
    Error,
    audit::Happening,
    gate::Shown,
    ids::RequestId,
    job::{Actor, Verdict},
    message::Ask,
    person::{Leave, Period},
    policy::{Approver, Then},
    ports::Clock,
    slot::Slot,
    steps::{
        read_request::{Input, read_request},
        sync_people::sync_people,
    },
    time::{Span, Timestamp},
};
use countersign_testkit::{Company, Fault, World, access};

fn reads(world: &World, who: &str, id: &RequestId) -> Result<bool, Error> {
    let input = Input { request: id.clone(), actor: Actor::Directory { id: Company::account(who) } };
    world.run_as("read-request").finish(read_request(world, input)).map(|read| read["id"] == id.as_str())
}

#[test]
fn those_concerned_and_those_who_see_all_read_a_request_and_nobody_else_does() {
    let world = World::harbour();
    let for_emma = Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("salesforce", None, None) };
    let id = world.ask("felix", for_emma);
    for (who, reason) in [
        ("felix", "asked and filed it"),
        ("emma", "is to get it"),
        ("marcus", "is asked to decide"),
        ("dana", "is of the desk"),
        ("ada", "is an admin"),
        ("aubrey", "is an auditor"),
    ] {
        assert_eq!(reads(&world, who, &id), Ok(true), "{who} {reason}");
    }
    let unknown = RequestId::derived(&["nothing"]);
    let told = reads(&world, "ada", &unknown);
    assert_eq!(told, Err(Error::NotFound("request")));
    for who in ["noah", "helena", "fiona", "priya"] {
        assert_eq!(reads(&world, who, &id), told, "{who} is told the same as of an unknown one");
    }
}

#[test]
fn who_was_set_aside_may_still_read_a_request() {
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        stages.iter_mut().for_each(|stage| stage.fallback = vec![Approver::Role("security".into())]);
    });
    let period = Period { from: world.now(), to: Timestamp(world.now().0 + 3_600_000) };
    {
        let mut state = world.state();
        state.outside.leave.push(Leave { id: None, employee: Company::employee("marcus"), period });
        state.outside.unread = true;
    }
    world.finish(sync_people(&world)).unwrap();
    let id = world.ask("emma", access("salesforce", None, None));
    let gate = world.gate(&id, 1);
    assert!(gate.asks(&world.subject("sofia")) && !gate.asks(&world.subject("marcus")));
    for (who, read) in [("marcus", Ok(true)), ("sofia", Ok(true)), ("noah", Err(Error::NotFound("request")))]
    {
        assert_eq!(reads(&world, who, &id), read, "{who}");
    }
}

/// When the first card came and the first word was said, as the end of the first gate tells it.
fn reached(world: &World, id: &RequestId) -> (Option<Timestamp>, Option<Timestamp>) {
    let ends = world.chain(id).into_iter().find_map(|entry| match entry.what {
        Happening::GateEnded { delivered, first_touched, .. } => Some((delivered, first_touched)),
        _ => None,
    });
    ends.unwrap()
}

#[test]
fn the_chain_and_the_timeline_tell_the_times() {
    let world = World::harbour();
    let asked = world.now();
    let id = world.ask("emma", access("salesforce", None, Span::parse("1d").ok()));
    let delivered = world.now();
    world.advance(600);
    let touched = world.now();
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    let entries = world.chain(&id);
    assert!(matches!(&entries[0].what, Happening::Requested { asked: Some(at), .. } if *at == asked));
    assert_eq!(reached(&world, &id), (Some(delivered), Some(touched)));
    let input = Input { request: id, actor: Actor::Directory { id: Company::account("emma") } };
    let told = world.finish(read_request(&world, input)).unwrap();
    for (name, at) in [
        ("asked_at", Some(asked)),
        ("delivered_at", Some(delivered)),
        ("first_touched_at", Some(touched)),
        ("decided_at", Some(touched)),
        ("granted_at", Some(touched)),
        ("expires_at", Some(Timestamp(touched.0 + 86_400_000))),
        ("ended_at", None),
    ] {
        assert_eq!(told[name].as_str(), at.map(|at| at.to_string()).as_deref(), "{name}");
    }
}

#[test]
fn nothing_is_delivered_before_a_card_is_there() {
    let world = World::harbour();
    world.down("chat.post", Fault::refused(Error::unavailable("slack")));
    let id = world.ask("emma", access("salesforce", None, None));
    assert_eq!(world.request(&id).times.delivered, None);
    world.up("chat.post");
    world.advance(3_600);
    assert!(world.request(&id).times.delivered.is_some());
}

#[test]
fn who_presses_a_card_has_it_even_if_its_sender_did_not_come_to_note_it() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    let shown: Shown = world.record(&Slot::Shown(world.card_of("marcus").unwrap())).unwrap();
    let mut request = world.request(&id);
    request.times.delivered = None;
    world.put(Slot::Request(id.clone()), &request);
    world.set_clock(Timestamp(world.now().0 + 60_000));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    assert_eq!(reached(&world, &id).0, Some(shown.at));
}
