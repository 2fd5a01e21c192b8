//! End-to-end, architecture and definition tests.

pub mod definition;
pub mod files;
pub mod template;
