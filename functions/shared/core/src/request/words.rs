//! What people wrote of a request.

use crate::{ids::SubjectId, message::Grounds};
use serde::{Deserialize, Serialize};

/// The words of a request. Stored sealed for the requester.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// What was asked.
    pub text: String,
    /// Why.
    pub reason: Option<String>,
    /// For whom, as written, where nobody known goes by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<String>,
    /// The reasons that people gave, by gate number and subject.
    pub reasons: Vec<(u32, SubjectId, String)>,
    /// What was asked and answered at gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub talk: Vec<Said>,
    /// What triage's reading rests on.
    #[serde(default, skip_serializing_if = "Grounds::is_empty")]
    pub grounds: Grounds,
}

/// Something said at a gate: a question to the requester, or the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The gate.
    pub gate: u32,
    /// The question's number there, from 1.
    pub question: u32,
    /// Whether it is the answer.
    pub answers: bool,
    /// The words.
    pub text: String,
}
