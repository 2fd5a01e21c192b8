//! What a stage does when its time is over and nobody has decided.

use super::{Approver, Lapse, Stage, Step};
use serde::{Deserialize, Serialize};

/// What happens then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExpiry {
    /// The request expires.
    #[default]
    Expire,
    /// The request is cancelled.
    Cancel,
    /// Others are asked as well, once, for a while more; then the request expires.
    Escalate(Further),
    /// The next stage goes on without this one, which must not be mandatory.
    Skip,
}

/// Who is asked when the time is over, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Further {
    /// Who.
    pub to: Vec<Approver>,
    /// Counted from when the time was over.
    pub within: Lapse,
}

impl Stage {
    /// Who is asked when its time is over, if anybody is.
    #[must_use]
    pub fn further(&self) -> Option<&Further> {
        match &self.on_expiry {
            OnExpiry::Escalate(further) => Some(further),
            OnExpiry::Expire | OnExpiry::Cancel | OnExpiry::Skip => None,
        }
    }

    /// Whether it is passed over when its time is over.
    #[must_use]
    pub fn is_skipped(&self) -> bool {
        !self.mandatory && self.on_expiry == OnExpiry::Skip
    }

    /// The last step, when its time is over.
    pub(super) fn last_step(&self) -> Option<Step> {
        let further = self.further()?;
        Some(Step { after: self.expires_after, to: vec![further.to.clone()], replaces: false })
    }
}
