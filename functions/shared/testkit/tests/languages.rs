//! Whoever asks is answered in their language; whoever decides reads English.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    card::Card,
    ids::{MessageId, RequestId},
    job::{AskerAnswer, Verdict},
    language::Language::{self, English, French, German, Spanish},
    message::Ask,
    policy::{Approver, Stage, automatic::Automatic, review::Sample},
    ports::{Clock, Configs, Triage},
    question::{Candidate, Question, Questions},
    request::{Outcome, Request},
    slot::Slot,
    time::Span,
};
use countersign_testkit::{World, access, chat_user, field, words};
use countersign_triage::port::Embedded;
use serde_json::Value;

const DAY: i64 = 86_400;
const ASKED: &str = "Kann ich bitte für zwei Wochen Zugang zu Salesforce bekommen?";

/// Emma writes a text that the shipped model reads, and is shown what was understood.
fn written(world: &World, text: &str) -> MessageId {
    let config = world.finish(world.active()).unwrap();
    world.understand(text, Embedded::shipped().understand(&config, text, world.now()));
    let message = world.write("emma", text);
    world.run();
    message
}

/// Emma sends it: her first request.
fn sent(world: &World, message: &MessageId) -> RequestId {
    world.answer("emma", message, AskerAnswer::Send);
    world.run();
    RequestId::derived(&["request", message.as_str(), "0"])
}

fn newest(world: &World, who: &str) -> Card {
    world.newest_card(who).unwrap()
}

fn labels(card: &Card) -> Vec<&str> {
    card.buttons.iter().map(|button| button.label.as_str()).collect()
}

fn told(world: &World, who: &str, headline: &str) -> bool {
    world.headlines(who).iter().any(|told| told == headline)
}

#[test]
fn whoever_writes_german_reads_german_and_approvers_read_english() {
    let world = World::harbour();
    let message = written(&world, ASKED);
    let card = newest(&world, "emma");
    assert_eq!(
        (card.headline.as_str(), card.language),
        ("Das habe ich verstanden. Soll ich es senden?", German)
    );
    assert_eq!(field(&card, "Was").as_deref(), Some("Salesforce, Standard user"));
    assert_eq!(field(&card, "Wie lange").as_deref(), Some("2 Wochen"));
    assert_eq!(labels(&card), ["Senden", "So war es nicht gemeint: Service Desk fragen", "Verwerfen"]);
    let id = sent(&world, &message);
    assert_eq!(world.request(&id).language, German);
    assert!(told(&world, "emma", "Gesendet. Hier erfahren Sie von jedem Schritt."));
    assert!(told(&world, "emma", "Unterwegs: Salesforce, Standard user"));
    let card = newest(&world, "marcus");
    assert_eq!(
        (card.headline.as_str(), card.language),
        ("Please decide: Salesforce, Standard user", English)
    );
    assert_eq!(field(&card, "How long").as_deref(), Some("2 weeks"));
    world.press("marcus", Verdict::Approve, None);
    world.run();
    let card = newest(&world, "emma");
    assert_eq!(card.headline, "Sie haben es jetzt: Salesforce, Standard user");
    let until = words(card.body.first().unwrap());
    assert!(until.starts_with("Bis ") && until.ends_with(", dann endet der Zugriff von selbst."), "{until}");
    assert_eq!(words(card.context.first().unwrap()), format!("Anfrage {id}"));
    world.advance(15 * DAY);
    world.assert_ended(&id, Outcome::Revoked, 1);
    let end = "Beendet: Ihr Zugriff auf Salesforce, Standard user wurde wie vereinbart zurückgenommen";
    assert_eq!(newest(&world, "emma").headline, end);
}

#[test]
fn what_is_no_language_of_ours_is_answered_in_english() {
    for text in ["Salesforce", "Kan ik toegang tot Salesforce krijgen"] {
        let world = World::harbour();
        let message = written(&world, text);
        assert_eq!(newest(&world, "emma").headline, "This is what I understood. Send it?", "{text:?}");
        let id = sent(&world, &message);
        assert!(world.headlines("emma").iter().any(|told| told.starts_with("On its way: ")), "{text:?}");
        assert_eq!(world.request(&id).language, English);
    }
}

/// A request for Salesforce by Emma, in a language.
fn asked(world: &World, language: Language) -> RequestId {
    world.ask("emma", Ask { language, ..access("salesforce", None, None) })
}

#[test]
fn a_question_back_is_asked_in_the_language_of_the_message() {
    let candidate = |application: &str| Candidate {
        application: application.into(),
        entitlement: None,
        levels: Vec::new(),
    };
    let which = Question::Application(vec![candidate("salesforce"), candidate("figma")]);
    let meant = Question::Application(vec![candidate("salesforce")]);
    let whom = Question::Beneficiary(vec![None, Some("<@U0NOAH>".into())]);
    for (language, question, asks, first) in [
        (English, which.clone(), "Which application do you mean?", "Salesforce"),
        (German, which, "Welche Anwendung meinen Sie?", "Salesforce"),
        (French, meant, "Vouliez-vous dire Salesforce\u{a0}?", "Oui"),
        (Spanish, whom, "¿Para quién es?", "Para mí"),
    ] {
        let world = World::harbour();
        let questions = Questions { waiting: vec![question], confidence: 950, doubts: Vec::new() };
        let ask =
            Ask { language, confidence: 400, questions: Some(questions), ..access("salesforce", None, None) };
        world.understand("please", vec![Ask { text: "please".into(), ..ask }]);
        world.write("emma", "please");
        world.run();
        let card = newest(&world, "emma");
        assert_eq!(words(card.body.last().unwrap()), asks);
        assert_eq!(labels(&card).first(), Some(&first), "{asks}");
    }
}

#[test]
fn a_request_is_taken_back_in_its_language() {
    for (language, label, confirm) in [
        (English, "Take it back", "Take this request back?"),
        (German, "Zurücknehmen", "Diese Anfrage zurücknehmen?"),
        (French, "Retirer la demande", "Retirer cette demande\u{a0}?"),
        (Spanish, "Retirar la solicitud", "¿Retirar esta solicitud?"),
    ] {
        let world = World::harbour();
        asked(&world, language);
        let state = world.state();
        let posted = state.chat.of(&chat_user("emma"));
        let button =
            posted.iter().flat_map(|posted| &posted.card.buttons).find(|button| button.label == label);
        assert_eq!(button.unwrap().confirm.as_deref(), Some(confirm));
    }
}

#[test]
fn a_review_is_told_in_the_language_of_what_is_reviewed() {
    let world = World::configured(|config| {
        let day = Span::parse("1d").unwrap();
        let stage =
            Stage { approvers: vec![Approver::Role("security".into())], ..Stage::until("review", day) };
        let sample = Some(Sample { share: 1_000, stage });
        config.policy.automatic = Some(Automatic {
            window: day,
            per_person: None,
            per_target: None,
            overall: None,
            beyond: Vec::new(),
            sample,
        });
    });
    let id = world.ask("ben", Ask { language: Spanish, ..access("github", None, None) });
    assert_eq!(world.request(&Request::review_id(&id)).language, Spanish);
    assert!(newest(&world, "sofia").headline.starts_with("Please look at this afterwards: "));
    world.press("sofia", Verdict::Approve, None);
    world.run();
    let told = newest(&world, "ben").headline;
    assert!(told.starts_with("Revisado después: ") && told.ends_with(" se concedió correctamente"), "{told}");
}

#[test]
fn who_joins_another_request_hears_in_their_own_language_how_it_stands() {
    let world = World::harbour();
    asked(&world, English);
    let mine = asked(&world, French);
    assert_eq!(world.request(&mine).outcome, Some(Outcome::Joined));
    world.press("marcus", Verdict::Deny, Some("no"));
    world.run();
    let card = newest(&world, "emma");
    assert!(card.headline.starts_with("La demande à laquelle la vôtre était jointe"), "{}", card.headline);
    assert_eq!(words(card.body.last().unwrap()), "L’autre demande a été refusée.");
}

#[test]
fn records_of_before_read_as_english_and_english_ones_are_written_as_before() {
    let world = World::harbour();
    for language in Language::ALL {
        let (id, is_kept) = (asked(&world, language), language != English);
        let record: Value = world.record(&Slot::Request(id)).unwrap();
        assert_eq!(record.get("language").is_some(), is_kept);
        assert_eq!(serde_json::from_value::<Request>(record).unwrap().language, language);
    }
}
