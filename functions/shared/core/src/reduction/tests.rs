//! What approvers may leave of an action, and what several of them leave of it.

use super::*;
use crate::{
    catalog::{Application, Budgets, Risk},
    digest::Digest,
    facts::{AccessTarget, DirectoryUser, Fact},
    time::Timestamp,
};
use proptest::prelude::*;

fn level(name: &str, risk: Risk, monthly_cents: u64, longest: Option<Span>) -> Entitlement {
    Entitlement {
        name: name.into(),
        title: name.into(),
        aliases: Vec::new(),
        owners: Vec::new(),
        risk,
        system: "okta".into(),
        group: format!("app-{name}"),
        monthly_cents,
        longest,
        seats: None,
        break_glass: None,
    }
}

/// Levels from the lowest: `odd` is listed low, but is dearer and riskier than `write`.
fn catalog() -> Catalog {
    let days = Span::parse("30d").ok();
    let entitlements = vec![
        level("read", Risk::Low, 0, None),
        level("odd", Risk::High, 9_000, None),
        level("write", Risk::Medium, 1_000, days),
        level("admin", Risk::Critical, 9_000, days),
    ];
    let application = Application {
        name: "app".into(),
        title: "App".into(),
        aliases: Vec::new(),
        owners: Vec::new(),
        default_entitlement: "read".into(),
        entitlements,
    };
    let budgets = Budgets { currency: "EUR".into(), confirm_up_to_cents: 0, monthly_cents: 0 };
    Catalog { intents: Vec::new(), applications: vec![application], budgets, conflicts: Vec::new() }
}

fn asked(entitlement: &str, duration: Option<&str>) -> PlannedAction {
    let catalog = catalog();
    let level = catalog.entitlement("app", Some(entitlement)).unwrap();
    PlannedAction {
        target: AccessTarget { system: "okta".into(), user: "00u1".into(), group: level.group.clone() },
        application: "app".into(),
        entitlement: entitlement.into(),
        duration: duration.map(|text| Span::parse(text).unwrap()),
        window: crate::window::Window::default(),
        monthly_cents: level.monthly_cents,
        config: Digest::zero(),
    }
}

fn holding(groups: &[&str]) -> Context {
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    let value = DirectoryUser { id: "00u1".into(), active: true, groups };
    Context { employee: Fact::Unverified, account: Fact::Known { value, as_of: Timestamp(0) } }
}

fn reduction(entitlement: Option<&str>, duration: Option<&str>) -> Reduction {
    Reduction {
        entitlement: entitlement.map(str::to_owned),
        duration: duration.map(|text| Span::parse(text).unwrap()),
    }
}

#[test]
fn only_what_is_less_may_be_left() {
    let check = |of: &PlannedAction, level, time, holds: &[&str], good: bool| {
        let found = reduction(level, time).check(&catalog(), of, Some(&holding(holds)));
        assert_eq!(found.is_ok(), good, "{level:?} {time:?} of {of:?}, holding {holds:?}");
    };
    let admin = asked("admin", Some("10d"));
    for (time, good) in [("1h", true), ("10d", true), ("11d", false)] {
        check(&admin, None, Some(time), &[], good);
    }
    check(&asked("write", None), None, Some("366d"), &[], true);
    for (name, good) in [("read", true), ("odd", true), ("write", true), ("admin", false), ("unknown", false)]
    {
        check(&admin, Some(name), None, &[], good);
    }
    check(&asked("write", None), Some("odd"), None, &[], false);
    check(&asked("read", None), Some("write"), None, &[], false);
    check(&admin, Some("read"), None, &["app-read"], false);
    check(&admin, Some("write"), Some("2h"), &["app-read"], true);
    check(&admin, None, None, &[], true);
}

#[test]
fn no_level_is_left_while_nobody_knows_what_is_held() {
    let unknown = Context { employee: Fact::Unverified, account: Fact::Unverified };
    for facts in [None, Some(&unknown)] {
        let lowered = reduction(Some("read"), None).check(&catalog(), &asked("admin", None), facts);
        assert_eq!(lowered, Err(Refusal::NotLess));
        let shorter = reduction(None, Some("1h")).check(&catalog(), &asked("admin", None), facts);
        assert_eq!(shorter, Ok(()));
    }
}

#[test]
fn the_strictest_of_several_reductions_counts() {
    let check = |of: PlannedAction, reductions: &[Reduction], level: &str, time: Option<&str>| {
        let left = reduced(&catalog(), &of, reductions);
        assert_eq!((left.entitlement.as_str(), left.target.group), (level, format!("app-{level}")));
        assert_eq!(left.duration, time.map(|text| Span::parse(text).unwrap()), "{reductions:?}");
        assert_eq!(
            Some(left.monthly_cents),
            catalog().entitlement("app", Some(level)).map(|l| l.monthly_cents)
        );
    };
    let (short, shorter) = (reduction(None, Some("8h")), reduction(None, Some("2h")));
    let (read, write) = (reduction(Some("read"), None), reduction(Some("write"), Some("5h")));
    check(asked("admin", Some("1d")), &[], "admin", Some("1d"));
    for both in [[short.clone(), shorter.clone()], [shorter.clone(), short.clone()]] {
        check(asked("admin", Some("1d")), &both, "admin", Some("2h"));
    }
    for both in [[read.clone(), write.clone()], [write.clone(), read.clone()]] {
        check(asked("admin", None), &both, "read", Some("5h"));
    }
    check(asked("admin", None), std::slice::from_ref(&read), "read", None);
    // A lower level has its own longest time.
    check(asked("admin", Some("60d")), &[reduction(Some("write"), None)], "write", Some("30d"));
}

fn reductions() -> impl Strategy<Value = Vec<Reduction>> {
    let level = proptest::option::of(proptest::sample::select(vec!["read", "odd", "write"]));
    let time = proptest::option::of(1_u64..100_000);
    let one = (level, time).prop_map(|(level, seconds)| Reduction {
        entitlement: level.map(str::to_owned),
        duration: seconds.and_then(|seconds| Span::of_seconds(seconds).ok()),
    });
    proptest::collection::vec(one, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whoever_approves_first_the_same_is_left_and_never_more(of in reductions(), seconds in proptest::option::of(1_u64..100_000)) {
        let duration = seconds.and_then(|seconds| Span::of_seconds(seconds).ok());
        let asked = PlannedAction { duration, ..asked("admin", None) };
        let forth = reduced(&catalog(), &asked, &of);
        let back = reduced(&catalog(), &asked, of.iter().rev());
        prop_assert_eq!(&forth, &back);
        let all: Vec<&Reduction> = of.iter().collect();
        for left in [&forth, &back] {
            prop_assert!(is_left_of(&asked, left, &all), "{:?}", left);
        }
        // What is left again of what is left by some is what all leave, as stages follow each other.
        let (first, second) = of.split_at(of.len() / 2);
        let staged = reduced(&catalog(), &reduced(&catalog(), &asked, first), second);
        prop_assert_eq!(&staged, &forth);
    }

    #[test]
    fn what_is_more_than_anybody_left_is_seen(of in reductions()) {
        let asked = PlannedAction { duration: Span::of_seconds(200_000).ok(), ..asked("admin", None) };
        let all: Vec<&Reduction> = of.iter().collect();
        let reduced_at_all = of.iter().any(|one| *one != Reduction::default());
        prop_assert_eq!(is_left_of(&asked, &asked, &all), !reduced_at_all);
        let longer = PlannedAction { duration: None, ..asked.clone() };
        prop_assert!(!is_left_of(&asked, &longer, &all));
    }
}
