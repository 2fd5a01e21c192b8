//! The examples of docs/POLICY.md: its rules are sound, and its questions have the answers that stand there.

use super::*;
use crate::{Arguments, policy::Command};
use clap::Parser;
use countersign_core::{
    config::Config,
    policy::{Rule, lint::lint, working_time::WorkingTime},
    time::Timestamp,
};
use serde::Deserialize;
use serde_yaml_ng::{Deserializer, with::singleton_map_recursive};

/// A block of the page: its language and its text.
type Block = (String, String);

fn blocks() -> Vec<Block> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/POLICY.md")).unwrap();
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced
        .map(|block| block.split_once('\n').map(|(kind, text)| (kind.into(), text.into())).unwrap())
        .collect()
}

#[derive(Deserialize)]
struct Example {
    rules: Vec<Rule>,
    working_time: Option<WorkingTime>,
}

/// The shipped configuration with the rules of an example.
fn with_rules(text: &str) -> LoadedConfig {
    let Example { rules, working_time } =
        singleton_map_recursive::deserialize(Deserializer::from_str(text)).unwrap();
    let mut config: Config = shipped().config().unwrap();
    (config.policy.rules, config.policy.working_time) = (rules, working_time);
    assert_eq!(lint(&config), [], "{text}");
    LoadedConfig::new(config).unwrap()
}

/// When the questions of the page are put: on a Friday at 16:00 in Berlin.
fn friday() -> Timestamp {
    Timestamp::parse("2026-11-27T15:00:00Z").unwrap()
}

fn answer(config: &LoadedConfig, question: &str) -> String {
    let arguments = Arguments::try_parse_from(question.split(' ')).unwrap();
    let crate::Command::Policy(Command::Explain { described, .. }) = arguments.command else {
        panic!("{question} explains nothing");
    };
    all(config, &described.asked().unwrap(), friday()).unwrap().iter().map(tell::whole).collect()
}

#[test]
fn the_examples_of_the_page_are_how_the_product_behaves() {
    let (mut config, mut examples, mut questions) = (None, 0, 0);
    let mut wrong = Vec::new();
    for (kind, text) in blocks() {
        match kind.as_str() {
            "yaml" => {
                examples += 1;
                config = Some(with_rules(&text));
            }
            "console" => {
                questions += 1;
                let (question, told) = text.split_once('\n').unwrap_or((&text, ""));
                let question = question.strip_prefix("$ ").unwrap();
                let expected = answer(config.as_ref().unwrap(), question);
                if told != expected {
                    wrong.push(format!("$ {question}\n{expected}"));
                }
            }
            "json" => assert!(parse::<Asked>(&text.replace('\n', " ")).is_ok(), "{text}"),
            _ => {}
        }
    }
    assert!(examples == 10 && questions > examples, "{examples} examples, {questions} questions");
    assert!(wrong.is_empty(), "the page must say:\n\n{}", wrong.join("\n\n"));
}
