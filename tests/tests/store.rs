//! The table behind its real adapter: the contract of every store, and who wins when many press at once.
//!
//! They need a stack that is up, whose folder `COUNTERSIGN_E2E` names, and make tables of their own there.
//! `COUNTERSIGN_RACES` says how many gates are raced for (100 if it says nothing).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

#[allow(dead_code, reason = "the journeys use all of it")]
#[path = "journeys/harness/aws.rs"]
mod aws;
#[allow(dead_code, reason = "the journeys use all of it")]
#[path = "journeys/harness/stack.rs"]
mod stack;

#[path = "store/contract.rs"]
mod contract;
#[path = "store/races.rs"]
mod races;
#[path = "store/table.rs"]
mod table;
