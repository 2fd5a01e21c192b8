//! Which rule acts: the first that fits; and where an expression has no answer, the stricter of both answers.

use super::{
    Match, Rule, Stage, Then, Unverified, WaitFor,
    decide::Facts,
    expression::{Bound, Expression},
    variables::values,
};
use crate::{Result, catalog::Entitlement, person::Person};
use serde_json::{Value, json};
use std::cell::OnceCell;

/// What a rule makes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Its `match` names something else; the first field that differs.
    Differs(&'static str),
    /// Its `when` is false.
    Untrue,
    /// It fits.
    Acts,
    /// Whether it fits cannot be said, and why.
    Unclear(String),
}

/// The rules of a configuration before the facts of one request.
#[derive(Debug)]
pub struct Court<'a> {
    facts: &'a Facts<'a>,
    entitlement: &'a Entitlement,
    confidence: u16,
    values: OnceCell<Value>,
    bound: OnceCell<Bound>,
}

/// What acts.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected<'a> {
    /// The name of the rule, or `baseline`.
    pub rule: &'a str,
    /// Its position, from 0.
    pub index: Option<usize>,
    /// What it asks for, with whatever stricter the unclear rules above it ask for.
    pub then: Then,
    /// The strictest of what it and the unclear ones say.
    pub unverified: Unverified,
    /// The positions of the rules above it of which it cannot be said whether they fit.
    pub unclear: Vec<usize>,
    /// What it and the unclear ones wait for once it is approved.
    pub waits_for: Vec<&'a WaitFor>,
}

impl<'a> Court<'a> {
    /// The facts, as if triage were sure by `confidence`.
    #[must_use]
    pub fn new(facts: &'a Facts<'a>, entitlement: &'a Entitlement, confidence: u16) -> Self {
        Self { facts, entitlement, confidence, values: OnceCell::new(), bound: OnceCell::new() }
    }

    /// The facts that expressions see.
    pub fn values(&self) -> &Value {
        self.values.get_or_init(|| values(self.facts, self.entitlement, self.confidence))
    }

    /// What the rule at `index` makes of the request.
    #[must_use]
    pub fn consider(&self, index: usize, rule: &Rule) -> Finding {
        match self.unfit(&rule.matches) {
            Some(field @ "team") if self.team().is_none() => {
                return Finding::Unclear(format!("nobody says which {field} the beneficiary is in"));
            }
            Some(field) => return Finding::Differs(field),
            None => {}
        }
        match rule.when.as_ref().map(|when| self.holds(index, when)) {
            None | Some(Ok(true)) => Finding::Acts,
            Some(Ok(false)) => Finding::Untrue,
            Some(Err(error)) => Finding::Unclear(error.to_string()),
        }
    }

    /// The compiled `when` of the rule at `index`.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if it cannot be compiled.
    pub fn expression(&self, index: usize, when: &str) -> Result<&Expression> {
        self.facts.config.rules().expression(index, when)
    }

    fn holds(&self, index: usize, when: &str) -> Result<bool> {
        self.expression(index, when)?.holds(self.bound.get_or_init(|| Bound::to(self.values())))
    }

    /// Whom an expression over the facts names, each in a word.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if it has no answer.
    pub(super) fn names(&self, text: &str) -> Result<Vec<String>> {
        Expression::compile(text)?.names(self.bound.get_or_init(|| Bound::to(self.values())))
    }

    fn team(&self) -> Option<&String> {
        let beneficiary: &Person = self.facts.beneficiary;
        beneficiary.department.as_ref()
    }

    /// The first field of a `match` that the request does not fit.
    fn unfit(&self, matches: &Match) -> Option<&'static str> {
        let request = self.facts.request;
        let differs = |named: &[String], value: Option<&String>| {
            !named.is_empty() && value.is_none_or(|value| !named.contains(value))
        };
        let fields = [
            ("intent", differs(&matches.intent, Some(&request.intent))),
            ("application", differs(&matches.application, request.application.as_ref())),
            ("entitlement", differs(&matches.entitlement, Some(&self.entitlement.name))),
            ("risk", !matches.risk.is_empty() && !matches.risk.contains(&self.entitlement.risk)),
            ("team", differs(&matches.team, self.team())),
        ];
        fields.into_iter().find(|(_, differs)| *differs).map(|(field, _)| field)
    }

    /// The facts that a `match` looks at, each by the field that names it.
    #[must_use]
    pub fn looked_at(&self, matches: &Match) -> Vec<(&'static str, Value)> {
        let request = self.facts.request;
        let fields = [
            ("intent", !matches.intent.is_empty(), json!(request.intent)),
            ("application", !matches.application.is_empty(), json!(request.application)),
            ("entitlement", !matches.entitlement.is_empty(), json!(self.entitlement.name)),
            ("risk", !matches.risk.is_empty(), json!(self.entitlement.risk)),
            ("team", !matches.team.is_empty(), json!(self.team())),
        ];
        fields.into_iter().filter(|(_, named, _)| *named).map(|(field, _, value)| (field, value)).collect()
    }

    /// What acts. A rule of which it cannot be said whether it fits is taken both ways, and the stricter counts: a
    /// refusal refuses, stages are asked beside those of what acts without it, an approval is not given.
    #[must_use]
    pub fn select(&self) -> Selected<'a> {
        let policy = &self.facts.config.policy;
        let application = self.facts.request.application.as_deref().unwrap_or_default();
        let (mut unclear, mut acting) = (Vec::new(), None);
        for index in self.facts.config.rules().about(application) {
            let Some(rule) = policy.rules.get(index) else { continue };
            let finding = self.consider(index, rule);
            let refuses = matches!(rule.then, Then::Deny(_));
            match finding {
                Finding::Differs(_) | Finding::Untrue => {}
                Finding::Unclear(_) if !refuses => unclear.push((index, rule)),
                Finding::Acts | Finding::Unclear(_) => {
                    acting = Some((index, rule));
                    break;
                }
            }
        }
        let (rule, index, then, mut unverified) = match acting {
            Some((index, rule)) => (rule.id.as_str(), Some(index), &rule.then, rule.unverified),
            None => ("baseline", None, &policy.baseline.then, policy.baseline.unverified),
        };
        let own = acting.map_or(policy.baseline.wait_for.as_ref(), |(_, rule)| rule.wait_for.as_ref());
        let unsure = unclear.iter().filter_map(|(_, rule)| rule.wait_for.as_ref());
        let waits_for = own.into_iter().chain(unsure).collect();
        let mut then = then.clone();
        for (_, other) in &unclear {
            then = stricter(then, &other.then);
            if other.unverified == Unverified::Desk {
                unverified = Unverified::Desk;
            }
        }
        Selected {
            rule,
            index,
            then,
            unverified,
            unclear: unclear.into_iter().map(|(at, _)| at).collect(),
            waits_for,
        }
    }
}

/// The stricter of two: a refusal, else the stages of both, else an approval.
fn stricter(one: Then, other: &Then) -> Then {
    match (one, other) {
        (Then::Deny(reason), _) => Then::Deny(reason),
        (_, Then::Deny(reason)) => Then::Deny(reason.clone()),
        (one, Then::Automatic) => one,
        (Then::Automatic, Then::Stages(stages)) => Then::Stages(stages.clone()),
        (Then::Stages(mut asked), Then::Stages(more)) => {
            let new: Vec<Stage> = more
                .iter()
                .filter(|stage| !asked.iter().any(|known| covers(known, stage)))
                .cloned()
                .collect();
            asked.extend(new);
            Then::Stages(asked)
        }
    }
}

/// Whether a stage asks the same people for no less than another does.
fn covers(one: &Stage, other: &Stage) -> bool {
    one.approvers == other.approvers
        && one.all_of == other.all_of
        && one.approve_at >= other.approve_at
        && one.reason_required >= other.reason_required
        && one.delegation <= other.delegation
        && (other.step_up.is_none() || one.step_up == other.step_up)
}
