//! `countersign triage`: classifies a text, and trains and measures classifiers on anybody's labelled texts.

mod data;
mod evaluate;
mod model;
mod replay;
mod report;
mod simulate;
mod train;
mod versions;

use crate::deployment::Place;
use crate::failure::Done;
use crate::print;
use clap::{Args, Subcommand};
use countersign_triage::classifier::Verdict;
use model::Chosen;
use serde_json::{Value, json};
use std::path::PathBuf;

/// How many classes are shown of a verdict.
const SHOWN: usize = 5;

/// What can be done with triage.
///
/// Labelled texts are JSON Lines: {"text": ..., "label": ...}; the label out_of_scope is reserved for texts that
/// belong to no class.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what a text asks for, and how sure that is
    Classify(Classify),
    /// Train a classifier on labelled texts
    Train(train::Options),
    /// Measure a classifier on labelled texts
    Evaluate(evaluate::Options),
    /// Play corrections, good and bad ones, through the learning, and say what came of it
    Simulate(simulate::Options),
    /// Say of each intent how much came, how much was automated, and whether what triage said of it was right
    ///
    /// Without --data it is about what the desk said, week by week as well: audits are a fair sample of what triage was
    /// sure of; what the desk read because triage was unsure is none.
    Report(report::Options),
    /// Read past requests again by another model or minimum of confidence, and say what would have changed
    ///
    /// What was read then is what stands in the audit trail, before anybody corrected it; which way a reading takes is
    /// said by the active configuration. Requests whose words were erased are counted and left out. Nothing is changed
    /// and no words are shown; that they were read again, by whom and why, is in the chain of administration.
    Replay(replay::Options),
    /// List the models that were learned, and which one is in force
    Versions(versions::Listing),
    /// Go back to a model of before: what was learned since is in force no more, and is not learned again
    Rollback(versions::Rollback),
    /// Listen again to a reviewer whose corrections are not learned any more
    Trust(versions::Trust),
}

/// What is classified, and by what.
#[derive(Args, Debug)]
pub(crate) struct Classify {
    /// The text
    text: String,
    /// A trained classifier: the folder that `train` wrote, or its file [default: the shipped one]
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    match command {
        Command::Classify(options) => classify(&options),
        Command::Train(options) => train::run(&options),
        Command::Evaluate(options) => evaluate::run(&options),
        Command::Simulate(options) => simulate::run(&options),
        Command::Report(options) => report::run(place, &options).await,
        Command::Replay(options) => replay::run(place, options).await,
        Command::Versions(options) => versions::list(place, &options).await,
        Command::Rollback(options) => versions::rollback(place, options).await,
        Command::Trust(options) => versions::trust(place, options).await,
    }
}

fn classify(options: &Classify) -> Done {
    let chosen = Chosen::of(options.model.as_deref())?;
    let (classifier, verdict) = (&chosen.classifier, chosen.classify(&options.text));
    if options.json {
        return print::json(&json!({
            "predicted": verdict.predicted,
            "confidence": verdict.confidence,
            "threshold": classifier.threshold(),
            "top": top(&verdict),
            "model": classifier.version(),
        }));
    }
    print::line(format!("{} (confidence {:.3})", verdict.predicted, verdict.confidence));
    for guess in verdict.guesses.iter().take(SHOWN) {
        print::line(format!("  {:.3} {}", guess.probability, guess.intent));
    }
    Ok(())
}

/// The most probable classes with their probabilities.
fn top(verdict: &Verdict) -> Vec<Value> {
    verdict.guesses.iter().take(SHOWN).map(|guess| json!([guess.intent, guess.probability])).collect()
}
