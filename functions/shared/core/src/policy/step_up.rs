//! Decisions that need a fresh sign-in, beyond the account that a click comes from.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How old the sign-in behind a decision may be, in milliseconds.
pub const MAX_SIGN_IN_AGE_MILLIS: i64 = 300_000;
/// How many kinds of sign-in a stage may name.
pub const MAX_ACR_VALUES: usize = 8;
/// The longest name of a kind of sign-in, in characters.
pub const MAX_ACR_CHARACTERS: usize = 120;

/// What a stage asks of whoever decides there: a sign-in of one of these kinds, fresh, and for this gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// The kinds, as the issuer names them in the claim `acr`.
    pub acr: Vec<String>,
}

/// How a caller signed in, in the issuer's words (the claims `auth_time` and `acr` of OpenID Connect).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// When.
    pub at: Timestamp,
    /// How strongly.
    pub acr: String,
}

impl SignIn {
    /// Whether it was at most [`MAX_SIGN_IN_AGE_MILLIS`] ago, and after the gate opened. Issuers tell whole seconds.
    #[must_use]
    pub fn is_fresh(&self, opened: Timestamp, now: Timestamp) -> bool {
        self.at.0 / 1_000 >= opened.0 / 1_000 && now.since(self.at) <= MAX_SIGN_IN_AGE_MILLIS
    }
}

impl StepUp {
    /// Whether a sign-in is what a gate that was opened then needs now.
    #[must_use]
    pub fn is_met(&self, sign_in: Option<&SignIn>, opened: Timestamp, now: Timestamp) -> bool {
        sign_in.is_some_and(|sign_in| self.acr.contains(&sign_in.acr) && sign_in.is_fresh(opened, now))
    }

    /// Whether it can be met and be told to a caller: values of a header, parted by blanks (RFC 9470).
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let good = |acr: &String| {
            let plain = acr.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\'));
            plain && !acr.is_empty() && acr.len() <= MAX_ACR_CHARACTERS
        };
        !self.acr.is_empty() && self.acr.len() <= MAX_ACR_VALUES && self.acr.iter().all(good)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_fresh_sign_in_of_the_right_kind_after_the_opening_is_enough() {
        let step_up = StepUp { acr: vec!["phr".into(), "phrh".into()] };
        let (opened, now) = (Timestamp(1_000_500), Timestamp(1_400_000));
        for (at, acr, met) in [
            (1_399_000, "phr", true),
            (1_399_000, "phrh", true),
            (1_399_000, "pwd", false),
            (1_399_000, "", false),
            (1_100_000, "phr", true),
            (1_099_999, "phr", false),
        ] {
            let sign_in = SignIn { at: Timestamp(at), acr: acr.into() };
            assert_eq!(step_up.is_met(Some(&sign_in), opened, now), met, "{at} {acr}");
        }
        assert!(!step_up.is_met(None, opened, now));
        for (at, met) in [(1_000_000, true), (999_999, false)] {
            let sign_in = SignIn { at: Timestamp(at), acr: "phr".into() };
            assert_eq!(step_up.is_met(Some(&sign_in), opened, Timestamp(1_010_000)), met, "{at}");
        }
    }

    #[test]
    fn what_cannot_be_told_in_a_header_is_not_sound() {
        for (acr, sound) in [
            (vec!["urn:okta:loa:2fa:any"], true),
            (vec![], false),
            (vec![""], false),
            (vec!["a b"], false),
            (vec!["a\"b"], false),
            (vec!["a\nb"], false),
            (vec!["x"; MAX_ACR_VALUES], true),
            (vec!["x"; MAX_ACR_VALUES + 1], false),
        ] {
            let step_up = StepUp { acr: acr.iter().map(|one| (*one).to_owned()).collect() };
            assert_eq!(step_up.is_sound(), sound, "{acr:?}");
        }
        assert!(!StepUp { acr: vec!["x".repeat(MAX_ACR_CHARACTERS + 1)] }.is_sound());
    }
}
