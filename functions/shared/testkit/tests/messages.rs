//! What was understood is sent or discarded, never both: whoever answers first decides, and a death changes nothing.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    Error, Result,
    ids::MessageId,
    job::{Actor, AskerAnswer},
    message::{Message, MessageStatus},
    request::Status,
    slot::Slot,
    steps::start_workflow::{Input, start_workflow},
};
use countersign_testkit::{Ended, When, World, access, chat_user};
use std::{future::Future, pin::Pin};

const TEXT: &str = "I need two things";

/// Emma has written, and is shown two asks.
fn written(world: &World) -> MessageId {
    world.understand(TEXT, vec![access("figma", None, None), access("jira", None, None)]);
    let message = world.write("emma", TEXT);
    world.run();
    message
}

fn input(message: &MessageId, answer: AskerAnswer) -> Input {
    Input { message: message.clone(), actor: Actor::Chat { user: chat_user("emma") }, answer }
}

fn status(world: &World, message: &MessageId) -> MessageStatus {
    world.record::<Message>(&Slot::Message(message.clone())).unwrap().status
}

/// All asks became requests and the asker reads so, or none did and the asker reads that.
fn check(world: &World, message: &MessageId, case: &str) -> bool {
    world.advance(3_600);
    let sent = status(world, message) == MessageStatus::Sent;
    let requests = world.requests();
    assert_eq!(requests.len(), if sent { 2 } else { 0 }, "{case}: {:?}", status(world, message));
    assert!(requests.iter().all(|id| world.request(id).status == Status::Waiting), "{case}");
    let told = world.headlines("emma");
    let says = if sent { "Sent." } else { "Discarded." };
    assert!(told.iter().any(|line| line.starts_with(says)), "{case}: {told:?}");
    world.assert_sound();
    sent
}

#[test]
fn of_sending_and_discarding_at_once_one_happens() {
    type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;
    let mut sent = 0;
    for seed in 0..100 {
        let world = World::harbour();
        let message = written(&world);
        let step = |answer| -> Step<'_> { Box::pin(start_workflow(&world, input(&message, answer))) };
        for answer in world.race(seed, vec![step(AskerAnswer::Send), step(AskerAnswer::Discard)]) {
            assert!(answer.as_ref().map_or_else(Error::may_be_retried, |()| true), "seed {seed}: {answer:?}");
        }
        sent += usize::from(check(&world, &message, &format!("seed {seed}")));
    }
    assert!((1..100).contains(&sent), "either happens: {sent} of 100 were sent");
}

#[test]
fn whoever_discards_after_a_death_on_the_way_finds_it_sent() {
    let mut sent = 0;
    for at in 1.. {
        let world = World::harbour();
        let message = written(&world);
        world.trip(at, When::DieAfter);
        let died = matches!(
            world.invoke(start_workflow(&world, input(&message, AskerAnswer::SendToDesk))),
            Ended::Died
        );
        if !died {
            break;
        }
        world.finish(start_workflow(&world, input(&message, AskerAnswer::Discard))).expect("it is answered");
        sent += usize::from(check(&world, &message, &format!("death after call {at}")));
        let unsure = |id| world.request(&id).confidence == 0;
        assert!(world.requests().into_iter().all(unsure), "the desk reads it, as was asked");
    }
    assert!(sent > 2, "most deaths come after it was won: {sent}");
}
