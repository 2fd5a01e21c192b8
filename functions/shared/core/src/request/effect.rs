//! A change in a target system: what, and how far it has come.

use crate::{digest::Digest, facts::AccessTarget, ids::AttemptId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Grant or revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    /// Giving the access.
    Grant,
    /// Taking it away.
    Revocation,
}

/// How far a change in a target system has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum EffectState {
    /// Not begun, or proved not to have happened.
    Pending {
        /// Not before this time.
        not_before: Option<Timestamp>,
    },
    /// Claimed by a try that may be running.
    Doing {
        /// The try.
        attempt: AttemptId,
        /// When it was claimed.
        since: Timestamp,
    },
    /// It may have happened; the target is being read.
    Verifying {
        /// The try.
        attempt: AttemptId,
        /// Since when.
        since: Timestamp,
        /// Whether the target answered the try with an error of its own.
        #[serde(default)]
        erred: bool,
    },
    /// The target confirmed it.
    Done {
        /// When.
        at: Timestamp,
    },
    /// It will not be done, nothing was changed.
    GivenUp,
    /// Nobody can tell; a person must look.
    Unknown,
}

/// A change in a target system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What.
    pub target: AccessTarget,
    /// The digest of the action that was approved.
    pub action: Digest,
    /// How far it has come.
    pub state: EffectState,
    /// How often it was claimed.
    pub claims: u32,
    /// Whether the target showed the access before it was first claimed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held_before: bool,
}

impl Effect {
    /// A change not begun yet.
    #[must_use]
    pub fn pending(target: AccessTarget, action: Digest) -> Self {
        let state = EffectState::Pending { not_before: None };
        Self { target, action, state, claims: 0, held_before: false }
    }

    /// Whether nothing can have reached the target.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self.state, EffectState::Pending { .. })
    }
}
