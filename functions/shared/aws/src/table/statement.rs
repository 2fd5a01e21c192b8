//! What the table is asked to do for one write: update, condition, names and values.

use super::{
    item::{Attributes, LAYOUT, body_of, number, text},
    keys::{self, Key},
};
use countersign_core::{
    Result,
    ports::{Action, Expect, Write},
    slot::shard,
    time::Timestamp,
};
use serde_json::Value;
use std::collections::HashMap;

/// One write in the table's own words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Statement {
    pub(crate) key: Key,
    pub(crate) kind: Kind,
    pub(crate) condition: Option<String>,
    pub(crate) names: HashMap<String, String>,
    pub(crate) values: Attributes,
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Updates with this expression.
    Update(String),
    /// Removes the item.
    Delete,
    /// Only holds the condition against the item.
    Check,
}

impl Statement {
    /// The statement of a write; `None` for a check of nothing.
    pub(crate) fn of(write: &Write) -> Result<Option<Self>> {
        let mut statement = Self {
            key: keys::of(&write.slot),
            kind: Kind::Check,
            condition: None,
            names: HashMap::new(),
            values: HashMap::new(),
        };
        statement.expect(write.expect);
        match &write.action {
            Action::Put(body, due) => statement.put(body, *due)?,
            Action::Delete => statement.kind = Kind::Delete,
            Action::Check if statement.condition.is_none() => return Ok(None),
            Action::Check => {}
        }
        Ok(Some(statement))
    }

    fn expect(&mut self, expect: Expect) {
        match expect {
            Expect::Any => {}
            Expect::Absent => self.condition = Some("attribute_not_exists(PK)".into()),
            Expect::Version(version) => {
                self.name("version");
                self.values.insert(":expected".into(), number(version));
                self.condition = Some("#version = :expected".into());
            }
        }
    }

    fn put(&mut self, body: &Value, due: Option<Timestamp>) -> Result<()> {
        for name in ["version", "body", "schema", "due_shard", "due_at"] {
            self.name(name);
        }
        self.values.insert(":one".into(), number(1));
        self.values.insert(":body".into(), text(body_of(body)?));
        self.values.insert(":schema".into(), number(LAYOUT));
        let mut update = String::from("SET #body = :body, #schema = :schema");
        if let Some(Timestamp(at)) = due {
            update.push_str(", #due_shard = :due_shard, #due_at = :due_at");
            self.values.insert(":due_shard".into(), text(shard(&self.key.pk).to_string()));
            self.values.insert(":due_at".into(), number(at));
        } else {
            update.push_str(" REMOVE #due_shard, #due_at");
        }
        update.push_str(" ADD #version :one");
        self.kind = Kind::Update(update);
        Ok(())
    }

    /// Names go through placeholders, since some are words of the table's own language.
    fn name(&mut self, name: &str) {
        self.names.insert(format!("#{name}"), name.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::slot::Slot;
    use serde_json::json;

    const SET: &str = "SET #body = :body, #schema = :schema";

    fn statement(expect: Expect, action: Action) -> Option<Statement> {
        Statement::of(&Write { slot: Slot::AdminHead, expect, action }).unwrap()
    }

    fn check(expect: Expect, action: Action, kind: &Kind, condition: Option<&str>) {
        let made = statement(expect, action).unwrap();
        assert_eq!((&made.kind, made.condition.as_deref()), (kind, condition), "{made:?}");
        let Kind::Update(update) = kind else { return everything_is_used("", &made) };
        everything_is_used(update, &made);
    }

    /// The table refuses a name or a value that no expression uses.
    fn everything_is_used(update: &str, made: &Statement) {
        let said = format!("{update} {}", made.condition.as_deref().unwrap_or_default());
        let words: Vec<&str> = said.split([' ', ',']).collect();
        for placeholder in made.names.keys().chain(made.values.keys()) {
            assert!(words.contains(&placeholder.as_str()), "{placeholder} in {said}");
        }
        for word in words.iter().filter(|word| word.starts_with(['#', ':'])) {
            assert!(made.names.contains_key(*word) || made.values.contains_key(*word), "{word}");
        }
    }

    #[test]
    fn each_expectation_is_a_condition() {
        let put = || Action::Put(json!({}), None);
        let update = Kind::Update(format!("{SET} REMOVE #due_shard, #due_at ADD #version :one"));
        for (expect, condition) in [
            (Expect::Any, None),
            (Expect::Absent, Some("attribute_not_exists(PK)")),
            (Expect::Version(4), Some("#version = :expected")),
        ] {
            check(expect, put(), &update, condition);
            check(expect, Action::Delete, &Kind::Delete, condition);
            if condition.is_some() {
                check(expect, Action::Check, &Kind::Check, condition);
            }
        }
        assert_eq!(statement(Expect::Any, Action::Check), None);
    }

    #[test]
    fn a_due_record_is_listed_and_others_are_not() {
        let update =
            Kind::Update(format!("{SET}, #due_shard = :due_shard, #due_at = :due_at ADD #version :one"));
        check(Expect::Any, Action::Put(json!({}), Some(Timestamp(9))), &update, None);
        let made = statement(Expect::Any, Action::Put(json!({}), Some(Timestamp(9)))).unwrap();
        assert_eq!(made.values.get(":due_at"), Some(&number(9)));
        assert_eq!(made.values.get(":due_shard"), Some(&text(shard("ADMIN").to_string())));
    }
}
