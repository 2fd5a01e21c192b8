//! The page of the Slack simulator, clicked through in a real browser: how it looks, by keyboard, and with the product.
//!
//! They need Chromium and its driver (`make test-deps`) and say so where these are missing. The journeys of
//! `newcomer` also need a stack that is up, whose folder `COUNTERSIGN_E2E` names. A test that fails leaves a picture
//! in `target/page`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

#[path = "page/browser.rs"]
mod browser;
#[path = "page/screen.rs"]
mod screen;
#[path = "page/workspace.rs"]
mod workspace;

#[path = "page/keyboard.rs"]
mod keyboard;
#[path = "page/looks.rs"]
mod looks;
#[path = "page/newcomer.rs"]
mod newcomer;
#[path = "page/words.rs"]
mod words;
