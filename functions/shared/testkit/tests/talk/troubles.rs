//! Deaths at any call, and the same call several times at once.

use super::*;
use countersign_core::steps::{
    delegating::{Giving, end, give},
    operate::Order,
};

/// Asked, answered and approved, whatever befalls the product; answers the request.
fn talks(world: &World) -> RequestId {
    let patiently = |done: &mut dyn FnMut() -> bool, what: &str| {
        for _ in 0..60 {
            world.run();
            if done() {
                return;
            }
            world.advance(60);
        }
        panic!("{what}");
    };
    let ask = access("salesforce", None, None);
    world.understand(&ask.text, vec![ask.clone()]);
    let message = world.write("emma", &ask.text);
    let slot = Slot::Message(message.clone());
    patiently(&mut || world.record::<Message>(&slot).is_some(), "the message is recorded");
    world.answer("emma", &message, AskerAnswer::Send);
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    let sees = |who, press| world.state().chat.button(&chat_user(who), press).is_some();
    patiently(&mut || sees("marcus", Press::Deny), "a card is shown");
    let card = world.shown(&id, 1)[0].clone();
    world.say("marcus", &card, false, "because of what?");
    let asked = |shown: &ShownId| *shown != card;
    patiently(&mut || sees("emma", Press::Answer), "the question is shown");
    let question = world.shown(&id, 1).into_iter().find(asked).unwrap();
    world.say("emma", &question, true, "because of the audit");
    patiently(&mut || world.gate(&id, 1).questions[0].reply.is_some(), "the answer is recorded");
    let verdict = Verdict::Approve;
    world.press_on(&countersign_testkit::Pressed {
        shown: card,
        who: "marcus".into(),
        verdict,
        reason: None,
    });
    patiently(&mut || world.gate(&id, 1).ending().is_some(), "it is decided");
    world.advance(3 * HOUR);
    id
}

#[test]
fn a_death_at_any_call_leaves_nothing_undone_or_twice() {
    let world = World::harbour();
    world.trip(u64::MAX, When::DieBefore);
    talks(&world);
    let calls: Vec<&str> = (1..=world.calls()).filter_map(|at| world.call_named(at)).collect();
    assert!(calls.len() > 100, "{} calls", calls.len());
    for (at, call) in (1..).zip(&calls) {
        for when in [When::DieBefore, When::DieAfter].into_iter().filter(|when| when.matters(call)) {
            let world = World::harbour();
            world.trip(at, when);
            let id = talks(&world);
            eprintln!("{when:?} at call {at}, {call}");
            world.assert_ended(&id, Outcome::Granted, 1);
            assert_eq!(world.endings(&id), [(1, Ending::Approved)]);
            let sent = world.sent();
            assert!(sent.values().all(|times| *times == 1), "no card is sent twice: {sent:?}");
            assert_eq!(sent.len(), 2, "the card and the question: {sent:?}");
            assert!(world.question_of("emma").is_none(), "nothing can be answered any more");
        }
    }
}

#[test]
fn the_same_call_twice_at_once_is_one_question_and_one_answer() {
    for seed in 0..60 {
        let world = World::harbour();
        let id = asked(&world);
        let shown = world.card_of("marcus").unwrap();
        let of = Spot::Card { shown };
        let saying = |id: &str, of: &Spot, who: &str| Saying {
            id: id.into(),
            of: of.clone(),
            text: "because".into(),
            actor: Actor::Chat { user: chat_user(who) },
            cast_at: world.now(),
            place: None,
        };
        let one = |id| {
            Box::pin(ask_requester(&world, saying(id, &of, "marcus")))
                as std::pin::Pin<Box<dyn Future<Output = _>>>
        };
        let heard = world.race(seed, vec![one("a"), one("b"), one("a"), one("c"), one("a")]);
        let stand = heard.iter().filter(|heard| matches!(heard, Ok(Heard::Stands(_)))).count();
        assert!((2..=4).contains(&stand), "{heard:?}");
        assert_eq!(world.gate(&id, 1).questions.len(), 2, "seed {seed}");
        world.run();
        let of = Spot::Card { shown: world.question_of("emma").unwrap() };
        let one = |id| {
            Box::pin(answer_question(&world, saying(id, &of, "emma"), None))
                as std::pin::Pin<Box<dyn Future<Output = _>>>
        };
        let heard = world.race(seed, vec![one("d"), one("e"), one("d")]);
        let stand = heard.iter().filter(|heard| matches!(heard, Ok(Heard::Stands(_)))).count();
        assert!((1..=2).contains(&stand), "{heard:?}");
        assert_eq!(world.gate(&id, 1).questions.iter().filter(|asked| asked.reply.is_some()).count(), 1);
        world.run();
        assert_eq!(world.broken(), [], "seed {seed}");
    }
}

/// Asked by Marcus's delegate, who decides in his place no more when the answer comes, or still does.
fn told_of_the_answer(ended: bool) -> usize {
    let world = World::harbour();
    asked(&world);
    let (marcus, now) = (world.subject("marcus"), world.now());
    let period = Period { from: now, to: Timestamp(now.0 + DAY * 1_000) };
    let of = Giving { from: marcus.clone(), to: world.subject("jonas"), period };
    let order = Order { of, operator: marcus.clone(), reason: String::new() };
    world.finish(give(&world, &order, "slack")).unwrap();
    world.run();
    let shown = world.card_of("jonas").unwrap();
    world.say("jonas", &shown, false, "because of what?");
    world.run();
    if ended {
        let order = Order { of: marcus.clone(), operator: marcus, reason: String::new() };
        world.finish(end(&world, &order, "slack")).unwrap();
        world.run();
    }
    answers(&world, "emma", "because");
    let lines = world.headlines("jonas");
    lines.iter().filter(|line| line.starts_with("Your question was answered")).count()
}

#[test]
fn whoever_asked_is_told_the_answer_while_they_may_decide() {
    assert_eq!((told_of_the_answer(false), told_of_the_answer(true)), (1, 0));
}
