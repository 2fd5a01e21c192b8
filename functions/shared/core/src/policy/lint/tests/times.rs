//! Times, escalations and ends of a stage that nobody can mean.

use super::*;
use crate::policy::lint::times::MAX_REMINDERS;

fn step(after: &str, to: Vec<Approver>, mode: Mode) -> Escalation {
    Escalation { after: lapse(after), to, mode }
}

/// The first stage asks the group `one`, and then so.
fn escalating(steps: Vec<Escalation>) -> impl FnOnce(&mut Config) {
    move |c: &mut Config| of_first(c, 0).escalation = steps
}

#[test]
fn escalations_in_a_circle_are_found() {
    use Mode::{Add, Next, Replace};
    let (first, circle) = ("rules/first/one", "rules/first/one/escalation");
    let group = |name: &str| Approver::Group(name.into());
    let found = |steps: Vec<Escalation>, what: &str| check(escalating(steps), POLICY, circle, what);
    found(vec![step("1d", Vec::new(), Add)], "escalates to nobody");
    found(vec![step("1d", vec![group("one")], Add)], "whom it asks already");
    found(vec![step("1d", vec![group("one")], Replace)], "whom it asks already");
    found(vec![step("1d", vec![group("one"), Approver::Owner], Next)], "whom it asks already");
    let again = |mode| {
        vec![step("1d", vec![Approver::Owner], Add), step("2d", vec![group("one"), Approver::Owner], mode)]
    };
    found(again(Add), "whom it asks already");
    let back = vec![step("1d", vec![Approver::Owner], Replace), step("2d", vec![group("one")], Add)];
    found(back, "goes back to one, from whom it was passed on");
    let ring = vec![step("1d", vec![Approver::Owner, Approver::Peers, Approver::Owner], Next)];
    found(ring, "goes back to owner");
    check(escalating(vec![step("5d", vec![Approver::Owner], Add)]), POLICY, first, "its end comes before");
    let late = vec![step("2d", vec![Approver::Owner, Approver::Peers, Approver::Manager], Next)];
    check(escalating(late), POLICY, first, "its end comes before");
    check(|c| of_first(c, 0).warning = Some(lapse("1w")), POLICY, first, "its end comes before");
    check(|c| of_first(c, 0).reminders = vec![lapse("5d")], POLICY, first, "its end comes before");
    let mut good = sound();
    escalating(vec![
        step("1d", vec![Approver::Owner], Add),
        step("2d", vec![group("one"), Approver::Peers], Replace),
        step("3d", vec![Approver::Manager], Next),
    ])(&mut good);
    assert_eq!(lint(&good), []);
}

#[test]
fn escalations_out_of_order_or_to_too_few_are_found() {
    use Mode::{Add, Next, Replace};
    let circle = "rules/first/one/escalation";
    let found = |steps: Vec<Escalation>, what: &str| check(escalating(steps), POLICY, circle, what);
    let (owner, peers, manager) = (Approver::Owner, Approver::Peers, Approver::Manager);
    let pair = |first: &str, second: &str| {
        vec![step(first, vec![owner.clone()], Add), step(second, vec![peers.clone()], Add)]
    };
    found(pair("2d", "1d"), "does not come after the one before it");
    found(pair("1d", "1d"), "does not come after the one before it");
    let order =
        vec![step("1d", vec![owner.clone(), peers.clone()], Next), step("36h", vec![manager.clone()], Add)];
    found(order, "does not come after the one before it");
    found(vec![step("200d", vec![owner.clone(), peers.clone()], Next)], "takes more than a year");
    let many = (0..=MAX_STEPS).map(|number| Approver::Group(format!("g{number}"))).collect();
    found(vec![step("1h", many, Next)], "has 11 steps");
    let of_two = |to: Vec<Approver>, mode| {
        move |c: &mut Config| {
            let stage = of_first(c, 0);
            (stage.approve_at, stage.escalation) = (2, vec![step("1d", to, mode)]);
        }
    };
    check(
        of_two(vec![manager.clone()], Replace),
        POLICY,
        circle,
        "asks 1 people instead, of whom 2 must approve",
    );
    check(of_two(vec![owner.clone(), manager.clone()], Next), POLICY, circle, "asks 1 people instead");
    let mut good = sound();
    of_two(vec![manager, owner], Add)(&mut good);
    assert_eq!(lint(&good), []);
}

#[test]
fn ends_that_nobody_can_mean_are_found() {
    let place = "rules/first/one/on_expiry";
    let further = |within: &str, to: Vec<Approver>| OnExpiry::Escalate(Further { to, within: lapse(within) });
    let first = |on_expiry: OnExpiry, mandatory| {
        move |c: &mut Config| {
            let stage = of_first(c, 0);
            (stage.on_expiry, stage.mandatory) = (on_expiry, mandatory);
        }
    };
    check(first(OnExpiry::Skip, true), POLICY, place, "skips a stage that is mandatory");
    check(first(OnExpiry::Cancel, false), POLICY, place, "mandatory: false says nothing");
    check(first(further("1d", vec![]), true), POLICY, place, "escalates to nobody");
    check(first(further("364d", vec![Approver::Owner]), true), POLICY, "rules/first/one", "more than a year");
    let same = further("1d", vec![Approver::Group("one".into())]);
    check(first(same, true), POLICY, "rules/first/one/escalation", "whom it asks already");
    let skipped = |stage: &mut Stage| (stage.on_expiry, stage.mandatory) = (OnExpiry::Skip, false);
    let all = |c: &mut Config| (0..2).for_each(|number| skipped(of_first(c, number)));
    check(all, POLICY, "rules/first", "has no stage that must be decided");
    check(|c| skipped(&mut c.policy.finance), POLICY, "finance/on_expiry", "because somebody must decide");
    for good in [first(OnExpiry::Skip, false), first(further("1d", vec![Approver::Owner]), true)] {
        let mut config = sound();
        good(&mut config);
        assert_eq!(lint(&config), []);
    }
}

/// A policy whose people work on these days, from nine to five in this zone.
fn working(zone: &str, days: &[&str]) -> serde_json::Value {
    json!({"zone": zone, "days": days, "from": "09:00", "to": "17:00"})
}

#[test]
fn working_time_that_there_is_not_is_found() {
    let hours = |change: fn(&mut serde_json::Value)| {
        move |c: &mut Config| {
            let mut hours = working("Europe/Berlin", &["monday"]);
            change(&mut hours);
            c.policy.working_time = Some(serde_json::from_value(hours).unwrap());
        }
    };
    let place = "working_time";
    check(
        hours(|h| h["zone"] = json!("Mars/Base")),
        POLICY,
        place,
        "the time zone Mars/Base, which there is not",
    );
    check(hours(|h| h["days"] = json!([])), POLICY, place, "has no hour of work");
    check(hours(|h| h["to"] = json!("09:00")), POLICY, place, "has no hour of work");
    let many = |h: &mut serde_json::Value| {
        let days =
            (0..=400u16).map(|n| format!("{}-{:02}-{:02}", 2026 + n / 300, 1 + n % 12, 1 + n / 12 % 28));
        h["holidays"] = days.collect();
    };
    check(hours(many), POLICY, place, "holidays");
    let mut good = sound();
    hours(|_| {})(&mut good);
    assert_eq!(lint(&good), []);
}

#[test]
fn times_that_nobody_can_compare_are_found() {
    let first = "rules/first/one";
    let stage = |known: bool, expires_after: &str, change: fn(&mut Stage)| {
        let expires_after = lapse(expires_after);
        move |c: &mut Config| {
            let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
            c.policy.working_time =
                known.then(|| serde_json::from_value(working("Europe/Berlin", &days)).unwrap());
            let stage = of_first(c, 0);
            stage.expires_after = expires_after;
            change(stage);
        }
    };
    let found =
        |known, expires: &str, change, what: &str| check(stage(known, expires, change), POLICY, first, what);
    found(false, "2 working days", |_| {}, "nobody says when people work");
    found(false, "5d", |s| s.reminders = vec![lapse("4 working hours")], "nobody says when people work");
    found(true, "5d", |s| s.reminders = vec![lapse("4 working hours")], "mixes working time and the clock");
    found(true, "2 working days", |s| s.reminders = vec![lapse("1d")], "mixes working time and the clock");
    found(true, "2 working days", |s| s.reminders = vec![lapse("16 working hours")], "its end comes before");
    found(true, "2 working days", |s| s.warning = Some(lapse("3 working days")), "its end comes before");
    let mondays = |c: &mut Config| {
        stage(true, "60 working days", |_| {})(c);
        c.policy.working_time = Some(serde_json::from_value(working("Europe/Berlin", &["monday"])).unwrap());
    };
    check(mondays, POLICY, first, "more than a year");
    let steps = |first: &str, second: &str| {
        let (first, second) = (lapse(first), lapse(second));
        move |c: &mut Config| {
            stage(true, "9 working days", |_| {})(c);
            let step = |after, to| Escalation { after, to: vec![to], mode: Mode::Add };
            of_first(c, 0).escalation = vec![step(first, Approver::Owner), step(second, Approver::Peers)];
        }
    };
    let place = "rules/first/one/escalation";
    check(steps("1 working day", "8 working hours"), POLICY, place, "does not come after the one before it");
    check(steps("1 working day", "1d"), POLICY, place, "mixes working time and the clock");
    let reminded: fn(&mut Stage) = |s| s.reminders = vec![lapse("4h"), lapse("15 working hours")];
    for good in [stage(true, "2 working days", reminded), stage(true, "5d", |_| {})] {
        let mut config = sound();
        good(&mut config);
        assert_eq!(lint(&config), []);
    }
    let mut config = sound();
    steps("1 working day", "9 working hours")(&mut config);
    assert_eq!(lint(&config), []);
}

#[test]
fn escalations_that_cannot_fill_every_group_are_found() {
    use Mode::{Add, Next, Replace};
    let panel = |approver: Approver, approve_at| Panel {
        approvers: vec![approver],
        fallback: vec![],
        approve_at,
        deny_at: 1,
    };
    let of_groups = |approve_at, to: Vec<Approver>, mode| {
        move |c: &mut Config| {
            let stage = of_first(c, 0);
            let pair = [panel(Approver::Peers, approve_at), panel(Approver::Group("two".into()), 1)];
            (stage.approvers, stage.all_of) = (Vec::new(), pair.to_vec());
            stage.escalation = vec![step("1d", to, mode)];
        }
    };
    let people = |count: usize| {
        let one = |number| Approver::Person(format!("p{number}@harbour.example"));
        (0..count).map(one).collect::<Vec<_>>()
    };
    let place = "rules/first/one/escalation";
    for (approve_at, count, mode, seats) in [(1, 1, Replace, 2), (1, 2, Next, 2), (2, 2, Replace, 3)] {
        let asked = if mode == Next { 1 } else { count };
        let what = format!("asks {asked} people instead, of whom {seats} must approve");
        check(of_groups(approve_at, people(count), mode), POLICY, place, &what);
    }
    for (approve_at, to, mode) in [
        (1, people(2), Replace),
        (2, people(3), Replace),
        (1, people(1), Add),
        (2, vec![Approver::Owner], Replace),
    ] {
        let mut good = sound();
        of_groups(approve_at, to, mode)(&mut good);
        assert_eq!(lint(&good), []);
    }
}

#[test]
fn too_many_reminders_are_found() {
    let reminded = |count: usize| {
        move |c: &mut Config| {
            let hours = (1..=count).map(|hour| lapse(&format!("{hour}h")));
            of_first(c, 0).reminders = hours.collect();
        }
    };
    check(reminded(MAX_REMINDERS + 1), POLICY, "rules/first/one", "reminds 21 times");
    let mut good = sound();
    reminded(MAX_REMINDERS)(&mut good);
    assert_eq!(lint(&good), []);
}

/// Stages of so many days without questions: of the first rule, the desk, Finance; and of what else may be asked.
fn waiting(days: [u32; 4], change: impl FnOnce(&mut Config)) -> impl FnOnce(&mut Config) {
    move |c: &mut Config| {
        let [one, two, desk, finance] = days.map(|days| lapse(&format!("{days}d")));
        let set = |stage: &mut Stage, lapse| (stage.expires_after, stage.questions) = (lapse, 0);
        set(of_first(c, 0), one);
        set(of_first(c, 1), two);
        set(&mut c.policy.desk, desk);
        set(&mut c.policy.finance, finance);
        change(c);
    }
}

#[test]
fn requests_that_would_wait_for_longer_than_a_workflow_runs_are_found() {
    let found = |days, change: fn(&mut Config), sum: u64| {
        let what = format!("may wait for people for {sum} days");
        check(waiting(days, change), POLICY, "rules/first", &what);
    };
    found([120, 41, 10, 10], |_| {}, 181);
    found([1, 2, 120, 58], |_| {}, 181);
    found([120, 40, 10, 10], |c| of_first(c, 0).questions = 1, 182);
    let further = |c: &mut Config| {
        let to = vec![Approver::Owner];
        of_first(c, 0).on_expiry = OnExpiry::Escalate(Further { to, within: lapse("25h") });
    };
    found([120, 40, 10, 10], further, 182);
    let seats = |c: &mut Config| {
        c.policy.seats = Some(Stage { questions: 0, ..Stage::clone(&c.policy.finance) });
    };
    found([120, 40, 10, 10], seats, 190);
    let exempted = |c: &mut Config| {
        let exemption = |days| Stage { questions: 0, ..Stage::until("e", Span::of_days(days)) };
        c.policy.exemptions = vec![exemption(3), exemption(7), exemption(5)];
    };
    found([120, 40, 10, 10], exempted, 187);
    let mut good = sound();
    waiting([120, 40, 10, 10], |_| {})(&mut good);
    assert_eq!(lint(&good), []);
}
