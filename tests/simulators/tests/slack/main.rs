//! The Slack simulator against a small application: both ends of every call are looked at.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod acting;
mod blocks;
mod directory;
mod events;
mod faults;
mod forgery;
mod harness;
mod modals;
mod page;
mod response_urls;
mod web_api;
