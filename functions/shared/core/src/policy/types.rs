//! Checks an expression before it counts: its names and types against the table of variables, then tries on samples.

use super::{
    Approver,
    expression::{Bound, Expression},
    variables::{Member, SAMPLES, Type, VARIABLES, sample},
};
use cel::{
    IdedExpr,
    common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, operators as op},
};

/// What is wrong, for people.
type Wrong = String;

/// Checks that an expression parses, uses known names by their types, is true or false, and can be evaluated.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check(text: &str) -> Result<(), String> {
    let expression = Expression::compile(text).map_err(|error| why(&error))?;
    match infer(expression.root(), &Locals::default())? {
        Type::Bool => {}
        other => return Err(format!("is {}, but must be true or false", name(other))),
    }
    if expression.reads().is_empty() {
        return Err("speaks of no variable, so that it is always the same".into());
    }
    try_samples(&expression)
}

/// Checks that an expression names approvers: a text or texts, each of which can be read as one, not chosen by how sure
/// triage is.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_names(text: &str) -> Result<(), String> {
    let expression = Expression::compile(text).map_err(|error| why(&error))?;
    match infer(expression.root(), &Locals::default())? {
        Type::Text | Type::Choice(_) | Type::List(Type::Text | Type::Choice(_) | Type::Any) => {}
        other => return Err(format!("is {}, but must be a text or a list of texts", name(other))),
    }
    if expression.reads().is_empty() {
        return Err("speaks of no variable: name the approvers themselves".into());
    }
    if expression.reads().contains("confidence") {
        return Err("depends on confidence; triage chooses no approver".into());
    }
    for number in 0..SAMPLES {
        let names = expression.names(&Bound::to(&sample(number, true))).map_err(|error| why(&error))?;
        for name in names {
            Approver::parse(&name).map_err(|error| why(&error))?;
        }
    }
    Ok(())
}

/// Where nothing is missing it must have an answer; where facts are missing they are the only reason for having none.
fn try_samples(expression: &Expression) -> Result<(), Wrong> {
    for number in 0..SAMPLES {
        let whole = expression.holds(&Bound::to(&sample(number, true)));
        whole.map_err(|error| format!("has no answer even if no fact is missing: {}", why(&error)))?;
        if let Err(error) = expression.holds(&Bound::to(&sample(number, false))) {
            let why = why(&error);
            if !why.contains("No such key") {
                return Err(format!("has no answer if facts are missing: {why}"));
            }
        }
    }
    Ok(())
}

fn why(error: &crate::Error) -> String {
    match error {
        crate::Error::Invalid { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// The variables that `exists`, `all`, `filter` and `map` bind.
#[derive(Clone, Debug, Default)]
struct Locals(Vec<(String, Type)>);

impl Locals {
    fn with(&self, name: &str, kind: Type) -> Self {
        let mut more = self.clone();
        more.0.push((name.to_owned(), kind));
        more
    }

    fn find(&self, name: &str) -> Option<Type> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, kind)| *kind)
    }
}

fn infer(expr: &IdedExpr, locals: &Locals) -> Result<Type, Wrong> {
    match &expr.expr {
        Expr::Literal(literal) => of_literal(literal),
        Expr::Ident(name) => match locals.find(name) {
            Some(kind) => Ok(kind),
            None => member(VARIABLES, name).map(|found| found.kind).ok_or_else(|| unknown(name)),
        },
        Expr::Select(select) => of_select(select, locals),
        Expr::Call(call) => of_call(call, locals),
        Expr::List(list) => of_list(&list.elements, locals),
        Expr::Comprehension(comprehension) => of_comprehension(comprehension, locals),
        Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
            Err("makes a map, which rules do not need".into())
        }
    }
}

fn member(members: &'static [Member], name: &str) -> Option<&'static Member> {
    members.iter().find(|member| member.name == name)
}

fn unknown(name: &str) -> Wrong {
    format!("speaks of {name}, which is no variable; there are {}", names(VARIABLES))
}

fn names(members: &[Member]) -> String {
    members.iter().map(|member| member.name).collect::<Vec<_>>().join(", ")
}

fn of_literal(literal: &LiteralValue) -> Result<Type, Wrong> {
    match literal {
        LiteralValue::Boolean(_) => Ok(Type::Bool),
        LiteralValue::Int(_) => Ok(Type::Int),
        LiteralValue::String(_) => Ok(Type::Text),
        LiteralValue::UInt(_) | LiteralValue::Double(_) => {
            Err("has a number that is not a plain whole one".into())
        }
        LiteralValue::Bytes(_) => Err("has bytes, which nothing is compared with".into()),
        LiteralValue::Null => Err("has null; ask with has(…) whether a fact is there".into()),
    }
}

fn of_select(select: &SelectExpr, locals: &Locals) -> Result<Type, Wrong> {
    let (owner, of) = (infer(&select.operand, locals)?, spelled(&select.operand));
    let Type::Object(members) = owner else {
        return Err(format!("asks {of} for {}, but it is {}", select.field, name(owner)));
    };
    let found = member(members, &select.field)
        .ok_or_else(|| format!("asks {of} for {}; it has {}", select.field, names(members)))?;
    Ok(if select.test { Type::Bool } else { found.kind })
}

/// A name as it is written, for messages.
fn spelled(expr: &IdedExpr) -> String {
    match &expr.expr {
        Expr::Ident(name) => name.clone(),
        Expr::Select(select) => format!("{}.{}", spelled(&select.operand), select.field),
        _ => "a part of it".into(),
    }
}

fn of_call(call: &CallExpr, locals: &Locals) -> Result<Type, Wrong> {
    let parts: Vec<&IdedExpr> = call.target.as_deref().into_iter().chain(&call.args).collect();
    let kinds = parts.iter().map(|part| infer(part, locals)).collect::<Result<Vec<_>, _>>()?;
    match (call.func_name.as_str(), parts.as_slice(), kinds.as_slice()) {
        (op::LOGICAL_AND | op::LOGICAL_OR | op::LOGICAL_NOT | op::NOT_STRICTLY_FALSE, _, _) => {
            all(&parts, &kinds, Type::Bool)
        }
        (op::CONDITIONAL, [asked, one, other], [condition, left, right]) => {
            all(&[asked], &[*condition], Type::Bool)?;
            comparable(one, *left, other, *right).map(|()| *left)
        }
        (op::EQUALS | op::NOT_EQUALS, [one, other], [left, right]) => {
            comparable(one, *left, other, *right).map(|()| Type::Bool)
        }
        (op::LESS | op::LESS_EQUALS | op::GREATER | op::GREATER_EQUALS, [one, other], [left, right]) => {
            ordered(one, *left, other, *right).map(|()| Type::Bool)
        }
        (op::IN, [one, list], [element, Type::List(of)]) => {
            comparable(one, *element, list, **of).map(|()| Type::Bool)
        }
        (op::ADD, _, [Type::Text, Type::Text]) => Ok(Type::Text),
        (op::ADD, _, [Type::List(one), Type::List(other)]) => {
            Ok(Type::List(if **one == Type::Any { other } else { one }))
        }
        (op::ADD | op::SUBSTRACT | op::MULTIPLY | op::DIVIDE | op::MODULO | op::NEGATE, _, _) => {
            all(&parts, &kinds, Type::Int)
        }
        (op::INDEX, _, [Type::List(of), Type::Int]) => Ok(**of),
        ("size", _, [Type::Text | Type::List(_)]) => Ok(Type::Int),
        ("startsWith" | "endsWith" | "contains", _, _) if kinds.len() == 2 => {
            all(&parts, &kinds, Type::Text).map(|_| Type::Bool)
        }
        (function, _, _) => Err(format!(
            "cannot do {} with {}",
            function.trim_matches(['_', '@']),
            kinds.iter().map(|kind| name(*kind)).collect::<Vec<_>>().join(" and "),
        )),
    }
}

fn all(parts: &[&IdedExpr], kinds: &[Type], wanted: Type) -> Result<Type, Wrong> {
    for (part, kind) in parts.iter().zip(kinds) {
        let fits = loose(*kind) == wanted || *kind == Type::Any;
        if !fits {
            return Err(format!("needs {} where {} is {}", name(wanted), spelled(part), name(*kind)));
        }
    }
    Ok(wanted)
}

/// The type without its choices.
fn loose(kind: Type) -> Type {
    if matches!(kind, Type::Choice(_)) { Type::Text } else { kind }
}

fn comparable(one: &IdedExpr, left: Type, other: &IdedExpr, right: Type) -> Result<(), Wrong> {
    let any = left == Type::Any || right == Type::Any;
    let same = match (left, right) {
        (Type::Object(_), _) | (_, Type::Object(_)) => false,
        (Type::List(one), Type::List(other)) if *one == Type::Any || *other == Type::Any => true,
        _ => loose(left) == loose(right),
    };
    if !any && !same {
        return Err(format!("compares {}, which is {}, with {}", spelled(one), name(left), name(right)));
    }
    chosen(one, left, other)?;
    chosen(other, right, one)
}

/// A text that one of several is compared with must be among them.
fn chosen(one: &IdedExpr, kind: Type, other: &IdedExpr) -> Result<(), Wrong> {
    let Type::Choice(choices) = kind else { return Ok(()) };
    match texts(other).into_iter().find(|text| !choices.contains(text)) {
        Some(text) => {
            Err(format!("compares {} with '{text}'; it is one of {}", spelled(one), choices.join(", ")))
        }
        None => Ok(()),
    }
}

/// The texts written in an expression or in the list that it is.
fn texts(expr: &IdedExpr) -> Vec<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => vec![text.inner()],
        Expr::List(list) => list.elements.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn ordered(one: &IdedExpr, left: Type, other: &IdedExpr, right: Type) -> Result<(), Wrong> {
    for (part, kind) in [(one, left), (other, right)] {
        if let Type::Choice(choices) = kind {
            let of = spelled(part);
            return Err(format!("orders {of} by the alphabet; write {of} in ['{}']", choices.join("', '")));
        }
    }
    match (left, right) {
        (Type::Int, Type::Int) | (Type::Text, Type::Text) => Ok(()),
        (Type::Any, _) | (_, Type::Any) => Ok(()),
        _ => Err(format!("compares {}, which is {}, with {}", spelled(one), name(left), name(right))),
    }
}

fn of_list(elements: &[IdedExpr], locals: &Locals) -> Result<Type, Wrong> {
    let kinds = elements.iter().map(|element| infer(element, locals)).collect::<Result<Vec<_>, _>>()?;
    let first = kinds.first().copied().map_or(Type::Any, loose);
    match kinds.iter().find(|kind| loose(**kind) != first) {
        Some(other) => Err(format!("has a list of {} and {}", name(first), name(*other))),
        None => Ok(list_of(first)),
    }
}

fn list_of(element: Type) -> Type {
    match loose(element) {
        Type::Bool => Type::List(&Type::Bool),
        Type::Int => Type::List(&Type::Int),
        Type::Text => Type::List(&Type::Text),
        _ => Type::List(&Type::Any),
    }
}

/// `exists`, `all`, `exists_one`, `filter` and `map`, as the parser spells them out.
fn of_comprehension(c: &ComprehensionExpr, locals: &Locals) -> Result<Type, Wrong> {
    let range = infer(&c.iter_range, locals)?;
    let Type::List(element) = range else {
        return Err(format!("goes through {}, which is {}", spelled(&c.iter_range), name(range)));
    };
    let begins = infer(&c.accu_init, locals)?;
    let within = locals.with(&c.iter_var, *element).with(&c.accu_var, begins);
    all(&[&c.loop_cond], &[infer(&c.loop_cond, &within)?], Type::Bool)?;
    let becomes = infer(&c.loop_step, &within)?;
    infer(&c.result, &locals.with(&c.accu_var, becomes))
}

fn name(kind: Type) -> &'static str {
    match kind {
        Type::Bool => "true or false",
        Type::Int => "a number",
        Type::Text | Type::Choice(_) => "a text",
        Type::List(_) => "a list",
        Type::Object(_) => "a thing with members",
        Type::Any => "anything",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_is(text: &str, wrong: &str) {
        match check(text) {
            Ok(()) => assert_eq!(wrong, "", "{text}"),
            Err(found) => assert!(!wrong.is_empty() && found.contains(wrong), "{text}: {found}"),
        }
    }

    #[test]
    fn good_expressions_have_no_finding() {
        for good in [
            "cost.monthly_cents < 1 && context.verified",
            "!(beneficiary.department in ['Engineering', 'Security'])",
            "has(request.duration_seconds) && request.duration_seconds <= 8 * 3600",
            "risk in ['high', 'critical'] || time.weekday == 'sunday' || confidence < 800",
            "context.groups.exists(group, group.startsWith('app-aws'))",
            "context.groups.filter(group, group.contains('x')).size() > 2",
            "context.groups.map(group, size(group)).all(length, length < 10)",
            "time.date >= '2026-12-20' && (request.by_manager ? risk == 'low' : true)",
            "size(beneficiary.cost_centre) == 6 && entitlement.name + '!' != 'x!'",
            "requester.department == beneficiary.department",
        ] {
            check_is(good, "");
        }
    }

    #[test]
    fn names_and_types_are_checked() {
        check_is("approver.name == 'x'", "speaks of approver, which is no variable; there are request,");
        check_is("beneficiary.departement == 'x'", "asks beneficiary for departement; it has department, ");
        check_is("has(beneficiary.nothing)", "asks beneficiary for nothing");
        check_is("risk.level == 1", "asks risk for level, but it is a text");
        check_is("cost.monthly_cents == '5'", "compares cost.monthly_cents, which is a number, with a text");
        check_is("risk == 'hihg'", "compares risk with 'hihg'; it is one of low, medium");
        check_is("time.weekday in ['sunday', 'Monday']", "with 'Monday'");
        check_is("risk > 'low'", "orders risk by the alphabet; write risk in ['low'");
        check_is("request.duration_seconds in [1, 'a']", "a list of a number and a text");
        check_is("cost.monthly_cents in ['a']", "compares cost.monthly_cents");
        check_is("beneficiary.department", "is a text, but must be true or false");
        check_is("confidence && true", "needs true or false where confidence is a number");
        check_is("beneficiary == requester", "compares beneficiary");
        check_is("beneficiary.department == null", "has null; ask with has(…)");
        check_is("confidence < 1.5", "not a plain whole one");
        check_is("beneficiary.department.matches('a')", "cannot do matches");
        check_is(
            "beneficiary.department + 1 == 'a'",
            "needs a number where beneficiary.department is a text",
        );
        check_is("request.application.all(x, x == 'a')", "goes through request.application");
        check_is("{'a': 1} == {'a': 1}", "makes a map");
        check_is("1 == 1", "speaks of no variable");
        check_is("1 +", "does not parse");
        check_is(&format!("'{}' == ''", "x".repeat(3_000)), "is longer than");
    }

    #[test]
    fn what_cannot_be_evaluated_is_found_by_trying() {
        check_is("10 / cost.monthly_cents > 1", "has no answer even if no fact is missing: Division by zero");
        check_is("context.groups[2] == 'a'", "has no answer even if no fact is missing");
    }
}
