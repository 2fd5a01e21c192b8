//! Cards of gates: each is sent once, whatever dies or runs beside it, and all that were sent come to show the end.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    Error,
    card::CopyAddress,
    ids::{RequestId, ShownId},
    job::{AskerAnswer, Content, Job, Verdict},
    ports::{Clock, ReadStore},
    posted::PostedCopy,
    request::Outcome,
    slot::{List, Slot},
    steps::{
        record_decision::record_decision,
        send_messages::{POSTING_SECONDS, RETRY_SECONDS, on_message},
    },
    time::Timestamp,
};
use countersign_testkit::{Fault, Order, Pressed, When, World, access};
use std::{future::Future, pin::Pin, sync::OnceLock};

type Step<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

fn ask(world: &World) -> RequestId {
    world.ask("emma", access("salesforce", None, None))
}

/// The number of the call by which the card is posted.
fn the_post() -> u64 {
    static AT: OnceLock<u64> = OnceLock::new();
    *AT.get_or_init(|| {
        let lost = |at: &u64| {
            let world = World::harbour();
            world.trip(*at, When::DieAfter);
            let id = ask(&world);
            world.call_named(*at) == Some("chat.post")
                && world.sent().len() == 1
                && copies(&world, &id) == [0]
        };
        (1..).find(lost).unwrap()
    })
}

/// The process that posts the card dies before it hears where the card is.
fn dies(prepare: impl Fn(&World)) -> (World, RequestId) {
    let world = World::harbour();
    prepare(&world);
    world.trip(the_post(), When::DieAfter);
    let id = ask(&world);
    assert_eq!((world.sent().len(), copies(&world, &id)), (1, vec![0]), "its place is not known");
    (world, id)
}

/// How many places of a card are known, of each person.
fn copies(world: &World, id: &RequestId) -> Vec<usize> {
    let slot = Slot::Copy(id.clone(), 1, world.subject("marcus"));
    world.record::<PostedCopy>(&slot).iter().map(|copy| copy.places.len()).collect()
}

/// The rows of a kind that a request owes, as nudges.
fn nudges(world: &World, kind: &str) -> Vec<Content> {
    let nudge = |slot: Slot| match slot {
        Slot::Row(owner, key) if key.starts_with(kind) => Some(Content::Nudge { owner, key }),
        _ => None,
    };
    world.owed().into_iter().filter_map(nudge).collect()
}

/// Slack does not let the app look; the card was posted, its place was lost, and it was posted again.
fn sent_twice() -> (World, RequestId, ShownId, CopyAddress) {
    let blind = |world: &World| {
        let refused = Error::Refused("missing scope".into());
        world.down("chat.find", Fault::refused(refused));
    };
    let (world, id) = dies(blind);
    world.advance(120);
    let (value, lost) = {
        let state = world.state();
        let (value, lost) = state.chat.of_gates().next().unwrap();
        (ShownId::new(value).unwrap(), lost.address.clone())
    };
    assert_eq!(world.sent().values().collect::<Vec<_>>(), [&2]);
    assert_eq!(copies(&world, &id), [1], "one of them is not known");
    (world, id, value, lost)
}

fn approval(shown: &ShownId) -> Pressed {
    Pressed { shown: shown.clone(), who: "marcus".into(), verdict: Verdict::Approve, reason: None }
}

#[test]
fn a_card_whose_place_was_lost_is_found_and_not_sent_again() {
    let (world, id) = dies(|_| {});
    world.advance(120);
    assert_eq!(world.sent().values().collect::<Vec<_>>(), [&1]);
    assert_eq!(copies(&world, &id), [1]);
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

/// Emma writes, and the `at`-th call dies before it hears the answer. What it was, and how often she sees what was
/// understood, at once and once the row was tried again.
fn written(at: u64) -> (Option<&'static str>, [usize; 2]) {
    let world = World::harbour();
    let ask = access("salesforce", None, None);
    let text = ask.text.clone();
    world.understand(&text, vec![ask]);
    world.trip(at, When::DieAfter);
    let message = world.write("emma", &text);
    world.run();
    let shown = || world.headlines("emma").iter().filter(|line| line.starts_with("This is what")).count();
    let at_once = shown();
    world.advance(120);
    let later = shown();
    world.answer("emma", &message, AskerAnswer::Send);
    world.advance(120);
    assert_eq!(shown(), 0, "what she sent shows that it was sent");
    (world.call_named(at), [at_once, later])
}

#[test]
fn what_was_understood_is_shown_once_whatever_dies() {
    let posts = (1..60).map(written).inspect(|(_, [_, later])| assert_eq!(*later, 1));
    assert!(posts.filter(|(call, _)| *call == Some("chat.post")).count() > 0, "a post died");
}

#[test]
fn nobody_posts_a_card_while_somebody_else_may_be_posting_it() {
    let (world, id) = dies(|_| {});
    let began = world.now();
    for (seconds, known) in [(0, 0), (POSTING_SECONDS - 1, 0), (POSTING_SECONDS, 1)] {
        world.set_clock(Timestamp(began.0 + i64::try_from(seconds).unwrap() * 1000));
        let nudge = nudges(&world, "ask:").remove(0);
        world.finish(on_message(&world, nudge)).unwrap();
        assert_eq!(copies(&world, &id), [known], "after {seconds} s");
    }
    assert_eq!(world.sent().values().collect::<Vec<_>>(), [&1]);
}

/// A request whose approver is owed the card: chat answered this to the first try.
fn unasked(world: &World, error: Error) -> RequestId {
    let ask = access("salesforce", None, None);
    let text = ask.text.clone();
    world.understand(&text, vec![ask]);
    let message = world.write("emma", &text);
    world.run();
    world.down("chat.post", Fault::refused(error));
    world.answer("emma", &message, AskerAnswer::Send);
    world.run();
    world.up("chat.post");
    RequestId::derived(&["request", message.as_str(), "0"])
}

fn busy(world: &World, seconds: i64) -> Error {
    Error::Unavailable { service: "chat", retry_at: Some(Timestamp(world.now().0 + seconds * 1000)) }
}

#[test]
fn a_card_that_was_not_posted_is_posted_as_soon_as_chat_says() {
    for (said, seconds) in [(Some(2), 2), (Some(7), 7), (None, RETRY_SECONDS.cast_signed())] {
        let world = World::harbour();
        let error = said.map_or(Error::unavailable("chat"), |seconds| busy(&world, seconds));
        let id = unasked(&world, error);
        world.advance(seconds - 1);
        assert_eq!(copies(&world, &id), [0], "{said:?}");
        world.advance(1);
        assert_eq!(copies(&world, &id), [1], "{said:?}");
    }
}

#[test]
fn a_lost_card_that_is_pressed_is_updated_like_the_others() {
    for (decided_before, order) in
        [(false, Order::Sent), (false, Order::Reversed), (true, Order::Sent), (true, Order::Reversed)]
    {
        let (world, id, shown, lost) = sent_twice();
        if decided_before {
            world.press_on(&approval(&shown));
            world.run();
            let open: Vec<_> = world.pressable(&id).into_iter().map(|posted| posted.address).collect();
            assert_eq!(open, std::slice::from_ref(&lost), "nobody knows of it yet");
        }
        world.state().deliveries.order = order;
        world.press_on(&approval(&shown));
        world.pressed_at("marcus", &shown, &lost);
        world.run();
        assert_eq!(copies(&world, &id), [2]);
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn a_card_is_adopted_once_and_by_its_own_reader_only() {
    for (who, times, known) in [("marcus", 3, 2), ("felix", 1, 1), ("guest", 1, 1), ("emma", 1, 1)] {
        let (world, id, shown, lost) = sent_twice();
        for _ in 0..times {
            world.pressed_at(who, &shown, &lost);
        }
        world.run();
        assert_eq!(copies(&world, &id), [known], "{who}");
        assert_eq!(world.state().deliveries.dead, [], "{who}");
    }
    let (world, ..) = sent_twice();
    let address = world.state().chat.posts[0].address.clone();
    world.pressed_at("marcus", &ShownId::derived(&["never shown"]), &address);
    world.run();
    assert_eq!(world.state().deliveries.dead, []);
}

#[test]
fn two_who_ask_at_the_same_time_send_one_card() {
    for seed in 0..60 {
        let world = World::harbour();
        let id = unasked(&world, busy(&world, 2));
        world.set_clock(Timestamp(world.now().0 + 2_000));
        let steps: Vec<Step<'_>> = (0..3)
            .map(|_| {
                let nudge = nudges(&world, "ask:").remove(0);
                Box::pin(async { drop(on_message(&world, nudge).await) }) as Step<'_>
            })
            .collect();
        world.race(seed, steps);
        world.advance(120);
        assert_eq!(world.sent().values().collect::<Vec<_>>(), [&1], "seed {seed}");
        world.press("marcus", Verdict::Approve, None);
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}

#[test]
fn an_adoption_that_meets_the_end_leaves_no_button() {
    for seed in 0..60 {
        let (world, id, shown, lost) = sent_twice();
        let vote = world.vote(&approval(&shown));
        let actor = vote.actor.clone();
        let steps: Vec<Step<'_>> = vec![
            Box::pin(async {
                for _ in 0..seed {
                    world.list(&List::Quarantine).await.unwrap();
                }
                let job = Job::Adopt { shown: shown.clone(), actor, address: lost.clone() };
                on_message(&world, Content::Job(job)).await.unwrap();
            }),
            Box::pin(async {
                record_decision(&world, vote).await.unwrap();
                for nudge in nudges(&world, "copies:") {
                    on_message(&world, nudge).await.unwrap();
                }
            }),
        ];
        world.race(seed, steps);
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
    }
}
