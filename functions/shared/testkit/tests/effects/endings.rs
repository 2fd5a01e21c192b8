//! How grants come to their end: taken away once, whatever happens on the way.

use super::*;

fn boxed_grant(world: &World) -> RequestId {
    let ask = access("salesforce", None, Span::of_seconds(7_200).ok());
    let id = world.ask("emma", ask);
    world.press("marcus", Verdict::Approve, None);
    world.run();
    id
}

fn held(world: &World) -> bool {
    world.state().outside.holds("app-salesforce-standard", &Company::account("emma"))
}

#[test]
fn a_grant_for_a_time_is_taken_away_at_its_end() {
    let world = World::harbour();
    world.next("access.grant", busy());
    let id = boxed_grant(&world);
    world.advance(60);
    let times = world.request(&id).times;
    let granted = times.granted.unwrap();
    assert!(granted > times.decided.unwrap(), "the clock starts at the confirmed grant");
    assert_eq!(times.expires, Some(Timestamp(granted.0 + 7_200_000)));
    world.advance_to(Timestamp(granted.0 + 7_199_000));
    assert!(held(&world), "until the end it is there");
    world.advance(2);
    assert!(!held(&world), "then it is not");
    world.assert_ended(&id, Outcome::Revoked, 1);
    let states = ["AwaitEnd", "GrantStep", "AwaitEnd", "GrantStep", "RevokeAccess", "IsRevoked", "Close"];
    assert_eq!(world.entered(&format!("{id}.g1")), states);
}

/// What goes wrong, by name.
type Trouble = (&'static str, fn(&World, &RequestId));

#[test]
fn a_grant_ends_whatever_happens_to_its_execution() {
    let troubles: [Trouble; 6] = [
        ("aborted", |world, id| world.abort(&format!("{id}.g1"))),
        ("busy", |world, _| (0..5).for_each(|_| world.next("access.revoke", busy()))),
        ("lost", |world, _| world.next("access.revoke", lost())),
        ("vanished", |world, _| world.next("access.revoke", vanished())),
        ("begun anew by an operator, and aborted again", |world, id| {
            let name = format!("{id}.g1");
            world.abort(&name);
            world.state().engine.executions.get_mut(&name).into_iter().for_each(Execution::redrive);
            world.run();
            world.abort(&name);
        }),
        ("aborted and busy", |world, id| {
            world.abort(&format!("{id}.g1"));
            world.next("access.revoke", busy());
        }),
    ];
    for (name, trouble) in troubles {
        let world = World::harbour();
        let id = boxed_grant(&world);
        assert!(held(&world), "{name}");
        world.advance(HOUR);
        trouble(&world, &id);
        world.advance(2 * HOUR);
        assert!(!held(&world), "{name}");
        assert_eq!(world.request(&id).outcome, Some(Outcome::Revoked), "{name}");
        world.advance(HOUR);
        world.assert_ended(&id, Outcome::Revoked, 1);
        assert_eq!(world.state().outside.changed(EffectKind::Revocation), 1, "{name}");
    }
}

#[test]
fn a_target_that_refuses_to_take_away_stays_an_open_exception() {
    let world = World::harbour();
    let id = boxed_grant(&world);
    world.down("access.revoke", refused());
    world.advance(4 * HOUR);
    assert!(held(&world));
    assert_eq!(world.request(&id).status, Status::Revoking);
    assert_eq!(world.broken(), []);
    let told = world.headlines("dana");
    let calls = told.iter().filter(|line| line.contains("revocation refused")).count();
    assert!(calls >= 1, "the desk is told: {told:?}");
}

#[test]
fn the_news_reach_the_requester_in_their_order() {
    let world = World::harbour();
    boxed_grant(&world);
    world.advance(3 * HOUR);
    let told = world.headlines("emma");
    let news = ["Sent", "On its way", "Approved", "You have it", "Ended"];
    let positions: Vec<_> =
        news.iter().map(|start| told.iter().position(|line| line.starts_with(start))).collect();
    assert!(positions.iter().all(Option::is_some) && positions.is_sorted(), "{told:?}");
    assert_eq!(told.len(), news.len(), "each once: {told:?}");
}
