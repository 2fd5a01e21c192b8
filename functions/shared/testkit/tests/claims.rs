//! "I'm on it": who may say so, what the others see, whom reminders go to, and that it locks nothing.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    Error,
    audit::{By, Happening},
    card::{Card, Press, Span},
    gate::CLAIM_SECONDS,
    ids::{RequestId, ShownId},
    job::{Actor, Notice, Refusal, Spot, Verdict},
    message::Ask,
    outbox::AskKind,
    person::{Leave, Period},
    ports::Clock,
    request::Outcome,
    steps::{
        record_decision::{Claiming, Heard, claim},
        sync_people::sync_people,
    },
    time::Timestamp,
};
use countersign_testkit::{Company, World, access, chat_user};

const HOUR: i64 = 3_600;

fn unsure() -> Ask {
    Ask { confidence: 300, ..access("figma", None, None) }
}

/// Something that both of the desk are asked to read.
fn at_the_desk() -> (World, RequestId) {
    let world = World::harbour();
    let id = world.ask("emma", unsure());
    assert!(world.card_of("dana").is_some() && world.card_of("dimitri").is_some());
    (world, id)
}

/// What a person sees on the newest card of a gate.
fn card(world: &World, who: &str) -> Card {
    let shown = world.card_of(who).unwrap();
    let state = world.state();
    let has = |card: &Card| card.buttons.iter().any(|button| button.value == shown.as_str());
    let posts = state.chat.of(&chat_user(who));
    posts.into_iter().rfind(|posted| has(&posted.card)).unwrap().card.clone()
}

fn text(card: &Card) -> String {
    let said = |span: &Span| match span {
        Span::Plain(text) | Span::Quote(text) | Span::Strong(text) | Span::Instant(_, text) => text.clone(),
        Span::Mention(user) => format!("<{}>", user.user),
    };
    card.body.iter().map(|line| line.iter().map(said).collect::<String>() + "\n").collect()
}

fn has(card: &Card, press: Press) -> bool {
    card.buttons.iter().any(|button| button.press == press)
}

fn presses(world: &World, who: &str, given_back: bool) {
    let shown = world.card_of(who).unwrap();
    world.take_on(who, &shown, given_back);
    world.run();
}

fn reminders(world: &World, who: &str) -> usize {
    world.headlines(who).iter().filter(|line| line.starts_with("Reminder")).count()
}

/// What was said about who is on it, in order.
fn told(world: &World, id: &RequestId) -> Vec<String> {
    let name = |entry: &By| match entry {
        By::Person { subject, .. } => {
            Company::handles().find(|handle| world.subject(handle) == *subject).unwrap_or("?")
        }
        _ => "?",
    };
    let said = |what: &Happening| match what {
        Happening::GateClaimed { from: None, .. } => Some("takes it on".to_owned()),
        Happening::GateClaimed { from: Some(_), .. } => Some("takes it over".to_owned()),
        Happening::ClaimGivenBack { .. } => Some("gives it back".to_owned()),
        Happening::VoteRefused { reason, .. } => Some(format!("{reason:?}")),
        _ => None,
    };
    let line =
        |entry: &countersign_core::audit::Entry| Some(format!("{} {}", name(&entry.by), said(&entry.what)?));
    world.chain(id).iter().filter_map(line).collect()
}

#[test]
fn the_others_see_who_is_on_it_and_only_who_is_on_it_is_reminded() {
    let (world, id) = at_the_desk();
    assert!(has(&card(&world, "dana"), Press::Claim));
    world.advance(HOUR);
    presses(&world, "dana", false);
    let (hers, his) = (card(&world, "dana"), card(&world, "dimitri"));
    assert!(text(&hers).contains("You are on it until "), "{}", text(&hers));
    assert!(has(&hers, Press::GiveBack) && !has(&hers, Press::Claim), "{hers:?}");
    assert!(text(&his).contains("<U0DANA> is on it until "), "{}", text(&his));
    assert!(has(&his, Press::Claim) && has(&his, Press::Approve), "it is no lock: {his:?}");
    assert!(world.headlines("dana").contains(&"You are on it.".to_owned()));
    world.advance(3 * HOUR + 60);
    assert_eq!((reminders(&world, "dana"), reminders(&world, "dimitri")), (1, 0), "after 4 h");
    world.advance(20 * HOUR);
    assert_eq!((reminders(&world, "dana"), reminders(&world, "dimitri")), (2, 1), "after 1 d it has lapsed");
    assert_eq!(told(&world, &id), ["dana takes it on"]);
    presses(&world, "dimitri", false);
    assert_eq!(told(&world, &id), ["dana takes it on", "dimitri takes it on"]);
    assert_eq!(world.broken(), []);
}

#[test]
fn another_may_take_it_over_or_decide_and_it_can_be_given_back() {
    let (world, id) = at_the_desk();
    for (who, given_back) in [
        ("dana", false),
        ("dana", false),
        ("dimitri", false),
        ("dana", true),
        ("dimitri", true),
        ("dimitri", true),
        ("dana", false),
    ] {
        world.advance(60);
        presses(&world, who, given_back);
    }
    let wanted = ["dana takes it on", "dimitri takes it over", "dimitri gives it back", "dana takes it on"];
    assert_eq!(told(&world, &id), wanted);
    world.press("dimitri", Verdict::Deny, Some("because it is not ours"));
    world.run();
    world.assert_ended(&id, Outcome::Denied, 0);
}

#[test]
fn who_may_not_vote_may_not_take_it_on() {
    for (who, reason) in [
        ("emma", Refusal::Requester),
        ("emma2", Refusal::Requester),
        ("noah", Refusal::NotAsked),
        ("marcus", Refusal::NotAsked),
    ] {
        let (world, id) = at_the_desk();
        let shown = world.card_of("dana").unwrap();
        for _ in 0..2 {
            world.advance(60);
            world.take_on(who, &shown, false);
            world.run();
        }
        let handle = if who == "emma2" { "emma" } else { who };
        assert_eq!(told(&world, &id), [format!("{handle} {reason:?}")]);
        assert_eq!(world.gate(&id, 1).claim, None);
        let word = countersign_core::cards::refusal(reason);
        assert!(world.headlines(who).iter().any(|line| line == word), "{who}");
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn who_has_answered_is_not_on_it_any_more_and_the_others_are_reminded() {
    let world = World::with_quorum(2);
    let id = world.ask("emma", access("salesforce", None, None));
    world.advance(60);
    presses(&world, "marcus", false);
    // Somebody else must approve as well, so the others are reminded all the same.
    world.advance(4 * HOUR);
    assert_eq!(["marcus", "felix", "fiona"].map(|who| reminders(&world, who)), [1, 1, 1]);
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert_eq!(world.gate(&id, 1).claim.unwrap().by, None);
    presses(&world, "marcus", false);
    assert_eq!(told(&world, &id), ["marcus takes it on", "marcus AnsweredAlready"]);
    world.advance(18 * HOUR);
    presses(&world, "felix", false);
    // Felix's approval would be the last one.
    world.advance(2 * HOUR);
    assert_eq!(["marcus", "felix", "fiona"].map(|who| reminders(&world, who)), [1, 2, 1]);
    world.press("fiona", Verdict::Approve, None);
    world.run();
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn whoever_is_on_it_and_away_holds_up_nobody() {
    let (world, id) = at_the_desk();
    world.advance(HOUR);
    presses(&world, "dana", false);
    {
        let now = world.now();
        let mut state = world.state();
        let period = Period { from: now, to: Timestamp(now.0 + 7 * 86_400_000) };
        state.outside.leave.push(Leave { id: None, employee: Company::employee("dana"), period });
    }
    world.finish(sync_people(&world)).unwrap();
    world.run();
    world.advance(3 * HOUR + 60);
    assert_eq!(reminders(&world, "dimitri"), 1, "she is away");
    assert!(world.gate(&id, 1).owed(world.now()).is_empty(), "{:?}", AskKind::Reminder);
    assert_eq!(world.broken(), []);
}

fn calls(world: &World, who: &str, of: Spot, given_back: bool) -> Result<Heard<Option<Timestamp>>, Error> {
    world.advance(60);
    let actor = Actor::Directory { id: Company::account(who) };
    let claiming = Claiming { of, actor, given_back, cast_at: world.now(), place: None };
    world.run_as("record-decision").finish(claim(world, claiming))
}

#[test]
fn programs_and_commands_name_the_request() {
    let (world, id) = at_the_desk();
    for gate in [Some(1), None] {
        let of = || Spot::Request { request: id.clone(), gate };
        let until = |world: &World| Timestamp(world.now().0 + CLAIM_SECONDS as i64 * 1_000);
        let heard = calls(&world, "dana", of(), false);
        assert_eq!(heard, Ok(Heard::Stands(Some(until(&world)))));
        let held = until(&world);
        assert_eq!(calls(&world, "dana", of(), false), Ok(Heard::Stands(Some(held))), "it is hers already");
        assert_eq!(calls(&world, "dimitri", of(), true), Ok(Heard::Stands(None)), "it is not his");
        assert_eq!(calls(&world, "dana", of(), true), Ok(Heard::Stands(None)));
    }
    let of = |gate| Spot::Request { request: id.clone(), gate: Some(gate) };
    assert_eq!(calls(&world, "dana", of(2), false), Err(Error::NotFound("gate")));
    assert_eq!(calls(&world, "noah", of(1), false), Err(Error::NotFound("request")), "he may not see it");
    let unknown = Spot::Request { request: RequestId::derived(&["none"]), gate: None };
    assert_eq!(calls(&world, "dana", unknown, false), Err(Error::NotFound("request")));
    let unknown = Spot::Card { shown: ShownId::derived(&["none"]) };
    assert_eq!(calls(&world, "dana", unknown, false), Err(Error::NotFound("card")));
    world.press("dana", Verdict::Deny, Some("because it is not ours"));
    world.run();
    let heard = calls(&world, "dimitri", of(1), false).unwrap();
    let word = heard.notice(&id, |_| None);
    assert!(matches!(word, Some(Notice::AlreadyDecided { ref by, .. }) if *by == [world.subject("dana")]));
    world.assert_ended(&id, Outcome::Denied, 0);
}

#[test]
fn an_open_request_can_be_taken_back_or_expire_while_somebody_is_on_it() {
    let (world, id) = at_the_desk();
    presses(&world, "dana", false);
    world.take_back("emma", &id);
    world.run();
    world.assert_ended(&id, Outcome::Cancelled, 0);
    let (world, id) = at_the_desk();
    world.advance(14 * 24 * HOUR - HOUR);
    presses(&world, "dana", false);
    world.advance(2 * HOUR);
    world.assert_ended(&id, Outcome::Expired, 0);
    assert!(!text(&world.state().chat.posts.last().unwrap().card).contains("is on it"));
}
