//! What was recorded on a stack, with the template's names for functions and resources.

use countersign_tests::template::{Template, refers_to};
use serde_json::Value;
use std::collections::BTreeMap;

/// One thing that a function did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// The function's binary; the name that the stack has for it if the template has none.
    pub(crate) function: String,
    /// As IAM calls it: `dynamodb:GetItem`.
    pub(crate) action: String,
    /// `Table`, `Table/index/due`, `StartQueue`, `SlackSecretId`; empty where the call names none.
    pub(crate) resource: String,
    /// The kind of partition: `REQUEST#`, `ADMIN`; empty where there is none.
    pub(crate) key: String,
}

/// The recorded accesses, `{function: [{action, resource, leading_key}]}`, on a stack with these outputs.
pub(crate) fn done(template: &Template, recorded: &Value, outputs: &Value) -> Vec<Done> {
    let names = logical_names(template, outputs);
    let mut all = Vec::new();
    for (function, accesses) in recorded.as_object().unwrap() {
        let function = binary(template, function);
        all.extend(accesses.as_array().unwrap().iter().map(|access| {
            let text = |name: &str| access[name].as_str().unwrap_or_default().to_owned();
            let resource = logical(&names, &text("resource"));
            Done { function: function.clone(), action: text("action"), resource, key: text("leading_key") }
        }));
    }
    all
}

fn binary(template: &Template, function: &str) -> String {
    let functions = template.functions().into_iter().map(|found| found.binary());
    let mut fitting = functions.filter(|binary| function.ends_with(&format!("-{binary}")));
    fitting.next().unwrap_or(function).to_owned()
}

/// The part of a resource's address that is its own name, and its logical id; a secret's is its parameter.
fn logical_names(template: &Template, outputs: &Value) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (output, about) in template.at("/Outputs").as_object().into_iter().flatten() {
        let address =
            outputs.get(output).and_then(Value::as_str).and_then(|value| value.rsplit(['/', ':']).next());
        if let (Some(id), Some(name)) = (about.get("Value").and_then(refers_to), address) {
            names.insert(name.to_owned(), id.to_owned());
        }
    }
    for (parameter, about) in template.at("/Parameters").as_object().into_iter().flatten() {
        if let (true, Some(name)) =
            (parameter.ends_with("SecretId"), about.get("Default").and_then(Value::as_str))
        {
            names.insert(name.to_owned(), parameter.clone());
        }
    }
    names
}

fn logical(names: &BTreeMap<String, String>, resource: &str) -> String {
    let (name, index) = resource.split_at(resource.find("/index/").unwrap_or(resource.len()));
    names.get(name).map_or_else(|| resource.to_owned(), |id| format!("{id}{index}"))
}
