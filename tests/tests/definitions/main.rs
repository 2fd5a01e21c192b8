//! The rules that the workflow definitions keep, each shown by a broken sample that it refuses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod form;
mod outcomes;
mod tasks;

use countersign_tests::{
    definition::{Definition, FOLDER},
    files,
};

/// A rule: what a definition does against it.
type Rule = fn(&Definition) -> Vec<String>;

/// A change of a shipped definition, and a word of what the rule says of it.
struct Broken {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    says: &'static str,
}

/// The names of all definitions.
fn names() -> Vec<String> {
    let files = files::list(FOLDER);
    files.iter().filter_map(|file| file.strip_suffix(".asl.json")).map(str::to_owned).collect()
}

fn definition(name: &str) -> Definition {
    Definition::parse(files::read(&format!("{FOLDER}/{name}.asl.json"))).unwrap()
}

/// The shipped definitions keep a rule, and it refuses each broken sample.
fn check(rule: Rule, samples: &[Broken]) {
    for name in names() {
        assert_eq!(rule(&definition(&name)), Vec::<String>::new(), "{name}");
    }
    assert!(!samples.is_empty());
    for Broken { name, from, to, says } in samples {
        let text = definition(name).text;
        let changed = text.replacen(from, to, 1);
        assert!(text != changed, "{name} has no {from:?}");
        let said = rule(&Definition::parse(changed).unwrap());
        assert!(said.iter().any(|line| line.contains(says)), "{name} with {to:?}: {said:?}");
    }
}

#[test]
fn there_is_one_definition_per_workflow() {
    assert_eq!(names(), ["access-request", "desk-request", "grant-lifecycle"]);
}
