//! What tests are made of: every port in memory, a virtual clock, the workflows, faults, and checkers of the invariants.
//!
//! Everything here is deterministic. Only tests use this crate, so what cannot be fails at once, with its reason.
#![allow(clippy::expect_used, clippy::panic, reason = "a test should fail where the mistake is")]

mod acting;
mod acts;
mod chat;
mod checking;
pub mod contract;
mod delivering;
mod engine;
pub mod guards;
pub mod invariants;
mod learning;
pub mod model;
mod outside;
mod people;
mod ports;
pub mod racing;
mod reading;

pub mod simulation;
mod store;
mod trouble;
mod turns;
mod understanding;
mod witness;
mod world;

pub use acting::Pressed;
pub use acts::Act;
pub use chat::{Chats, Posted};
pub use delivering::{Delivery, Order, Waiting};
pub use engine::{Execution, Stand};
pub use learning::POISON;
pub use outside::{Change, Outside};
pub use people::{Company, TEAM, chat_user};
pub use reading::{field, words};
pub use trouble::{Fault, Trip, When};
pub use understanding::{CERTIFIED_FROM, access};
pub use world::{BEGINNING, Ended, State, World};
