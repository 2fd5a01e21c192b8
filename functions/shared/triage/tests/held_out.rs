//! How right and how calibrated the shipped model is on examples that training never saw.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use std::collections::BTreeMap;

use countersign_triage::training::train;
use countersign_triage::{Model, OUT_OF_SCOPE, understand};

mod catalog;
mod examples;

/// Every held-out example must be one that training has not seen, and enough of each kind must exist.
#[test]
fn the_examples_are_many_and_apart() {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    let training = examples::training();
    for example in &training {
        *sizes.entry(example.label.clone()).or_default() += 1;
    }
    assert_eq!(sizes.len(), 17, "{sizes:?}");
    for (label, size) in sizes {
        let floor = if label == "access.request" {
            60
        } else if label == OUT_OF_SCOPE {
            120
        } else {
            35
        };
        assert!(size >= floor, "{label}: {size}");
    }
    for held_out in examples::read("examples/held_out") {
        assert!(
            !training.iter().any(|example| example.text == held_out.example.text),
            "{:?}",
            held_out.example
        );
    }
}

#[test]
fn training_again_gives_the_shipped_bytes() {
    let again = train(&examples::training());
    let same = again == include_bytes!("../model.bin");
    assert!(
        same,
        "model.bin is not what the examples give: run `cargo run -p countersign-triage --example train`"
    );
}

#[test]
fn the_shipped_model_is_small_and_versioned() {
    let bytes = include_bytes!("../model.bin");
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    let version = Model::builtin().unwrap().version().to_owned();
    assert!(version.len() == 64 && version.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
}

struct Outcome {
    style: String,
    in_scope: bool,
    right: bool,
    probability: f64,
    confidence: f64,
    asks: usize,
}

#[test]
fn held_out_accuracy_and_calibration_hold_their_floors() {
    let outcomes = outcomes();
    let accuracy = share(&outcomes, |outcome| outcome.right);
    let in_scope: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.in_scope).collect();
    let known = share(&in_scope, |outcome| outcome.right);
    let ece = calibration_error(&outcomes);
    let trusted: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.confidence >= 0.8).collect();
    let trusted_right = share(&trusted, |outcome| outcome.right);
    println!("{} held-out: accuracy {accuracy:.3}, in scope {known:.3}, ECE {ece:.3}", outcomes.len());
    println!("confidence >= 0.8: {} of them, {trusted_right:.3} right", trusted.len());
    println!("read as one ask: {:.3}", share(&outcomes, |outcome| outcome.asks == 1));
    print_styles(&outcomes);
    assert!(accuracy >= 0.85, "accuracy {accuracy}");
    assert!(known >= 0.85, "in scope {known}");
    assert!(ece <= 0.15, "ECE {ece}");
    assert!(trusted_right >= 0.97, "right where trusted {trusted_right}");
    assert!(!trusted.iter().any(|outcome| !outcome.in_scope), "out of scope, but trusted");
    assert!(share(&outcomes, |outcome| outcome.asks == 1) >= 0.97);
}

fn outcomes() -> Vec<Outcome> {
    let (model, catalog) = (Model::builtin().unwrap(), catalog::catalog());
    let outcome = |held_out: examples::Styled| {
        let asks = understand(&model, &catalog, &held_out.example.text, 0).asks;
        let first = asks.first().unwrap();
        let right = first.intent == held_out.example.label;
        if !right {
            println!(
                "{:?} is {}, read as {:?}",
                held_out.example.text, held_out.example.label, first.guesses
            );
        } else if asks.len() != 1 {
            println!("{:?} is one ask, read as {}", held_out.example.text, asks.len());
        }
        Outcome {
            style: held_out.style,
            in_scope: held_out.example.label != OUT_OF_SCOPE,
            right,
            probability: first.guesses[0].probability,
            confidence: first.confidence,
            asks: asks.len(),
        }
    };
    examples::read("examples/held_out").into_iter().map(outcome).collect()
}

fn share<T>(outcomes: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    outcomes.iter().filter(|outcome| holds(outcome)).count() as f64 / outcomes.len() as f64
}

fn print_styles(outcomes: &[Outcome]) {
    let mut styles: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        styles.entry(&outcome.style).or_default().push(outcome);
    }
    for (style, outcomes) in styles {
        println!("  {style}: {:.3} of {}", share(&outcomes, |outcome| outcome.right), outcomes.len());
    }
}

/// The expected calibration error over ten bins of the top probability.
fn calibration_error(outcomes: &[Outcome]) -> f64 {
    let mut bins = [(0_usize, 0.0, 0.0); 10];
    for outcome in outcomes {
        let bin = &mut bins[((outcome.probability * 10.0) as usize).min(9)];
        *bin = (bin.0 + 1, bin.1 + outcome.probability, bin.2 + f64::from(u8::from(outcome.right)));
    }
    bins.iter().map(|(_, probability, right): &(usize, f64, f64)| (probability - right).abs()).sum::<f64>()
        / outcomes.len() as f64
}
