//! `countersign triage train`.

use super::{data::Data, model};
use crate::failure::{Done, Failure};
use crate::{print, stopwatch::Stopwatch};
use clap::Args;
use countersign_triage::classifier::{
    Classifier, Examples, Pieces, Progress, TrainError, shipped_table, train,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What a classifier is trained on, and where it goes.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Labelled texts to learn
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Other labelled texts, to which confidence and threshold are fitted
    #[arg(long, value_name = "FILE")]
    validation: PathBuf,
    /// Folder for the classifier
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(options: &Options) -> Done {
    let data = Data::read(&options.data)?;
    let validation = Data::read(&options.validation)?;
    let provenance = provenance(&data, &validation);
    let examples = Examples {
        training: &data.examples,
        validation: &validation.examples,
        pieces: Pieces::Carried(shipped_table()),
        provenance: &provenance,
    };
    let watch = Stopwatch::start();
    let bytes = train(examples, &mut |progress| print::complaint(in_words(progress)))
        .map_err(|error| failure(&error, &validation))?;
    let path = model::store(&options.out, &bytes)?;
    let classifier = model::load(&path)?;
    print::line(format!(
        "{}: {} classes, {} bytes, trained in {}",
        path.display(),
        classifier.labels().len(),
        bytes.len(),
        format_args!("{:.1} s", watch.elapsed().as_secs_f64())
    ));
    print::line(format!("version {}", classifier.version()));
    for remark in remarks(&classifier) {
        print::line(remark);
    }
    Ok(())
}

/// From what the classifier is made, and by what.
fn provenance(data: &Data, validation: &Data) -> String {
    let of = |data: &Data| json!({"examples": data.examples.len(), "sha256": data.digest});
    let made = json!({
        "program": concat!("countersign ", env!("CARGO_PKG_VERSION")),
        "training": of(data),
        "validation": of(validation),
        "word_pieces": {"sha256": hex::encode(Sha256::digest(shipped_table()))},
    });
    made.to_string()
}

fn in_words(progress: Progress) -> String {
    match progress {
        Progress::Reading => "reading the texts".to_owned(),
        Progress::Learning(done, of) => format!("learned the examples {done} times of {of}"),
        Progress::Calibrating => "fitting the confidence to the validation set".to_owned(),
    }
}

fn remarks(classifier: &Classifier) -> Vec<String> {
    let mut remarks = vec![format!(
        "acts from confidence {:.3} on, assuming that {:.0} % of the texts are out of scope",
        classifier.threshold(),
        classifier.assumed_share() * 100.0
    )];
    let certified: Vec<String> = classifier
        .certified()
        .map(|(error, from)| format!("{:.0} % from {from:.3} on", f64::from(error) / 10.0))
        .collect();
    remarks.push(match certified.as_slice() {
        [] => "nothing is certified: the validation set has too few texts, or too many of them go wrong"
            .to_owned(),
        some => format!("certified to be wrong in no more than {} (95 % certain)", some.join(", ")),
    });
    if !classifier.knows_out_of_scope() {
        remarks.push(
            "the validation set has too few texts labelled out_of_scope: what is out of scope is not recognised"
                .to_owned(),
        );
    }
    remarks
}

fn failure(error: &TrainError, validation: &Data) -> Failure {
    match error {
        TrainError::UnknownLabel { position, .. } => validation.about(*position, &error.to_string()),
        _ => Failure::new(error.to_string()),
    }
}
