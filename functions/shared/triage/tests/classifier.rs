//! Classifiers trained on labelled texts: the same every time, right often enough, and closed to damage.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use countersign_triage::classifier::measures::{Measures, Outcome, measure};
use countersign_triage::classifier::{Classifier, Example, Examples, Pieces, TrainError, train};
use countersign_triage::{LoadError, OUT_OF_SCOPE};
use sha2::{Digest, Sha256};

#[allow(dead_code, reason = "shared with other tests, which use more of it")]
mod examples;

const CHECKSUM_BYTES: usize = 32;

fn trained(training: &[Example], validation: &[Example]) -> Result<Vec<u8>, TrainError> {
    train(
        Examples { training, validation, pieces: Pieces::None, provenance: "{\"by\":\"test\"}" },
        &mut |_| (),
    )
}

/// The held-out examples, every other one for validation and the rest for measuring.
fn halves() -> (Vec<Example>, Vec<Example>) {
    let held_out = examples::read("examples/held_out").into_iter().map(|styled| styled.example).enumerate();
    let (even, odd): (Vec<_>, Vec<_>) = held_out.partition(|(at, _)| at % 2 == 0);
    let plain = |half: Vec<(usize, Example)>| half.into_iter().map(|(_, example)| example).collect();
    (plain(even), plain(odd))
}

fn measured(classifier: &Classifier, examples: &[Example]) -> Measures {
    let of = |example: &Example| Outcome::of(&example.label, &classifier.classify(&example.text));
    measure(&examples.iter().map(of).collect::<Vec<_>>())
}

#[test]
fn requests_that_nobody_showed_it_are_classified() {
    let (validation, rest) = halves();
    let bytes = trained(&examples::training(), &validation).unwrap();
    let classifier = Classifier::load(bytes).unwrap();
    let measures = measured(&classifier, &rest);
    println!("{measures:#?}");
    assert!(measures.in_scope_accuracy_forced.unwrap() >= 0.74);
    assert!(measures.auroc.unwrap() >= 0.91);
    assert!(measures.accuracy.unwrap() >= 0.70);
    assert!(classifier.knows_out_of_scope());
    assert_eq!(classifier.provenance(), "{\"by\":\"test\"}");
    let verdict = classifier.classify("please reset my password");
    assert_eq!(verdict.predicted, "password.reset");
    let sum: f64 = verdict.guesses.iter().map(|guess| guess.probability).sum();
    assert!((sum - 1.0).abs() < 1e-9 && verdict.guesses.len() == classifier.labels().len());
    let surer = classifier.clone().assuming(0.01).classify("please reset my password").confidence;
    assert!(verdict.confidence < surer);
}

fn small() -> (Vec<Example>, Vec<Example>) {
    let of = |text: &str, label: &str| Example { text: text.to_owned(), label: label.to_owned() };
    let training =
        ["reset my password", "new password please", "i forgot my password"].map(|t| of(t, "password"));
    let more = ["order a laptop", "a new laptop", "my laptop is old"].map(|t| of(t, "laptop"));
    let validation = [of("password lost", "password"), of("laptop", "laptop"), of("weather", OUT_OF_SCOPE)];
    (training.into_iter().chain(more).collect(), validation.into())
}

#[test]
fn the_same_examples_give_the_same_bytes() {
    let (training, validation) = small();
    let bytes = trained(&training, &validation).unwrap();
    assert!(bytes == trained(&training, &validation).unwrap());
    assert!(bytes != trained(&training[1..], &validation).unwrap());
}

#[test]
fn absurd_texts_get_a_verdict() {
    let (training, validation) = small();
    let classifier = Classifier::load(trained(&training, &validation).unwrap()).unwrap();
    for text in ["", " ", "\u{0}\u{feff}", "\u{1f600}", &"password ".repeat(10_000)] {
        let verdict = classifier.classify(text);
        assert!((0.0..=1.0).contains(&verdict.confidence), "{verdict:?}");
        assert!(verdict.guesses.iter().all(|guess| guess.probability.is_finite()), "{verdict:?}");
    }
}

#[test]
fn damage_is_noticed_and_nothing_panics() {
    let (training, validation) = small();
    let bytes = trained(&training, &validation).unwrap();
    let failure = |bytes: &[u8]| Classifier::load(bytes.to_vec()).map(|_| ()).unwrap_err();
    assert_eq!(failure(b""), LoadError::NotAModel);
    assert_eq!(failure(b"CSTRIAGE"), LoadError::NotAModel);
    assert_eq!(failure(b"CSCLASSI"), LoadError::WrongLength);
    for at in (8..bytes.len()).step_by(bytes.len() / 40) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert_eq!(failure(&damaged), LoadError::Damaged, "{at}");
        assert_eq!(failure(&bytes[..at.max(40)]), LoadError::Damaged, "{at}");
    }
    let mut later = bytes.clone();
    later[8] = 9;
    assert_eq!(failure(&sealed(later)), LoadError::UnknownFormat(9));
    let mut other = bytes;
    other[12] = 9;
    assert_eq!(failure(&sealed(other)), LoadError::UnknownFeatures(9));
}

/// The bytes with the checksum that belongs to them, as whoever forges a file would write it.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - CHECKSUM_BYTES);
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

/// Forged counts and lengths that reach beyond the file, or leave something of it over, are refused.
#[test]
fn forged_lengths_are_refused() {
    let (training, validation) = small();
    let bytes = trained(&training, &validation).unwrap();
    // The length of the provenance and the number of labels, and the lengths of the labels.
    let provenance = 16;
    let labels = provenance + 4 + "{\"by\":\"test\"}".len();
    for at in [provenance, labels, labels + 4] {
        for value in [0, 2, 1_000, u32::MAX] {
            let mut forged = bytes.clone();
            forged[at..at + 4].copy_from_slice(&u32::to_le_bytes(value));
            let error = Classifier::load(sealed(forged)).map(|_| ()).unwrap_err();
            assert!(
                matches!(error, LoadError::WrongLength | LoadError::Malformed(_)),
                "{at} {value}: {error}"
            );
        }
    }
    for cut in [33, 40, 1_000] {
        let error = Classifier::load(sealed(bytes[..bytes.len() - cut].to_vec())).map(|_| ()).unwrap_err();
        assert!(matches!(error, LoadError::WrongLength | LoadError::Malformed(_)), "{cut}: {error}");
    }
}

#[test]
fn examples_that_cannot_be_learned_are_refused() {
    let (training, validation) = small();
    assert_eq!(trained(&training, &[]), Err(TrainError::NoValidation));
    assert_eq!(trained(&[], &validation), Err(TrainError::Classes(1)));
    let label = "laptop".to_owned();
    assert_eq!(trained(&training[..3], &validation), Err(TrainError::UnknownLabel { position: 1, label }));
    let pieces = Pieces::Carried(b"no table");
    let examples = Examples { training: &training, validation: &validation, pieces, provenance: "" };
    assert_eq!(train(examples, &mut |_| ()), Err(TrainError::Table(LoadError::NotAModel)));
}
