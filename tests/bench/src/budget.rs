//! What a function may cost.

use crate::{policy::Policy, report::Row};
use serde::Serialize;
use std::fmt;

/// A start may take this much CPU time, in milliseconds, or [`TIMES_HELLO`] the least function, whichever is more.
const START_CPU_MS: f64 = 2.0;
/// How many times the least function a start may take.
const TIMES_HELLO: f64 = 2.0;
/// Who may take longer, in milliseconds.
const LONGER_STARTS: [(&str, f64); 1] = [
    // It reads the model.
    ("triage-request", 5.0),
];
/// The most memory that may be resident, in megabytes.
const PEAK_MB: f64 = 10.0;
/// Who may hold more, in megabytes.
const LARGER_PEAKS: [(&str, f64); 1] = [
    // It carries the model.
    ("triage-request", 64.0),
];
/// The largest archive, in megabytes.
const ZIP_MB: f64 = 2.5;
/// The largest archives of those that need more.
const LARGER_ZIPS: [(&str, f64); 5] = [
    // They may carry the language of the policy, which alone is 1.2 MB.
    ("ask-approvers", 3.5),
    ("plan-approvals", 3.5),
    ("record-decision", 3.5),
    // They carry the model.
    ("learn-triage", 25.0),
    ("triage-request", 25.0),
];

/// Planning a request with a warm configuration may take this much CPU time, in microseconds.
const WARM_PLAN_US: f64 = 1_000.0;
/// Reading a configuration and planning the first request with it, in milliseconds.
const COLD_PLAN_MS: f64 = 5.0;

/// A budget that is exceeded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exceeded {
    pub(crate) function: String,
    pub(crate) quantity: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) measured: f64,
    pub(crate) allowed: f64,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, quantity, unit, measured, allowed } = self;
        let (over, percent) = (measured - allowed, (measured / allowed - 1.0) * 100.0);
        write!(
            f,
            "{function}: {quantity} is {measured:.2} {unit}, {over:.2} {unit} ({percent:.0} %) over {allowed:.2} {unit}"
        )
    }
}

/// What one function may cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Budget {
    /// The most CPU time of a start, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// The most memory that may be resident, in megabytes.
    pub(crate) peak_mb: f64,
    /// The largest archive, in megabytes.
    pub(crate) zip_mb: f64,
}

impl Budget {
    /// The budget of a function where the least function takes `hello_ms` to start.
    pub(crate) fn of(function: &str, hello_ms: f64) -> Self {
        let cpu_ms = allowed(&LONGER_STARTS, function, START_CPU_MS).max(TIMES_HELLO * hello_ms);
        let peak_mb = allowed(&LARGER_PEAKS, function, PEAK_MB);
        Self { cpu_ms, peak_mb, zip_mb: allowed(&LARGER_ZIPS, function, ZIP_MB) }
    }
}

/// What a function exceeds of its budget.
pub(crate) fn exceeded(row: &Row) -> Vec<Exceeded> {
    let Some(budget) = row.budget else { return Vec::new() };
    let checks = [
        ("start-up CPU", "ms", row.cold.cpu_ms.median, budget.cpu_ms),
        ("peak memory", "MB", row.cold.peak_mb.max, budget.peak_mb),
        ("zip", "MB", row.size.zip_mb, budget.zip_mb),
    ];
    let over = checks.into_iter().filter(|(_, _, measured, allowed)| measured > allowed);
    over.map(|(quantity, unit, measured, allowed)| Exceeded {
        function: row.function.clone(),
        quantity,
        unit,
        measured,
        allowed,
    })
    .collect()
}

/// The budgets that the policy exceeds. They are for optimised code.
pub(crate) fn policy_exceeded(policy: &Policy) -> Vec<Exceeded> {
    let checks = [
        ("a request over 1,000 rules", "us of CPU", policy.warm_us.median, WARM_PLAN_US),
        ("the first of 1,000 rules just read", "ms of CPU", policy.cold_ms.median, COLD_PLAN_MS),
    ];
    let over = checks.into_iter().filter(|(_, _, measured, allowed)| measured > allowed);
    over.map(|(quantity, unit, measured, allowed)| Exceeded {
        function: "policy".into(),
        quantity,
        unit,
        measured,
        allowed,
    })
    .collect()
}

/// What a function is allowed: what the table says of it, else what all are.
fn allowed(table: &[(&str, f64)], function: &str, all: f64) -> f64 {
    table.iter().find(|(name, _)| *name == function).map_or(all, |(_, most)| *most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cold::Cold, figures::Figures, sizes::Size};

    fn row(function: &str, [cpu_ms, peak_mb, zip_mb]: [f64; 3], budget: Option<Budget>) -> Row {
        let same = |n: f64| Figures { median: n, min: n, max: n };
        let cold = Cold { cpu_ms: same(cpu_ms), wall_ms: same(100.0), peak_mb: same(peak_mb) };
        let size = Size { program_mb: 100.0, zip_mb, crates: 1000 };
        Row { function: function.into(), secrets: false, cold, size, budget }
    }

    fn check(function: &str, measured: [f64; 3], hello_ms: f64, expected: &[&str]) {
        let exceeded = exceeded(&row(function, measured, Some(Budget::of(function, hello_ms))));
        let quantities: Vec<_> = exceeded.iter().map(|found| found.quantity).collect();
        assert_eq!(quantities, expected, "{function} {measured:?} beside {hello_ms}");
    }

    #[test]
    fn what_has_no_budget_exceeds_none() {
        assert_eq!(exceeded(&row("countersign-hello", [9.0, 99.0, 99.0], None)), []);
    }

    #[test]
    fn a_budget_is_exceeded_by_more_than_it_allows() {
        check("spend-token", [2.0, 10.0, 2.5], 0.9, &[]);
        check("spend-token", [2.01, 10.01, 2.51], 0.9, &["start-up CPU", "peak memory", "zip"]);
        check("spend-token", [2.8, 1.0, 1.0], 1.4, &[]);
        check("spend-token", [2.81, 1.0, 1.0], 1.4, &["start-up CPU"]);
        check("plan-approvals", [1.0, 1.0, 3.5], 1.0, &[]);
        check("plan-approvals", [1.0, 1.0, 3.51], 1.0, &["zip"]);
        check("triage-request", [5.0, 64.0, 25.0], 1.0, &[]);
        check("triage-request", [5.01, 64.01, 25.01], 1.0, &["start-up CPU", "peak memory", "zip"]);
    }

    #[test]
    fn the_policy_has_its_budgets() {
        let same = |n: f64| Figures { median: n, min: n, max: n };
        for (warm, cold, over) in [(1_000.0, 5.0, 0), (1_000.1, 5.0, 1), (1_000.1, 5.1, 2)] {
            let policy = Policy { requests: 1, warm_us: same(warm), cold_ms: same(cold), bytes: 1 };
            assert_eq!(policy_exceeded(&policy).len(), over, "{warm} {cold}");
        }
    }

    #[test]
    fn what_is_exceeded_is_told_with_how_much() {
        let found = Exceeded {
            function: "spend-token".into(),
            quantity: "zip",
            unit: "MB",
            measured: 3.0,
            allowed: 2.5,
        };
        assert_eq!(found.to_string(), "spend-token: zip is 3.00 MB, 0.50 MB (20 %) over 2.50 MB");
    }

    #[test]
    fn exceptions_are_for_functions_that_there_are() {
        let functions = crate::environment::functions().unwrap();
        let exceptions = LARGER_ZIPS.iter().chain(&LARGER_PEAKS).chain(&LONGER_STARTS);
        for (name, _) in exceptions {
            assert!(functions.iter().any(|function| function.name == *name), "{name}");
        }
    }
}
