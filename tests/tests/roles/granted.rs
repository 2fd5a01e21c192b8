//! What the roles of the template allow, and what to add where that is too little.

use super::Done;
use countersign_tests::template::{Resource, Template, items, refers_to, strings};
use serde_json::Value;

const KEYS: &str = "/Condition/ForAllValues:StringLike/dynamodb:LeadingKeys";

/// A statement about a function, its own or that of a policy which it shares.
pub(crate) struct Statement<'a> {
    pub(crate) sid: &'a str,
    pub(crate) actions: Vec<&'a str>,
    pub(crate) resources: Vec<String>,
    /// The kinds of partitions that it is limited to, if it is.
    pub(crate) keys: Option<Vec<&'a str>>,
    pub(crate) denies: bool,
}

impl<'a> Statement<'a> {
    fn of(content: &'a Value) -> Self {
        let part = |name: &str| content.get(name).unwrap_or(&Value::Null);
        // A condition of another kind is limited to no partition at all: whoever adds one teaches it here.
        let keys = content.get("Condition").map(|_| content.pointer(KEYS).map(strings).unwrap_or_default());
        Self {
            sid: part("Sid").as_str().unwrap_or_default(),
            actions: strings(part("Action")),
            resources: items(part("Resource")).into_iter().map(resource_name).collect(),
            keys,
            denies: part("Effect") != "Allow",
        }
    }

    /// Whether it speaks of an action on a resource, whatever the partition.
    fn covers(&self, template: &Template, done: &Done) -> bool {
        let named = |name: &str| self.resources.iter().any(|resource| resource == "*" || resource == name);
        let target = match (done.resource.as_str(), done.action.as_str()) {
            // A token names no state machine, so it may be of any.
            ("", "states:SendTaskSuccess") => {
                template.resources("AWS::Serverless::StateMachine").iter().all(|machine| named(machine.id))
            }
            (name, _) => named(name),
        };
        target && self.actions.iter().any(|pattern| fits(pattern, &done.action))
    }

    /// Whether it speaks of a kind of partition.
    fn reaches(&self, key: &str) -> bool {
        self.keys
            .as_ref()
            .is_none_or(|keys| !key.is_empty() && keys.iter().any(|pattern| fits_kind(pattern, key)))
    }
}

/// Whether a pattern of partitions, `REQUEST#*` or `ADMIN`, is the one for a kind, `REQUEST#` or `ADMIN`.
pub(crate) fn fits_kind(pattern: &str, key: &str) -> bool {
    pattern.strip_suffix('*').unwrap_or(pattern) == key && pattern.ends_with('*') == key.ends_with('#')
}

fn fits(pattern: &str, action: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == action, |start| action.starts_with(start))
}

/// `Table`, `Table/index/due` or `SlackSecretId`, of an ARN in a statement.
fn resource_name(arn: &Value) -> String {
    if let Some(id) = refers_to(arn) {
        return id.to_owned();
    }
    let pattern = arn.get("Fn::Sub").unwrap_or(arn).as_str().unwrap_or_default();
    match pattern.split_once(":secret:${").and_then(|(_, rest)| rest.strip_suffix("}-??????")) {
        Some(parameter) => parameter.to_owned(),
        None => pattern.replace("${", "").replace(".Arn}", ""),
    }
}

/// All statements about a function.
pub(crate) fn statements<'a>(template: &'a Template, function: Resource<'a>) -> Vec<Statement<'a>> {
    let shared = items(function.property("Policies")).into_iter().filter_map(refers_to);
    let shared = shared.filter_map(|id| template.resource(id));
    let shared = shared.flat_map(|policy| items(policy.at("/Properties/PolicyDocument/Statement")));
    shared.chain(function.statements()).map(Statement::of).collect()
}

/// What is wrong with the role of a function that did this, and the line to add; nothing if it is allowed.
pub(crate) fn wanting(template: &Template, done: &Done) -> Option<String> {
    let Done { function, action, resource, key } = done;
    let did = format!("{function} did {action} on {}", described(resource, key));
    let Some(found) = template.functions().into_iter().find(|known| known.binary() == function) else {
        return Some(format!("{did}, and is no function of the template"));
    };
    let about = statements(template, found);
    let about: Vec<_> = about.iter().filter(|statement| statement.covers(template, done)).collect();
    if let Some(denial) = about.iter().find(|statement| statement.denies) {
        return Some(format!("{did}, which {} forbids", denial.sid));
    }
    if about.iter().any(|statement| statement.reaches(key)) {
        return None;
    }
    let remedy = match about.first() {
        Some(limited) if key.is_empty() => format!("name the partition: {} is limited to some", limited.sid),
        Some(limited) => format!("add \"{}\" to the LeadingKeys of {}", pattern_of(key), limited.sid),
        None => format!("add the statement {{Effect: Allow, Action: {action}, Resource: <{resource}>}}"),
    };
    Some(format!("{did}: {remedy} of {}", found.id))
}

fn described(resource: &str, key: &str) -> String {
    let resource = if resource.is_empty() { "a resource that it did not name" } else { resource };
    if key.is_empty() { resource.to_owned() } else { format!("{resource}, {key}") }
}

fn pattern_of(key: &str) -> String {
    if key.ends_with('#') { format!("{key}*") } else { key.to_owned() }
}
