//! The ledger of a cost centre: what is set aside, what is spent.

use crate::{Error, Result, ids::RequestId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cost centre's ledger, in cents a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Set aside for requests that wait.
    pub reserved: BTreeMap<String, u64>,
    /// Committed for good.
    pub spent: u64,
}

impl Ledger {
    /// What is neither spent nor set aside of `total`.
    #[must_use]
    pub fn available(&self, total: u64) -> u64 {
        let reserved: u64 = self.reserved.values().sum();
        total.saturating_sub(self.spent).saturating_sub(reserved)
    }

    /// Sets an amount aside. Done again for the same request, it stands as it is.
    pub fn reserve(&mut self, request: &RequestId, cents: u64) {
        self.reserved.entry(request.as_str().to_owned()).or_insert(cents);
    }

    /// Ends a reservation: spent, or given back.
    ///
    /// # Errors
    /// [`Error::Broken`] if nothing is reserved for the request.
    pub fn settle(&mut self, request: &RequestId, spent: bool) -> Result<()> {
        let cents = self
            .reserved
            .remove(request.as_str())
            .ok_or_else(|| Error::Broken("the ledger holds nothing for this request".into()))?;
        if spent {
            self.spent = self.spent.saturating_add(cents);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_is_spent_once_or_given_back_once() {
        let id = |name: &str| RequestId::new(name).unwrap();
        let mut ledger = Ledger::default();
        ledger.reserve(&id("a"), 300);
        ledger.reserve(&id("a"), 300);
        ledger.reserve(&id("b"), 200);
        assert_eq!(ledger.available(1_000), 500);
        ledger.settle(&id("a"), true).unwrap();
        ledger.settle(&id("b"), false).unwrap();
        assert_eq!((ledger.available(1_000), ledger.spent), (700, 300));
        assert!(ledger.settle(&id("a"), true).is_err());
    }
}
