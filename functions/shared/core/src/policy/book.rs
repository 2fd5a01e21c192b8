//! The rules of a policy as they are kept warm: an index of what they are about, and their expressions once compiled.

use super::{Policy, Rule, expression::Expression};
use crate::Error;
use std::{collections::HashMap, sync::OnceLock};

/// An index of rules by application, and their expressions, each compiled when it is first needed.
#[derive(Debug)]
pub struct RuleBook {
    by_application: HashMap<String, Vec<usize>>,
    about_any: Vec<usize>,
    expressions: Vec<OnceLock<Result<Expression, Error>>>,
    asks_confidence: bool,
}

impl RuleBook {
    /// Indexes the rules of a policy. Nothing is compiled yet.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let mut by_application: HashMap<String, Vec<usize>> = HashMap::new();
        let mut about_any = Vec::new();
        for (index, rule) in policy.rules.iter().enumerate() {
            match rule.matches.application.as_slice() {
                [] => about_any.push(index),
                names => names.iter().for_each(|name| {
                    by_application.entry(name.clone()).or_default().push(index);
                }),
            }
        }
        let speaks = |rule: &Rule| rule.when.as_ref().is_some_and(|when| when.contains("confidence"));
        Self {
            by_application,
            about_any,
            expressions: policy.rules.iter().map(|_| OnceLock::new()).collect(),
            asks_confidence: policy.rules.iter().any(speaks),
        }
    }

    /// The positions of the rules that may be about an application, in their order.
    #[must_use]
    pub fn about(&self, application: &str) -> Vec<usize> {
        let own = self.by_application.get(application).map(Vec::as_slice).unwrap_or_default();
        let mut found = [own, self.about_any.as_slice()].concat();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The compiled expression of the rule at `index`, whose text is `when`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it cannot be compiled.
    pub fn expression(&self, index: usize, when: &str) -> Result<&Expression, Error> {
        let kept = self.expressions.get(index).ok_or_else(|| Error::Broken("a rule of no policy".into()))?;
        kept.get_or_init(|| Expression::compile(when)).as_ref().map_err(Clone::clone)
    }

    /// Whether any expression may speak of how sure triage is.
    #[must_use]
    pub fn asks_confidence(&self) -> bool {
        self.asks_confidence
    }

    /// How many expressions were compiled so far.
    #[must_use]
    pub fn compiled(&self) -> usize {
        self.expressions.iter().filter(|kept| kept.get().is_some()).count()
    }
}
