//! What programs ask for, at the door.

use countersign_core::{
    Result,
    digest::{Digest, short},
    ids::RequestId,
    job::AskerAnswer,
    ports::ReadStore,
    slot::{List, Slot},
    steps::{
        pacing::{HOUR_MILLIS, MAX_REQUESTS_AN_HOUR},
        receive_request::{Body, Input, Promise, Received, receive_request},
    },
};
use countersign_testkit::{Company, World, access};

fn body(text: &str) -> Body {
    Body { text: text.into(), beneficiary: None, break_glass: None }
}

fn call(world: &World, account: &str, key: &str, body: Body) -> Result<Received> {
    let input = Input { caller: account.into(), key: key.into(), body };
    world.finish(receive_request(world, input))
}

#[test]
fn what_a_key_stands_for_tells_nothing_of_what_was_asked() {
    let world = World::harbour();
    let emma = Company::account("emma");
    let id = call(&world, &emma, "k", body("I need Figma")).unwrap();
    let slot = Slot::Idempotency(short(&["idempotency", &emma, "k"]));
    let promise: Promise = world.record(&slot).unwrap();
    assert_eq!(Received::Promised(promise.request), id);
    let guesses = [Digest::of(&body("I need Figma")).unwrap(), Digest::of_text("I need Figma")];
    assert!(!guesses.contains(&promise.payload), "a guess of the text cannot be tried");
    assert_eq!(call(&world, &emma, "k", body("I need Figma")), Ok(id), "the same body is the same ask");
    assert_eq!(
        call(&world, &emma, "k", body("I need Jira")),
        Ok(Received::KeyReused),
        "another body is another"
    );
}

#[test]
fn an_account_that_is_linked_to_nobody_is_refused_before_anything_is_promised() {
    let world = World::harbour();
    for account in ["nobody".to_owned(), Company::account("nobody")] {
        assert_eq!(
            call(&world, &account, "k", body("I need Figma")),
            Ok(Received::UnknownPerson),
            "{account}"
        );
        let slot = Slot::Idempotency(short(&["idempotency", &account, "k"]));
        assert_eq!(world.record::<Promise>(&slot), None, "no id is promised");
    }
    world.run();
    assert_eq!(world.requests(), []);
    assert_eq!(world.finish(world.list(&List::Quarantine)), Ok(Vec::new()), "no alarm is raised");
}

#[test]
fn whoever_asked_for_as_much_as_one_may_waits_an_hour() {
    let world = World::harbour();
    let last = |world: &World| world.headlines("emma").last().cloned().unwrap_or_default();
    let asks = || vec![access("salesforce", None, None)];
    let send = |number: usize| {
        let text = format!("Salesforce, please, for the {number}th time");
        world.understand(&text, asks());
        let message = world.write("emma", &text);
        world.run();
        world.answer("emma", &message, AskerAnswer::Send);
        world.run();
        message
    };
    for number in 0..MAX_REQUESTS_AN_HOUR {
        send(number);
    }
    assert_eq!(world.requests().len(), MAX_REQUESTS_AN_HOUR);
    let late = send(MAX_REQUESTS_AN_HOUR);
    let emma = Company::account("emma");
    assert_eq!(call(&world, &emma, "k", body("I need Figma")), Ok(Received::TooMany));
    assert_eq!(world.requests().len(), MAX_REQUESTS_AN_HOUR, "nothing more is made");
    assert!(last(&world).contains("the limit"), "{}", last(&world));
    let noah = Company::account("noah");
    assert!(
        matches!(call(&world, &noah, "k", body("I need Figma")), Ok(Received::Promised(_))),
        "others ask"
    );

    world.advance(HOUR_MILLIS / 1000);
    world.answer("emma", &late, AskerAnswer::Send);
    assert!(matches!(call(&world, &emma, "k", body("I need Figma")), Ok(Received::Promised(_))));
    world.run();
    let of_emma = |id: &RequestId| world.request(id).requester == world.subject("emma");
    assert_eq!(world.requests().iter().filter(|id| of_emma(id)).count(), MAX_REQUESTS_AN_HOUR + 2);
}
