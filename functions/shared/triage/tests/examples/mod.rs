//! The shipped examples, read in the fixed order in which the shipped model was trained.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_triage::classifier::coverage::risk_coverage;
use countersign_triage::classifier::diagram::reliability;
use countersign_triage::classifier::report::{Judgement, Report, report};
use countersign_triage::classifier::{Classifier, Example, TrainError, shipped_table};
use countersign_triage::shipped::{VALIDATED, masked, train_model};
pub(crate) use countersign_triage::shipped::{training, validation};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

/// One example with the way in which it is written.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Styled {
    #[serde(flatten)]
    pub(crate) example: Example,
    #[serde(default)]
    pub(crate) style: String,
}

/// What the shipped model is measured on: ways of writing that neither training nor fitting has seen.
pub(crate) fn measured() -> Vec<Styled> {
    let mut examples = read("examples/held_out");
    examples.retain(|styled| !VALIDATED.contains(&styled.style.as_str()));
    examples
}

/// The file of the shipped model, trained anew.
pub(crate) fn trained() -> Result<Vec<u8>, TrainError> {
    let (training, validation) = (training(), validation());
    let of = |examples: &[Example]| {
        let digest = Sha256::digest(serde_json::to_vec(examples).unwrap());
        json!({"examples": examples.len(), "sha256": hex::encode(digest)})
    };
    let provenance = json!({
        "training": of(&training),
        "validation": of(&validation),
        "word_pieces": {"sha256": hex::encode(Sha256::digest(shipped_table()))},
    });
    train_model(&training, &validation, &provenance.to_string())
}

/// How a classifier does on what the shipped model is measured on.
pub(crate) fn reported(classifier: &Classifier) -> Report {
    let judge = |styled: Styled| {
        Judgement::of(&styled.example.label, &classifier.classify(&masked(&styled.example.text)))
    };
    report(&measured().into_iter().map(judge).collect::<Vec<_>>(), classifier.threshold())
}

/// The diagrams of the shipped model in the papers, and where they lie.
pub(crate) fn diagrams(classifier: &Classifier) -> [(PathBuf, String); 2] {
    let papers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs");
    let report = reported(classifier);
    [
        (papers.join("triage-reliability.svg"), reliability(&report)),
        (papers.join("triage-risk-coverage.svg"), risk_coverage(&report)),
    ]
}

/// The examples of one folder: its `.jsonl` files by name, each line by line.
pub(crate) fn read(folder: &str) -> Vec<Styled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let read = |file: &PathBuf| fs::read_to_string(file).unwrap();
    files
        .iter()
        .map(read)
        .collect::<String>()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
