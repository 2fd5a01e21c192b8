//! Requests that nobody asked: people look here afterwards at another one.

use super::Request;
use crate::ids::RequestId;

impl Request {
    /// The id of the review of a request.
    #[must_use]
    pub fn review_id(reviewed: &RequestId) -> RequestId {
        RequestId::derived(&["review", reviewed.as_str()])
    }

    /// The id of the audit of a request.
    #[must_use]
    pub fn audit_id(audited: &RequestId) -> RequestId {
        RequestId::derived(&["audit", audited.as_str()])
    }

    /// Whether nobody asked it: people look here afterwards at another one.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        self.review_of.is_some() || self.audit_of.is_some()
    }
}
