//! Chat channels: what comes in is authenticated and parsed to jobs, what goes out is rendered and sent.

pub mod slack;
