//! The ledger of a cost centre, or of the seats of an entitlement: what is set aside, what is spent.

use crate::{Error, Result, ids::RequestId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A ledger: of a cost centre in cents a month, of the seats of an entitlement by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Set aside for requests that wait.
    pub reserved: BTreeMap<String, u64>,
    /// Committed, until it is given back.
    pub spent: u64,
}

impl Ledger {
    /// What is neither spent nor set aside of `total`.
    #[must_use]
    pub fn available(&self, total: u64) -> u64 {
        let reserved: u64 = self.reserved.values().sum();
        total.saturating_sub(self.spent).saturating_sub(reserved)
    }

    /// What is left of `total` for a request: what it set aside itself is its own.
    #[must_use]
    pub fn available_to(&self, request: &RequestId, total: u64) -> u64 {
        let own = self.reserved.get(request.as_str()).copied().unwrap_or(0);
        self.available(total).saturating_add(own)
    }

    /// Gives back what was spent on what nobody holds any more.
    pub fn release(&mut self, amount: u64) {
        self.spent = self.spent.saturating_sub(amount);
    }

    /// Sets an amount aside. Done again for the same request, it stands as it is.
    pub fn reserve(&mut self, request: &RequestId, cents: u64) {
        self.reserved.entry(request.as_str().to_owned()).or_insert(cents);
    }

    /// Ends a reservation: so much of it is spent, the rest or all given back.
    ///
    /// # Errors
    /// [`Error::Broken`] if nothing is reserved for the request.
    pub fn settle(&mut self, request: &RequestId, spent: Option<u64>) -> Result<()> {
        let reserved = self
            .reserved
            .remove(request.as_str())
            .ok_or_else(|| Error::Broken("the ledger holds nothing for this request".into()))?;
        self.spent = self.spent.saturating_add(spent.unwrap_or(0).min(reserved));
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
        ledger.reserve(&id("c"), 100);
        ledger.settle(&id("a"), Some(300)).unwrap();
        ledger.settle(&id("b"), None).unwrap();
        assert_eq!((ledger.available(1_000), ledger.spent), (600, 300));
        ledger.settle(&id("c"), Some(40)).unwrap();
        assert_eq!((ledger.available(1_000), ledger.spent), (660, 340));
        assert!(ledger.settle(&id("a"), Some(300)).is_err());
    }

    #[test]
    fn a_seat_that_is_given_back_is_free_and_ones_own_is_never_in_the_way() {
        let id = |name: &str| RequestId::new(name).unwrap();
        let mut seats = Ledger::default();
        seats.reserve(&id("a"), 1);
        assert_eq!((seats.available_to(&id("a"), 1), seats.available_to(&id("b"), 1)), (1, 0));
        seats.settle(&id("a"), Some(1)).unwrap();
        assert_eq!(seats.available_to(&id("a"), 1), 0);
        seats.release(1);
        assert_eq!(seats.available(1), 1);
        seats.release(1);
        assert_eq!(seats.spent, 0);
    }
}
