//! Steps that come together: after an outage, and together with a vote.

use super::*;

#[test]
fn steps_that_are_due_at_once_are_taken_in_order_and_recorded_as_one() {
    let steps = [
        step("1d", &[person("ada")], Mode::Add),
        step("2d", &[Approver::ManagersManager], Mode::Replace),
        step("3d", &[finance()], Mode::Add),
    ];
    let world = world(&steps, |_| {});
    let id = asked(&world);
    world.state().engine.executions.remove(&format!("{id}.1"));
    world.set_clock(Timestamp(world.gate(&id, 1).opened_at.0 + 3 * DAY * 1000 + 120_000));
    world.sweep();
    world.run();
    assert_eq!(escalations(&world, &id), 1);
    let (mut asks, passed) = people(&world, &id);
    asks.sort_unstable();
    assert_eq!((asks, passed), (vec!["felix", "fiona", "helena"], vec!["ada", "marcus"]));
    assert_eq!(world.headlines("ada").len(), 0, "nobody asks somebody who was passed over meanwhile");
    approves(&world, "felix");
    assert_eq!(world.request(&id).granted, None);
    assert_eq!(world.gate(&id, 1).ending(), Some(Ending::Approved));
    assert_eq!(world.broken(), []);
}

/// Everything is due at once after an outage, and nobody can help: money, cards, token and words fit into one change.
#[test]
fn an_outage_until_all_is_due_ends_a_hopeless_gate_all_the_same() {
    let world = world(&[step("2d", &[person("terry")], Mode::Add)], |stage| {
        (stage.approvers, stage.approve_at, stage.deny_at) = (vec![finance()], 2, 2);
        (stage.reminders, stage.warning) = (vec![span("1d").into()], Some(span("2d").into()));
    });
    let id = asked(&world);
    assert!(world.press("felix", Verdict::Deny, Some("no")));
    world.run();
    assert_eq!(world.gate(&id, 1).ending(), None, "an escalation is still to come");
    assert!(world.request(&id).reservation.is_some());
    world.state().engine.executions.remove(&format!("{id}.1"));
    world.set_clock(Timestamp(world.gate(&id, 1).opened_at.0 + 4 * DAY * 1000));
    world.sweep();
    world.run();
    assert_eq!(world.gate(&id, 1).ending(), Some(Ending::Denied));
    world.advance(60);
    world.assert_ended(&id, Outcome::Denied, 0);
}

#[test]
fn a_vote_and_its_passing_on_at_once_are_one_or_the_other() {
    type Running<'a> = Pin<Box<dyn Future<Output = Option<Recorded>> + 'a>>;
    let (mut counted, mut refused) = (0, 0);
    for seed in 0..60 {
        let world = world(&[step("1d", &[Approver::ManagersManager], Mode::Replace)], |_| {});
        let id = asked(&world);
        let shown = world.card_of("marcus").unwrap();
        world.set_clock(Timestamp(world.gate(&id, 1).opened_at.0 + DAY * 1000));
        let vote =
            world.vote(&Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None });
        let entry: Entry = serde_json::from_value(
            json!({"request": id, "generation": 1, "gate": 1, "token": "later", "redrive": 0, "round": 7, "retry": 0}),
        )
        .unwrap();
        let steps: Vec<Running<'_>> = vec![
            Box::pin(async { Some(record_decision(&world, vote).await.unwrap()) }),
            Box::pin(async { ask_approvers(&world, entry).await.map(|()| None).unwrap() }),
        ];
        let answers = world.race(seed, steps);
        world.run();
        match answers.first() {
            Some(Some(Recorded::Decided(Ending::Approved))) => counted += 1,
            Some(Some(Recorded::Refused(Refusal::PassedOn))) => refused += 1,
            other => assert_eq!(other, None, "seed {seed}"),
        }
        assert_eq!(world.broken(), [], "seed {seed}");
    }
    assert!(counted > 5 && refused > 5, "{counted} counted, {refused} refused");
}
