//! What goes wrong pages someone.

use super::{Broken, check};
use countersign_tests::template::{Resource, Template, items, refers_to};
use serde_json::{Value, json};

const ALARM: &str = "AWS::CloudWatch::Alarm";

#[test]
fn every_alarm_pages_someone() {
    check(
        paging,
        &[
            Broken {
                from: "      AlarmActions: [!If [MakesPager, !Ref Pager, !Ref PagerTopicArn]]\n",
                to: "",
                says: "TriageQueueAgeAlarm",
            },
            Broken {
                from: "      AlarmDescription: Owed work",
                to: "      ActionsEnabled: false\n      AlarmDescription: Owed work",
                says: "OldestDueRowAlarm",
            },
        ],
    );
}

fn paging(template: &Template) -> Vec<String> {
    let pager = json!([{"Fn::If": ["MakesPager", {"Ref": "Pager"}, {"Ref": "PagerTopicArn"}]}]);
    let pages = |alarm: &Resource<'_>| {
        *alarm.property("AlarmActions") == pager
            && *alarm.property("ActionsEnabled") != false
            && alarm.property("AlarmDescription").is_string()
    };
    template
        .resources(ALARM)
        .into_iter()
        .filter(|alarm| !pages(alarm))
        .map(|alarm| alarm.id.to_owned())
        .collect()
}

/// Metric and dimension by which an alarm watches a resource.
fn watched<'a>(template: &'a Template, metric: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for alarm in template.resources(ALARM) {
        let own = json_metric(alarm.property("MetricName"), alarm.property("Dimensions"));
        let inner = items(alarm.property("Metrics")).into_iter().filter_map(|entry| {
            let inner = entry.pointer("/MetricStat/Metric")?;
            json_metric(inner.get("MetricName")?, inner.get("Dimensions")?)
        });
        let named = own.into_iter().chain(inner).filter(|(name, _)| *name == metric);
        found.extend(named.map(|(_, resource)| resource));
    }
    found
}

fn json_metric<'a>(name: &'a Value, dimensions: &'a Value) -> Option<(&'a str, &'a str)> {
    Some((name.as_str()?, refers_to(dimensions.pointer("/0/Value")?)?))
}

#[test]
fn every_asynchronous_path_is_watched() {
    check(
        watching,
        &[
            Broken {
                from: "!GetAtt PeopleQueue.QueueName",
                to: "!GetAtt TriageQueue.QueueName",
                says: "PeopleQueue",
            },
            Broken {
                from: "!GetAtt TokensDeadLetters.QueueName",
                to: "!GetAtt TriageDeadLetters.QueueName",
                says: "TokensDeadLetters",
            },
            Broken {
                from: "!GetAtt SettleDeadLetters.QueueName",
                to: "!GetAtt TriageDeadLetters.QueueName",
                says: "SettleDeadLetters",
            },
            Broken {
                from: "MetricName: ExecutionsAborted",
                to: "MetricName: ExecutionsStarted",
                says: "ExecutionsAborted",
            },
        ],
    );
}

fn watching(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let (age, received, visible) = (
        watched(template, "ApproximateAgeOfOldestMessage"),
        watched(template, "NumberOfMessagesReceived"),
        watched(template, "ApproximateNumberOfMessagesVisible"),
    );
    for queue in template.resources("AWS::SQS::Queue") {
        let seen = if queue.id.ends_with("DeadLetters") { [&received, &visible] } else { [&age, &age] };
        if !seen.iter().any(|ids| ids.contains(&queue.id)) {
            wrong.push(format!("nobody watches {}", queue.id));
        }
    }
    for workflow in template.resources("AWS::Serverless::StateMachine") {
        let metrics = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"];
        let unseen = metrics.into_iter().filter(|metric| !watched(template, metric).contains(&workflow.id));
        wrong.extend(unseen.map(|metric| format!("nobody watches {metric} of {}", workflow.id)));
    }
    wrong
}

#[test]
fn overdue_work_unsettled_effects_and_the_audit_trail_are_watched() {
    check(
        own_metrics,
        &[
            Broken {
                from: "MetricName: CountersignOldestDueRow",
                to: "MetricName: OldestDueRow",
                says: "CountersignOldestDueRow",
            },
            Broken {
                from: "TreatMissingData: breaching",
                to: "TreatMissingData: notBreaching",
                says: "silence",
            },
            Broken {
                from: "MetricName: CountersignUnsettledEffect",
                to: "MetricName: Unsettled",
                says: "CountersignUnsettledEffect",
            },
            Broken {
                from: "Value: !Ref VerifyAuditFunction",
                to: "Value: !Ref SweepDueFunction",
                says: "VerifyAuditFunction",
            },
            Broken {
                from: "Value: !Ref LearnTriageFunction",
                to: "Value: !Ref SweepDueFunction",
                says: "LearnTriageFunction",
            },
        ],
    );
}

fn own_metrics(template: &Template) -> Vec<String> {
    let alarms = template.resources(ALARM);
    let own = |name: &str| {
        alarms.iter().find(|alarm| {
            *alarm.property("Namespace") == "Countersign" && *alarm.property("MetricName") == name
        })
    };
    let mut wrong = Vec::new();
    for name in [
        "CountersignOldestDueRow",
        "CountersignUnsettledEffect",
        "CountersignAuditFlaws",
        "CountersignSuspendedReviewers",
        "CountersignLoweredIntents",
    ] {
        if own(name).is_none() {
            wrong.push(format!("nobody watches {name}"));
        }
    }
    if own("CountersignOldestDueRow").is_some_and(|alarm| *alarm.property("TreatMissingData") != "breaching")
    {
        wrong.push("the silence of sweep-due is taken for good news".into());
    }
    for function in ["VerifyAuditFunction", "LearnTriageFunction"] {
        if !watched(template, "Errors").contains(&function) {
            wrong.push(format!("nobody watches {function}"));
        }
    }
    wrong
}
