//! The workflow definitions as data, with every placeholder replaced.

use serde_json::Value;
use std::collections::BTreeSet;

/// The folder of the definitions.
pub const FOLDER: &str = "statemachines";

/// A workflow definition.
#[derive(Clone, Debug)]
pub struct Definition {
    /// As written.
    pub text: String,
    content: Value,
}

impl Definition {
    /// Reads a definition. Placeholders for numbers become 1, those in texts their own name.
    ///
    /// # Errors
    /// What is wrong with its JSON.
    pub fn parse(text: String) -> Result<Self, String> {
        let mut filled = text.clone();
        for name in placeholders(&text) {
            filled = filled.replace(&format!("\"${{{name}}}\""), &format!("\"{name}\""));
            filled = filled.replace(&format!("${{{name}}}"), "1");
        }
        let content = serde_json::from_str(&filled).map_err(|error| error.to_string())?;
        Ok(Self { text, content })
    }

    /// The names of its placeholders.
    #[must_use]
    pub fn placeholders(&self) -> BTreeSet<String> {
        placeholders(&self.text)
    }

    /// A part, by JSON pointer; null if it is not there.
    #[must_use]
    pub fn at(&self, pointer: &str) -> &Value {
        self.content.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// All states by name.
    pub fn states(&self) -> impl Iterator<Item = (&str, &Value)> {
        let states = self.at("/States").as_object();
        states.into_iter().flatten().map(|(name, state)| (name.as_str(), state))
    }

    /// A state by its name; null if there is none.
    #[must_use]
    pub fn state(&self, name: &str) -> &Value {
        self.at(&format!("/States/{name}"))
    }

    /// All states of a type.
    pub fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.states().filter(move |(_, state)| text(state, "Type") == kind)
    }

    /// The states that a state may lead to, by any way.
    #[must_use]
    pub fn ways(&self, name: &str) -> Vec<&str> {
        let state = self.state(name);
        let own = [text(state, "Next"), text(state, "Default")];
        let inner = ["Catch", "Choices"].into_iter().filter_map(|list| state.get(list)?.as_array()).flatten();
        let ways = own.into_iter().chain(inner.map(|way| text(way, "Next")));
        ways.filter(|next| !next.is_empty()).collect()
    }

    /// Where a Choice leads with an outcome, and the outcomes that it names.
    ///
    /// # Errors
    /// A condition that is not `$outcome in ['…']`.
    pub fn choose(&self, choice: &str, outcome: &str) -> Result<&str, String> {
        let state = self.state(choice);
        for rule in state.get("Choices").and_then(Value::as_array).into_iter().flatten() {
            if outcomes(text(rule, "Condition"))?.contains(outcome) {
                return Ok(text(rule, "Next"));
            }
        }
        Ok(text(state, "Default"))
    }

    /// All outcomes that a Choice names.
    ///
    /// # Errors
    /// As [`Definition::choose`].
    pub fn named_outcomes(&self, choice: &str) -> Result<BTreeSet<String>, String> {
        let rules = self.state(choice).get("Choices").and_then(Value::as_array).into_iter().flatten();
        let sets: Result<Vec<_>, _> = rules.map(|rule| outcomes(text(rule, "Condition"))).collect();
        Ok(sets?.into_iter().flatten().collect())
    }
}

/// A member that is a text; empty if there is none.
#[must_use]
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Calls `visit` with every text within a value.
pub fn every_text<'a>(value: &'a Value, visit: &mut impl FnMut(&'a str)) {
    match value {
        Value::String(found) => visit(found),
        Value::Array(found) => found.iter().for_each(|item| every_text(item, visit)),
        Value::Object(found) => found.values().for_each(|item| every_text(item, visit)),
        _ => {}
    }
}

fn outcomes(condition: &str) -> Result<BTreeSet<String>, String> {
    let list = condition.strip_prefix("{% $outcome in [").and_then(|rest| rest.strip_suffix("] %}"));
    let list = list.ok_or_else(|| format!("not a list of outcomes: {condition}"))?;
    Ok(list.split(", ").map(|quoted| quoted.trim_matches('\'').to_owned()).collect())
}

fn placeholders(text: &str) -> BTreeSet<String> {
    let ends = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    ends.map(|(name, _)| name.to_owned()).collect()
}
