//! What an asker answers to what was understood.

use serde::{Deserialize, Serialize};

/// The asker's answer to what was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskerAnswer {
    /// Send it.
    Send,
    /// It was not understood: let the desk read it.
    SendToDesk,
    /// Forget it.
    Discard,
    /// One of what a question offers.
    Choose {
        /// The question's number in the message, from 0.
        question: u32,
        /// The number of the choice, from 0.
        choice: usize,
    },
}
