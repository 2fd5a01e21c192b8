//! The Slack simulator against a small application: both ends of every call are looked at.

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
