//! Tokens that are being spent: for the guard that is kept twice, by reading the gate again afterwards and by the row that an
//! entry owes which comes in between.

use super::{Guard, set};
use crate::world::State;
use countersign_core::{
    ports::{Stored, Write},
    slot::Slot,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The runs that have read a gate to spend its token and not read it again, with the fence that they read, and whether no
/// other has since.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spending(BTreeMap<(Slot, u64), (Value, bool)>);

impl State {
    /// What a run that spends a token is shown of its gate: afterwards the fence that it saw before.
    pub(crate) fn spends(&mut self, slot: &Slot, stored: Option<Stored>) -> Option<Stored> {
        if !matches!(slot, Slot::Gate(..)) || !self.lacks_in(Guard::ReadAgain, "spend-token") {
            return stored;
        }
        let run = (slot.clone(), self.invocation);
        let mut stored = stored?;
        match self.spending.0.remove(&run) {
            Some((fence, _)) => {
                let others = self.spending.0.iter_mut().filter(|((of, _), _)| of == slot);
                others.for_each(|(_, (_, alone))| *alone = false);
                set(&mut stored.body, "fence", fence);
            }
            None if stored.body.get("token").is_some_and(Value::is_string) => {
                let fence = stored.body.get("fence").cloned().unwrap_or_default();
                self.spending.0.insert(run, (fence, true));
            }
            None => {}
        }
        Some(stored)
    }

    /// Whether the token of a gate that is written is being spent: whoever does so has still to read it again.
    pub(super) fn is_spending(&self, writes: &[Write]) -> bool {
        let spent = |slot: &Slot| self.spending.0.iter().any(|((of, _), (_, alone))| of == slot && *alone);
        writes.iter().any(|write| spent(&write.slot))
    }
}
