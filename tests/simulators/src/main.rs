//! The simulators as one program.

fn main() {}
