//! What cards say of a request is true.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    card::Card,
    job::{Actor, Content, Job, Listing, Verdict},
    message::Ask,
    steps::send_messages::{MAX_LIST_LINES, on_message},
    time::Span,
};
use countersign_testkit::{World, access, chat_user, field, words};

/// What the asker is shown before anything is sent.
fn understood(ask: Ask) -> Card {
    let world = World::harbour();
    let text = ask.text.clone();
    world.understand(&text, vec![ask]);
    world.write("emma", &text);
    world.run();
    world.newest_card("emma").unwrap()
}

fn check(ask: Ask, what: &str, how_long: Option<&str>) {
    let card = understood(ask);
    assert_eq!(field(&card, "What").as_deref(), Some(what));
    assert_eq!(field(&card, "How long").as_deref(), how_long, "{what}");
}

#[test]
fn an_asker_sees_whether_it_gives_or_takes_and_for_how_long() {
    let week = Span::parse("1w").ok();
    check(access("salesforce", None, None), "Salesforce, Standard user", Some("without end"));
    check(access("salesforce", None, week), "Salesforce, Standard user", Some("1 week"));
    check(access("salesforce", Some("admin"), None), "Salesforce, Administrator", Some("90 days"));
    let back = Ask { intent: "access.revoke".into(), ..access("salesforce", None, None) };
    check(back, "Give access back: Salesforce", None);
    let pay =
        Ask { intent: "payroll.question".into(), application: None, ..access("salesforce", None, None) };
    check(pay, "Pay", None);
}

/// The last of the small print of a card.
fn reading(card: &Card) -> String {
    words(card.context.last().unwrap()).split(" · ").next().unwrap().to_owned()
}

#[test]
fn a_card_says_who_read_the_request_and_how_it_was_decided() {
    let world = World::harbour();
    world.ask("emma", Ask { confidence: 300, ..access("figma", None, None) });
    let card = world.newest_card("dimitri").unwrap();
    assert_eq!(reading(&card), "Read by triage as access.request with 30% confidence");
    world.press("dimitri", Verdict::Approve, None);
    world.run();
    assert_eq!(world.newest_card("dimitri").unwrap().headline, "Read: Figma, Editor");
    let card = world.newest_card("marcus").unwrap();
    assert_eq!(reading(&card), "Read by the desk as access.request");
    assert_eq!(card.headline, "Please decide: Figma, Editor");
    world.press("marcus", Verdict::Deny, Some("no"));
    world.run();
    assert_eq!(world.newest_card("marcus").unwrap().headline, "Denied: Figma, Editor");
    let world = World::harbour();
    world.ask("emma", Ask { confidence: 0, ..access("figma", None, None) });
    let card = world.newest_card("dimitri").unwrap();
    assert_eq!(reading(&card), "Read by triage as access.request, which is not relied on");
}

/// The lines of a list that somebody asks for.
fn list(world: &World, who: &str, listing: Listing) -> Vec<String> {
    let job = Job::List { actor: Actor::Chat { user: chat_user(who) }, listing, place: None };
    world.finish(on_message(world, Content::Job(job))).unwrap();
    let whispers = &world.state().chat.whispers;
    whispers.last().unwrap().1.body.iter().map(|line| words(line)).collect()
}

#[test]
fn a_list_says_what_for_whom_since_when_and_how_far_it_has_come() {
    let world = World::harbour();
    let held = world.ask("grace", access("salesforce", None, None));
    let asked = world.request(&held).times.asked;
    let line = format!("Salesforce, Standard user · for @U0GRACE · {asked} · held already · {held}");
    assert_eq!(list(&world, "grace", Listing::Mine), [line]);
    let other = Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("salesforce", None, None) };
    let id = world.ask("grace", other);
    let asked = world.request(&id).times.asked;
    let whom = "for @U0EMMA, asked by @U0GRACE";
    let line = format!("Salesforce, Standard user · {whom} · {asked} · waiting for a decision · {id}");
    assert_eq!(list(&world, "marcus", Listing::Waiting), [line]);
}

#[test]
fn a_list_begins_with_what_ends_first_and_says_what_it_leaves_out() {
    let world = World::harbour();
    let ids: Vec<_> = (0..MAX_LIST_LINES + 2)
        .map(|number| {
            world.advance(1);
            world.ask("emma", access("salesforce", None, Span::parse(&format!("{}d", number + 1)).ok()))
        })
        .collect();
    let shown = list(&world, "marcus", Listing::Waiting);
    assert_eq!(shown.len(), MAX_LIST_LINES + 1);
    assert!(shown.iter().zip(&ids).take(MAX_LIST_LINES).all(|(line, id)| line.ends_with(id.as_str())));
    assert_eq!(shown.last().unwrap(), "… and 2 more.");
    let own = list(&world, "emma", Listing::Mine);
    assert!(own.first().unwrap().ends_with(ids.last().unwrap().as_str()), "the newest first");
}

/// What Emma hears of what Grace asked for her, once Marcus said so.
fn heard(verdict: Verdict) -> Vec<String> {
    let world = World::harbour();
    let id =
        world.ask("grace", Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("salesforce", None, None) });
    world.press("marcus", verdict, Some("because"));
    world.run();
    assert!(world.request(&id).outcome.is_some());
    world.headlines("emma")
}

#[test]
fn a_beneficiary_hears_of_what_came_to_something_only() {
    assert_eq!(
        heard(Verdict::Approve),
        ["Done: Salesforce, Standard user is yours, confirmed by the target"]
    );
    assert_eq!(heard(Verdict::Deny), [""; 0]);
}
