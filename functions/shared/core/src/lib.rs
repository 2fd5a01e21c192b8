//! The pure heart of Countersign: domain types, life cycle, policy, gates, audit, ports and one use case per step.
//!
//! Nothing here does I/O, reads a clock, an environment or a random number: all of it comes through [`ports`].

pub mod audit;
pub mod budget;
pub mod card;
pub mod cards;
pub mod catalog;
pub mod change;
pub mod config;
pub mod digest;
pub mod error;
pub mod facts;
pub mod gate;
pub mod holding;
pub mod ids;
pub mod job;
pub mod language;
pub mod learning;
pub mod message;
pub mod opinion;
pub mod outbox;
pub mod person;
pub mod policy;
pub mod ports;
pub mod posted;
pub mod proportion;
pub mod question;
pub mod reduction;
pub mod request;
pub mod slot;
pub mod steps;
pub mod time;
pub mod window;

pub use error::{Error, Result};
