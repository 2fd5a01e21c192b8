//! How right and how calibrated the shipped model is on examples that training never saw.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use std::collections::BTreeMap;

use countersign_core::proportion;
use countersign_triage::classifier::{measures, shipped_table};
use countersign_triage::shipped::{self, MODEL};
use countersign_triage::{Classifier, OUT_OF_SCOPE, understand};

/// Above this a request is trusted.
const TRUSTED: f64 = 0.8;
/// Below this the desk reads it first, as the shipped policy says.
const MINIMUM: f64 = 0.6;
/// What the shipped model and its word pieces may weigh together.
const MAX_BYTES: usize = 25 << 20;

mod catalog;
mod examples;

#[test]
fn training_again_gives_the_shipped_bytes() {
    assert!(
        examples::trained().unwrap() == MODEL,
        "model.bin is not what the examples give: run `cargo run --release -p countersign-triage --example train`"
    );
}

#[test]
fn the_papers_show_the_shipped_model() {
    for (path, svg) in examples::diagrams(&shipped::model().unwrap()) {
        assert!(std::fs::read_to_string(&path).unwrap() == svg, "{} is of another model", path.display());
    }
}

#[test]
fn the_shipped_model_is_small_and_versioned() {
    let bytes = MODEL.len() + shipped_table().len();
    assert!(bytes < MAX_BYTES, "{bytes} bytes");
    let (read, verified) = (shipped::model().unwrap(), Classifier::load(MODEL).unwrap());
    assert_eq!(read.version(), verified.version());
    assert_eq!(read.version(), hex::encode(&MODEL[MODEL.len() - 32..]));
}

struct Outcome {
    text: String,
    intent: String,
    style: String,
    in_scope: bool,
    right: bool,
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
    let trusted: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.confidence >= TRUSTED).collect();
    let trusted_right = share(&trusted, |outcome| outcome.right);
    let strangers: Vec<&Outcome> = outcomes.iter().filter(|outcome| !outcome.in_scope).collect();
    let strangers_trusted = share(&strangers, |outcome| outcome.confidence >= TRUSTED);
    let alone = share(&outcomes, |outcome| outcome.asks == 1);
    println!("{} held-out: accuracy {accuracy:.3}, in scope {known:.3}, ECE {ece:.3}", outcomes.len());
    println!("trusted: {} of them, {trusted_right:.3} right", trusted.len());
    println!("out of scope, but trusted: {strangers_trusted:.3} of {}", strangers.len());
    println!("read as one ask: {alone:.3}");
    print_styles(&outcomes);
    assert!(accuracy >= 0.83, "accuracy {accuracy}");
    assert!(known >= 0.84, "in scope {known}");
    assert!(ece <= 0.11, "ECE {ece}");
    assert!(trusted_right >= 0.94, "right where trusted {trusted_right}");
    assert!(strangers_trusted <= 0.02, "out of scope, but trusted {strangers_trusted}");
    assert!(alone >= 0.97, "read as one ask {alone}");
}

/// Access is the one intent that may be acted on without the desk: it is not taken for anything else.
#[test]
fn nothing_else_is_surely_read_as_access() {
    let access = |outcome: &Outcome| outcome.intent == "access.request" && outcome.confidence >= MINIMUM;
    let (all, wrong) =
        outcomes().into_iter().filter(access).fold((0, Vec::new()), |(all, mut wrong), one| {
            if !one.right {
                wrong.push(one.text);
            }
            (all + 1, wrong)
        });
    assert!(all >= 5 && wrong.is_empty(), "{wrong:?} of {all}");
}

#[test]
fn the_classifier_alone_is_calibrated_and_knows_its_scope() {
    let model = shipped::model().unwrap();
    let of = |styled: &examples::Styled| {
        let verdict = model.classify(&shipped::masked(&styled.example.text));
        measures::Outcome::of(&styled.example.label, &verdict)
    };
    let measures = measures::measure(&examples::measured().iter().map(of).collect::<Vec<_>>());
    println!("{measures:#?}");
    assert!(measures.in_scope_accuracy_forced.unwrap() >= 0.84);
    // At the threshold under which most texts are named right; who acts alone takes a certified one.
    assert!(measures.out_of_scope_recall.unwrap() >= 0.80);
    assert!(measures.auroc.unwrap() >= 0.965);
    assert!(measures.ece.unwrap() <= 0.06);
}

/// On other texts, by other authors, no certified threshold is surely broken.
#[test]
fn what_is_certified_is_not_refuted_by_other_texts() {
    let model = shipped::model().unwrap();
    let certified: Vec<(u16, f64)> = model.certified().collect();
    assert!(certified.iter().any(|(error, _)| *error <= 100), "{certified:?}");
    let judged: Vec<(f64, bool)> = examples::measured()
        .iter()
        .map(|styled| {
            let verdict = model.classify(&shipped::masked(&styled.example.text));
            (verdict.confidence, verdict.best == styled.example.label)
        })
        .collect();
    for (error, from) in certified {
        let accepted: Vec<bool> = judged.iter().filter(|one| one.0 >= from).map(|one| one.1).collect();
        let wrong = accepted.iter().filter(|right| !**right).count();
        println!("certified for {error} of 1000 from {from}: {wrong} of {} wrong", accepted.len());
        assert!(proportion::lower(wrong, accepted.len()) <= f64::from(error) / 1000.0, "{error} from {from}");
    }
}

fn outcomes() -> Vec<Outcome> {
    let (model, catalog) = (shipped::model().unwrap(), catalog::catalog());
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
            text: held_out.example.text.clone(),
            intent: first.intent.clone(),
            style: held_out.style,
            in_scope: held_out.example.label != OUT_OF_SCOPE,
            right,
            confidence: first.confidence,
            asks: asks.len(),
        }
    };
    examples::measured().into_iter().map(outcome).collect()
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

/// The expected calibration error over ten bins: acting is right where the intent is, and never out of scope.
fn calibration_error(outcomes: &[Outcome]) -> f64 {
    let mut bins = [(0_usize, 0.0, 0.0); 10];
    for outcome in outcomes {
        let bin = &mut bins[((outcome.confidence * 10.0) as usize).min(9)];
        *bin = (
            bin.0 + 1,
            bin.1 + outcome.confidence,
            bin.2 + f64::from(u8::from(outcome.right && outcome.in_scope)),
        );
    }
    bins.iter().map(|(_, confidence, right): &(usize, f64, f64)| (confidence - right).abs()).sum::<f64>()
        / outcomes.len() as f64
}
