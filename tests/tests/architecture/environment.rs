//! The variables that the runtime reads are those that the template sets.

use super::check;
use countersign_core::job::Queue;
use countersign_tests::{
    definition::FOLDER,
    files,
    template::{PATH, Template},
};
use std::collections::BTreeSet;

const ENV: &str = "functions/shared/runtime/src/env.rs";

/// The text of the runtime's `env`, and that of the template.
struct Both {
    env: String,
    template: String,
}

#[test]
fn every_variable_is_set_somewhere_and_every_one_set_is_read() {
    let shipped = Both { env: files::read(ENV), template: files::read(PATH) };
    let changed = |from: &str, to: &str| Both {
        env: shipped.env.replace(from, to),
        template: shipped.template.clone(),
    };
    let renamed = changed("COUNTERSIGN_SLACK_TEAM", "COUNTERSIGN_SLACK_WORKSPACE");
    let set = |line: &str| Both {
        env: shipped.env.clone(),
        template: shipped.template.replacen("          COUNTERSIGN_TABLE: !Ref Table\n", line, 1),
    };
    let (queue, workflow) =
        (set("          COUNTERSIGN_QUEUE_OTHER: x\n"), set("          COUNTERSIGN_WORKFLOW_OTHER: x\n"));
    check(
        variables,
        &shipped,
        &[
            (&renamed, "nothing sets COUNTERSIGN_SLACK_WORKSPACE"),
            (&renamed, "nothing reads COUNTERSIGN_SLACK_TEAM"),
            (&queue, "nothing reads COUNTERSIGN_QUEUE_OTHER"),
            (&workflow, "nothing reads COUNTERSIGN_WORKFLOW_OTHER"),
        ],
    );
}

fn variables(both: &Both) -> Vec<String> {
    let read: BTreeSet<String> = both.env.lines().filter_map(constant).chain(numerous()).collect();
    let template = Template::parse(both.template.clone()).unwrap();
    let functions = template.functions();
    let of =
        functions.iter().filter_map(|function| function.at("/Properties/Environment/Variables").as_object());
    let set: BTreeSet<String> = of.flat_map(|variables| variables.keys().cloned()).collect();
    let unset = read.difference(&set).map(|name| format!("nothing sets {name}"));
    unset.chain(set.difference(&read).map(|name| format!("nothing reads {name}"))).collect()
}

fn constant(line: &str) -> Option<String> {
    let (_, value) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
    Some(value.strip_suffix("\";")?.to_owned())
}

/// The variables that there is one of for each queue and each workflow.
fn numerous() -> impl Iterator<Item = String> {
    let queues = Queue::ALL.map(|queue| format!("COUNTERSIGN_QUEUE_{}", queue.name().to_uppercase()));
    let files = files::list(FOLDER);
    let definitions: Vec<_> =
        files.iter().filter_map(|file| file.strip_suffix(".asl.json")).map(variable).collect();
    queues.into_iter().chain(definitions)
}

fn variable(definition: &str) -> String {
    format!("COUNTERSIGN_WORKFLOW_{}", definition.to_uppercase().replace('-', "_"))
}
