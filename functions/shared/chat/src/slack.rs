//! Slack: signed calls to jobs, cards and modals to Block Kit, and a client of the Web API.

mod authenticate;
pub mod client;
pub mod forms;
pub mod limits;
mod receive;
mod render;

pub use authenticate::{MAX_CLOCK_DIFFERENCE_SECONDS, SigningSecret, Unauthenticated, authenticate};
pub use client::SlackClient;
pub use receive::{OpenModal, Path, Received, Reply, receive};
pub use render::{render_card, render_modal};
