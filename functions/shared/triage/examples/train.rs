//! Writes `model.bin` from the examples beside this file.

#![allow(clippy::unwrap_used, reason = "a development command: it stops at the first fault and says where")]

use countersign_triage::Model;
use countersign_triage::training::train;

#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../tests/examples/mod.rs"]
mod examples;

fn main() {
    let examples = examples::training();
    let bytes = train(&examples);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/model.bin"), &bytes).unwrap();
    let model = Model::load(&bytes).unwrap();
    println!("{} examples, {} bytes, version {}", examples.len(), bytes.len(), model.version());
}
