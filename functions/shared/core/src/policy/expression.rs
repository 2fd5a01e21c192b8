//! The expressions of rules, in CEL: compiled, and evaluated over facts.

use super::variables::VARIABLES;
use crate::{Error, Result};
use cel::{
    Context, Env, IdedExpr, Program, Value as CelValue,
    common::ast::{EntryExpr, Expr},
};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, LazyLock},
};

/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 2_000;

/// The functions of the language, made once: every evaluation needs them.
static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A compiled expression.
#[derive(Debug)]
pub struct Expression(Program);

/// Facts, bound to the variables of expressions once for all expressions of a decision.
pub struct Bound(Context<'static, 'static>);

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bound(…)")
    }
}

impl Bound {
    /// Binds facts, an object with one member per variable.
    #[must_use]
    pub fn to(facts: &Value) -> Self {
        let mut context = Context::with_env(LANGUAGE.clone());
        for variable in VARIABLES {
            if let Some(value) = facts.get(variable.name) {
                context.add_variable_from_value(variable.name, cel_value(value));
            }
        }
        Self(context)
    }
}

impl Expression {
    /// Reads an expression; whether its names and types are right is asked of
    /// [`super::types::check`], when a configuration is activated.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is too long or does not parse.
    pub fn compile(text: &str) -> Result<Self> {
        if text.len() > MAX_EXPRESSION_BYTES {
            return Err(Error::invalid("when", format!("is longer than {MAX_EXPRESSION_BYTES} bytes")));
        }
        let parsed = LANGUAGE.compile(text);
        parsed.map(Self).map_err(|e| Error::invalid("when", format!("does not parse: {e}")))
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a fact is missing, or something else cannot be evaluated, or it is neither true nor
    /// false.
    pub fn holds(&self, facts: &Bound) -> Result<bool> {
        match self.0.execute(&facts.0) {
            Ok(CelValue::Bool(answer)) => Ok(answer),
            Ok(_) => Err(Error::invalid("when", "is neither true nor false".into())),
            Err(e) => Err(Error::invalid("when", e.to_string())),
        }
    }

    /// The text or the texts that it is. No text is nobody, and so is `group:` without a name, of a fact that is empty.
    ///
    /// # Errors
    /// [`Error::Invalid`] if a fact is missing, or something else cannot be evaluated, or it is no text.
    pub fn names(&self, facts: &Bound) -> Result<Vec<String>> {
        let named = |value: &CelValue| match value {
            CelValue::String(text) => Ok(text.to_string()),
            _ => Err(Error::invalid("approvers", "names something that is no text".into())),
        };
        let names = match self.0.execute(&facts.0) {
            Ok(CelValue::List(names)) => names.iter().map(named).collect::<Result<Vec<_>>>()?,
            Ok(value) => vec![named(&value)?],
            Err(e) => return Err(Error::invalid("approvers", e.to_string())),
        };
        Ok(names.into_iter().filter(|name| !name.is_empty() && !name.ends_with(':')).collect())
    }

    /// Its root.
    pub(super) fn root(&self) -> &IdedExpr {
        self.0.expression()
    }

    /// The facts that it reads, like `beneficiary.department`, in order of their names.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        collect_reads(&self.0.expression().expr, &mut found);
        found
    }
}

fn collect_reads(expr: &Expr, found: &mut BTreeSet<String>) {
    match expr {
        Expr::Ident(name) if VARIABLES.iter().any(|variable| variable.name == name) => {
            found.insert(name.clone());
        }
        Expr::Select(select) => match &select.operand.expr {
            Expr::Ident(name) => drop(found.insert(format!("{name}.{}", select.field))),
            inner => collect_reads(inner, found),
        },
        other => children(other).into_iter().for_each(|child| collect_reads(&child.expr, found)),
    }
}

/// The direct parts of an expression.
fn children(expr: &Expr) -> Vec<&IdedExpr> {
    match expr {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(c) => {
            vec![&c.iter_range, &c.accu_init, &c.loop_cond, &c.loop_step, &c.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::Map(map) => map.entries.iter().flat_map(|entry| parts(&entry.expr)).collect(),
        Expr::Struct(made) => made.entries.iter().flat_map(|entry| parts(&entry.expr)).collect(),
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// JSON in the types of the language; its numbers are whole ones and signed, so that they can be reckoned with.
fn cel_value(value: &Value) -> CelValue {
    match value {
        Value::Null => CelValue::Null,
        Value::Bool(value) => CelValue::Bool(*value),
        Value::Number(number) => CelValue::Int(number.as_i64().unwrap_or(i64::MAX)),
        Value::String(text) => CelValue::String(Arc::new(text.clone())),
        Value::Array(items) => CelValue::List(Arc::new(items.iter().map(cel_value).collect())),
        Value::Object(members) => {
            let members: HashMap<String, CelValue> =
                members.iter().map(|(name, value)| (name.clone(), cel_value(value))).collect();
            members.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_holds(expression: &str, expected: Option<bool>) {
        let facts = Bound::to(&json!({
            "request": {"intent": "access.request", "duration_seconds": 7200},
            "beneficiary": {"department": "Sales"}, "cost": {"monthly_cents": 3000}, "risk": "low",
        }));
        let held = Expression::compile(expression).and_then(|expression| expression.holds(&facts));
        assert_eq!(held.ok(), expected, "{expression}");
    }

    #[test]
    fn expressions_are_true_false_or_an_error() {
        check_holds("cost.monthly_cents <= 5000", Some(true));
        check_holds("cost.monthly_cents * 12 + 1 > 36000", Some(true));
        check_holds("beneficiary.department == 'Engineering'", Some(false));
        check_holds("request.duration_seconds < 3600 || risk in ['low', 'medium']", Some(true));
        check_holds("has(request.nothing) && request.nothing == 1", Some(false));
        check_holds("request.nothing == 1", None);
        check_holds("cost.monthly_cents", None);
        check_holds("this is no expression", None);
        check_holds("approver.name == 'x'", None);
        check_holds(&format!("'{}' == ''", "x".repeat(MAX_EXPRESSION_BYTES)), None);
    }

    #[test]
    fn what_an_expression_reads_is_known() {
        let check = |text: &str, expected: &[&str]| {
            let reads = Expression::compile(text).unwrap().reads();
            assert_eq!(reads.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        };
        check("true", &[]);
        check("risk == 'low' && has(request.duration_seconds)", &["request.duration_seconds", "risk"]);
        check("context.groups.exists(g, g.startsWith('app-'))", &["context.groups"]);
        check(
            "beneficiary.department in ['Sales', requester.department]",
            &["beneficiary.department", "requester.department"],
        );
    }
}
