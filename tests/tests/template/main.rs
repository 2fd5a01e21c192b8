//! The rules that the template keeps, each shown by a broken sample that it refuses.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod alarms;
mod api;
mod functions;
mod logs;
mod parameters;
mod ports;
mod queues;
mod roles;
mod stars;
mod storage;
mod workflows;

use countersign_tests::{
    files,
    template::{PATH, Template},
};

/// A rule: what a template does against it.
type Rule = fn(&Template) -> Vec<String>;

/// A change of the shipped template (the first place is changed), and a word of what the rule says of it.
struct Broken {
    from: &'static str,
    to: &'static str,
    says: &'static str,
}

fn shipped() -> Template {
    Template::parse(files::read(PATH)).unwrap()
}

/// The shipped template keeps a rule, and it refuses each broken sample.
fn check(rule: Rule, samples: &[Broken]) {
    let shipped = shipped();
    assert_eq!(rule(&shipped), Vec::<String>::new());
    assert!(!samples.is_empty());
    for Broken { from, to, says } in samples {
        let changed = shipped.text.replacen(from, to, 1);
        assert!(shipped.text != changed, "the template has no {from:?}");
        let said = rule(&Template::parse(changed).unwrap());
        assert!(said.iter().any(|line| line.contains(says)), "{to:?}: {said:?}");
    }
}
