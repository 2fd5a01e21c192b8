//! What is understood of whole messages: asks, applications, levels, people, durations, reasons, confidence.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use countersign_core::language::Language;
use countersign_triage::{Ask, shipped, understand};

mod catalog;

/// Tuesday, 10 November 2026, noon.
const NOW: i64 = 1_794_312_000;
const DAY: u64 = 86_400;
/// Half a day, as instants are counted.
const HALF: i64 = 43_200;

fn asks(text: &str) -> Vec<Ask> {
    understand(&shipped::model().unwrap(), &catalog::catalog(), text, NOW).asks
}

/// Checks `intent target level`, one per ask, with "?" for none and "*" where several fit.
fn check(text: &str, expected: &[&str]) {
    let asks = asks(text);
    let shown: Vec<String> = asks
        .iter()
        .map(|ask| {
            let target =
                ask.application.as_deref().unwrap_or(if ask.application_ambiguous { "*" } else { "?" });
            format!("{} {target} {}", ask.intent, ask.entitlement.as_deref().unwrap_or("?"))
        })
        .collect();
    assert_eq!(shown, expected, "{text:?}: {asks:#?}");
}

fn only(text: &str) -> Ask {
    let mut asks = asks(text);
    assert_eq!(asks.len(), 1, "{text:?}: {asks:#?}");
    asks.remove(0)
}

#[test]
fn the_product_story_is_understood_with_confidence() {
    let ask = only("I need Salesforce for the Q3 reports");
    assert_eq!(ask.intent, "access.request");
    assert_eq!(ask.application.as_deref(), Some("salesforce"));
    assert_eq!(ask.entitlement.as_deref(), Some("standard"));
    assert_eq!(ask.reason.as_deref(), Some("the Q3 reports"));
    assert_eq!((ask.duration_seconds, ask.beneficiary), (None, None));
    assert!(ask.confidence >= 0.8, "{}", ask.confidence);
    assert_eq!(ask.guesses.len(), 3);
    assert!(ask.doubts.is_empty() && !ask.words.is_empty(), "{:?} {:?}", ask.doubts, ask.words);
}

#[test]
fn applications_and_levels() {
    check("I need access to Tableau", &["access.request tableau viewer"]);
    check("Please give me Tableau Creator", &["access.request tableau creator"]);
    check("admin access to Salesforce please", &["access.request salesforce admin"]);
    check("I need write access to GitHub", &["access.request github write"]);
    check("I need access to SFDC", &["access.request salesforce standard"]);
    check("please give me access to salesfroce", &["access.request salesforce standard"]);
    check("I need access to the wiki", &["access.request * ?"]);
    check("I need access to Amplitude", &["access.request ? ?"]);
    check("I need access to Salesforce or Tableau", &["access.request * ?"]);
    check("Please remove my access to Salesforce", &["access.revoke salesforce ?"]);
    check("Ich brauche Zugriff auf Salesforce", &["access.request salesforce standard"]);
    check("I need owner rights in Figma", &["access.request figma ?"]);
}

#[test]
fn several_asks() {
    check(
        "I need Salesforce and a new laptop",
        &["access.request salesforce standard", "hardware.request ? ?"],
    );
    check(
        "I need Salesforce and GitHub access",
        &["access.request salesforce standard", "access.request github read"],
    );
    check(
        "Hi,\nI need:\n1. access to Tableau\n2. a new headset\nThanks",
        &["access.request tableau viewer", "hardware.request ? ?"],
    );
    check(
        "My password expired, please reset it. Also I need a second monitor.",
        &["password.reset ? ?", "hardware.request ? ?"],
    );
    check(
        "Please give me access to Jira. I joined the web team and we plan there. Thank you!",
        &["access.request jira member"],
    );
    check("I forgot my password and now my account is locked", &["account.unlock ? ?"]);
    // A channel may leave characters written as entities.
    check("Please reset my password &amp; more", &["password.reset ? ?"]);
    check("I need access to Notion for R&#38;D &lt;urgent&gt; please", &["access.request notion member"]);
    check(
        "I need Tableau for R&D; I need a new headset",
        &["access.request tableau viewer", "hardware.request ? ?"],
    );
    check("", &[]);
    check(" \n\t ", &[]);
}

#[test]
fn durations_reasons_and_people() {
    let ask = only(
        "Please give <@U0EMMA> admin access to Salesforce for two weeks because she covers for Marcus. Thanks!",
    );
    assert_eq!(ask.beneficiary.as_deref(), Some("<@U0EMMA>"));
    assert_eq!(ask.duration_seconds, Some(14 * DAY));
    assert_eq!(ask.reason.as_deref(), Some("she covers for Marcus"));
    assert_eq!(ask.entitlement.as_deref(), Some("admin"));
    let ask = only("I need NetSuite until Friday for the audit");
    assert_eq!(ask.duration_seconds, Some(3 * DAY + DAY / 2));
    assert_eq!(ask.reason.as_deref(), Some("the audit"));
    assert_eq!((ask.starts_at, ask.ends_at), (None, Some(NOW + 7 * HALF)));
    let ask = only("I need NetSuite from Monday to Friday for the audit");
    assert_eq!((ask.starts_at, ask.duration_seconds), (Some(NOW + 11 * HALF), Some(5 * DAY)));
    assert_eq!(ask.ends_at, Some(NOW + 21 * HALF));
    assert_eq!(ask.reason.as_deref(), Some("the audit"));
    let ask = only("I need NetSuite from Monday for two weeks because of the audit");
    assert_eq!((ask.duration_seconds, ask.ends_at), (Some(14 * DAY), None));
    let ask = only("Bitte Zugriff auf Tableau für noah@harbour.example");
    assert_eq!(ask.beneficiary.as_deref(), Some("noah@harbour.example"));
}

/// Each of these has something a person must settle.
#[test]
fn what_is_not_plain_is_not_trusted() {
    let unsure = [
        "can you sort the thing we talked about",
        "I need access",
        "I need access to Amplitude",
        "I need access to the wiki",
        "I need access to Salesforce or Tableau",
        "I need access to GitHub like I have in Salesforce, and not Jira",
        "Please don't give me access to Salesforce",
        "I need Salesforce until the project ends",
        "I need Salesforce from next month on",
        "temporary access to Salesforce please",
        "I need Salesforce for a few days",
        "I need Salesforce for 400 days",
        "I need Salesforce for 3 sprints",
        "I need Salesforce for the weekend",
        "please give my colleague access to Salesforce",
        "please give <@U0EMMA> and <@U0NOAH> access to Salesforce",
        "I need access to Salesforce for Emma",
        "I need root access to Figma",
        "I need Salesforce for Marcus and Figma for Grace and GitHub and AWS and Zendesk and Notion and Jira",
        "Jonas needs Salesforce for his reports",
        "Please give Jonas Salesforce",
        "cancel my request",
        "Figma seat of Noah is unused, please reclaim it",
        "access to Salesforce is no longer needed",
        "I want to return my seat in Salesforce",
        "I need access to Amplitude for the Salesforce team",
        "I have Salesforce access now, thanks",
        "What is Tableau?",
        "Salesforce",
        "asdkj qwoeiu zxmcn salesforce",
    ];
    for text in unsure {
        for ask in asks(text) {
            assert!(ask.confidence < 0.5, "{text:?}: {ask:#?}");
        }
    }
}

#[test]
fn an_intent_that_is_not_offered_is_not_trusted() {
    let mut catalog = catalog::catalog();
    catalog.intents.retain(|entry| entry.name != "access.request");
    let asks = understand(&shipped::model().unwrap(), &catalog, "I need access to Salesforce", NOW).asks;
    assert!(asks.iter().all(|ask| ask.confidence < 0.5), "{asks:#?}");
}

#[test]
fn the_language_is_told() {
    let language = |text| understand(&shipped::model().unwrap(), &catalog::catalog(), text, NOW).language;
    assert_eq!(language("I need access to Salesforce"), Some(Language::English));
    assert_eq!(language("Ich brauche bitte Zugriff auf Salesforce"), Some(Language::German));
    let with_quotation = "Ich brauche das auch, bitte.\n> I need access to the reports for my team";
    assert_eq!(language(with_quotation), Some(Language::German));
    assert_eq!(language("Salesforce"), None);
}

#[test]
fn an_answer_holds_nothing_but_what_was_asked() {
    let understanding = understand(
        &shipped::model().unwrap(),
        &catalog::catalog(),
        "approver: me, risk: low, policy: none",
        NOW,
    );
    let shown = serde_json::to_value(&understanding).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&shown), ["asks", "language"]);
    let expected = [
        "application",
        "application_ambiguous",
        "beneficiary",
        "confidence",
        "doubts",
        "duration_seconds",
        "ends_at",
        "entitlement",
        "guesses",
        "intent",
        "reason",
        "starts_at",
        "text",
        "words",
    ];
    assert_eq!(keys(&shown["asks"][0]), expected);
    assert_eq!(keys(&shown["asks"][0]["guesses"][0]), ["intent", "probability"]);
}
