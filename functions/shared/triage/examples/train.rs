//! Writes `model.bin` from the examples beside this file, and its diagrams for the papers.

#![allow(clippy::unwrap_used, reason = "a development command: it stops at the first fault and says where")]

use countersign_triage::Classifier;

#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../tests/examples/mod.rs"]
mod examples;

fn main() {
    let bytes = examples::trained().unwrap();
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/model.bin"), &bytes).unwrap();
    let model = Classifier::load(bytes.clone()).unwrap();
    println!("{} classes, {} bytes, version {}", model.labels().len(), bytes.len(), model.version());
    println!("{}", model.provenance());
    for (path, svg) in examples::diagrams(&model) {
        std::fs::write(path, svg).unwrap();
    }
}
