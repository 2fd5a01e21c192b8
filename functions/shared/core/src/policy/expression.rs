//! The `when` expressions of rules, in CEL. An expression that cannot be evaluated never lets a rule act.

use crate::{Error, Result};
use cel::{Context, Program, Value as CelValue};
use serde_json::Value;

/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 2_000;

/// The variables that an expression may use; each is an object.
pub const VARIABLES: [&str; 6] = ["request", "requester", "beneficiary", "entitlement", "cost", "context"];

/// Checks that an expression parses and uses known variables only.
///
/// # Errors
/// [`Error::Invalid`], saying what is wrong.
pub fn check(expression: &str) -> Result<()> {
    let program = compile(expression)?;
    let references = program.references();
    match references.variables().into_iter().find(|name| !VARIABLES.contains(name)) {
        Some(name) => {
            let known = VARIABLES.join(", ");
            Err(Error::invalid("when", format!("{name} is not a variable; there are {known}")))
        }
        None => Ok(()),
    }
}

/// Evaluates an expression over `facts`, an object with one member per variable.
///
/// # Errors
/// [`Error::Invalid`] if it does not parse, refers to what is not there, or is neither true nor false.
pub fn holds(expression: &str, facts: &Value) -> Result<bool> {
    let program = compile(expression)?;
    let mut context = Context::default();
    for name in VARIABLES {
        let value = facts.get(name).cloned().unwrap_or_default();
        context.add_variable(name, value).map_err(|e| Error::invalid("when", e.to_string()))?;
    }
    match program.execute(&context) {
        Ok(CelValue::Bool(answer)) => Ok(answer),
        Ok(_) => Err(Error::invalid("when", "must be true or false".into())),
        Err(e) => Err(Error::invalid("when", e.to_string())),
    }
}

fn compile(expression: &str) -> Result<Program> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        return Err(Error::invalid("when", format!("is longer than {MAX_EXPRESSION_BYTES} bytes")));
    }
    Program::compile(expression).map_err(|e| Error::invalid("when", format!("does not parse: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_holds(expression: &str, expected: Option<bool>) {
        let facts = json!({
            "request": {"intent": "access.request", "duration_seconds": 7200},
            "beneficiary": {"department": "Sales"}, "cost": {"monthly_cents": 3000}, "entitlement": {"risk": "low"},
        });
        assert_eq!(holds(expression, &facts).ok(), expected, "{expression}");
    }

    #[test]
    fn expressions_are_true_false_or_an_error() {
        check_holds("cost.monthly_cents <= 5000", Some(true));
        check_holds("beneficiary.department == 'Engineering'", Some(false));
        check_holds("request.duration_seconds < 3600 || entitlement.risk in ['low', 'medium']", Some(true));
        check_holds("request.nothing == 1", None);
        check_holds("cost.monthly_cents", None);
        check_holds("this is no expression", None);
        check_holds("approver.name == 'x'", None);
    }

    #[test]
    fn unknown_variables_are_found_before_they_are_used() {
        assert!(check("cost.monthly_cents < 1 && context.verified").is_ok());
        assert!(check("approver.name == 'x'").is_err());
        assert!(check(&"x".repeat(MAX_EXPRESSION_BYTES + 1)).is_err());
    }
}
