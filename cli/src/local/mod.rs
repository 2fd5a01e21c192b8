//! The local stack: AWS, the systems around it and the product, on this machine.

pub(crate) mod aws;
pub(crate) mod down;
mod engine;
pub(crate) mod http;
pub(crate) mod layout;
mod processes;
mod simulators;
pub(crate) mod up;
