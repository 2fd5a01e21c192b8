//! What the scripted triage understands.

use countersign_core::{
    language::Language,
    message::{Ask, Grounds, OUT_OF_SCOPE},
    policy::autonomy::Autonomy,
    time::Span,
    window::Window,
};

/// From this confidence on the scripted triage is certified, in thousandths.
pub const CERTIFIED_FROM: u16 = 900;

/// The ask that a text would be understood as: access, surely, to one application.
#[must_use]
pub fn access(application: &str, entitlement: Option<&str>, duration: Option<Span>) -> Ask {
    Ask {
        intent: "access.request".into(),
        application: Some(application.into()),
        entitlement: entitlement.map(str::to_owned),
        duration,
        window: Window::default(),
        text: format!("I need {application}"),
        language: Language::default(),
        reason: Some("for a customer".into()),
        beneficiary: None,
        beneficiary_unknown: false,
        confidence: 930,
        guesses: vec![("access.request".into(), 930)],
        autonomy: Autonomy::default(),
        grounds: Grounds::default(),
        questions: None,
    }
}

/// What is made of a text that nobody scripted: anything, with no confidence.
pub(crate) fn nothing(text: &str) -> Ask {
    Ask {
        intent: OUT_OF_SCOPE.into(),
        application: None,
        entitlement: None,
        duration: None,
        window: Window::default(),
        text: text.to_owned(),
        language: Language::default(),
        reason: None,
        beneficiary: None,
        beneficiary_unknown: false,
        confidence: 0,
        guesses: vec![("access.request".into(), 320), ("software.install".into(), 280)],
        autonomy: Autonomy::default(),
        grounds: Grounds {
            words: vec!["thing".into()],
            doubts: vec!["Too few of its words are familiar.".into()],
        },
        questions: None,
    }
}
