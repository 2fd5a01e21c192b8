//! A small schema language for Block Kit, and the walk that finds every violation in Slack's words.

use serde_json::{Map, Value};

/// What a value must be.
pub(super) enum Rule {
    /// A string of `min` to `max` characters.
    Str { min: usize, max: usize },
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A boolean.
    Bool,
    /// An integer in this range.
    Int { min: i64, max: i64 },
    /// A `plain_text` object of 1 to this many characters.
    Plain(usize),
    /// A `plain_text` or `mrkdwn` object of 1 to this many characters.
    Text(usize),
    /// An object of one shape.
    Object(&'static [Field]),
    /// An object whose `type` chooses the shape.
    Typed(&'static [(&'static str, &'static [Field])]),
    /// A list.
    List { of: &'static Rule, min: usize, max: usize },
    /// Anything at all.
    Any,
}

/// One property of an object; properties that no field names are refused, as Slack does.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) rule: Rule,
    pub(super) required: bool,
}

/// A property that must be there.
pub(super) const fn must(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: true }
}

/// A property that may be there.
pub(super) const fn may(name: &'static str, rule: Rule) -> Field {
    Field { name, rule, required: false }
}

/// The violations found so far, each with its place.
#[derive(Debug, Default)]
pub(super) struct Problems(pub(super) Vec<String>);

impl Problems {
    pub(super) fn add(&mut self, at: &str, what: impl std::fmt::Display) {
        self.0.push(format!("[ERROR] {what} [json-pointer:{at}]"));
    }

    /// Checks `value`, found at the JSON pointer `at`, against `rule`.
    pub(super) fn check(&mut self, at: &str, value: &Value, rule: &Rule) {
        match rule {
            Rule::Str { min, max } => self.string(at, value, *min, *max),
            Rule::OneOf(allowed) => self.one_of(at, value, allowed),
            Rule::Bool if !value.is_boolean() => self.add(at, "must be a valid boolean"),
            Rule::Int { min, max } => self.integer(at, value, *min, *max),
            Rule::Plain(max) => self.text(at, value, *max, false),
            Rule::Text(max) => self.text(at, value, *max, true),
            Rule::Object(fields) => self.object(at, value, fields),
            Rule::Typed(shapes) => self.typed(at, value, shapes),
            Rule::List { of, min, max } => self.list(at, value, of, (*min, *max)),
            Rule::Bool | Rule::Any => {}
        }
    }

    fn string(&mut self, at: &str, value: &Value, min: usize, max: usize) {
        let Some(text) = value.as_str() else { return self.add(at, "must be a string") };
        let length = text.chars().count();
        if length < min {
            self.add(at, format_args!("must be more than {} characters", min.saturating_sub(1)));
        }
        if length > max {
            self.add(at, format_args!("must be less than {} characters", max.saturating_add(1)));
        }
    }

    fn one_of(&mut self, at: &str, value: &Value, allowed: &[&str]) {
        if !value.as_str().is_some_and(|text| allowed.contains(&text)) {
            self.add(at, format_args!("must be a valid enum value: {}", allowed.join(", ")));
        }
    }

    fn integer(&mut self, at: &str, value: &Value, min: i64, max: i64) {
        if !value.as_i64().is_some_and(|number| (min..=max).contains(&number)) {
            self.add(at, format_args!("must be an integer from {min} to {max}"));
        }
    }

    fn text(&mut self, at: &str, value: &Value, max: usize, mrkdwn: bool) {
        let Some(object) = value.as_object() else { return self.add(at, "must be an object") };
        let extra = match object.get("type").and_then(Value::as_str) {
            Some("plain_text") => "emoji",
            Some("mrkdwn") if mrkdwn => "verbatim",
            Some(other) => return self.add(&format!("{at}/type"), format_args!("unsupported type: {other}")),
            None => return self.add(at, "missing required field: type"),
        };
        for name in object.keys().filter(|name| !["type", "text", extra].contains(&name.as_str())) {
            self.add(at, format_args!("invalid additional property: {name}"));
        }
        match object.get("text") {
            Some(text) => self.string(&format!("{at}/text"), text, 1, max),
            None => self.add(at, "missing required field: text"),
        }
    }

    fn object(&mut self, at: &str, value: &Value, fields: &[Field]) {
        match value.as_object() {
            Some(object) => self.fields(at, object, fields, &[]),
            None => self.add(at, "must be an object"),
        }
    }

    fn typed(&mut self, at: &str, value: &Value, shapes: &[(&str, &'static [Field])]) {
        let Some(object) = value.as_object() else { return self.add(at, "must be an object") };
        let Some(kind) = object.get("type").and_then(Value::as_str) else {
            return self.add(at, "missing required field: type");
        };
        match shapes.iter().find(|(name, _)| *name == kind) {
            Some((_, fields)) => self.fields(at, object, fields, &["type"]),
            None => self.add(&format!("{at}/type"), format_args!("unsupported type: {kind}")),
        }
    }

    fn fields(&mut self, at: &str, object: &Map<String, Value>, fields: &[Field], also: &[&str]) {
        for field in fields {
            match object.get(field.name) {
                Some(value) => self.check(&format!("{at}/{}", field.name), value, &field.rule),
                None if field.required => {
                    self.add(at, format_args!("missing required field: {}", field.name));
                }
                None => {}
            }
        }
        let known = |name: &str| also.contains(&name) || fields.iter().any(|field| field.name == name);
        for name in object.keys().filter(|name| !known(name)) {
            self.add(at, format_args!("invalid additional property: {name}"));
        }
    }

    fn list(&mut self, at: &str, value: &Value, of: &Rule, (min, max): (usize, usize)) {
        let Some(items) = value.as_array() else { return self.add(at, "must be an array") };
        if items.len() < min {
            self.add(at, format_args!("no fewer than {min} items allowed"));
        }
        if items.len() > max {
            self.add(at, format_args!("no more than {max} items allowed"));
        }
        for (index, item) in items.iter().enumerate() {
            self.check(&format!("{at}/{index}"), item, of);
        }
    }
}
