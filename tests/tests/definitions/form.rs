//! How definitions are written: language, names, ways, and what they carry.

use super::{Broken, check};
use countersign_tests::definition::{Definition, every_text, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// The functions of JSONata, with those that Step Functions adds. A variable of such a name silently means them.
const BUILT_IN: &str = "abs append assert average base64decode base64encode boolean ceil clone contains count \
    decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor \
    formatBase formatInteger formatNumber fromMillis hash join keys length lookup lowercase map match max merge \
    millis min not now number pad parse parseInteger partition power random range reduce replace reverse round \
    shuffle sift single sort split spread sqrt states string substring substringAfter substringBefore sum \
    toMillis trim type uppercase uuid zip";

#[test]
fn definitions_are_jsonata_from_the_top() {
    check(
        language,
        &[Broken {
            name: "access-request",
            from: r#""Type": "Succeed","#,
            to: r#""Type": "Succeed", "QueryLanguage": "JSONPath","#,
            says: "Close",
        }],
    );
}

fn language(definition: &Definition) -> Vec<String> {
    let mut wrong = Vec::new();
    if definition.at("/QueryLanguage") != "JSONata" {
        wrong.push("the definition is not JSONata".to_owned());
    }
    let own = definition.states().filter(|(_, state)| state.get("QueryLanguage").is_some());
    wrong.extend(own.map(|(name, _)| format!("{name} has a language of its own")));
    wrong
}

#[test]
fn definitions_name_nothing_of_an_account() {
    check(
        arns,
        &[
            Broken {
                name: "access-request",
                from: "${GatherContextFunctionArn}",
                to: "arn:aws:lambda:eu-central-1:111122223333:function:gather-context",
                says: "arn:aws:lambda",
            },
            Broken {
                name: "grant-lifecycle",
                from: "A step answered",
                to: "Account 111122223333",
                says: "111122223333",
            },
        ],
    );
}

fn arns(definition: &Definition) -> Vec<String> {
    let mut wrong = Vec::new();
    every_text(definition.at(""), &mut |found| {
        let arn = found.contains("arn:") && !found.starts_with("arn:aws:states:::");
        let account = found.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12);
        if arn || account {
            wrong.push(found.to_owned());
        }
    });
    wrong
}

#[test]
fn no_state_follows_itself() {
    check(
        self_loops,
        &[
            Broken {
                name: "access-request",
                from: r#""Next": "NextStep""#,
                to: r#""Next": "PlanApprovals""#,
                says: "PlanApprovals",
            },
            Broken {
                name: "desk-request",
                from: "\"Output\": {\"turn\": \"{% $states.input.turn + 1 %}\"},\n          \"Next\": \"NextStep\"",
                to: "\"Next\": \"AwaitDecision\"",
                says: "AwaitDecision",
            },
            Broken {
                name: "grant-lifecycle",
                from: r#""Default": "NoKnownOutcome""#,
                to: r#""Default": "GrantStep""#,
                says: "GrantStep",
            },
        ],
    );
}

fn self_loops(definition: &Definition) -> Vec<String> {
    let loops = definition.states().filter(|(name, _)| definition.ways(name).contains(name));
    loops.map(|(name, _)| format!("{name} may follow itself")).collect()
}

#[test]
fn every_state_is_there_and_can_be_reached() {
    check(
        ways,
        &[
            Broken {
                name: "desk-request",
                from: r#""Default": "NoKnownOutcome""#,
                to: r#""Default": "Close""#,
                says: "NoKnownOutcome",
            },
            Broken {
                name: "access-request",
                from: r#""Next": "IsProvisioned""#,
                to: r#""Next": "Nowhere""#,
                says: "Nowhere",
            },
        ],
    );
}

fn ways(definition: &Definition) -> Vec<String> {
    let start = definition.at("/StartAt").as_str().unwrap_or_default();
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            open.extend(definition.ways(name));
        }
    }
    let there: BTreeSet<&str> = definition.states().map(|(name, _)| name).collect();
    reached.symmetric_difference(&there).map(|name| format!("{name} is missing or out of reach")).collect()
}

#[test]
fn no_variable_has_the_name_of_a_function() {
    check(
        variables,
        &[
            Broken {
                name: "access-request",
                from: r#""gate": "{% $exists"#,
                to: r#""round": "{% $exists"#,
                says: "$round",
            },
            Broken { name: "grant-lifecycle", from: "$next :=", to: "$min :=", says: "$min" },
        ],
    );
}

fn variables(definition: &Definition) -> Vec<String> {
    let built_in: BTreeSet<&str> = BUILT_IN.split_whitespace().collect();
    let mut names = BTreeSet::new();
    every_object(definition.at("/States"), &mut |object| {
        let assigned = object.get("Assign").and_then(Value::as_object);
        names.extend(assigned.into_iter().flatten().map(|(name, _)| name.clone()));
    });
    every_text(definition.at("/States"), &mut |found| {
        let before = found.split(":=").map(|part| part.trim_end().rsplit('$').next().unwrap_or_default());
        names.extend(before.take(found.matches(":=").count()).map(str::to_owned));
    });
    names.iter().filter(|name| built_in.contains(name.as_str())).map(|name| format!("${name}")).collect()
}

#[test]
fn executions_carry_ids_times_and_codes_only() {
    check(
        carried,
        &[
            Broken {
                name: "access-request",
                from: r#""Output": {"turn": 0}"#,
                to: r#""Output": "{% $states.result %}""#,
                says: "GatherContext",
            },
            Broken {
                name: "desk-request",
                from: r#""outcome": "{% $states.result.outcome %}","#,
                to: r#""outcome": "{% $states.result.outcome %}", "requester": "{% $states.result.requester %}","#,
                says: "requester",
            },
            Broken {
                name: "access-request",
                from: "$states.errorOutput.Error %}",
                to: "$states.errorOutput.Cause %}",
                says: "Cause",
            },
            Broken {
                name: "access-request",
                from: r#""outcome": "{% $outcome %}"}"#,
                to: r#""outcome": "{% $states.context.Task.Token %}"}"#,
                says: "token",
            },
        ],
    );
}

fn carried(definition: &Definition) -> Vec<String> {
    let may = ["$states.result.outcome", "$states.result.gate", "$states.result.wake"];
    let mut wrong = Vec::new();
    for (name, state) in definition.states() {
        let mut without_payload = state.clone();
        let token = "/Arguments/Payload/token";
        if let Some(found) = without_payload.pointer_mut(token) {
            *found = Value::Null;
        }
        every_text(&without_payload, &mut |found| {
            let mut rest = found.to_owned();
            may.iter().for_each(|allowed| rest = rest.replace(allowed, ""));
            if rest.contains("$states.result") {
                wrong.push(format!("{name} carries on: {found}"));
            }
            if found.contains("errorOutput.Cause") {
                wrong.push(format!("{name} carries the Cause of an error on"));
            }
            if found.contains("Task.Token") {
                wrong.push(format!("{name} hands the token to something else than a function"));
            }
        });
        if !["Task", "Choice", "Succeed", "Fail"].contains(&text(state, "Type")) {
            wrong.push(format!("{name} is of a type that no rule here speaks of"));
        }
    }
    wrong
}

fn every_object<'a>(value: &'a Value, visit: &mut impl FnMut(&'a serde_json::Map<String, Value>)) {
    match value {
        Value::Array(found) => found.iter().for_each(|item| every_object(item, visit)),
        Value::Object(found) => {
            visit(found);
            found.values().for_each(|item| every_object(item, visit));
        }
        _ => {}
    }
}
