//! Which crate may name which.

use super::{check, workspace::Workspace};

/// All that core is made of; each is free of I/O.
const OF_CORE: [&str; 10] = [
    "cel",
    "futures-util",
    "jiff",
    "libm",
    "serde",
    "serde_json",
    "serde_json_canonicalizer",
    "sha2",
    "thiserror",
    "time",
];

/// What only one library may name.
const DOORS: [(&str, &str); 4] = [
    ("aws-", "countersign-aws"),
    ("lambda_", "countersign-runtime"),
    ("jsonwebtoken", "countersign-connectors"),
    ("hmac", "countersign-chat"),
];

/// What no shipped function may have in its tree.
const NEVER_SHIPPED: [&str; 4] =
    ["countersign", "countersign-simulators", "countersign-testkit", "countersign-tests"];

/// Words of features by which a shipped function could be weakened.
const WEAKENING: [&str; 5] = ["chaos", "fault", "insecure", "simulat", "test"];

#[test]
fn core_is_made_of_what_does_no_io() {
    let shipped = Workspace::read();
    let samples = ["tokio", "reqwest", "aws-types", "lambda_runtime", "ring"];
    let samples = samples.map(|name| (shipped.needing("countersign-core", name), name));
    check(core, &shipped, &samples.each_ref().map(|(sample, says)| (sample, *says)));
}

fn core(workspace: &Workspace) -> Vec<String> {
    let core = workspace.named("countersign-core").unwrap();
    let needs = workspace.needs(core).into_iter().map(|package| package.name.clone());
    needs.filter(|name| !OF_CORE.contains(&name.as_str())).collect()
}

#[test]
fn members_know_only_those_below_them() {
    let shipped = Workspace::read();
    let samples = [
        ("countersign-core", "countersign-aws"),
        ("countersign-core", "countersign-http"),
        ("countersign-http", "countersign-core"),
        ("spend-token", "countersign-http"),
        ("countersign-chat", "countersign-aws"),
        ("countersign-aws", "countersign-runtime"),
        ("spend-token", "countersign-aws"),
        ("spend-token", "start-workflow"),
        ("spend-token", "countersign-chat"),
        ("countersign-runtime", "countersign-testkit"),
    ];
    let samples =
        samples.map(|(name, needed)| (shipped.needing(name, needed), format!("{name} knows {needed}")));
    check(members, &shipped, &samples.each_ref().map(|(sample, says)| (sample, says.as_str())));
}

fn members(workspace: &Workspace) -> Vec<String> {
    let is_member = |name: &str| workspace.members().any(|member| member.name == name);
    let mut wrong = Vec::new();
    for member in workspace.members() {
        let known = workspace.needs(member).into_iter().map(|package| package.name.as_str());
        let refused =
            known.filter(|name| is_member(name) && !may_know(&member.name, member.is_function(), name));
        wrong.extend(refused.map(|name| format!("{} knows {name}", member.name)));
    }
    wrong
}

fn may_know(name: &str, is_function: bool, other: &str) -> bool {
    match (name, other) {
        ("receive-slack", "countersign-chat") => true,
        ("countersign-runtime", "countersign-aws" | "countersign-chat" | "countersign-connectors") => true,
        ("countersign-runtime" | "countersign-testkit", "countersign-triage") => true,
        ("countersign-aws" | "countersign-connectors" | "countersign-chat", "countersign-http") => true,
        ("countersign-runtime", "countersign-http") => true,
        ("countersign-core" | "countersign-http", _) => false,
        ("countersign" | "countersign-tests" | "countersign-simulators" | "countersign-bench", _) => true,
        (_, "countersign-core") => true,
        (_, "countersign-runtime") => is_function,
        _ => false,
    }
}

#[test]
fn each_service_has_one_door() {
    let shipped = Workspace::read();
    let samples = [
        ("countersign-core", "aws-sdk-s3"),
        ("spend-token", "aws-sdk-sfn"),
        ("spend-token", "lambda_runtime"),
    ];
    let samples =
        samples.map(|(name, needed)| (shipped.needing(name, needed), format!("{name} names {needed}")));
    check(doors, &shipped, &samples.each_ref().map(|(sample, says)| (sample, says.as_str())));
}

fn doors(workspace: &Workspace) -> Vec<String> {
    let shipped = |folder: &str| folder.starts_with("functions/");
    let mut wrong = Vec::new();
    for member in workspace.members().filter(|member| member.folder.as_deref().is_some_and(shipped)) {
        for needed in workspace.needs(member) {
            let door = DOORS.iter().find(|(prefix, _)| needed.name.starts_with(prefix));
            if door.is_some_and(|(_, keeper)| member.name != *keeper) {
                wrong.push(format!("{} names {}", member.name, needed.name));
            }
        }
    }
    wrong
}

#[test]
fn no_function_ships_what_could_weaken_it() {
    let shipped = Workspace::read();
    let faulty = shipped.with("countersign-connectors", |package| package.features.push("faults".into()));
    let samples = [
        (
            &shipped.needing("countersign-connectors", "countersign-testkit"),
            "provision-access: countersign-testkit",
        ),
        (&shipped.needing("spend-token", "countersign-simulators"), "spend-token: countersign-simulators"),
        (&faulty, "countersign-connectors/faults"),
    ];
    check(weakened, &shipped, &samples);
}

fn weakened(workspace: &Workspace) -> Vec<String> {
    let mut wrong = Vec::new();
    for function in workspace.functions() {
        for needed in workspace.tree(function).into_iter().chain([function]) {
            if NEVER_SHIPPED.contains(&needed.name.as_str()) {
                wrong.push(format!("{}: {}", function.name, needed.name));
            }
            let weakening = |feature: &&String| WEAKENING.iter().any(|word| feature.contains(word));
            let features = needed.features.iter().filter(|_| needed.folder.is_some()).filter(weakening);
            wrong.extend(features.map(|feature| format!("{}: {}/{feature}", function.name, needed.name)));
        }
    }
    wrong
}
