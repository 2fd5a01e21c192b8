//! Every queue hides messages long enough, tries them often enough, and has somewhere for those that fail.

use super::{Broken, check};
use countersign_core::job::Queue;
use countersign_tests::template::{Resource, Template, logical_id, refers_to, strings};
use serde_json::Value;

const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const QUEUE: &str = "AWS::SQS::Queue";
const VISIBLE_TIMEOUTS: u64 = 6;
const RECEIVES: u64 = 5;

/// The queue that a mapping reads and the function that it wakes.
fn ends<'a>(template: &'a Template, mapping: Resource<'a>) -> Option<(Resource<'a>, Resource<'a>)> {
    let queue = template.resource(refers_to(mapping.property("EventSourceArn"))?)?;
    let function = template.resource(refers_to(mapping.property("FunctionName"))?)?;
    Some((queue, function))
}

#[test]
fn messages_are_hidden_for_six_times_their_function() {
    check(
        visibility,
        &[
            Broken { from: "Default: 180", to: "Default: 179", says: "TriageQueue" },
            Broken { from: "Default: 1800", to: "Default: 180", says: "PeopleQueue" },
            Broken { from: "    Timeout: 30\n", to: "    Timeout: 31\n", says: "MessagesQueue" },
            Broken {
                from: "      VisibilityTimeout: !Ref QueueVisibilitySeconds\n",
                to: "",
                says: "TriageQueue",
            },
        ],
    );
}

fn visibility(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for mapping in template.resources(MAPPING) {
        let Some((queue, function)) = ends(template, mapping) else {
            wrong.push(format!("{} leads from or to nowhere", mapping.id));
            continue;
        };
        let hidden = template.number(queue.property("VisibilityTimeout")).unwrap_or(0);
        let timeout = template.number(template.function_property(function, "Timeout")).unwrap_or(u64::MAX);
        if hidden < timeout.saturating_mul(VISIBLE_TIMEOUTS) {
            wrong.push(format!(
                "{} hides messages for {hidden} s, {} takes {timeout} s",
                queue.id, function.id
            ));
        }
    }
    wrong
}

#[test]
fn every_queue_has_its_reader_and_its_dead_letters() {
    check(
        dead_letters,
        &[
            Broken {
                from: "        deadLetterTargetArn: !GetAtt TriageDeadLetters.Arn\n",
                to: "",
                says: "TriageQueue",
            },
            Broken {
                from: "!GetAtt StartDeadLetters.Arn\n        maxReceiveCount",
                to: "!GetAtt StartQueue.Arn\n        maxReceiveCount",
                says: "StartQueue",
            },
            Broken {
                from: "    Default: 5\n    MinValue: 1\n    MaxValue: 1000",
                to: "    Default: 4",
                says: "TriageQueue",
            },
            Broken {
                from: "FunctionName: !Ref SpendTokenFunction",
                to: "FunctionName: !Ref SweepDueFunction",
                says: "TokensQueue",
            },
            Broken {
                from: "      EventSourceArn: !GetAtt TokensDeadLetters.Arn",
                to: "      EventSourceArn: !GetAtt StartDeadLetters.Arn",
                says: "TokensDeadLetters",
            },
        ],
    );
}

/// Each queue of core, the function that reads it, and quarantine behind it.
fn dead_letters(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for queue in Queue::ALL {
        let (id, dead) = (logical_id(queue.name(), "Queue"), logical_id(queue.name(), "DeadLetters"));
        let Some(found) = template.resource(&id) else {
            wrong.push(format!("{id} is missing"));
            continue;
        };
        let target = refers_to(found.at("/Properties/RedrivePolicy/deadLetterTargetArn"));
        let receives = template.number(found.at("/Properties/RedrivePolicy/maxReceiveCount")).unwrap_or(0);
        if target != Some(&dead) || receives < RECEIVES {
            wrong.push(format!("{id} does not lead to {dead} after {RECEIVES} receives"));
        }
        for (source, reader) in [(&id, reader(queue)), (&dead, "quarantine-message")] {
            if readers(template, source) != [logical_id(reader, "Function")] {
                wrong.push(format!("{source} is not read by {reader} alone"));
            }
        }
    }
    wrong
}

/// As the queues of core say.
fn reader(queue: Queue) -> &'static str {
    match queue {
        Queue::Triage => "triage-request",
        Queue::Start => "start-workflow",
        Queue::Decisions => "record-decision",
        Queue::Tokens => "spend-token",
        Queue::Messages => "send-messages",
        Queue::People => "sync-people",
    }
}

fn readers<'a>(template: &'a Template, queue: &str) -> Vec<&'a str> {
    let mappings = template.resources(MAPPING).into_iter();
    let of_queue = mappings.filter(|mapping| refers_to(mapping.property("EventSourceArn")) == Some(queue));
    of_queue.filter_map(|mapping| refers_to(mapping.property("FunctionName"))).collect()
}

#[test]
fn a_batch_fails_message_by_message_and_concurrency_is_bounded() {
    check(
        batches,
        &[
            Broken {
                from: "      FunctionResponseTypes: [ReportBatchItemFailures]\n",
                to: "",
                says: "TriageQueueMapping",
            },
            Broken {
                from: "      ScalingConfig: {MaximumConcurrency: !Ref QueueMaximumConcurrency}\n",
                to: "",
                says: "TriageQueueMapping",
            },
            Broken {
                from: "    Default: 10\n    MinValue: 2",
                to: "    Default: 1\n    MinValue: 1",
                says: "PeopleQueueMapping",
            },
        ],
    );
}

fn batches(template: &Template) -> Vec<String> {
    let alone = |mapping: &Resource<'_>| {
        strings(mapping.property("FunctionResponseTypes")) == ["ReportBatchItemFailures"]
            && template
                .number(mapping.at("/Properties/ScalingConfig/MaximumConcurrency"))
                .is_some_and(|n| n >= 2)
            && template.number(mapping.property("BatchSize")).is_some_and(|n| (1..=10).contains(&n))
    };
    let wrong = template.resources(MAPPING).into_iter().filter(|mapping| !alone(mapping));
    wrong.map(|mapping| mapping.id.to_owned()).collect()
}

#[test]
fn queues_are_encrypted_keep_messages_and_refuse_strangers() {
    check(
        closed,
        &[
            Broken { from: "      SqsManagedSseEnabled: true\n", to: "", says: "TriageQueue" },
            Broken { from: "      MessageRetentionPeriod: 1209600\n", to: "", says: "TriageQueue" },
            Broken { from: "        - !Ref PeopleDeadLetters\n", to: "", says: "PeopleDeadLetters" },
            Broken {
                from: "Bool: {aws:SecureTransport: \"false\"}",
                to: "Bool: {aws:SecureTransport: \"true\"}",
                says: "TLS",
            },
            Broken {
                from: "StringNotEquals: {aws:PrincipalAccount",
                to: "StringEquals: {aws:PrincipalAccount",
                says: "account",
            },
        ],
    );
}

fn closed(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let policy = template.resource("QueuePolicy");
    let covered: Vec<_> = policy
        .iter()
        .flat_map(|found| found.property("Queues").as_array())
        .flatten()
        .filter_map(refers_to)
        .collect();
    for queue in template.resources(QUEUE) {
        let kept = queue.property("MessageRetentionPeriod").as_u64() == Some(14 * 86_400);
        if queue.property("SqsManagedSseEnabled") != true || !kept || !covered.contains(&queue.id) {
            wrong.push(format!("{} is not encrypted, not kept or not closed", queue.id));
        }
    }
    let denies = |condition: &str, value: &Value| {
        let statements = policy
            .iter()
            .flat_map(|found| found.at("/Properties/PolicyDocument/Statement").as_array())
            .flatten();
        statements
            .filter(|found| found.get("Effect").is_some_and(|effect| effect == "Deny"))
            .any(|found| found.pointer(&format!("/Condition/{condition}")) == Some(value))
    };
    if !denies("Bool/aws:SecureTransport", &"false".into()) {
        wrong.push("queues take what comes without TLS".into());
    }
    if !denies("StringNotEquals/aws:PrincipalAccount", &serde_json::json!({"Ref": "AWS::AccountId"})) {
        wrong.push("queues take what comes from another account".into());
    }
    wrong
}
