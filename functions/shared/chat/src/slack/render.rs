//! Cards and modals as Block Kit. What is too long is cut, what is markup in plain text is made harmless.

mod card;
mod letters;
mod modal;
mod pages;
pub(crate) mod text;

pub use card::render_card;
pub use modal::render_modal;
