//! Invocations of a running function: the CPU time of each, with everything that a runtime does around it.

use crate::{
    aws::Aws,
    environment::{Function, SIGNING_SECRET, TEAM},
    failure::{Failure, Result},
    process::Process,
};
use form_urlencoded::Serializer;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The function that takes slash commands.
pub(crate) const RECEIVE_SLACK: &str = "receive-slack";

/// Invocations before it is measured.
const WARM_UP: usize = 20;

/// What invocations of a running function cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Warm {
    /// How many were measured.
    pub(crate) invocations: usize,
    /// CPU time of one, on average, in microseconds.
    pub(crate) cpu_us: f64,
    /// The most memory that was resident until the last, in megabytes.
    pub(crate) peak_mb: f64,
}

/// Signed slash commands, each of which puts one message on a queue.
pub(crate) fn slash_commands(
    function: &Function,
    folder: &Path,
    aws: &Aws,
    invocations: usize,
) -> Result<Warm> {
    let before = aws.sent();
    let accepted = |answer: &Value| answer.get("statusCode").and_then(Value::as_u64) == Some(200);
    let warm = measure(function, folder, Some(aws), invocations, slash_command, accepted)?;
    let (sent, wanted) = (aws.sent() - before, invocations + WARM_UP);
    match usize::try_from(sent) == Ok(wanted) {
        true => Ok(warm),
        false => Err(Failure::of(&function.name, format!("sent {sent} messages for {wanted} commands"))),
    }
}

/// Events that the least function answers.
pub(crate) fn greetings(function: &Function, folder: &Path, invocations: usize) -> Result<Warm> {
    let greets = |answer: &Value| answer.get("hello").is_some();
    measure(function, folder, None, invocations, |_| json!({"hello": "?"}), greets)
}

fn measure(
    function: &Function,
    folder: &Path,
    aws: Option<&Aws>,
    invocations: usize,
    event: impl Fn(usize) -> Value,
    is_good: impl Fn(&Value) -> bool,
) -> Result<Warm> {
    let mut process = Process::start(function, &folder.join(&function.name), aws)?;
    process.ready()?;
    let invoke = |process: &mut Process, number| {
        let answer = process.invoke(event(number).to_string().into_bytes())?;
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        match is_good(&answer) {
            true => Ok(()),
            false => Err(Failure::of(&function.name, format!("answered {answer}"))),
        }
    };
    (0..WARM_UP).try_for_each(|number| invoke(&mut process, number))?;
    let before = process.cpu_ns()?;
    (WARM_UP..WARM_UP + invocations).try_for_each(|number| invoke(&mut process, number))?;
    let used = process.cpu_ns()? - before;
    Ok(Warm { invocations, cpu_us: per_invocation_us(used, invocations), peak_mb: process.peak_mb()? })
}

fn per_invocation_us(used_ns: f64, invocations: usize) -> f64 {
    used_ns / 1e3 / f64::from(u32::try_from(invocations.max(1)).unwrap_or(u32::MAX))
}

/// `/ask …` as API Gateway hands it over.
fn slash_command(number: usize) -> Value {
    let body = Serializer::new(String::new())
        .extend_pairs([
            ("token", "not-checked"),
            ("team_id", TEAM),
            ("team_domain", "harbour-works"),
            ("channel_id", "D0EMMA"),
            ("channel_name", "directmessage"),
            ("user_id", "U0EMMA"),
            ("user_name", "emma"),
            ("api_app_id", "A0COUNTERSIGN"),
            ("is_enterprise_install", "false"),
            ("response_url", "https://hooks.slack.example/commands/1"),
            ("trigger_id", &format!("13345224609.{number}.8088930838d88f008e0")),
            ("command", "/ask"),
            ("text", "I need Salesforce for the Q3 reports"),
        ])
        .finish();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let headers = json!({
        "Content-Type": "application/x-www-form-urlencoded", "Host": "desk.harbour.example",
        "X-Slack-Request-Timestamp": now.to_string(), "X-Slack-Signature": signature(now, &body),
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    });
    json!({
        "httpMethod": "POST", "resource": "/slack/commands", "path": "/slack/commands", "headers": headers,
        "pathParameters": null, "queryStringParameters": null, "body": body, "isBase64Encoded": false,
    })
}

/// Slack's: `docs.slack.dev`, "Verifying requests from Slack".
fn signature(seconds: u64, body: &str) -> String {
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SIGNING_SECRET.as_bytes()) else { return String::new() };
    mac.update(format!("v0:{seconds}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_shared_among_the_invocations() {
        for (used_ns, invocations, us) in [(2_000_000.0, 1000, 2.0), (500.0, 1, 0.5), (0.0, 0, 0.0)] {
            assert!((per_invocation_us(used_ns, invocations) - us).abs() < 1e-9, "{used_ns} {invocations}");
        }
    }

    #[test]
    fn commands_are_signed_and_differ() {
        let (one, other) = (slash_command(1), slash_command(2));
        assert_ne!(one["body"], other["body"]);
        let seconds = one["headers"]["X-Slack-Request-Timestamp"].as_str().unwrap().parse().unwrap();
        let body = one["body"].as_str().unwrap();
        assert_eq!(one["headers"]["X-Slack-Signature"], signature(seconds, body));
        assert_ne!(signature(seconds, body), signature(seconds + 1, body));
        assert_eq!(signature(seconds, body).len(), 3 + 64);
    }
}
