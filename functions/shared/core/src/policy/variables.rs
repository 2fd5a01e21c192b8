//! What the expressions of rules may speak of: one table of names and types, and the facts laid out by it.

use super::decide::{Facts, shorter};
use crate::{
    catalog::Entitlement,
    facts::Context,
    person::Person,
    time::{Span, Timestamp},
};
use serde_json::{Map, Value, json};

/// The type of a variable or of a part of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// Any text.
    Text,
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// A list.
    List(&'static Type),
    /// A thing with members.
    Object(&'static [Member]),
    /// Anything: an element of an empty list.
    Any,
}

/// A variable, or a member of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Type,
    /// It may be missing: reading it then fails, `has(…)` says whether it is there.
    pub optional: bool,
    /// For people.
    pub about: &'static str,
}

const fn always(name: &'static str, kind: Type, about: &'static str) -> Member {
    Member { name, kind, optional: false, about }
}

const fn perhaps(name: &'static str, kind: Type, about: &'static str) -> Member {
    Member { name, kind, optional: true, about }
}

const RISKS: &[&str] = &["low", "medium", "high", "critical"];
const WEEKDAYS: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const REQUEST: &[Member] = &[
    always("intent", Type::Text, "its intent"),
    always("application", Type::Text, "the application"),
    perhaps("duration_seconds", Type::Int, "for how long it would be given; missing: without end"),
    perhaps("starts_in_seconds", Type::Int, "how far ahead it would begin; missing: at once"),
    always("for_somebody_else", Type::Bool, "whoever asks is not who gets it"),
    always("by_manager", Type::Bool, "whoever asks is the manager of who gets it"),
];

const PERSON: &[Member] = &[
    perhaps("department", Type::Text, "the department in the HR system"),
    perhaps("cost_centre", Type::Text, "the cost centre in the directory"),
];

const ENTITLEMENT: &[Member] = &[
    always("name", Type::Text, "its name in the catalog"),
    perhaps("longest_seconds", Type::Int, "the longest time it is given for; missing: without end"),
];

const COST: &[Member] = &[
    always("monthly_cents", Type::Int, "what it costs a month"),
    always("available_cents", Type::Int, "what the cost centre has left this month"),
];

const CONTEXT: &[Member] = &[
    always("verified", Type::Bool, "every source of facts answered"),
    perhaps("title", Type::Text, "the job title of who gets it, from the HR system"),
    perhaps("groups", Type::List(&Type::Text), "the directory groups of who gets it"),
];

const TIME: &[Member] = &[
    always("hour", Type::Int, "0 to 23, UTC"),
    always("weekday", Type::Choice(WEEKDAYS), "the day of the week, UTC"),
    always("date", Type::Text, "the day, like 2026-11-23, UTC"),
];

/// Every variable that an expression may use.
pub const VARIABLES: &[Member] = &[
    always("request", Type::Object(REQUEST), "what is asked"),
    always("requester", Type::Object(PERSON), "who asks"),
    always("beneficiary", Type::Object(PERSON), "who gets it"),
    always("entitlement", Type::Object(ENTITLEMENT), "what would be held"),
    always("context", Type::Object(CONTEXT), "what the connected systems say"),
    always("cost", Type::Object(COST), "money, in cents"),
    always("risk", Type::Choice(RISKS), "how much harm a wrong grant could do"),
    always("confidence", Type::Int, "how sure triage is, 0 to 1000"),
    always("time", Type::Object(TIME), "when the policy is applied"),
];

/// The facts of a request as expressions see them; what is not known is left out.
#[must_use]
pub fn values(facts: &Facts<'_>, entitlement: &Entitlement, confidence: u16) -> Value {
    let request = facts.request;
    let known = json!({
        "request": {
            "intent": request.intent,
            "application": request.application,
            "duration_seconds": shorter(request.duration, entitlement.longest).map(Span::seconds),
            "starts_in_seconds": request.window.begins_after(facts.now).map(|starts| starts.since(facts.now) / 1_000),
            "for_somebody_else": request.requester != request.beneficiary,
            "by_manager": facts.beneficiary.manager.as_ref() == Some(&request.requester),
        },
        "requester": person(facts.requester),
        "beneficiary": person(facts.beneficiary),
        "entitlement": {
            "name": entitlement.name, "longest_seconds": entitlement.longest.map(Span::seconds),
        },
        "context": context(facts.context),
        "cost": {"monthly_cents": entitlement.monthly_cents, "available_cents": facts.available_cents},
        "risk": entitlement.risk,
        "confidence": confidence,
        "time": time(facts.now),
    });
    without_nulls(known)
}

/// The facts that are known of people alone, whatever is asked.
#[must_use]
pub fn of_people(beneficiary: &Person, requester: &Person, now: Timestamp) -> Value {
    without_nulls(
        json!({"requester": person(requester), "beneficiary": person(beneficiary), "time": time(now)}),
    )
}

fn person(person: &Person) -> Value {
    json!({"department": person.department, "cost_centre": person.cost_centre})
}

fn context(context: Option<&Context>) -> Value {
    let employee = context.and_then(|context| context.employee.known());
    let account = context.and_then(|context| context.account.known());
    json!({
        "verified": context.is_some_and(Context::is_verified),
        "title": employee.and_then(|employee| employee.title.as_ref()),
        "groups": account.map(|account| &account.groups),
    })
}

fn time(now: Timestamp) -> Value {
    let (days, seconds) = (now.seconds().div_euclid(86_400), now.seconds().rem_euclid(86_400));
    // 1970-01-01 was a Thursday.
    let weekday = usize::try_from((days + 3).rem_euclid(7)).ok().and_then(|day| WEEKDAYS.get(day));
    json!({"hour": seconds / 3_600, "weekday": weekday, "date": now.day()})
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        other => other,
    }
}

/// How many different samples there are.
pub const SAMPLES: usize = 6;

/// Made-up facts on which expressions are tried; `whole` ones miss nothing, the others all that may be missing.
#[must_use]
pub fn sample(number: usize, whole: bool) -> Value {
    sample_of(VARIABLES, number, whole)
}

fn sample_of(members: &[Member], number: usize, whole: bool) -> Value {
    let there = members.iter().filter(|member| whole || !member.optional);
    let pairs = there.enumerate().map(|(at, member)| {
        // Neighbours take different samples, so that they are not all alike.
        (member.name.to_owned(), sample_value(member.kind, number + at, whole))
    });
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn sample_value(kind: Type, number: usize, whole: bool) -> Value {
    let pick = |values: &[Value]| values.get(number % values.len()).cloned().unwrap_or_default();
    match kind {
        Type::Bool => json!(number.is_multiple_of(2)),
        Type::Int => pick(&[json!(0), json!(1), json!(500), json!(86_400), json!(1_000_000_000)]),
        Type::Text | Type::Any => pick(&[json!(""), json!("a"), json!("Engineering")]),
        Type::Choice(choices) => pick(&choices.iter().map(|choice| json!(choice)).collect::<Vec<_>>()),
        Type::List(element) => match number % 3 {
            0 => json!([]),
            count => (0..count).map(|at| sample_value(*element, number + at, whole)).collect(),
        },
        Type::Object(members) => sample_of(members, number, whole),
    }
}
