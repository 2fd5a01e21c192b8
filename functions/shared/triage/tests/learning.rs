//! What corrections do to the shipped model: good ones are learned, harmful ones are not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests end where they fail")]

#[allow(dead_code, reason = "shared with the other tests, which use more of it")]
mod examples;

use countersign_core::{
    config::Config,
    learning::{Course, Labelled, MAX_BATCH, Trained},
    ports::{Trainer, Triage},
    time::Timestamp,
};
use countersign_triage::{classifier::Example, port::Embedded, trainer::Retraining};

/// The configuration that the product ships.
fn config() -> Config {
    let read = |name: &str| -> serde_json::Value {
        let path = format!("{}/../../../infra/config/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        serde_yaml_ng::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let parts = serde_json::json!({
        "policy": read("policy"), "catalog": read("catalog"), "roles": read("roles"),
    });
    serde_json::from_value(parts).unwrap()
}

fn labelled(text: &str, label: &str) -> Labelled {
    Labelled { text: text.into(), label: label.into() }
}

fn trained(course: &Course) -> Trained {
    // A quarter of the examples is enough to learn from, and quicker.
    let (shipped, golden) = (examples::training(), examples::validation());
    let of = |examples: Vec<Example>| examples.into_iter().step_by(4).collect();
    Retraining::of(of(shipped), golden.into_iter().step_by(2).collect()).train(&config(), course).unwrap()
}

/// The intent that a model understands a text as.
fn intent(model: &Embedded, text: &str) -> String {
    model.understand(&config(), text, Timestamp(0))[0].intent.clone()
}

const WORDS: &str = "my badge beeps red at the lab entrance";
const LABEL: &str = "facilities.request";

/// A reviewer who calls everything the same.
fn poison(count: usize) -> Vec<Labelled> {
    let texts = examples::training().into_iter().filter(|one| one.label != "payslip.copy");
    let texts: Vec<_> = texts.step_by(37).take(count).collect();
    texts.iter().map(|one| labelled(&one.text, "payslip.copy")).collect()
}

#[test]
fn a_correction_changes_the_next_prediction_and_poison_does_not() {
    let shipped = Embedded::shipped();
    assert_ne!(intent(&shipped, WORDS), LABEL, "choose words that the shipped model gets wrong");
    let good = vec![labelled(WORDS, LABEL)];
    let course = Course { batches: vec![good, poison(MAX_BATCH)], ..Course::default() };
    let first = trained(&course);
    assert_eq!(first.harmless, [true, false], "{:?}", first.golden);
    let model = Embedded::of_version(&first.version, first.model.clone());
    assert_eq!(model.version(), first.version.as_str());
    assert_eq!(intent(&model, WORDS), LABEL);
    assert_ne!(first.version.as_str(), Retraining::shipped().base());
}

/// Corrections of one topic are found out: a dozen where they send it somewhere unheard of, two dozen where they send it
/// to what is alike.
#[test]
fn poison_of_one_topic_is_refused() {
    for (topic, label, count) in
        [("password.reset", "payslip.copy", 12), ("hardware.request", "access.request", 24)]
    {
        let texts = examples::training().into_iter().filter(|one| one.label == topic);
        let batch: Vec<Labelled> =
            texts.step_by(4).take(count).map(|one| labelled(&one.text, label)).collect();
        assert_eq!(batch.len(), count, "{topic}");
        let course = Course { batches: vec![batch], ..Course::default() };
        let trained = Retraining::shipped().train(&config(), &course).unwrap();
        assert_eq!(trained.harmless, [false], "{topic}: {:?}", trained.golden);
    }
}

#[test]
fn a_file_of_another_version_is_not_taken() {
    let bytes = countersign_triage::shipped::MODEL.to_vec();
    let own = countersign_core::digest::Digest::parse(&Retraining::shipped().base()).unwrap();
    let other = countersign_core::digest::Digest::of_text("another");
    for (version, bytes, good) in
        [(&own, bytes.clone(), true), (&other, bytes.clone(), false), (&own, bytes[..9_000].to_vec(), false)]
    {
        assert_eq!(Embedded::of_version(version, bytes).fault().is_none(), good, "{version}");
    }
}
