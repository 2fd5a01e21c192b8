//! Whole lives of requests, from the message to the end.

use countersign_core::{
    Error,
    audit::Happening,
    gate::{Ending, Example, GateKind},
    job::Verdict,
    message::Ask,
    request::{Outcome, Status},
    slot::Slot,
    time::Span,
};
use countersign_testkit::{Fault, World, access, chat_user};

const ONE_APPROVAL: [&str; 8] = [
    "GatherContext",
    "PlanApprovals",
    "NextStep",
    "AwaitDecision",
    "NextStep",
    "ProvisionAccess",
    "IsProvisioned",
    "Close",
];

/// Who presses what, with which reason.
type Press<'a> = (&'a str, Verdict, Option<&'a str>);

/// Asks, lets people press one after the other, and looks at the end. Returns how the gates ended.
fn check(who: &str, ask: Ask, presses: &[Press<'_>], outcome: Outcome, granted: usize) -> Vec<(u32, Ending)> {
    let world = World::harbour();
    let id = world.ask(who, ask);
    for (presser, verdict, reason) in presses {
        assert!(world.press(presser, verdict.clone(), *reason), "{presser} was asked nothing");
        world.run();
    }
    world.assert_ended(&id, outcome, granted);
    world.endings(&id)
}

#[test]
fn a_request_ends_as_people_and_policy_say() {
    use Ending::{Approved, Denied};
    use Verdict::{Approve, Deny};
    let yes = |who| (who, Approve, Some("needed"));
    let no = |who| (who, Deny, Some("not now"));
    let salesforce = || access("salesforce", None, None);
    let expensive = || access("tableau", Some("creator"), None);
    let risky = || access("salesforce", Some("admin"), None);
    assert_eq!(check("emma", salesforce(), &[yes("marcus")], Outcome::Granted, 1), [(1, Approved)]);
    assert_eq!(check("emma", salesforce(), &[no("marcus")], Outcome::Denied, 0), [(1, Denied)]);
    let both = [(1, Approved), (2, Approved)];
    assert_eq!(check("emma", expensive(), &[yes("marcus"), yes("fiona")], Outcome::Granted, 1), both);
    assert_eq!(check("emma", expensive(), &[yes("marcus"), yes("felix")], Outcome::Granted, 1), both);
    let second = [(1, Approved), (2, Denied)];
    assert_eq!(check("emma", expensive(), &[yes("marcus"), no("felix")], Outcome::Denied, 0), second);
    assert_eq!(check("emma", expensive(), &[no("marcus")], Outcome::Denied, 0), [(1, Denied)]);
    assert_eq!(check("emma", risky(), &[yes("marcus"), no("dana")], Outcome::Denied, 0), second);
    assert_eq!(check("grace", salesforce(), &[], Outcome::AlreadyHeld, 0), []);
    assert_eq!(check("ben", access("github", None, None), &[], Outcome::Granted, 1), []);
    let production = access("aws", Some("production"), None);
    assert_eq!(check("emma", production, &[], Outcome::Denied, 0), []);
}

#[test]
fn whoever_is_refused_by_the_policy_reads_why() {
    let world = World::harbour();
    world.ask("emma", access("aws", Some("production"), None));
    let chat = &world.state().chat;
    let told =
        chat.of(&chat_user("emma")).into_iter().rfind(|posted| posted.card.headline.contains("Denied"));
    let told = format!("{:?}", told.expect("Emma is told").card.body);
    assert!(told.contains("Production access is for Engineering and Security."), "{told}");
}

#[test]
fn somebody_is_always_asked() {
    // Nora has no manager, Otto's is away, Helena has none above her: the fallbacks answer, in the end the desk.
    for (who, asked) in [("nora", "dana"), ("helena", "dana"), ("otto", "helena"), ("marcus", "helena")] {
        let world = World::harbour();
        let id = world.ask(who, access("salesforce", None, None));
        assert!(world.press(asked, Verdict::Approve, None), "{asked} is asked for {who}");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn one_approval_enters_eight_states_and_a_stage_two_more() {
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.entered(&format!("{id}.1")), ONE_APPROVAL);
    let id = world.ask("emma", access("tableau", Some("creator"), None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.press("fiona", Verdict::Approve, None);
    world.run();
    assert_eq!(world.entered(&format!("{id}.1")).len(), ONE_APPROVAL.len() + 2);
    world.assert_sound();
}

#[test]
fn everybody_is_told_and_every_copy_says_who_decided() {
    let world = World::harbour();
    let id = world.ask("emma", access("tableau", Some("creator"), None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.press("felix", Verdict::Deny, Some("over budget"));
    world.run();
    world.assert_ended(&id, Outcome::Denied, 0);
    let state = world.state();
    let open: Vec<_> = ["marcus", "fiona", "felix", "emma"]
        .iter()
        .flat_map(|who| state.chat.of(&chat_user(who)))
        .map(|posted| &posted.card)
        .filter(|card| card.buttons.iter().any(|button| button.press.name() == "approve"))
        .collect();
    assert!(open.is_empty(), "no button is left: {open:#?}");
    let text = |who: &str| {
        let posts = state.chat.of(&chat_user(who));
        posts.iter().map(|posted| format!("{:?}", posted.card)).collect::<String>()
    };
    assert!(text("emma").contains("over budget"), "the requester reads the reason");
    assert!(text("fiona").contains("U0FELIX"), "the other approver reads who decided");
}

#[test]
fn money_is_set_aside_and_spent_or_given_back() {
    for (verdict, spent) in [(Verdict::Approve, 3_000), (Verdict::Deny, 0)] {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        let budget = Slot::Budget("CC-200".into());
        let ledger: countersign_core::budget::Ledger = world.record(&budget).unwrap();
        assert_eq!((ledger.reserved.get(id.as_str()), ledger.spent), (Some(&3_000), 0));
        world.press("marcus", verdict, Some("because"));
        world.run();
        let ledger: countersign_core::budget::Ledger = world.record(&budget).unwrap();
        assert_eq!((ledger.reserved.len(), ledger.spent), (0, spent));
        world.assert_sound();
    }
}

#[test]
fn what_a_grant_costs_is_given_back_when_it_is_taken_back() {
    let spent = |world: &World| {
        let ledger: countersign_core::budget::Ledger = world.record(&Slot::Budget("CC-200".into())).unwrap();
        (ledger.reserved.len(), ledger.spent)
    };
    let world = World::harbour();
    let id = world.ask("emma", access("salesforce", None, Span::parse("2h").ok()));
    world.press("marcus", Verdict::Approve, Some("because"));
    world.run();
    assert_eq!(spent(&world), (0, 3_000));
    world.advance(3 * 3_600);
    assert_eq!((world.request(&id).outcome, spent(&world)), (Some(Outcome::Revoked), (0, 0)));
    let given_back =
        |what: &Happening| matches!(what, Happening::Ended { given_back_cents: Some(3_000), .. });
    assert_eq!(world.count(&id, given_back), 1);
    world.assert_sound();
}

#[test]
fn a_source_that_is_down_is_said_so_and_the_policy_decides() {
    for (application, entitlement, kind) in
        [("salesforce", None, GateKind::Approval), ("salesforce", Some("admin"), GateKind::Desk)]
    {
        for source in ["hris.employee", "directory.user"] {
            let world = World::harbour();
            world.down(source, Fault::refused(Error::unavailable("source")));
            let id = world.ask("emma", access(application, entitlement, None));
            let verified =
                |what: &Happening| matches!(what, Happening::ContextGathered { verified: true, .. });
            assert_eq!(world.count(&id, verified), 0);
            assert_eq!(world.gate(&id, 1).kind, kind, "{application} {entitlement:?}");
            let who = if kind == GateKind::Desk { "dana" } else { "marcus" };
            let cards = world.state().chat.of(&chat_user(who)).first().map(|posted| posted.card.clone());
            assert!(format!("{cards:?}").contains("nverified"), "the card says so: {cards:#?}");
            assert_eq!(world.broken(), []);
        }
    }
}

#[test]
fn the_desk_reads_what_triage_was_not_sure_of() {
    let unsure = || Ask { confidence: 300, ..access("figma", None, None) };
    let correct = |intent: &str, application: Option<&str>| Verdict::Correct {
        intent: intent.into(),
        application: application.map(str::to_owned),
        entitlement: None,
        duration: None,
    };
    // What the desk says, the execution that goes on, the next one who is asked, and the label that is kept.
    for (says, execution, next, label) in [
        (Verdict::Approve, 1, "marcus", "access.request"),
        (correct("access.request", Some("jira")), 1, "marcus", "access.request"),
        (correct("hardware.request", None), 2, "dimitri", "hardware.request"),
    ] {
        let world = World::harbour();
        let id = world.ask("emma", unsure());
        assert_eq!(world.gate(&id, 1).kind, GateKind::Desk);
        assert!(world.press("dana", says.clone(), None));
        world.run();
        let running: Vec<_> = world
            .state()
            .engine
            .executions
            .iter()
            .filter(|(_, e)| e.waits())
            .map(|(n, _)| n.clone())
            .collect();
        assert_eq!(running, [format!("{id}.{execution}")], "{says:?}");
        let example: Example = world.record(&Slot::Example(id.clone(), 1)).unwrap();
        assert_eq!((example.label.as_str(), example.confidence), (label, 300));
        assert!(world.press(next, Verdict::Approve, None), "{next} is asked after {says:?}");
        world.run();
        let outcome = if execution == 1 { Outcome::Granted } else { Outcome::Served };
        world.assert_ended(&id, outcome, usize::from(execution == 1));
    }
}

#[test]
fn whoever_corrects_a_request_does_not_approve_it_and_the_asker_is_told() {
    // Nora has no manager, so that the desk answers for the first stage.
    let correct = || Verdict::Correct {
        intent: "access.request".into(),
        application: Some("notion".into()),
        entitlement: None,
        duration: None,
    };
    for (reads, told) in [(correct(), true), (Verdict::Approve, false)] {
        let world = World::harbour();
        let id = world.ask("nora", Ask { confidence: 300, ..access("notion", None, None) });
        assert!(world.press("dana", reads, None));
        world.run();
        assert_eq!(world.gate(&id, 2).kind, GateKind::Approval);
        assert!(!world.press("dana", Verdict::Approve, None), "dana chose what is asked for");
        assert!(world.press("dimitri", Verdict::Approve, None), "somebody else of the desk is asked");
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
        let headlines = world.headlines("nora");
        let said = headlines.iter().any(|line| line.starts_with("The desk read your request as: Notion"));
        assert_eq!(said, told, "{headlines:?}");
    }
}

#[test]
fn the_desk_says_no_and_that_is_kept_too() {
    let world = World::harbour();
    let id = world.ask("emma", Ask { confidence: 300, ..access("figma", None, None) });
    world.press("dimitri", Verdict::Deny, Some("not a matter for the desk"));
    world.run();
    let example: Example = world.record(&Slot::Example(id.clone(), 1)).unwrap();
    assert_eq!(example.label, "out_of_scope");
    world.assert_ended(&id, Outcome::Denied, 0);
}

#[test]
fn what_has_no_workflow_is_served_or_rerouted_by_the_desk() {
    let ask = || Ask { intent: "software.install".into(), application: None, ..access("figma", None, None) };
    let world = World::harbour();
    let id = world.ask("emma", ask());
    assert_eq!(world.gate(&id, 1).kind, GateKind::Service);
    let says = Verdict::Correct {
        intent: "access.request".into(),
        application: Some("figma".into()),
        entitlement: None,
        duration: None,
    };
    world.press("dana", says, None);
    world.run();
    assert_eq!(world.request(&id).generation, 2);
    assert_eq!(world.request(&id).status, Status::Waiting);
    assert_eq!(world.state().engine.executions[&format!("{id}.1")].outcome, "rerouted");
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn a_message_is_a_request_once_however_often_it_comes() {
    let world = World::harbour();
    world.state().deliveries.copies = 4;
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.requests(), std::slice::from_ref(&id));
    assert_eq!(world.state().engine.executions.len(), 1);
    world.assert_ended(&id, Outcome::Granted, 1);
}
