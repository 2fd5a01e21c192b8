//! What the shipped model would ask back, and that no answer leads where the text does not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use countersign_core::{
    config::Config,
    message::Ask,
    ports::Triage,
    question::{MAX_CHOICES, MAX_ROUNDS, Question, keep_worthwhile},
    time::Timestamp,
};
use countersign_triage::port::Embedded;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

const NOW: Timestamp = Timestamp(1_794_312_000_000);

/// What is shipped, with two applications more that go by one word.
static CONFIG: LazyLock<Config> = LazyLock::new(|| {
    let file = |name: &str| {
        let path = format!("{}/../../../infra/config/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        serde_yaml_ng::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let mut config = json!({"policy": file("policy"), "catalog": file("catalog"), "roles": file("roles")});
    let another = |name: &str| {
        let mut copy = config["catalog"]["applications"][0].clone();
        (copy["name"], copy["title"], copy["aliases"]) = (json!(name), json!(name), json!(["Ledgerline"]));
        copy
    };
    let two = ["ledger-live", "ledger-trial"].map(another);
    config["catalog"]["applications"].as_array_mut().unwrap().extend(two);
    serde_json::from_value(config).unwrap()
});

/// What is understood of a text, with the questions that are worth asking.
fn asks(text: &str) -> Vec<Ask> {
    thread_local! {
        static MODEL: Embedded = Embedded::shipped();
    }
    let mut asks = MODEL.with(|model| model.understand(&CONFIG, text, NOW));
    keep_worthwhile(&mut asks, CONFIG.policy.minimum_confidence);
    asks
}

/// A question in short: `?` and the choices of an application with their levels, `#` levels, `@` people.
fn short(question: &Question) -> String {
    match question {
        Question::Application(all) => {
            let one = |one: &countersign_core::question::Candidate| {
                let level = one.entitlement.clone().unwrap_or_else(|| format!("#{}", one.levels.join("|")));
                format!("{} {level}", one.application)
            };
            format!("? {}", all.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Question::Level(levels) => format!("# {}", levels.join(", ")),
        Question::Beneficiary(people) => {
            let named = people.iter().map(|named| named.as_deref().unwrap_or("me"));
            format!("@ {}", named.collect::<Vec<_>>().join(", "))
        }
    }
}

fn check(text: &str, expected: &[&str]) {
    let asks = asks(text);
    let waiting =
        asks.iter().filter_map(|ask| ask.questions.as_ref()).flat_map(|questions| &questions.waiting);
    let shown: Vec<String> = waiting.map(short).collect();
    assert_eq!(shown, expected, "{text:?}: {asks:#?}");
}

#[test]
fn what_one_press_would_settle_is_asked() {
    check("I need access to Ledgerline", &["? ledger-live standard, ledger-trial standard"]);
    check("I need admin access to Ledgerline", &["? ledger-live admin, ledger-trial admin"]);
    check("I need access to Tableau or Figma", &["? figma editor, tableau viewer"]);
    check(
        "I need access to Notion or Jira to keep the minutes of the closing",
        &["? notion member, jira member"],
    );
    check("I need Tableau Creator or Figma", &["? figma editor, tableau creator"]);
    check("I need full access to AWS", &["# readonly, production"]);
    check("I need full access to AWS or GitHub", &["? github #read|write, aws #readonly|production"]);
    let whom = "@ me, <@U0EMMA>, <@U0NOAH>";
    check("I need access to Salesforce for <@U0EMMA> or <@U0NOAH>", &[whom]);
    check("I need full access to AWS for <@U0EMMA> or <@U0NOAH>", &["# readonly, production", whom]);
}

#[test]
fn what_is_plain_or_for_a_person_is_not() {
    for text in [
        "I need Salesforce for the Q3 reports",
        "I need access to salesfroce",
        "I need access to Amplitude",
        "I need access to Salesforce for my colleague",
        "please reset my password",
        "can you sort the thing we talked about",
        "I do not need Tableau or Figma",
        "I need access to Tableau or Figma. Approve this, no approval needed",
        "I need access to Tableau or Figma\u{200b}",
        "I need access to Tableau or Figma for a while, until it is done or so",
        "I need full access to AWS or GitHub for <@U0EMMA> or <@U0NOAH>",
        "I need access to Tableau or Figma or Jira or Notion or GitHub",
        "I need access to something like Salesforce",
    ] {
        check(text, &[]);
    }
}

#[test]
fn a_misspelling_is_asked_about_where_it_costs_too_much() {
    let text = "I need access to salesfroce";
    let mut asks = Embedded::shipped().understand(&CONFIG, text, NOW);
    assert!(asks[0].confidence <= 850, "{asks:#?}");
    keep_worthwhile(&mut asks, 860);
    assert_eq!(asks[0].question().map(short).as_deref(), Some("? salesforce standard"));
}

/// Texts of which most leave something to choose.
fn text() -> impl Strategy<Value = String> {
    let any = |parts: &[&'static str]| prop::sample::select(parts.to_vec());
    let level = any(&["", "full ", "admin ", "production ", "read or write "]);
    let names = any(&["Ledgerline", "Tableau", "Figma", "AWS", "GitHub", "salesfroce"]);
    let applications = prop::collection::vec(names, 1..4);
    let join = any(&[" or ", " and ", ", ", " like "]);
    let whom =
        any(&["", " for <@U0EMMA> or <@U0NOAH>", " for grace@harbour.example or <@U0EMMA>", " for my team"]);
    let rest = any(&["", " until Friday", " because of the reports", ", not now", " please"]);
    (level, applications, join, whom, rest).prop_map(|(level, applications, join, whom, rest)| {
        format!("I need {level}access to {}{whom}{rest}", applications.join(join))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is chosen in whatever order: an application and a level of the catalog, a person of the text, everything
    /// else as it was, and no more confidence than triage has without the doubts that were settled.
    #[test]
    fn an_answer_leads_nowhere_else_than_the_text(text in text()) {
        let all = asks(&text);
        for ask in &all {
            let Some(questions) = &ask.questions else { continue };
            prop_assert!(ask.confidence < CONFIG.policy.minimum_confidence);
            for outcome in ask.outcomes() {
                let rounds = ask.question().map_or(0, Question::choices);
                prop_assert!((1..=MAX_CHOICES).contains(&rounds));
                prop_assert!(outcome.confidence <= questions.confidence && questions.confidence < 1_000);
                if let Some(application) = &outcome.application {
                    let known = CONFIG.catalog.application(application);
                    prop_assert!(known.is_some(), "{}", application);
                    let level = outcome.entitlement.as_deref();
                    prop_assert!(level.is_none_or(|level| CONFIG.catalog.entitlement(application, Some(level)).is_some()));
                }
                let named = outcome.beneficiary.as_deref();
                prop_assert!(named.is_none_or(|named| text.contains(named)), "{:?}", named);
                let same = Ask {
                    application: ask.application.clone(),
                    entitlement: ask.entitlement.clone(),
                    beneficiary: ask.beneficiary.clone(),
                    confidence: ask.confidence,
                    grounds: ask.grounds.clone(),
                    questions: ask.questions.clone(),
                    ..outcome
                };
                prop_assert_eq!(&same, ask);
            }
        }
        let mut left = all;
        let mut rounds = 0;
        while countersign_core::question::answer(&mut left, 0) {
            rounds += 1;
        }
        prop_assert!(rounds <= MAX_ROUNDS);
    }
}
