//! A function may do what its ports do, and nothing else.

use super::{Broken, check};
use countersign_tests::template::{Resource, Template, items, logical_id, refers_to, strings};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn actions(statement: &Value) -> Vec<&str> {
    strings(statement.get("Action").unwrap_or(&Value::Null))
}

fn targets(statement: &Value) -> Vec<&str> {
    items(statement.get("Resource").unwrap_or(&Value::Null)).into_iter().filter_map(refers_to).collect()
}

/// The statements of a function that allow an action.
fn allowing<'a>(function: Resource<'a>, action: &str) -> Vec<&'a Value> {
    function.statements().into_iter().filter(|statement| actions(statement).contains(&action)).collect()
}

/// Functions that may do an action, as binaries.
fn may<'a>(template: &'a Template, action: &str) -> Vec<&'a str> {
    let able = template.functions().into_iter().filter(|function| !allowing(*function, action).is_empty());
    able.map(|function| function.binary()).collect()
}

#[test]
fn every_function_has_a_role_of_its_own() {
    check(
        own_role,
        &[
            Broken {
                from: "      FunctionName: !Sub ${AWS::StackName}-spend-token\n",
                to: "      FunctionName: !Sub ${AWS::StackName}-spend-token\n      Role: !GetAtt Shared.Arn\n",
                says: "SpendTokenFunction",
            },
            Broken {
                from: "        - !Ref NeverSpendTokens\n",
                to: "        - AmazonDynamoDBFullAccess\n",
                says: "ReceiveSlackFunction",
            },
            Broken {
                from: "              Effect: Allow\n              Action: sqs:SendMessage\n",
                to: "              Effect: Allow\n              NotAction: sqs:SendMessage\n",
                says: "NotAction",
            },
        ],
    );
}

fn own_role(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for function in template.functions() {
        let policies = items(function.property("Policies"));
        let (own, managed): (Vec<_>, Vec<_>) =
            policies.into_iter().partition(|policy| policy.get("Statement").is_some());
        let managed_here = managed.into_iter().all(|policy| refers_to(policy) == Some("NeverSpendTokens"));
        if own.len() != 1 || !managed_here || !function.property("Role").is_null() {
            wrong.push(format!("{} has no role of its own", function.id));
        }
        for statement in function.statements() {
            let keys = statement.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
            wrong.extend(
                keys.filter(|key| key.starts_with("Not")).map(|key| format!("{}: {key}", function.id)),
            );
            if actions(statement).is_empty() || actions(statement).iter().any(|action| action.contains('*')) {
                wrong.push(format!("{} does not name its actions", function.id));
            }
        }
    }
    wrong
}

#[test]
fn only_spend_token_may_complete_a_waiting_task() {
    check(
        tokens,
        &[
            Broken {
                from: "Action: states:StartExecution",
                to: "Action: [states:StartExecution, states:SendTaskSuccess]",
                says: "start-workflow",
            },
            Broken {
                from: "Action: states:SendTaskSuccess",
                to: "Action: [states:SendTaskSuccess, states:SendTaskFailure]",
                says: "SendTaskFailure",
            },
            Broken {
                from: "        - !Ref NeverSpendTokens\n",
                to: "",
                says: "receive-slack is not forbidden",
            },
            Broken {
                from: "            Effect: Deny\n            Action: \"states:SendTask*\"",
                to: "            Effect: Allow\n            Action: \"states:SendTask*\"",
                says: "does not forbid",
            },
        ],
    );
}

fn tokens(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for (action, wanted) in
        [("SendTaskSuccess", vec!["spend-token"]), ("SendTaskFailure", vec![]), ("SendTaskHeartbeat", vec![])]
    {
        let able = may(template, &format!("states:{action}"));
        if able != wanted {
            wrong.push(format!("{action}: {able:?}"));
        }
    }
    for function in template.functions().iter().filter(|function| function.binary() != "spend-token") {
        if !items(function.property("Policies"))
            .into_iter()
            .any(|policy| refers_to(policy) == Some("NeverSpendTokens"))
        {
            wrong.push(format!("{} is not forbidden to", function.binary()));
        }
    }
    let rule = template.at("/Resources/NeverSpendTokens/Properties/PolicyDocument/Statement/0");
    let forbids =
        json!({"Sid": "NeverSpendTokens", "Effect": "Deny", "Action": "states:SendTask*", "Resource": "*"});
    if *rule != forbids {
        wrong.push("NeverSpendTokens does not forbid it".into());
    }
    wrong
}

/// Who may do what is seldom.
const SELDOM: [(&str, &[&str]); 6] = [
    ("bedrock:InvokeModel", &["triage-request"]),
    ("states:StartExecution", &["start-workflow"]),
    ("lambda:InvokeFunction", &[]),
    ("dynamodb:Scan", &[]),
    ("dynamodb:PutItem", &[]),
    ("sqs:PurgeQueue", &[]),
];

#[test]
fn what_is_seldom_is_allowed_to_few() {
    check(
        seldom,
        &[
            Broken {
                from: "Action: [dynamodb:GetItem, dynamodb:Query]",
                to: "Action: [dynamodb:GetItem, dynamodb:Scan]",
                says: "dynamodb:Scan",
            },
            Broken {
                from: "Action: sqs:SendMessage",
                to: "Action: [sqs:SendMessage, states:StartExecution]",
                says: "receive-slack",
            },
        ],
    );
}

fn seldom(template: &Template) -> Vec<String> {
    let differ = SELDOM.iter().filter(|(action, who)| may(template, action) != *who);
    differ.map(|(action, _)| format!("{action}: {:?}", may(template, action))).collect()
}

/// Who decides, or ends what was decided.
#[rustfmt::skip]
const DECIDERS: [&str; 6] = [
    "plan-approvals", "ask-approvers", "record-decision", "sweep-due", "settle-execution", "provision-access",
];

/// Who sets aside, spends and gives back money and seats.
#[rustfmt::skip]
const PAYERS: [&str; 7] = [
    "plan-approvals", "ask-approvers", "record-decision", "sweep-due", "settle-execution", "provision-access",
    "revoke-access",
];

/// Who may write records of a kind, where that matters: decisions, the audit trail, money, people, entitlements' facts.
const WRITERS: [(&str, &[&str]); 15] = [
    ("DELEGATION#*", &["record-decision"]),
    ("ASKED#*", &["plan-approvals"]),
    ("AUTOMATIC#*", &["plan-approvals"]),
    ("GATE#*", &DECIDERS),
    ("BUDGET#*", &PAYERS),
    ("SEATS#*", &PAYERS),
    ("HOLDING#*", &["provision-access", "revoke-access"]),
    ("PERSON#*", &["sync-people"]),
    ("IDENTITY#*", &["sync-people"]),
    ("GROUP#*", &["sync-people"]),
    ("CONFIG#*", &[]),
    ("SHOWN#*", &["send-messages"]),
    ("EXAMPLE", &["record-decision"]),
    ("LESSON", &["learn-triage"]),
    ("MODEL#*", &["learn-triage"]),
];

/// Those who never write to the audit trail or a request: they receive, read or only speak.
const NEVER_AUDIT: [&str; 8] = [
    "receive-slack",
    "receive-request",
    "read-request",
    "triage-request",
    "sync-people",
    "spend-token",
    "quarantine-message",
    "verify-audit",
];

#[test]
fn records_are_written_by_those_whose_records_they_are() {
    check(
        writers,
        &[
            Broken {
                from: "LeadingKeys: [\"MESSAGE#*\", \"OUTBOX#*\", \"KEY#*\"]",
                to: "LeadingKeys: [\"MESSAGE#*\", \"OUTBOX#*\", \"KEY#*\", \"GATE#*\"]",
                says: "GATE#*",
            },
            Broken {
                from: "LeadingKeys: [\"GATE#*\", \"OUTBOX#*\"]",
                to: "LeadingKeys: [\"GATE#*\", \"OUTBOX#*\", \"X#*\"]",
                says: "X#*",
            },
            Broken {
                from: "LeadingKeys: [\"QUARANTINE\", \"OUTBOX#*\"]",
                to: "LeadingKeys: [\"QUARANTINE\", \"AUDIT#*\"]",
                says: "quarantine-message",
            },
            Broken {
                from: "              Condition:\n                ForAllValues:StringLike: {dynamodb:LeadingKeys: [\"IDEMPOTENCY#*\"]}\n",
                to: "",
                says: "ReceiveRequestFunction",
            },
        ],
    );
}

/// The partitions that a statement about the table is limited to.
fn partitions(statement: &Value) -> BTreeSet<&str> {
    let keys = statement.pointer("/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys");
    strings(keys.unwrap_or(&Value::Null)).into_iter().collect()
}

/// All kinds of partitions, as the table's keys have them.
const PARTITIONS: [&str; 27] = [
    "ADMIN",
    "AUDIT#*",
    "ASKED#*",
    "AUTOMATIC#*",
    "BUDGET#*",
    "CONFIG#*",
    "COPY#*",
    "DAY#*",
    "DELEGATION#*",
    "EXAMPLE",
    "GATE#*",
    "GROUP#*",
    "HOLDING#*",
    "IDEMPOTENCY#*",
    "IDENTITY#*",
    "INBOX#*",
    "KEY#*",
    "LESSON",
    "MESSAGE#*",
    "MODEL#*",
    "OUTBOX#*",
    "OWN#*",
    "PERSON#*",
    "QUARANTINE",
    "REQUEST#*",
    "SEATS#*",
    "SHOWN#*",
];

/// The partitions that a function may write.
fn writes<'a>(function: &Resource<'a>) -> BTreeSet<&'a str> {
    let statements = allowing(*function, "dynamodb:UpdateItem").into_iter();
    statements.chain(allowing(*function, "dynamodb:DeleteItem")).flat_map(partitions).collect()
}

fn writers(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    let functions = template.functions();
    for function in &functions {
        for statement in function.statements().into_iter().filter(|found| targets(found).contains(&"Table")) {
            let found = partitions(statement);
            wrong.extend(
                found.iter().filter(|name| !PARTITIONS.contains(name)).map(|name| (*name).to_owned()),
            );
            if found.is_empty() {
                wrong.push(format!("{} reaches the whole table", function.id));
            }
        }
        let audits = writes(function).contains("AUDIT#*") || writes(function).contains("REQUEST#*");
        if audits && NEVER_AUDIT.contains(&function.binary()) {
            wrong.push(format!("{} writes the audit trail", function.binary()));
        }
    }
    for (partition, who) in WRITERS {
        let able: BTreeSet<_> = functions
            .iter()
            .filter(|found| writes(found).contains(partition))
            .map(|found| found.binary())
            .collect();
        if able != who.iter().copied().collect() {
            wrong.push(format!("{partition} is written by {able:?}"));
        }
    }
    wrong
}

#[test]
fn a_function_is_told_of_what_it_may_use_and_of_nothing_else() {
    check(
        told,
        &[
            Broken {
                from: "          COUNTERSIGN_QUEUE_TRIAGE: !Ref TriageQueue\n",
                to: "",
                says: "receive-slack: queues",
            },
            Broken {
                from: "          COUNTERSIGN_QUEUE_TRIAGE: !Ref TriageQueue",
                to: "          COUNTERSIGN_QUEUE_TRIAGE: !Ref StartQueue",
                says: "COUNTERSIGN_QUEUE_TRIAGE",
            },
            Broken {
                from: "          COUNTERSIGN_SLACK_SECRET_ID: !Ref SlackSecretId\n",
                to: "          COUNTERSIGN_OKTA_SECRET_ID: !Ref OktaSecretId\n",
                says: "receive-slack: secrets",
            },
            Broken {
                from: "          COUNTERSIGN_KEY_ID: !GetAtt Key.Arn\n",
                to: "",
                says: "read-request: key",
            },
            Broken {
                from: "          COUNTERSIGN_TABLE: !Ref Table\n",
                to: "",
                says: "receive-request: table",
            },
        ],
    );
}

/// The environment names exactly the queues, secrets, workflows, key and table that the role allows.
fn told(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for function in template.functions() {
        let variables = function.at("/Properties/Environment/Variables").as_object();
        let variables: Vec<_> = variables.into_iter().flatten().collect();
        let queues = variables.iter().filter_map(|(name, _)| name.strip_prefix("COUNTERSIGN_QUEUE_"));
        let queues: BTreeSet<_> = queues.map(|name| logical_id(&name.to_lowercase(), "Queue")).collect();
        let sends =
            allowing(function, "sqs:SendMessage").into_iter().flat_map(targets).map(str::to_owned).collect();
        let secrets = variables
            .iter()
            .filter(|(name, _)| name.ends_with("_SECRET_ID"))
            .filter_map(|(_, value)| refers_to(value));
        let has = |wanted: &str| variables.iter().any(|(name, _)| *name == wanted);
        let uses_table = function.statements().into_iter().any(|found| targets(found).contains(&"Table"));
        let starts = variables.iter().any(|(name, _)| name.starts_with("COUNTERSIGN_WORKFLOW_"));
        let checks = [
            ("queues", queues == sends),
            ("secrets", secrets.map(str::to_owned).collect::<BTreeSet<_>>() == readable_secrets(function)),
            ("table", has("COUNTERSIGN_TABLE") == uses_table),
            ("key", has("COUNTERSIGN_KEY_ID") != allowing(function, "kms:Decrypt").is_empty()),
            ("workflows", starts != allowing(function, "states:StartExecution").is_empty()),
        ];
        wrong.extend(
            checks.iter().filter(|(_, fits)| !fits).map(|(what, _)| format!("{}: {what}", function.binary())),
        );
        wrong.extend(
            variables
                .iter()
                .filter(|(name, value)| !names_its_resource(name, value))
                .map(|(name, _)| (*name).clone()),
        );
    }
    wrong
}

/// `COUNTERSIGN_QUEUE_TRIAGE` refers to `TriageQueue`, `COUNTERSIGN_WORKFLOW_DESK_REQUEST` to `DeskRequestWorkflow`.
fn names_its_resource(name: &str, value: &Value) -> bool {
    let form = |prefix: &str, suffix: &str| {
        name.strip_prefix(prefix).map(|rest| logical_id(&rest.to_lowercase().replace('_', "-"), suffix))
    };
    let wanted = form("COUNTERSIGN_QUEUE_", "Queue").or_else(|| form("COUNTERSIGN_WORKFLOW_", "Workflow"));
    name.starts_with("COUNTERSIGN_") && wanted.is_none_or(|id| refers_to(value) == Some(&id))
}

/// The parameters that name the secrets which a function may read.
fn readable_secrets(function: Resource<'_>) -> BTreeSet<String> {
    let statements = allowing(function, "secretsmanager:GetSecretValue").into_iter();
    let resources = statements.flat_map(|statement| items(statement.get("Resource").unwrap_or(&Value::Null)));
    let names = resources.filter_map(|resource| resource.get("Fn::Sub")?.as_str()?.rsplit_once("secret:${"));
    names.map(|(_, name)| name.trim_end_matches("}-??????").to_owned()).collect()
}
