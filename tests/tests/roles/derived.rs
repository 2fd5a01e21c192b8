//! What the functions do through their ports in memory, where all that is seldom is quickly brought about.

use super::{
    Done,
    granted::{fits_kind, statements, wanting},
    shipped,
    spare::unused,
};
use countersign_core::{
    Error,
    ids::RequestId,
    job::{Actor, Verdict},
    person::{Employment, Person},
    ports::KeyOwner,
    request::Outcome,
    slot::{List, Slot},
    steps::{
        quarantine_message::{Input as Letter, quarantine_message},
        read_request::{Input as Reading, read_request},
        receive_request::{Body, Input as Call, receive_request},
        verify_audit::verify_audit,
    },
    time::Span,
};
use countersign_testkit::{Act, Fault, World, access, chat_user};
use countersign_tests::template::logical_id;
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// The kind of partition that a record is in.
fn kind(slot: &Slot) -> &'static str {
    match slot {
        Slot::Message(_) => "MESSAGE#",
        Slot::Request(_) | Slot::Words(_) | Slot::Context(_) => "REQUEST#",
        Slot::Gate(..) => "GATE#",
        Slot::Audit(..) => "AUDIT#",
        Slot::Row(..) => "OUTBOX#",
        Slot::Shown(_) => "SHOWN#",
        Slot::Copy(..) => "COPY#",
        Slot::Inbox(..) => "INBOX#",
        Slot::Own(..) => "OWN#",
        Slot::Day(..) => "DAY#",
        Slot::Person(_) | Slot::Profile(_) => "PERSON#",
        Slot::Identity(_) => "IDENTITY#",
        Slot::Group(_) => "GROUP#",
        Slot::Delegation(_) => "DELEGATION#",
        Slot::Budget(_) => "BUDGET#",
        Slot::Config(_) | Slot::ActiveConfig => "CONFIG#",
        Slot::Idempotency(_) => "IDEMPOTENCY#",
        Slot::Quarantine(_) => "QUARANTINE",
        Slot::Example(..) => "EXAMPLE",
        Slot::AdminHead => "ADMIN",
        Slot::SubjectKey(_) => "KEY#",
    }
}

fn kind_of_list(list: &List) -> &'static str {
    match list {
        List::Audit(_) => "AUDIT#",
        List::Rows(_) => "OUTBOX#",
        List::Copies(..) => "COPY#",
        List::Gates(_) => "GATE#",
        List::Inbox(_) => "INBOX#",
        List::Own(_) => "OWN#",
        List::Day(..) => "DAY#",
        List::Quarantine => "QUARANTINE",
        List::Examples => "EXAMPLE",
    }
}

/// What an act needs on AWS: action, resource, kind of partition.
fn needs(act: &Act) -> Vec<(&'static str, String, &'static str)> {
    let table = |action, kind| (action, "Table".to_owned(), kind);
    let key = |action| (action, "Key".to_owned(), "");
    match act {
        Act::Read(slot) => vec![table("dynamodb:GetItem", kind(slot))],
        Act::Listed(list) => vec![table("dynamodb:Query", kind_of_list(list))],
        Act::Put(slot) => vec![table("dynamodb:UpdateItem", kind(slot))],
        Act::Deleted(slot) => vec![table("dynamodb:DeleteItem", kind(slot))],
        Act::Checked(slot) => vec![table("dynamodb:ConditionCheckItem", kind(slot))],
        Act::FoundDue => vec![("dynamodb:Query", "Table/index/due".into(), "")],
        Act::Sent(queue) => vec![("sqs:SendMessage", logical_id(queue.name(), "Queue"), "")],
        Act::Started(definition) => vec![("states:StartExecution", logical_id(definition, "Workflow"), "")],
        Act::Completed => vec![("states:SendTaskSuccess", String::new(), "")],
        // Whoever is first to seal something of a person makes that person's key.
        Act::Sealed(KeyOwner::Subject(_)) => vec![
            table("dynamodb:GetItem", "KEY#"),
            table("dynamodb:UpdateItem", "KEY#"),
            key("kms:GenerateDataKey"),
            key("kms:Decrypt"),
        ],
        Act::Opened(KeyOwner::Subject(_)) => vec![table("dynamodb:GetItem", "KEY#"), key("kms:Decrypt")],
        Act::Sealed(KeyOwner::System) => vec![key("kms:GenerateDataKey")],
        Act::Opened(KeyOwner::System) => vec![key("kms:Decrypt")],
    }
}

/// Everything that the functions of these worlds did.
fn done(worlds: &[World]) -> Vec<Done> {
    let mut all = BTreeSet::new();
    for (function, act) in worlds.iter().flat_map(World::acts) {
        all.extend(needs(&act).into_iter().map(|needed| (function, needed)));
    }
    let done = |(function, (action, resource, key)): (&str, (&str, String, &str))| Done {
        function: function.to_owned(),
        action: action.to_owned(),
        resource,
        key: key.to_owned(),
    };
    all.into_iter().map(done).collect()
}

fn asked(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

/// A life that ends as it should, from an ask of a person by what others press.
fn lived(prepare: impl Fn(&World) -> RequestId, outcome: Outcome) -> World {
    let world = World::harbour();
    let id = prepare(&world);
    assert_eq!(world.request(&id).outcome, Some(outcome));
    world
}

fn pressed(world: &World, presses: &[(&str, Verdict)], ask: countersign_core::message::Ask) -> RequestId {
    let id = world.ask("emma", ask);
    for (who, verdict) in presses {
        assert!(world.press(who, verdict.clone(), Some("because")), "{who} is asked");
        world.run();
    }
    id
}

/// Every way that a request may go, and everything that may happen to it.
fn lives() -> Vec<World> {
    use Verdict::{Approve, Deny};
    let plain = || access("salesforce", None, None);
    let unsure = || countersign_core::message::Ask { confidence: 300, ..access("figma", None, None) };
    let boxed = || access("salesforce", None, Span::of_seconds(7_200).ok());
    let desk = || Verdict::Correct {
        intent: "hardware.request".into(),
        application: None,
        entitlement: None,
        duration: None,
    };
    vec![
        lived(|world| pressed(world, &[("marcus", Approve)], plain()), Outcome::Granted),
        lived(|world| pressed(world, &[("marcus", Deny)], plain()), Outcome::Denied),
        lived(
            |world| {
                let dear = access("tableau", Some("creator"), None);
                pressed(world, &[("marcus", Approve), ("fiona", Approve)], dear)
            },
            Outcome::Granted,
        ),
        lived(|world| pressed(world, &[("dana", Approve), ("marcus", Approve)], unsure()), Outcome::Granted),
        lived(|world| pressed(world, &[("dana", desk()), ("dimitri", Approve)], unsure()), Outcome::Served),
        lived(
            |world| {
                let id = pressed(world, &[("marcus", Approve)], boxed());
                world.advance(3 * HOUR);
                id
            },
            Outcome::Revoked,
        ),
        lived(
            |world| {
                let id = asked(world);
                world.advance(7 * DAY);
                id
            },
            Outcome::Expired,
        ),
        lived(
            |world| {
                let id = asked(world);
                world.take_back("emma", &id);
                world.run();
                id
            },
            Outcome::Cancelled,
        ),
        lived(
            |world| {
                world.delegate("marcus", "priya");
                pressed(world, &[("priya", Approve)], plain())
            },
            Outcome::Granted,
        ),
        held(),
        left(),
        refused(),
        stopped(),
        outages(),
        looked_at(),
        outdated(),
    ]
}

/// Somebody asks for what they have.
fn held() -> World {
    let world = World::harbour();
    let id = world.ask("grace", access("salesforce", None, None));
    assert_eq!(world.request(&id).outcome, Some(Outcome::AlreadyHeld));
    world
}

/// The approver leaves before the change is made, and another one is asked.
fn left() -> World {
    let world = World::harbour();
    world.down("store.list", Fault::refused(Error::unavailable("table")));
    let id = pressed(&world, &[("marcus", Verdict::Approve)], access("salesforce", None, None));
    let slot = Slot::Person(world.subject("marcus"));
    let mut marcus: Person = world.record(&slot).unwrap();
    marcus.employment = Employment::Ended;
    world.put(slot, &marcus);
    world.up("store.list");
    world.advance(60);
    assert_eq!(world.request(&id).gate, 2, "somebody else is asked");
    world
}

/// The target refuses to give, or to take away.
fn refused() -> World {
    let world = World::harbour();
    let no = || Fault::refused(Error::Refused("okta".into()));
    world.down("access.grant", no());
    let id = pressed(&world, &[("marcus", Verdict::Approve)], access("salesforce", None, None));
    world.advance(3 * HOUR);
    assert_eq!(world.request(&id).outcome, Some(Outcome::Failed));
    world.up("access.grant");
    world.down("access.revoke", no());
    let boxed = access("salesforce", None, Span::of_seconds(7_200).ok());
    world.ask("noah", boxed);
    assert!(world.press("marcus", Verdict::Approve, None));
    world.advance(3 * HOUR);
    world
}

/// An execution is stopped, and another one is lost without a word.
fn stopped() -> World {
    let world = World::harbour();
    let id = asked(&world);
    world.abort(&format!("{id}.1"));
    world.run();
    let lost = world.ask("noah", access("salesforce", None, None));
    world.state().engine.executions.remove(&format!("{lost}.1"));
    world.advance(7 * DAY);
    world
}

/// What is owed is done later, by whoever finds it.
fn outages() -> World {
    let world = World::harbour();
    for call in ["queues.send", "chat.post", "workflows.start", "tokens.succeed", "access.grant"] {
        world.down(call, Fault::refused(Error::unavailable("service")));
        world.write("emma", "hello");
        let id = asked_if_possible(&world, call);
        world.advance(2 * HOUR);
        world.up(call);
        world.advance(2 * HOUR);
        if id.is_some() {
            world.press("marcus", Verdict::Approve, None);
            world.advance(2 * HOUR);
        }
    }
    world
}

fn asked_if_possible(world: &World, call: &str) -> Option<RequestId> {
    (call != "queues.send").then(|| asked(world))
}

/// What is read, verified and quarantined.
fn looked_at() -> World {
    let world = World::harbour();
    let id = asked(&world);
    world.press("marcus", Verdict::Approve, Some("because"));
    world.run();
    for who in ["emma", "marcus", "ada"] {
        let reading = Reading { request: id.clone(), actor: Actor::Chat { user: chat_user(who) } };
        drop(world.run_as("read-request").finish(read_request(&world, reading)));
    }
    let verified = world.run_as("verify-audit").finish(verify_audit(&world, 2)).unwrap();
    assert!(verified.flaws.is_empty());
    for body in ["no envelope", "{}"] {
        let letter = Letter { id: body.into(), queue: "triage".into(), body: body.into() };
        world.run_as("quarantine-message").finish(quarantine_message(&world, letter)).unwrap();
    }
    let body = Body { text: "I need Figma".into(), beneficiary: None };
    for _ in 0..2 {
        let call = Call { caller: "emma".into(), key: "key-1".into(), body: body.clone() };
        world.run_as("receive-request").finish(receive_request(&world, call)).unwrap();
    }
    world.run();
    world
}

/// A voter of whom too little is known is read anew, if not at the first try.
fn outdated() -> World {
    let world = World::harbour();
    let id = asked(&world);
    world.state().outside.unread = true;
    world.advance(2 * HOUR);
    world.next("hris.employees", Fault::refused(Error::Broken("a fault of the code".into())));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.advance(600);
    assert_eq!(world.request(&id).outcome, Some(Outcome::Granted));
    world
}

#[test]
fn what_functions_do_through_their_ports_is_what_their_roles_allow() {
    let (template, all) = (shipped(), done(&lives()));
    let wanting: Vec<_> = all.iter().filter_map(|done| wanting(&template, done)).collect();
    assert!(wanting.is_empty(), "roles allow too little:\n{}", wanting.join("\n"));
    println!("allowed, but not used in these lives:");
    unused(&template, &all).iter().for_each(|line| println!("  {line}"));
}

/// What a function may write, and none of these lives makes it write, with the reason why it may.
const UNSEEN: [(&str, &str, &str); 0] = [];

#[test]
fn what_roles_let_functions_write_is_written() {
    let (template, all) = (shipped(), done(&lives()));
    let mut spare = Vec::new();
    for function in template.functions() {
        let own: Vec<_> = all.iter().filter(|done| done.function == function.binary()).collect();
        for statement in statements(&template, function)
            .iter()
            .filter(|found| ["WriteRecords", "DeleteRecords"].contains(&found.sid))
        {
            let written = |pattern: &str| {
                let writes = own.iter().filter(|done| statement.actions.contains(&done.action.as_str()));
                writes.into_iter().any(|done| fits_kind(pattern, &done.key))
            };
            let known = |pattern: &str| {
                UNSEEN.iter().any(|(who, what, _)| *who == function.binary() && *what == pattern)
            };
            let keys = statement.keys.iter().flatten();
            let keys = keys.filter(|pattern| written(pattern) == known(pattern));
            spare.extend(keys.map(|pattern| format!("{}: {pattern}", function.binary())));
        }
    }
    assert!(
        spare.is_empty(),
        "roles allow writes that nobody does, or one that is listed here is done:\n{}",
        spare.join("\n")
    );
}
