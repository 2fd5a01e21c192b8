//! Approvers whom an expression names.

use super::{asked, config, decided};
use crate::policy::{Approver, asked::Somebody, select::Court, tests::with, types::check_names};
use serde_json::{Value, json};

/// The approvers of the only stage, where its approvers are this expression, and its fallback.
fn named(expression: &str) -> (Vec<Approver>, Vec<Approver>, bool) {
    let stage = json!({
        "id": "lead", "approvers": [{"expression": expression}, {"group": "always"}], "fallback": [{"role": "admin"}],
        "escalation": {"after": "1d", "to": [{"expression": "['managers_manager', 'group:always']"}]},
        "expires_after": "5d",
    });
    let rules = json!([{"id": "a", "unverified": "proceed", "then": {"stages": [stage]}}]);
    let plan = decided(&asked(), &config(rules)).plan;
    let unclear = plan.matched.iter().any(|(what, which)| what == "unclear" && which == "approvers");
    let [stage] = plan.stages.as_slice() else { panic!("{plan:?}") };
    assert!(
        plan.stages.iter().flat_map(|stage| stage.named()).all(|one| !matches!(one, Approver::Expression(_)))
    );
    let escalated = [Approver::ManagersManager, Approver::Group("always".into())];
    assert_eq!(stage.escalation.first().unwrap().to, escalated);
    (stage.approvers.clone(), stage.fallback.clone(), unclear)
}

#[test]
fn whom_an_expression_names_stands_in_the_plan() {
    let group = |name: &str| Approver::Group(name.into());
    for (expression, names) in [
        ("'group:' + beneficiary.department", vec![group("Sales")]),
        ("beneficiary.department == 'Sales' ? 'group:sales' : 'manager'", vec![group("sales")]),
        ("beneficiary.department == 'Support' ? 'group:sales' : 'manager'", vec![Approver::Manager]),
        ("risk == 'low' ? ['peers', 'owner'] : ['owner']", vec![Approver::Peers, Approver::Owner]),
        ("risk == 'high' ? 'manager' : ''", vec![]),
        ("risk == 'high' ? ['manager'] : []", vec![]),
        ("risk == 'low' ? 'group:always' : ''", vec![]),
    ] {
        let expected = [names, vec![group("always")]].concat();
        let (approvers, _, unclear) = named(expression);
        assert_eq!((approvers, unclear), (expected, false), "{expression}");
    }
}

#[test]
fn one_without_an_answer_names_nobody_and_is_told() {
    for expression in [
        "'group:' + beneficiary.cost_centre",
        "risk == 'low' ? 'the boss' : 'manager'",
        "risk == 'low' ? 'role:king' : 'manager'",
        "'group:' + nothing",
        "1 + 1",
        "'",
    ] {
        let (approvers, fallback, unclear) = named(expression);
        let left = (vec![Approver::Group("always".into())], vec![Approver::Role("admin".into())], true);
        assert_eq!((approvers, fallback, unclear), left, "{expression}");
    }
}

#[test]
fn expressions_of_approvers_are_checked_before_they_count() {
    for good in [
        "'group:' + beneficiary.department",
        "risk in ['high', 'critical'] ? 'role:security' : 'manager'",
        "cost.monthly_cents > 5000 ? ['manager', 'group:finance'] : ['manager']",
    ] {
        assert_eq!(check_names(good), Ok(()), "{good}");
    }
    for (bad, why) in [
        ("risk == 'low'", "must be a text"),
        ("cost.monthly_cents", "must be a text"),
        ("'manager'", "speaks of no variable"),
        ("confidence > 900 ? 'peers' : 'manager'", "triage chooses no approver"),
        ("risk == 'low' ? 'boss' : 'boss'", "names nobody"),
        ("'role:' + risk", "needs a number"),
        ("nothing.at_all", "no variable"),
        ("'", "does not parse"),
    ] {
        let wrong = check_names(bad).unwrap_err();
        assert!(wrong.contains(why), "{bad}: {wrong}");
    }
}

#[test]
fn who_asks_is_whoever_the_facts_say_and_not_what_is_written() {
    let mut asked = asked();
    asked.requester = Somebody { department: Some("x', 'group:mine".into()), ..asked.requester };
    let rules = json!([]);
    let config = config(rules);
    let names = with(&asked, &config, |facts| {
        let entitlement = crate::policy::decide::wanted(facts).unwrap().1;
        Court::new(facts, entitlement, 1_000).names("'group:' + beneficiary.department")
    });
    let expected: Value = json!(["group:x', 'group:mine"]);
    assert_eq!(json!(names.unwrap()), expected, "facts are values, never parts of the expression");
}
