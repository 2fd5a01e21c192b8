//! What a message asks for: a classifier, the entities it names, and how sure a desk may be of both.
//!
//! Pure: no I/O, no clock, no randomness. The same model, catalogue, text and time give the same answer.
//! The answer holds what was asked, never who decides, how dangerous it is or which rule applies.

mod applications;
mod asks;
mod calendar;
mod catalog;
pub mod classifier;
mod confidence;
mod durations;
mod features;
mod language;
mod message;
mod now;
mod people;
mod periods;
pub mod port;
mod questions;
mod reasons;
pub mod renewed;
pub mod shipped;
mod starts;
mod steering;
mod targets;
pub mod trainer;
mod understand;

pub use catalog::{ApplicationEntry, Catalog, EntitlementEntry, IntentEntry};
pub use classifier::{Classifier, Guess, LoadError, OUT_OF_SCOPE};
pub use message::MAX_TEXT_CHARS;
pub use now::Now;
pub use understand::{Ask, MAX_ASKS, Understanding, understand};
