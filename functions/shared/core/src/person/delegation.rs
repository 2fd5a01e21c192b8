//! Delegations: for a time, another person may decide in somebody's place.

use super::Period;
use crate::{
    ids::{DelegationId, SubjectId},
    ports::Sealed,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The end of a delegation that nobody gave an end, 9999-12-31T23:59:59Z.
pub const FOREVER: Timestamp = Timestamp(253_402_300_799_000);

/// A delegation: for a time, another person may decide in this person's place. One hop, never further. A person has one
/// at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Its id, for records; those of before had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DelegationId>,
    /// Who gave it.
    pub from: SubjectId,
    /// Who may act.
    pub to: SubjectId,
    /// When.
    pub period: Period,
    /// Why, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Sealed>,
}

impl Delegation {
    /// Whether nobody gave it an end.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.period.to >= FOREVER
    }
}
