//! Made-up accesses, of which each is judged as IAM would.

use super::{Done, done, shipped, spare, wanting};
use countersign_tests::template::Template;
use serde_json::json;

/// `dynamodb:GetItem Table GATE#`: action, resource and kind of partition, as far as there are any.
fn made_up(function: &str, access: &str) -> Done {
    let mut words = access.split(' ').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    Done { function: function.into(), action: word(), resource: word(), key: word() }
}

/// The role allows an access, or says what is wanting.
fn check(template: &Template, function: &str, access: &str, says: Option<&str>) {
    let found = wanting(template, &made_up(function, access));
    match says {
        None => assert_eq!(found, None),
        Some(says) => {
            assert!(found.as_deref().unwrap_or_default().contains(says), "{function} {access}: {found:?}")
        }
    }
}

#[test]
fn an_access_is_allowed_by_its_own_statement_only() {
    let template = shipped();
    for (function, access, says) in [
        ("spend-token", "dynamodb:GetItem Table GATE#", None),
        (
            "spend-token",
            "dynamodb:UpdateItem Table GATE#",
            Some("add \"GATE#*\" to the LeadingKeys of WriteRecords of SpendTokenFunction"),
        ),
        ("spend-token", "dynamodb:GetItem Table", Some("name the partition")),
        ("spend-token", "dynamodb:GetItem Table/index/due", Some("add the statement")),
        ("spend-token", "dynamodb:GetItem Elsewhere GATE#", Some("Resource: <Elsewhere>")),
        ("spend-token", "states:SendTaskSuccess", None),
        ("spend-token", "states:SendTaskFailure", Some("did not name")),
        ("ask-approvers", "states:SendTaskSuccess", Some("which NeverSpendTokens forbids")),
        ("record-decision", "dynamodb:UpdateItem Table AUDIT#", None),
        ("ask-approvers", "dynamodb:DeleteItem Table AUDIT#", Some("Action: dynamodb:DeleteItem")),
        (
            "record-decision",
            "dynamodb:DeleteItem Table AUDIT#",
            Some("\"AUDIT#*\" to the LeadingKeys of DeleteRecords"),
        ),
        (
            "send-messages",
            "dynamodb:DeleteItem Table REQUEST#",
            Some("\"REQUEST#*\" to the LeadingKeys of DeleteRecords"),
        ),
        ("sweep-due", "dynamodb:Query Table/index/due", None),
        ("verify-audit", "dynamodb:Query Table/index/due", Some("Action: dynamodb:Query")),
        ("verify-audit", "dynamodb:Query Table ADMIN", None),
        ("revoke-access", "dynamodb:Query Table REQUEST#", Some("Action: dynamodb:Query")),
        ("verify-audit", "dynamodb:Query Table ADMIN#", Some("\"ADMIN#*\"")),
        ("verify-audit", "dynamodb:Scan Table", Some("Action: dynamodb:Scan")),
        ("receive-slack", "sqs:SendMessage StartQueue", None),
        ("receive-slack", "sqs:SendMessage TokensQueue", Some("add the statement")),
        ("receive-slack", "sqs:SendMessage", Some("did not name")),
        ("receive-slack", "secretsmanager:GetSecretValue SlackSecretId", None),
        ("receive-slack", "secretsmanager:GetSecretValue OktaSecretId", Some("<OktaSecretId>")),
        ("sync-people", "secretsmanager:BatchGetSecretValue", None),
        ("receive-slack", "secretsmanager:BatchGetSecretValue", Some("add the statement")),
        ("read-request", "kms:Decrypt Key", None),
        ("read-request", "kms:GenerateDataKey Key", Some("Action: kms:GenerateDataKey")),
        ("start-workflow", "states:StartExecution DeskRequestWorkflow", None),
        ("elsewhere", "kms:Decrypt Key", Some("no function of the template")),
    ] {
        check(&template, function, access, says);
    }
}

/// Changes the shipped template at the first place after the function's own name.
fn changed(function: &str, from: &str, to: &str) -> Template {
    let text = shipped().text;
    let (before, after) = text.split_once(&format!("-{function}\n")).unwrap();
    assert!(after.contains(from), "{function} has no {from:?}");
    Template::parse(format!("{before}-{function}\n{}", after.replacen(from, to, 1))).unwrap()
}

#[test]
fn a_role_that_lost_something_is_found() {
    for (function, from, to, access) in [
        ("gather-context", "\"AUDIT#*\", ", "", "dynamodb:UpdateItem Table AUDIT#"),
        ("spend-token", "[\"OUTBOX#*\"]", "[\"OUTBOX#R*\"]", "dynamodb:DeleteItem Table OUTBOX#"),
        ("spend-token", "!Ref DeskRequestWorkflow, ", "", "states:SendTaskSuccess"),
        ("spend-token", "kms:Decrypt", "kms:Encrypt", "kms:Decrypt Key"),
        (
            "spend-token",
            "Effect: Allow\n              Action: kms:Decrypt",
            "Effect: Deny\n              Action: kms:Decrypt",
            "kms:Decrypt Key",
        ),
        ("verify-audit", "ForAllValues:StringLike", "StringEquals", "dynamodb:GetItem Table ADMIN"),
        ("sweep-due", "${Table.Arn}/index/due", "${Table.Arn}/index/other", "dynamodb:Query Table/index/due"),
    ] {
        check(&shipped(), function, access, None);
        check(&changed(function, from, to), function, access, Some(function));
    }
}

#[test]
fn what_was_recorded_is_told_in_the_templates_names() {
    let outputs = json!({
        "TableName": "s-Table-1", "KeyId": "arn:aws:kms:r:0:key/k-1", "StartQueueUrl": "http://x/queue/r/0/s-start",
        "DeskRequestWorkflowArn": "arn:aws:states:r:0:stateMachine:s-desk-request",
    });
    for (resource, wanted) in [
        (json!("s-Table-1"), "Table"),
        (json!("s-Table-1/index/due"), "Table/index/due"),
        (json!("k-1"), "Key"),
        (json!("s-start"), "StartQueue"),
        (json!("s-desk-request"), "DeskRequestWorkflow"),
        (json!("countersign/okta"), "OktaSecretId"),
        (json!("s-other"), "s-other"),
        (json!(null), ""),
    ] {
        let recorded =
            json!({"s-spend-token": [{"action": "a:B", "resource": resource, "leading_key": "ADMIN"}]});
        let wanted = made_up("spend-token", &format!("a:B {wanted} ADMIN"));
        assert_eq!(done(&shipped(), &recorded, &outputs), [wanted]);
    }
    let stranger = json!({"s-stranger": [{"action": "a:B", "resource": null, "leading_key": null}]});
    assert_eq!(done(&shipped(), &stranger, &outputs), [made_up("s-stranger", "a:B")]);
}

#[test]
fn what_is_allowed_and_not_used_is_reported() {
    let used =
        ["dynamodb:GetItem Table GATE#", "dynamodb:DeleteItem Table OUTBOX#", "states:SendTaskSuccess"];
    let used: Vec<_> = used.iter().map(|access| made_up("spend-token", access)).collect();
    let lines = spare::unused(&shipped(), &used);
    let own: Vec<_> =
        lines.iter().filter(|line| line.starts_with("spend-token")).map(String::as_str).collect();
    assert_eq!(
        own,
        [
            "spend-token, ReadRecords: OUTBOX#*",
            "spend-token, WriteRecords: dynamodb:ConditionCheckItem dynamodb:UpdateItem",
            "spend-token, OpenSealed: Key kms:Decrypt",
        ]
    );
    assert!(lines.contains(&"verify-audit: everything, it did nothing".to_owned()), "{lines:?}");
}
