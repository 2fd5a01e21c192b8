//! What approved access waits for.

use super::{POLICY, check, lint, rule, sound};
use crate::{policy::WaitFor, time::Span};

fn span(text: &str) -> Span {
    Span::parse(text).unwrap()
}

fn wait() -> WaitFor {
    WaitFor {
        says: "the training".into(),
        groups: vec!["trained".into()],
        when: Some("beneficiary.department == 'Sales' || time.hour > 8".into()),
        within: span("14d"),
        check_every: span("2h"),
    }
}

fn finds(change: impl FnOnce(&mut WaitFor), place: &str, what: &str) {
    let mut wait = wait();
    change(&mut wait);
    check(
        |config| rule(config, 0).wait_for = Some(wait.clone()),
        POLICY,
        &format!("rules/first/wait_for{place}"),
        what,
    );
    check(
        |config| config.policy.baseline.wait_for = Some(wait),
        POLICY,
        &format!("baseline/wait_for{place}"),
        what,
    );
}

#[test]
fn what_can_be_waited_for_has_no_finding() {
    let mut config = sound();
    rule(&mut config, 0).wait_for = Some(wait());
    config.policy.baseline.wait_for = Some(WaitFor { groups: Vec::new(), ..wait() });
    assert_eq!(lint(&config), []);
    assert!(config.groups().contains(&"trained".to_owned()), "people are read for it");
}

#[test]
fn what_cannot_is_found() {
    finds(|wait| wait.says = " ".into(), "", "does not say what");
    finds(|wait| wait.says = "x".repeat(201), "", "does not say what");
    finds(|wait| (wait.groups, wait.when) = (Vec::new(), None), "", "waits for nothing");
    finds(|wait| wait.groups.push(String::new()), "", "a group without a name");
    finds(|wait| wait.within = span("91d"), "", "longer than 90 days");
    finds(|wait| wait.check_every = span("899s"), "", "more often than people are read");
    finds(|wait| wait.check_every = span("15m"), "", "looks 1343 times");
    finds(
        |wait| wait.when = Some("beneficiary.departement == 'x'".into()),
        "/when",
        "asks beneficiary for departement",
    );
    finds(|wait| wait.when = Some("context.verified".into()), "/when", "speaks of context.verified");
    finds(|wait| wait.when = Some("confidence > 1 && time.hour > 1".into()), "/when", "speaks of confidence");
}
