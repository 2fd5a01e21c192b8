//! The journeys: requests from the first word to the verified end, on the real template and the real binaries.
//!
//! They need a stack that is up (`countersign up --config tests/config`), whose folder `COUNTERSIGN_E2E` names. Each
//! has people and applications of its own, so that they run beside each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

#[path = "journeys/harness/mod.rs"]
mod harness;

#[path = "journeys/absent.rs"]
mod absent;
#[path = "journeys/api.rs"]
mod api;
#[path = "journeys/approval.rs"]
mod approval;
#[path = "journeys/automatic.rs"]
mod automatic;
#[path = "journeys/autonomy.rs"]
mod autonomy;
#[path = "journeys/break_glass.rs"]
mod break_glass;
#[path = "journeys/budget.rs"]
mod budget;
#[path = "journeys/cards.rs"]
mod cards;
#[path = "journeys/correction.rs"]
mod correction;
#[path = "journeys/crashes.rs"]
mod crashes;
#[path = "journeys/delivery.rs"]
mod delivery;
#[path = "journeys/denial.rs"]
mod denial;
#[path = "journeys/deployment.rs"]
mod deployment;
#[path = "journeys/expiry.rs"]
mod expiry;
#[path = "journeys/facts.rs"]
mod facts;
#[path = "journeys/forgery.rs"]
mod forgery;
#[path = "journeys/interrupted.rs"]
mod interrupted;
#[path = "journeys/later.rs"]
mod later;
#[path = "journeys/less.rs"]
mod less;
#[path = "journeys/lifetime.rs"]
mod lifetime;
#[path = "journeys/passing_on.rs"]
mod passing_on;
#[path = "journeys/quarantine.rs"]
mod quarantine;
#[path = "journeys/questions.rs"]
mod questions;
#[path = "journeys/quorum.rs"]
mod quorum;
#[path = "journeys/seats.rs"]
mod seats;
#[path = "journeys/talk.rs"]
mod talk;
#[path = "journeys/tampering.rs"]
mod tampering;
#[path = "journeys/target.rs"]
mod target;
#[path = "journeys/together.rs"]
mod together;
#[path = "journeys/votes.rs"]
mod votes;
