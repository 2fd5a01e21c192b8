//! Faults between the functions and AWS, each for one request only.

use super::stack::Stack;
use serde_json::{Value, json};

/// A fault in force. `GET` of it tells how often it matched and fired.
pub(crate) struct Fault<'a> {
    stack: &'a Stack,
    id: String,
}

impl Stack {
    /// Puts a rule in force, as `tests/localstack/README.md` describes it.
    pub(crate) async fn fault(&self, rule: &Value) -> Fault<'_> {
        let added = self.must("POST", "aws", "/_countersign/faults", rule).await;
        Fault { stack: self, id: added["id"].as_str().unwrap().to_owned() }
    }

    /// Counts the calls of a function that have `part` in their body, and changes nothing.
    pub(crate) async fn spy(&self, function: &str, part: &str) -> Fault<'_> {
        self.fault(&json!({"function": function, "body": part, "action": "count"})).await
    }
}

impl Fault<'_> {
    async fn count(&self, what: &str) -> u64 {
        let rules = self.stack.ask("aws", "/_countersign/faults").await;
        let mine = rules.as_array().unwrap().iter().find(|rule| rule["id"] == self.id.as_str());
        mine.unwrap()[what].as_u64().unwrap()
    }

    /// How many calls the rule matched.
    pub(crate) async fn matched(&self) -> u64 {
        self.count("matched").await
    }

    /// How often it fired.
    pub(crate) async fn hits(&self) -> u64 {
        self.count("hits").await
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        let path = format!("/_countersign/faults/{}", self.id);
        self.stack.must("DELETE", "aws", &path, &Value::Null).await;
    }
}
