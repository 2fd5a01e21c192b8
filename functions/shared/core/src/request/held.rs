//! What a request holds of what there is not enough of, and who waits with it.

use crate::ids::{RequestId, SubjectId};
use serde::{Deserialize, Serialize};

/// Money set aside for a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// The cost centre.
    pub cost_centre: String,
    /// In cents a month.
    pub cents: u64,
    /// Whether the ledger confirmed it by itself.
    pub confirmed: bool,
}

/// What a grant costs, for as long as it is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// The cost centre.
    pub cost_centre: String,
    /// In cents a month.
    pub cents: u64,
}

/// A request that joined another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follower {
    /// The request.
    pub request: RequestId,
    /// Who asked.
    pub requester: SubjectId,
}

/// A seat of an entitlement that a request has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The name of its ledger.
    pub of: String,
    /// Whether one was free when it was set aside.
    pub free: bool,
    /// Whether it is taken, since the access is given.
    pub taken: bool,
}
