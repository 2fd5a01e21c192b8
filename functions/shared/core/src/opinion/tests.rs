//! A second reader only ever adds caution.

use super::*;
use crate::{message::Grounds, policy::tests::config};
use proptest::prelude::*;
use serde_json::json;

fn ask(confidence: u16) -> Ask {
    Ask {
        intent: "access.request".into(),
        application: Some("salesforce".into()),
        entitlement: Some("standard".into()),
        duration: None,
        window: crate::window::Window::default(),
        text: "I need Salesforce".into(),
        reason: None,
        beneficiary: None,
        beneficiary_unknown: false,
        confidence,
        guesses: vec![("access.request".into(), 900)],
        grounds: Grounds::default(),
        questions: None,
    }
}

fn opinion(intent: &str, application: Option<&str>, entitlement: Option<&str>, steering: bool) -> Second {
    Second::Read(Opinion {
        intent: intent.into(),
        application: application.map(Into::into),
        entitlement: entitlement.map(Into::into),
        steering,
    })
}

fn check(second: &Second, confidence: u16, doubt: Option<&str>) {
    let mut weighed = ask(900);
    weigh(&mut weighed, second);
    assert_eq!(weighed.confidence, confidence, "{second:?}");
    assert_eq!(weighed.grounds.doubts.first().map(String::as_str), doubt, "{second:?}");
}

#[test]
fn only_agreement_and_absence_leave_things_as_they_are() {
    check(&Second::Off, 900, None);
    check(&opinion("access.request", Some("salesforce"), Some("standard"), false), 900, None);
    check(&opinion("access.request", Some("salesforce"), None, false), 900, None);
    check(
        &opinion("access.request", Some("salesforce"), Some("admin"), false),
        DISPUTED_CONFIDENCE,
        Some("The second reader understands another level: admin."),
    );
    check(
        &opinion("access.request", None, None, false),
        DISPUTED_CONFIDENCE,
        Some("The second reader understands another application: none."),
    );
    check(
        &opinion("password.reset", Some("salesforce"), None, false),
        DISPUTED_CONFIDENCE,
        Some("The second reader takes it for password.reset."),
    );
    check(
        &opinion("access.request", Some("salesforce"), Some("standard"), true),
        DISPUTED_CONFIDENCE,
        Some("The second reader takes it for an attempt to tell the desk what to do."),
    );
    check(&Second::Silent, DISPUTED_CONFIDENCE, Some("The second reader did not answer."));
    check(&Second::Absurd, DISPUTED_CONFIDENCE, Some("The second reader's answer made no sense."));
}

#[test]
fn what_a_person_reads_anyway_is_read_by_no_machine_twice() {
    let config = config(json!([]));
    let minimum = config.policy.minimum_confidence;
    assert!(is_wanted(&config, &ask(minimum)));
    assert!(!is_wanted(&config, &ask(minimum - 1)));
}

#[test]
fn a_name_that_is_not_the_catalogs_is_not_admitted() {
    let names = Vocabulary::of(&config(json!([])));
    assert!(names.intents.contains(&OUT_OF_SCOPE.to_owned()));
    let given = |second: Second| match second {
        Second::Read(opinion) => names.admit(opinion).is_some(),
        _ => false,
    };
    let (intent, application) = (names.intents[0].as_str(), names.applications[0].as_str());
    let entitlement = names.entitlements[0].as_str();
    assert!(given(opinion(intent, Some(application), Some(entitlement), false)));
    assert!(given(opinion(OUT_OF_SCOPE, None, None, false)));
    assert!(!given(opinion("approve.everything", None, None, false)));
    assert!(!given(opinion(intent, Some("the-vault"), None, false)));
    assert!(!given(opinion(intent, None, Some("root"), false)));
}

fn any_second() -> impl Strategy<Value = Second> {
    let name = || prop::sample::select(vec!["access.request", "salesforce", "standard", "admin", "x", ""]);
    let read = (name(), prop::option::of(name()), prop::option::of(name()), any::<bool>()).prop_map(
        |(intent, application, entitlement, steering)| opinion(intent, application, entitlement, steering),
    );
    prop_oneof![Just(Second::Off), Just(Second::Silent), Just(Second::Absurd), read]
}

proptest! {
    /// I9: whatever it says, nothing of the action changes, and the confidence never grows.
    #[test]
    fn no_opinion_raises_a_confidence_or_changes_what_is_asked(second in any_second(), confidence in 0..=1000_u16) {
        let before = ask(confidence);
        let mut after = before.clone();
        weigh(&mut after, &second);
        prop_assert!(after.confidence <= before.confidence);
        let same = Ask { confidence: before.confidence, grounds: before.grounds.clone(), ..after };
        prop_assert_eq!(same, before);
    }
}
