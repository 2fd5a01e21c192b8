//! What the scripted triage understands.

use countersign_core::{message::Ask, time::Span};

/// The ask that a text would be understood as: access, surely, to one application.
#[must_use]
pub fn access(application: &str, entitlement: Option<&str>, duration: Option<Span>) -> Ask {
    Ask {
        intent: "access.request".into(),
        application: Some(application.into()),
        entitlement: entitlement.map(str::to_owned),
        duration,
        text: format!("I need {application}"),
        reason: Some("for a customer".into()),
        beneficiary: None,
        confidence: 930,
        guesses: vec![("access.request".into(), 930)],
    }
}

/// What is made of a text that nobody scripted: anything, with no confidence.
pub(crate) fn nothing(text: &str) -> Ask {
    Ask {
        intent: "out_of_scope".into(),
        application: None,
        entitlement: None,
        duration: None,
        text: text.to_owned(),
        reason: None,
        beneficiary: None,
        confidence: 0,
        guesses: vec![("access.request".into(), 320), ("software.install".into(), 280)],
    }
}
