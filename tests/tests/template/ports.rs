//! A role mirrors the ports that its function names in `context!`.

use super::{Broken, check};
use countersign_tests::{
    files,
    template::{Resource, Template, strings},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a port means for a function: variables that it must have, and an action that it must be allowed.
struct Port {
    names: &'static [&'static str],
    variables: &'static [&'static str],
    action: Option<&'static str>,
}

const PORTS: [Port; 12] = [
    Port { names: &["reads", "writes"], variables: &["TABLE"], action: Some("dynamodb:GetItem") },
    Port { names: &["writes"], variables: &[], action: Some("dynamodb:UpdateItem") },
    Port { names: &["vault"], variables: &["KEY_ID"], action: Some("kms:Decrypt") },
    Port { names: &["salt"], variables: &["SALT"], action: None },
    Port { names: &["tokens"], variables: &[], action: Some("states:SendTaskSuccess") },
    Port {
        names: &["workflows"],
        variables: &["WORKFLOW_ACCESS_REQUEST", "WORKFLOW_DESK_REQUEST", "WORKFLOW_GRANT_LIFECYCLE"],
        action: Some("states:StartExecution"),
    },
    Port { names: &["bearers"], variables: &["OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_JWKS_URL"], action: None },
    Port { names: &["second"], variables: &["SECOND_READER_MODEL"], action: Some("bedrock:InvokeModel") },
    Port { names: &["hris"], variables: &["BAMBOOHR_SECRET_ID", "BAMBOOHR_URL"], action: None },
    Port { names: &["directory", "access"], variables: &["OKTA_SECRET_ID", "OKTA_URL"], action: None },
    Port {
        names: &["chat", "slack"],
        variables: &["SLACK_SECRET_ID", "SLACK_URL", "SLACK_TEAM"],
        action: None,
    },
    Port {
        names: &["hris", "directory", "access", "chat", "slack"],
        variables: &[],
        action: Some("secretsmanager:GetSecretValue"),
    },
];

#[test]
fn a_role_allows_what_its_functions_ports_need_and_no_more() {
    check(
        mirror,
        &[
            Broken { from: "Action: kms:Decrypt", to: "Action: kms:Encrypt", says: "read-request: vault" },
            Broken {
                from: "          COUNTERSIGN_SLACK_TEAM: !Ref SlackTeam\n",
                to: "",
                says: "receive-slack: chat, slack",
            },
            Broken {
                from: "          COUNTERSIGN_SALT: !Ref IdentitySalt\n          COUNTERSIGN_QUEUE_TRIAGE",
                to: "          COUNTERSIGN_QUEUE_TRIAGE",
                says: "receive-request: salt",
            },
            Broken {
                from: "Resource: !Sub ${Table.Arn}/index/due",
                to: "Resource: !GetAtt Table.Arn",
                says: "sweep-due: due",
            },
            Broken {
                from: "Action: bedrock:InvokeModel",
                to: "Action: bedrock:Converse",
                says: "triage-request: second",
            },
            Broken { from: "\"GATE#*\", \"CONFIG#*\", ", to: "\"GATE#*\", ", says: "read-request: configs" },
        ],
    );
}

fn mirror(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for function in template.functions() {
        let binary = function.binary();
        let ports = ports(binary);
        for port in PORTS {
            let wanted = port.names.iter().any(|name| ports.contains(*name));
            let told = port.variables.iter().all(|name| told(function, name) == wanted);
            let able = port.action.is_none_or(|action| allows(function, action) == wanted);
            if !told || !able {
                wrong.push(format!("{binary}: {}", port.names.join(", ")));
            }
        }
        // Whoever verifies reads configurations as records, to hash them again, and needs no port for what they say.
        let reads = strings_of(function, "CONFIG#*") > 0 && binary != "verify-audit";
        let due = function.statements().iter().any(|statement| statement.to_string().contains("/index/due"));
        for (name, has) in [("configs", reads), ("due", due)] {
            if ports.contains(name) != has {
                wrong.push(format!("{binary}: {name}"));
            }
        }
    }
    wrong
}

fn told(function: Resource<'_>, name: &str) -> bool {
    !function.at(&format!("/Properties/Environment/Variables/COUNTERSIGN_{name}")).is_null()
}

fn allows(function: Resource<'_>, action: &str) -> bool {
    let actions = function.statements().into_iter().filter_map(|statement| statement.get("Action"));
    actions.flat_map(strings).any(|found| found == action)
}

/// How many statements of a function speak of a partition.
fn strings_of(function: Resource<'_>, partition: &str) -> usize {
    let keys = "/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys";
    let limits = function.statements().into_iter().filter_map(|statement| statement.pointer(keys));
    limits.filter(|found: &&Value| strings(found).contains(&partition)).count()
}

/// The ports that a function names: `context!(Context: writes, vault);`.
fn ports(binary: &str) -> BTreeSet<String> {
    let source = files::read(&format!("functions/{binary}/src/main.rs"));
    let list = source.split_once("context!(Context: ").and_then(|(_, rest)| rest.split_once(')'));
    let list = list.map(|(list, _)| list).unwrap_or_default();
    list.split(',').map(|port| port.trim().to_owned()).filter(|port| !port.is_empty()).collect()
}
