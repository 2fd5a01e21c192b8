//! What every journey uses: the stack, people at their screens, records, the systems outside, faults.

pub(crate) mod api;
pub(crate) mod asking;
pub(crate) mod aws;
pub(crate) mod checks;
pub(crate) mod faults;
pub(crate) mod outside;
pub(crate) mod person;
pub(crate) mod raw;
pub(crate) mod records;
pub(crate) mod stack;
pub(crate) mod tool;
pub(crate) mod waiting;
