//! End-to-end, architecture and definition tests.
