//! Every task ends in time, is tried again for what passes, and leads on when it fails for good.

use super::{Broken, check, definition, names};
use countersign_core::{Error, time::Timestamp};
use countersign_tests::{
    definition::{Definition, text},
    files,
    template::{self, Template, strings},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// How Lambda fails without a fault of the function, and how a function dies.
const PASSING: [&str; 9] = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Runtime.ExitError",
    "Sandbox.Timedout",
    "States.Timeout",
];

const WAIT: &str = "arn:aws:states:::lambda:invoke.waitForTaskToken";

fn is_wait(state: &Value) -> bool {
    text(state, "Resource") == WAIT
}

fn list<'a>(state: &'a Value, name: &str) -> Vec<&'a Value> {
    template::items(state.get(name).unwrap_or(&Value::Null))
}

fn errors(value: &Value) -> BTreeSet<&str> {
    strings(value.get("ErrorEquals").unwrap_or(&Value::Null)).into_iter().collect()
}

#[test]
fn every_task_ends_in_time() {
    check(
        timeouts,
        &[
            Broken { name: "access-request", from: "\"TimeoutSeconds\": 45,", to: "", says: "GatherContext" },
            Broken { name: "desk-request", from: "$max([1, ", to: "$max([0, ", says: "AwaitDecision" },
            Broken { name: "desk-request", from: " : 300) %}", to: ") %}", says: "AwaitDecision" },
            Broken {
                name: "grant-lifecycle",
                from: r#""round": "{% $exists"#,
                to: r#""HeartbeatSeconds": 60, "round": "{% $exists"#,
                says: "heartbeat",
            },
        ],
    );
}

/// A wait for people ends at the next absolute wake-up, never sooner than in a second, and has an end without one.
fn timeouts(definition: &Definition) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, state) in definition.of_type("Task") {
        let timeout = state.get("TimeoutSeconds").unwrap_or(&Value::Null);
        let expression = timeout.as_str().unwrap_or_default();
        let absolute = expression.contains("wake[$ > $millis()]") && expression.contains("$max([1, $ceil(");
        let bounded = timeout.as_u64().is_some_and(|seconds| seconds > 0);
        if !(bounded && !is_wait(state) || is_wait(state) && absolute && expression.ends_with(" : 300) %}")) {
            wrong.push(format!("{name} does not end in time"));
        }
        if state.to_string().contains("HeartbeatSeconds") {
            wrong.push(format!("{name} expects a heartbeat of people"));
        }
    }
    wrong
}

#[test]
fn every_task_is_tried_again_for_what_passes_and_nothing_else() {
    check(
        retries,
        &[
            Broken {
                name: "access-request",
                from: r#""JitterStrategy": "FULL""#,
                to: r#""JitterStrategy": "NONE""#,
                says: "jitter",
            },
            Broken {
                name: "access-request",
                from: "\"MaxDelaySeconds\": ${RetryLongestSeconds},",
                to: "",
                says: "longest",
            },
            Broken {
                name: "desk-request",
                from: r#""Countersign.Conflict","#,
                to: "",
                says: "Countersign.Conflict",
            },
            Broken {
                name: "grant-lifecycle",
                from: r#""Countersign.NotYetConfirmed","#,
                to: "",
                says: "Countersign.NotYetConfirmed",
            },
            Broken {
                name: "access-request",
                from: r#""Countersign.Conflict","#,
                to: r#""Countersign.Conflict", "Countersign.Refused","#,
                says: "Countersign.Refused",
            },
            Broken { name: "access-request", from: r#""Lambda.Unknown","#, to: "", says: "Lambda.Unknown" },
            Broken {
                name: "desk-request",
                from: r#""Lambda.Unknown","#,
                to: r#""States.ALL","#,
                says: "States.ALL",
            },
        ],
    );
}

fn retries(definition: &Definition) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, state) in definition.of_type("Task") {
        let retriers = list(state, "Retry");
        for retrier in &retriers {
            if text(retrier, "JitterStrategy") != "FULL" {
                wrong.push(format!("{name} tries again without jitter"));
            }
            if retrier.get("MaxDelaySeconds").is_none() || retrier.get("MaxAttempts").is_none() {
                wrong.push(format!("{name} has no longest pause or no last try"));
            }
        }
        let found: BTreeSet<&str> = retriers.into_iter().flat_map(errors).collect();
        let wanted = passing(name, state);
        wrong.extend(found.symmetric_difference(&wanted).map(|error| format!("{name}: {error}")));
    }
    wrong
}

/// What a state is to try again for: what core says may be retried, and how Lambda and functions fail by chance.
fn passing(name: &str, state: &Value) -> BTreeSet<&'static str> {
    let changes_a_target = ["ProvisionAccess", "RevokeAccess"].contains(&name);
    let known = every_error().into_iter().filter(Error::may_be_retried).map(|error| error.code());
    let known = known.filter(|code| changes_a_target || *code != Error::NotYetConfirmed.code());
    // The timeout of a wait is a wake-up and no failure.
    let passing = PASSING.into_iter().filter(|error| !(is_wait(state) && *error == "States.Timeout"));
    known.chain(passing).collect()
}

fn every_error() -> Vec<Error> {
    vec![
        Error::invalid("", String::new()),
        Error::NotFound(""),
        Error::Conflict,
        Error::Refused(String::new()),
        Error::Unavailable { service: "", retry_at: Some(Timestamp(0)) },
        Error::Ambiguous { service: "", erred: false },
        Error::NotYetConfirmed,
        Error::Broken(String::new()),
    ]
}

#[test]
fn what_fails_for_good_leads_to_the_technical_end() {
    check(
        catches,
        &[
            Broken {
                name: "access-request",
                from: r#""Next": "GoneWrong""#,
                to: r#""Next": "Close""#,
                says: "GatherContext",
            },
            Broken {
                name: "desk-request",
                from: r#"["States.ALL"]"#,
                to: r#"["States.TaskFailed"]"#,
                says: "PlanApprovals",
            },
            Broken {
                name: "grant-lifecycle",
                from: r#"["States.Timeout"]"#,
                to: r#"["States.Runtime"]"#,
                says: "AwaitEnd",
            },
        ],
    );
}

/// `States.ALL` leads to a Fail state; the timeout of a wait leads to a Choice; nothing else is caught.
fn catches(definition: &Definition) -> Vec<String> {
    let leads_to = |catch: &Value, kind: &str| text(definition.state(text(catch, "Next")), "Type") == kind;
    let mut wrong = Vec::new();
    for (name, state) in definition.of_type("Task") {
        let catchers = list(state, "Catch");
        let mut wanted = vec![("States.ALL", "Fail")];
        if is_wait(state) {
            wanted.insert(0, ("States.Timeout", "Choice"));
        }
        let fits = catchers.len() == wanted.len()
            && catchers.iter().zip(wanted).all(|(catch, (error, kind))| {
                errors(catch) == BTreeSet::from([error]) && leads_to(catch, kind)
            });
        if !fits {
            wrong.push(format!("{name} catches the wrong things, or leads them the wrong way"));
        }
    }
    wrong
}

#[test]
fn waits_hand_the_token_and_a_fence_to_ask_approvers() {
    let wait = |name, from, to, says| Broken { name, from, to, says };
    check(
        waits,
        &[
            wait("access-request", "\"round\": \"{% $states.input.turn %}\",", "", "round"),
            wait("desk-request", "${AskApproversFunctionArn}", "${PlanApprovalsFunctionArn}", "AskApprovers"),
            wait("grant-lifecycle", "RetryCount : 0", "RetryCount : 1", "retry"),
            wait("access-request", "$states.input.turn + 1", "$states.input.turn", "turn"),
        ],
    );
}

fn waits(definition: &Definition) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, state) in definition.of_type("Task").filter(|(_, state)| is_wait(state)) {
        let argument = |path: &str| state.pointer(&format!("/Arguments/{path}")).and_then(Value::as_str);
        if argument("FunctionName") != Some("AskApproversFunctionArn") {
            wrong.push(format!("{name} does not run AskApprovers"));
        }
        for member in ["request", "generation", "gate", "token", "redrive", "round", "retry"] {
            let value = argument(&format!("Payload/{member}")).unwrap_or_default();
            let from_zero = ["redrive", "retry"].contains(&member) && !value.ends_with(" : 0 %}");
            if value.is_empty() || from_zero {
                wrong.push(format!("{name} does not pass {member} as it should"));
            }
        }
        let timed_out = state.pointer("/Catch/0/Output/turn").and_then(Value::as_str);
        let went_on = state.pointer("/Output/turn").and_then(Value::as_str);
        if [timed_out, went_on].iter().any(|turn| !turn.unwrap_or_default().ends_with(" + 1 %}")) {
            wrong.push(format!("{name} does not count its turns"));
        }
    }
    wrong
}

/// A second try, or a further state, must not run beside a function that is still at work.
#[test]
fn a_task_outlasts_its_function() {
    let shipped = Template::parse(files::read(template::PATH)).unwrap();
    assert_eq!(outlasted(&shipped), Vec::<String>::new());
    let longer = shipped.text.replacen(
        "-provision-access\n      Timeout: 30",
        "-provision-access\n      Timeout: 300",
        1,
    );
    assert_eq!(outlasted(&Template::parse(longer).unwrap()), ["ProvisionAccess"]);
}

fn outlasted(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in names() {
        let definition = definition(&name);
        for (state, body) in definition.of_type("Task").filter(|(_, body)| !is_wait(body)) {
            let function = text(body, "Resource").trim_end_matches("Arn");
            let limit = template.resource(function).map(|found| template.function_property(found, "Timeout"));
            let limit = limit.and_then(Value::as_u64).unwrap_or(u64::MAX);
            if body.get("TimeoutSeconds").and_then(Value::as_u64).is_none_or(|seconds| seconds <= limit) {
                wrong.push(state.to_owned());
            }
        }
    }
    wrong
}
