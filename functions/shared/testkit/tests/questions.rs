//! A question back: what one press settles needs no person, and a press can do nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests end where they fail")]

use countersign_core::{
    Error, Result,
    card::{Card, Press},
    gate::GateKind,
    ids::{MessageId, RequestId},
    job::{Actor, AskerAnswer, Verdict},
    message::{Ask, Grounds, Message, MessageStatus, Origin},
    opinion::{Opinion, Second},
    ports::Clock,
    question::{Asked, Candidate, Question, Questions},
    request::Outcome,
    slot::Slot,
    steps::{
        start_workflow::{self, start_workflow},
        triage_request::{self, triage_request},
    },
};
use countersign_testkit::{Company, Ended, When, World, access, chat_user, field, words};
use std::{future::Future, pin::Pin};

const TEXT: &str = "I need the thing for the reports";
const NOAH: &str = "<@U0NOAH>";

fn candidate(application: &str, entitlement: &str) -> Candidate {
    Candidate { application: application.into(), entitlement: Some(entitlement.into()), levels: Vec::new() }
}

fn which() -> Question {
    Question::Application(vec![candidate("salesforce", "standard"), candidate("figma", "editor")])
}

fn whom() -> Question {
    Question::Beneficiary(vec![None, Some(NOAH.into())])
}

/// An ask that nobody can act on before this is answered.
fn unclear(waiting: Vec<Question>) -> Ask {
    Ask {
        application: None,
        entitlement: None,
        confidence: 400,
        grounds: Grounds {
            words: Vec::new(),
            doubts: vec!["It is not plain which application is meant.".into()],
        },
        questions: Some(Questions { waiting, confidence: 950, doubts: Vec::new() }),
        text: TEXT.into(),
        ..access("salesforce", None, None)
    }
}

/// Emma writes, and is shown what was understood.
fn written(world: &World, asks: Vec<Ask>) -> MessageId {
    world.understand(TEXT, asks);
    let message = world.write("emma", TEXT);
    world.run();
    message
}

fn card(world: &World) -> Card {
    world.newest_card("emma").unwrap()
}

fn labels(card: &Card) -> Vec<&str> {
    card.buttons.iter().map(|button| button.label.as_str()).collect()
}

/// Somebody presses a button of Emma's card as it was seen.
fn press_on(world: &World, who: &str, card: &Card, press: Press) {
    let button = card.buttons.iter().find(|button| button.press == press).unwrap();
    let choice = Press::CHOICES.iter().position(|one| *one == press).unwrap();
    let asked = Asked::parse(&button.value).unwrap();
    world.answer(who, &asked.message, AskerAnswer::Choose { question: asked.question, choice });
    world.run();
}

fn press(world: &World, press: Press) {
    press_on(world, "emma", &card(world), press);
}

fn send(world: &World, message: &MessageId, answer: AskerAnswer) -> RequestId {
    world.answer("emma", message, answer);
    world.run();
    RequestId::derived(&["request", message.as_str(), "0"])
}

fn record(world: &World, message: &MessageId) -> Message {
    world.record(&Slot::Message(message.clone())).unwrap()
}

#[test]
fn an_answer_makes_it_plain_and_the_manager_decides() {
    let world = World::harbour();
    let message = written(&world, vec![unclear(vec![which()])]);
    let asked = card(&world);
    assert_eq!(asked.headline, "One question before this can be sent.");
    assert_eq!(words(asked.body.last().unwrap()), "Which application do you mean?");
    assert_eq!(labels(&asked), ["Salesforce", "Figma", "Not what I meant: ask the desk", "Discard"]);
    assert_eq!(field(&asked, "What").as_deref(), Some("Access to an application"));
    press(&world, Press::ChooseSecond);
    let understood = card(&world);
    assert_eq!(understood.headline, "This is what I understood. Send it?");
    assert_eq!(labels(&understood), ["Send", "Not what I meant: ask the desk", "Discard"]);
    assert_eq!(field(&understood, "What").as_deref(), Some("Figma, Editor"));
    assert_eq!(world.requests(), [], "nothing is sent yet");
    let id = send(&world, &message, AskerAnswer::Send);
    let request = world.request(&id);
    assert_eq!(
        (request.application.as_deref(), request.entitlement.as_deref()),
        (Some("figma"), Some("editor"))
    );
    assert_eq!((request.confidence, world.gate(&id, 1).kind), (950, GateKind::Approval));
    assert!(world.press("marcus", Verdict::Approve, None));
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn of_two_things_one_is_asked_after_the_other() {
    let world = World::harbour();
    let aws = Candidate {
        application: "aws".into(),
        entitlement: None,
        levels: vec!["readonly".into(), "production".into()],
    };
    let message =
        written(&world, vec![unclear(vec![Question::Application(vec![candidate("jira", "member"), aws])])]);
    press(&world, Press::ChooseSecond);
    let second = card(&world);
    assert_eq!(words(second.body.last().unwrap()), "Which level of access do you mean?");
    assert_eq!(labels(&second)[..2], ["Read only", "Production"]);
    assert_eq!(labels(&second).len(), 4, "nothing can be sent yet");
    press(&world, Press::ChooseFirst);
    let id = send(&world, &message, AskerAnswer::Send);
    let request = world.request(&id);
    assert_eq!(
        (request.application.as_deref(), request.entitlement.as_deref()),
        (Some("aws"), Some("readonly"))
    );
    assert_eq!((request.confidence, world.gate(&id, 1).kind), (950, GateKind::Approval));
}

#[test]
fn people_are_told_apart_by_name_or_address() {
    for (press_, beneficiary) in [(Press::ChooseFirst, "emma"), (Press::ChooseSecond, "noah")] {
        let world = World::harbour();
        let people = vec![None, Some(NOAH.into()), Some("grace@harbour.example".into())];
        let asks =
            vec![Ask { application: Some("figma".into()), ..unclear(vec![Question::Beneficiary(people)]) }];
        let message = written(&world, asks);
        assert_eq!(words(card(&world).body.last().unwrap()), "Whom is it for?");
        assert_eq!(labels(&card(&world))[..3], ["Me", "Noah Lind", "grace@harbour.example"]);
        press(&world, press_);
        let id = send(&world, &message, AskerAnswer::Send);
        assert_eq!(world.request(&id).beneficiary, world.subject(beneficiary));
    }
}

#[test]
fn of_several_asks_the_unclear_one_is_asked_about_by_its_number() {
    let world = World::harbour();
    let one = Question::Application(vec![candidate("figma", "editor")]);
    let message = written(&world, vec![access("jira", None, None), unclear(vec![one])]);
    assert_eq!(words(card(&world).body.last().unwrap()), "2. Did you mean Figma?");
    assert_eq!(labels(&card(&world))[..2], ["Yes", "Not what I meant: ask the desk"]);
    press(&world, Press::ChooseFirst);
    send(&world, &message, AskerAnswer::Send);
    let mut applications: Vec<_> = world
        .requests()
        .iter()
        .map(|id| (world.request(id).application, world.request(id).confidence))
        .collect();
    applications.sort();
    assert_eq!(applications, [(Some("figma".into()), 950), (Some("jira".into()), 930)]);
}

#[test]
fn whoever_does_not_answer_can_have_the_desk_read_it() {
    for answered in [false, true] {
        let world = World::harbour();
        let message = written(&world, vec![unclear(vec![which(), whom()])]);
        if answered {
            press(&world, Press::ChooseFirst);
        }
        let id = send(&world, &message, AskerAnswer::SendToDesk);
        assert_eq!((world.gate(&id, 1).kind, world.request(&id).confidence), (GateKind::Desk, 0));
    }
    // Nor does sending what is not answered spare anybody.
    let world = World::harbour();
    let message = written(&world, vec![unclear(vec![which(), whom()])]);
    press(&world, Press::ChooseFirst);
    let id = send(&world, &message, AskerAnswer::Send);
    assert_eq!((world.gate(&id, 1).kind, world.request(&id).confidence), (GateKind::Desk, 400));
}

#[test]
fn a_press_that_comes_late_twice_or_from_somebody_else_changes_nothing() {
    let world = World::harbour();
    let message = written(&world, vec![unclear(vec![which(), whom()])]);
    let first = card(&world);
    let unchanged = |what: &str, act: &dyn Fn()| {
        let before = (record(&world, &message), world.requests());
        act();
        assert_eq!((record(&world, &message), world.requests()), before, "{what}");
    };
    for who in ["noah", "guest"] {
        unchanged(who, &|| press_on(&world, who, &first, Press::ChooseFirst));
    }
    let choose = |question, choice| {
        world.answer("emma", &message, AskerAnswer::Choose { question, choice });
        world.run();
    };
    unchanged("not offered", &|| choose(0, 2));
    unchanged("nowhere near", &|| choose(0, usize::MAX));
    unchanged("not asked yet", &|| choose(1, 0));
    press_on(&world, "emma", &first, Press::ChooseFirst);
    assert_eq!(record(&world, &message).answered, 1);
    unchanged("twice", &|| press_on(&world, "emma", &first, Press::ChooseFirst));
    unchanged("another choice of the first", &|| press_on(&world, "emma", &first, Press::ChooseSecond));
    let second = card(&world);
    press_on(&world, "emma", &second, Press::ChooseFirst);
    unchanged("all is answered", &|| choose(2, 0));
    let id = send(&world, &message, AskerAnswer::Send);
    for card in [&first, &second] {
        unchanged("it is sent", &|| press_on(&world, "emma", card, Press::ChooseSecond));
    }
    assert_eq!(world.request(&id).application.as_deref(), Some("salesforce"));
    let message = written(&world, vec![unclear(vec![which()])]);
    let asked = card(&world);
    world.answer("emma", &message, AskerAnswer::Discard);
    world.run();
    press_on(&world, "emma", &asked, Press::ChooseFirst);
    assert_eq!((record(&world, &message).status, world.requests().len()), (MessageStatus::Discarded, 1));
    assert_eq!(card(&world).headline, "Discarded. Nothing was sent.");
}

type Step<'a> = Pin<Box<dyn Future<Output = Result<()>> + 'a>>;

fn step<'a>(world: &'a World, message: &MessageId, answer: AskerAnswer) -> Step<'a> {
    let actor = Actor::Chat { user: chat_user("emma") };
    let input = start_workflow::Input { message: message.clone(), actor, answer };
    Box::pin(start_workflow(world, input))
}

#[test]
fn of_two_answers_at_once_one_counts() {
    let mut first = 0;
    for seed in 0..100 {
        let world = World::harbour();
        let message = written(&world, vec![unclear(vec![which(), whom()])]);
        let choose = |choice| step(&world, &message, AskerAnswer::Choose { question: 0, choice });
        let answers = world.race(seed, vec![choose(0), choose(1), choose(0)]);
        assert!(answers.iter().all(Result::is_ok), "seed {seed}: {answers:?}");
        assert_eq!(record(&world, &message).answered, 1, "seed {seed}");
        world.run();
        assert_eq!(words(card(&world).body.last().unwrap()), "Whom is it for?", "seed {seed}");
        press(&world, Press::ChooseFirst);
        let id = send(&world, &message, AskerAnswer::Send);
        let application = world.request(&id).application.unwrap();
        assert!(["salesforce", "figma"].contains(&application.as_str()), "seed {seed}: {application}");
        first += usize::from(application == "salesforce");
    }
    assert!((1..100).contains(&first), "either happens: {first} of 100");
}

#[test]
fn of_an_answer_and_sending_at_once_both_stand_or_the_answer_comes_too_late() {
    for seed in 0..100 {
        let world = World::harbour();
        let message = written(&world, vec![unclear(vec![which()])]);
        let answers = [AskerAnswer::Choose { question: 0, choice: 1 }, AskerAnswer::SendToDesk];
        for answer in world.race(seed, answers.map(|answer| step(&world, &message, answer)).into()) {
            assert!(answer.as_ref().map_or_else(Error::may_be_retried, |()| true), "seed {seed}: {answer:?}");
        }
        world.advance(3_600);
        let requests = world.requests();
        assert_eq!(requests.len(), 1, "seed {seed}");
        let request = world.request(&requests[0]);
        assert_eq!((request.confidence, world.gate(&request.id, 1).kind), (0, GateKind::Desk), "seed {seed}");
        assert!(card(&world).buttons.iter().all(|button| button.press == Press::Cancel), "seed {seed}");
        world.assert_sound();
    }
}

#[test]
fn a_death_on_the_way_loses_no_answer_and_takes_none_twice() {
    for at in 1.. {
        let world = World::harbour();
        let message = written(&world, vec![unclear(vec![which(), whom()])]);
        let choose = |choice| step(&world, &message, AskerAnswer::Choose { question: 0, choice });
        world.trip(at, When::DieAfter);
        let died = matches!(world.invoke(choose(1)), Ended::Died);
        if !died {
            break;
        }
        let counted = record(&world, &message).answered == 1;
        world.finish(choose(0)).unwrap();
        world.advance(3_600);
        assert_eq!(words(card(&world).body.last().unwrap()), "Whom is it for?", "death after call {at}");
        press(&world, Press::ChooseFirst);
        let id = send(&world, &message, AskerAnswer::Send);
        let expected = if counted { "figma" } else { "salesforce" };
        assert_eq!(world.request(&id).application.as_deref(), Some(expected), "death after call {at}");
    }
}

/// What is asked of an ask in a message of this kind.
fn asked(world: &World, ask: Ask, change: impl FnOnce(&mut triage_request::Input)) -> usize {
    world.understand(TEXT, vec![ask]);
    let user = chat_user("emma");
    let mut input = triage_request::Input {
        id: MessageId::derived(&["m"]),
        actor: Actor::Chat { user: user.clone() },
        origin: Origin::Chat { user },
        text: TEXT.into(),
        beneficiary: None,
        promised: None,
        emergency: None,
        asked_at: world.now(),
    };
    change(&mut input);
    let (id, origin) = (input.id.clone(), input.origin.clone());
    world.finish(triage_request(world, input)).unwrap();
    world.run();
    if matches!(origin, Origin::Api) {
        let request = world.request(&RequestId::derived(&["request", id.as_str(), "0"]));
        assert_eq!(world.gate(&request.id, 1).kind, GateKind::Desk);
        return 0;
    }
    card(world).buttons.iter().filter(|button| Press::CHOICES.contains(&button.press)).count()
}

#[test]
fn who_cannot_answer_or_need_not_is_asked_nothing() {
    let check = |ask: Ask, change: fn(&mut triage_request::Input), count: usize, case: &str| {
        assert_eq!(asked(&World::harbour(), ask, change), count, "{case}");
    };
    check(unclear(vec![which()]), |_| {}, 2, "as it is");
    let of_a_program = |input: &mut triage_request::Input| {
        input.actor = Actor::Directory { id: Company::account("emma") };
        input.origin = Origin::Api;
    };
    check(unclear(vec![which()]), of_a_program, 0, "a program asks");
    let for_noah =
        |input: &mut triage_request::Input| input.beneficiary = Some("noah@harbour.example".into());
    check(unclear(vec![which()]), for_noah, 2, "the form says for whom, not what");
    check(unclear(vec![whom()]), for_noah, 0, "the form says for whom");
    let ghost = Question::Beneficiary(vec![None, Some("<@U0GHOST>".into())]);
    check(unclear(vec![ghost]), |_| {}, 0, "nobody goes by that");
    check(Ask { beneficiary: Some("<@U0GHOST>".into()), ..unclear(vec![which()]) }, |_| {}, 0, "for a ghost");
    check(unclear(vec![which(), whom(), which()]), |_| {}, 0, "three things");
    check(Ask { confidence: 600, ..unclear(vec![which()]) }, |_| {}, 0, "it is sure enough");
    let unsure = Questions { waiting: vec![which()], confidence: 599, doubts: Vec::new() };
    check(Ask { questions: Some(unsure), ..unclear(Vec::new()) }, |_| {}, 0, "it would not be enough");
}

#[test]
fn an_emergency_waits_for_no_answer() {
    let world = World::harbour();
    let id = world.break_glass("emma", unclear(vec![which()]), "INC-7");
    assert_eq!(world.request(&id).application, None);
}

#[test]
fn a_second_reader_who_differs_leaves_nothing_to_ask() {
    let read = |application: Option<&str>, entitlement: Option<&str>, steering| {
        let (application, entitlement) = (application.map(str::to_owned), entitlement.map(str::to_owned));
        Second::Read(Opinion { intent: "access.request".into(), application, entitlement, steering })
    };
    for (second, count) in [
        (Second::Off, 2),
        (read(None, None, false), 2),
        (read(Some("salesforce"), None, false), 2),
        (read(Some("figma"), Some("editor"), false), 2),
        (read(Some("figma"), Some("admin"), false), 0),
        (read(Some("github"), None, false), 0),
        (read(Some("figma"), None, true), 0),
        (Second::Silent, 0),
        (Second::Absurd, 0),
    ] {
        let world = World::harbour();
        world.read_again(TEXT, second.clone());
        assert_eq!(asked(&world, unclear(vec![which()]), |_| {}), count, "{second:?}");
        let message = MessageId::derived(&["m"]);
        if count == 0 {
            let id = send(&world, &message, AskerAnswer::Send);
            assert_eq!(
                (world.gate(&id, 1).kind, world.request(&id).confidence),
                (GateKind::Desk, 0),
                "{second:?}"
            );
        }
    }
}
