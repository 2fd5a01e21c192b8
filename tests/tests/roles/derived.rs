//! What the functions do through their ports in memory, where all that is seldom is quickly brought about.

use super::{
    Done,
    granted::{fits_kind, statements, wanting},
    needs::needs,
    operated::{operated, renewed},
    shipped,
    spare::unused,
};
use countersign_core::{
    Error,
    gate::Ending,
    ids::RequestId,
    job::{Actor, Envelope, Job, Queue, Verdict},
    person::{Leave, Period},
    policy::{Approver, Mode, OnExpiry, Stage, Then},
    ports::{Clock, Queues},
    request::Outcome,
    steps::{
        read_request::{Input as Reading, read_request},
        receive_request::{Body, Input as Call, receive_request},
        sync_people::sync_people,
        verify_audit::verify_audit,
    },
    time::{Span, Timestamp},
};
use countersign_testkit::{Company, Fault, World, access, chat_user};
use std::collections::BTreeSet;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

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
fn lived(begin: Begin, prepare: impl Fn(&World) -> RequestId, outcome: Outcome) -> World {
    let world = begin();
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

/// How a life begins.
type Begin = fn() -> World;

/// A company that has seats of what most lives are about, in place of a cost.
fn seated() -> World {
    World::configured(|config| {
        let applications = config.catalog.applications.iter_mut().filter(|one| one.name != "tableau");
        for entitlement in applications.flat_map(|one| &mut one.entitlements) {
            (entitlement.seats, entitlement.monthly_cents) = (Some(9), 0);
        }
        config.policy.seats = Some(config.policy.finance.clone());
    })
}

/// Every way that a request may go, and everything that may happen to it.
fn lives() -> Vec<World> {
    let seated: Begin = seated;
    [World::harbour, seated].into_iter().flat_map(lives_of).collect()
}

fn lives_of(begin: Begin) -> Vec<World> {
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
        lived(begin, |world| pressed(world, &[("marcus", Approve)], plain()), Outcome::Granted),
        lived(begin, |world| pressed(world, &[("marcus", Deny)], plain()), Outcome::Denied),
        lived(
            begin,
            |world| {
                let dear = access("tableau", Some("creator"), None);
                pressed(world, &[("marcus", Approve), ("fiona", Approve)], dear)
            },
            Outcome::Granted,
        ),
        lived(
            begin,
            |world| pressed(world, &[("dana", Approve), ("marcus", Approve)], unsure()),
            Outcome::Granted,
        ),
        lived(
            begin,
            |world| pressed(world, &[("dana", desk()), ("dimitri", Approve)], unsure()),
            Outcome::Served,
        ),
        lived(
            begin,
            |world| {
                let id = pressed(world, &[("marcus", Approve)], boxed());
                world.advance(3 * HOUR);
                id
            },
            Outcome::Revoked,
        ),
        lived(
            begin,
            |world| {
                let id = asked(world);
                world.advance(7 * DAY);
                id
            },
            Outcome::Expired,
        ),
        lived(
            begin,
            |world| {
                let id = asked(world);
                world.take_back("emma", &id);
                world.run();
                id
            },
            Outcome::Cancelled,
        ),
        lived(
            begin,
            |world| {
                world.delegate("marcus", "priya");
                pressed(world, &[("priya", Approve)], plain())
            },
            Outcome::Granted,
        ),
        lived(begin, |world| world.ask("ben", access("github", None, None)), Outcome::Granted),
        lived(
            begin,
            |world| {
                let id = world.break_glass("sofia", access("aws", Some("production"), None), "INC-1");
                world.advance(5 * HOUR);
                id
            },
            Outcome::Revoked,
        ),
        held(begin),
        kept(begin),
        left(begin),
        refused(begin),
        stopped(begin),
        outages(begin),
        looked_at(begin),
        outdated(begin),
        delegated(begin),
        passed_over(),
    ]
}

/// Somebody asks for what they have.
fn held(begin: Begin) -> World {
    let world = begin();
    let id = world.ask("grace", access("salesforce", None, None));
    assert_eq!(world.request(&id).outcome, Some(Outcome::AlreadyHeld));
    world
}

/// The end of a grant takes nothing from another one.
fn kept(begin: Begin) -> World {
    let world = begin();
    let ids = [None, Span::of_seconds(60).ok()].map(|span| world.ask("emma", access("notion", None, span)));
    for _ in &ids {
        assert!(world.press("marcus", Verdict::Approve, None));
        world.run();
    }
    world.advance(HOUR);
    assert!(ids.iter().all(|id| world.request(id).outcome == Some(Outcome::Granted)));
    world
}

/// The approver leaves before the change is made, and another one is asked.
fn left(begin: Begin) -> World {
    let world = begin();
    let id = asked(&world);
    world.down("store.list", Fault::refused(Error::unavailable("table")));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    world.leaves("marcus");
    world.up("store.list");
    world.advance(60);
    assert_eq!(world.request(&id).gate, 2, "somebody else is asked");
    world
}

/// The target refuses to give, or to take away.
fn refused(begin: Begin) -> World {
    let world = begin();
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
fn stopped(begin: Begin) -> World {
    let world = begin();
    let id = asked(&world);
    world.abort(&format!("{id}.1"));
    world.run();
    let lost = world.ask("noah", access("salesforce", None, None));
    world.state().engine.executions.remove(&format!("{lost}.1"));
    world.advance(7 * DAY);
    world
}

/// What is owed is done later, by whoever finds it.
fn outages(begin: Begin) -> World {
    let world = begin();
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
fn looked_at(begin: Begin) -> World {
    let world = begin();
    let id = asked(&world);
    world.press("marcus", Verdict::Approve, Some("because"));
    world.run();
    for who in ["emma", "marcus", "ada"] {
        let reading = Reading { request: id.clone(), actor: Actor::Chat { user: chat_user(who) } };
        drop(world.run_as("read-request").finish(read_request(&world, reading)));
    }
    operated(&world);
    let verified = world.run_as("verify-audit").finish(verify_audit(&world, 2)).unwrap();
    assert!(verified.flaws.is_empty());
    renewed(&world, |ask| drop(pressed(&world, &[("dana", Verdict::Approve)], ask)));
    let body = Body { text: "I need Figma".into(), beneficiary: None, break_glass: None };
    for _ in 0..2 {
        let call = Call { caller: Company::account("emma"), key: "key-1".into(), body: body.clone() };
        world.run_as("receive-request").finish(receive_request(&world, call)).unwrap();
    }
    world.run();
    world
}

/// A voter of whom too little is known is read anew, if not at the first try.
fn outdated(begin: Begin) -> World {
    let world = begin();
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

/// Who decides changes while it waits: by a delegation that is given and ended in chat, and by a leave that begins.
fn delegated(begin: Begin) -> World {
    let world = begin();
    asked(&world);
    for to in [Some("<@U0JONAS>".to_owned()), None] {
        let actor = Actor::Chat { user: chat_user("marcus") };
        let job = Job::Delegate { actor, to, until: None, asked_at: world.now(), place: None };
        world.finish(world.send(Queue::Decisions, &Envelope::job(job))).unwrap();
        world.run();
    }
    let period = Period { from: Timestamp(0), to: Timestamp(world.now().0 + HOUR * 1_000) };
    world.state().outside.leave.push(Leave { id: None, employee: Company::employee("marcus"), period });
    // One of her addresses is given up meanwhile.
    for account in &mut world.state().outside.accounts {
        account.mails.retain(|mail| mail != "e.clarke@harbour.example");
    }
    world.run_as("sync-people").finish(sync_people(&world)).unwrap();
    world.advance(600);
    world
}

/// Nobody answers: others are asked instead, and stages that nobody must decide are passed over, by whoever comes first.
fn passed_over() -> World {
    let world = World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        let first = stages[0].clone();
        let skipped = Stage { on_expiry: OnExpiry::Skip, mandatory: false, ..first.clone() };
        let role = |name: &str| vec![Approver::Role(name.into())];
        *stages = vec![
            Stage { id: "first".into(), ..skipped.clone() },
            Stage { id: "second".into(), approvers: role("security"), escalation: vec![], ..first },
            Stage { id: "third".into(), approvers: role("admin"), escalation: vec![], ..skipped },
        ];
        for escalation in stages.iter_mut().flat_map(|stage| &mut stage.escalation) {
            escalation.mode = Mode::Replace;
        }
    });
    for lost in [false, true] {
        let id = world.ask("emma", access(if lost { "notion" } else { "figma" }, None, None));
        if lost {
            world.state().engine.executions.remove(&format!("{id}.1"));
        }
        world.advance(6 * DAY);
        assert!(world.press("sofia", Verdict::Approve, None), "the second stage is open");
        world.advance(6 * DAY);
        let skipped = world.endings(&id).iter().filter(|(_, ending)| *ending == Ending::Skipped).count();
        assert_eq!(skipped, 2);
    }
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
