//! `countersign triage evaluate`.

use super::{data::Data, model::Chosen, top};
use crate::failure::{Done, about_file};
use crate::print;
use crate::stopwatch::Stopwatch;
use clap::Args;
use countersign_triage::classifier::{
    Example, Verdict,
    measures::{Measures, Outcome, measure},
};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// Words about progress come every so many texts.
const SAID_EVERY: usize = 5_000;

/// What is measured, and on what.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// A trained classifier: the folder that `train` wrote, or its file [default: the shipped one]
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    /// Labelled texts that training has not seen
    #[arg(long, value_name = "FILE")]
    data: PathBuf,
    /// Write what was said of every text, as JSON Lines
    ///
    /// A line is {"label", "predicted", "confidence", "top"}: `predicted` is the best class where the confidence
    /// reaches the threshold, else out_of_scope; `confidence` is the probability that acting on the best class is right.
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// The share of texts out of scope, 0 to 1, that confidences assume [default: the one of training]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    out_of_scope_share: Option<f64>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..1.0).contains(&share) { Ok(share) } else { Err("not from 0 to below 1".to_owned()) }
}

pub(super) fn run(options: &Options) -> Done {
    let mut chosen = Chosen::of(options.model.as_deref())?;
    if let Some(share) = options.out_of_scope_share {
        chosen.classifier = chosen.classifier.assuming(share);
    }
    let classifier = &chosen.classifier;
    let data = Data::read(&options.data)?;
    let watch = Stopwatch::start();
    let verdicts = verdicts(&chosen, &data.examples);
    let micros = watch.elapsed().as_secs_f64() * 1e6 / data.examples.len() as f64;
    if let Some(path) = &options.predictions {
        write(path, &data.examples, &verdicts)?;
    }
    let of = |(example, verdict): (&Example, &Verdict)| Outcome::of(&example.label, verdict);
    let measures = measure(&data.examples.iter().zip(&verdicts).map(of).collect::<Vec<_>>());
    if options.json {
        return print::json(&json!({
            "model": classifier.version(),
            "threshold": classifier.threshold(),
            "assumed_out_of_scope_share": classifier.assumed_share(),
            "microseconds_per_text": micros,
            "measures": measures,
        }));
    }
    in_words(&measures).iter().for_each(print::line);
    print::line(format!("{micros:.0} microseconds a text"));
    Ok(())
}

/// What is said of each text, with words about progress.
pub(super) fn verdicts(chosen: &Chosen, examples: &[Example]) -> Vec<Verdict> {
    let classify = |(count, example): (usize, &Example)| {
        if count % SAID_EVERY == 0 {
            print::complaint(format!("classified {count} of {}", examples.len()));
        }
        chosen.classify(&example.text)
    };
    (1..).zip(examples).map(classify).collect()
}

fn write(path: &Path, examples: &[Example], verdicts: &[Verdict]) -> Done {
    let mut lines = String::new();
    for (example, verdict) in examples.iter().zip(verdicts) {
        let row = json!({
            "label": example.label,
            "predicted": verdict.predicted,
            "confidence": verdict.confidence,
            "top": top(verdict),
        });
        lines.push_str(&row.to_string());
        lines.push('\n');
    }
    fs::write(path, lines).map_err(about_file(path))
}

fn in_words(measures: &Measures) -> Vec<String> {
    let percent =
        |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{:.2} %", value * 100.0));
    let plain = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    let at_shares = measures.ece_at_share.iter();
    let at_shares = at_shares.map(|(share, error)| format!("{:.0} %: {error:.4}", share * 100.0));
    vec![
        format!("{} texts in scope, {} out of scope", measures.in_scope, measures.out_of_scope),
        format!("accuracy                          {}", percent(measures.accuracy)),
        format!("accuracy in scope                 {}", percent(measures.in_scope_accuracy)),
        format!("accuracy in scope, if forced      {}", percent(measures.in_scope_accuracy_forced)),
        format!("out-of-scope recall               {}", percent(measures.out_of_scope_recall)),
        format!("AUROC                             {}", plain(measures.auroc)),
        format!("FPR at 95 %                       {}", plain(measures.fpr95)),
        format!("ECE                               {}", plain(measures.ece)),
        format!("ECE by share out of scope         {}", at_shares.collect::<Vec<_>>().join(", ")),
        format!("AURC in scope / of all            {} / {}", plain(measures.aurc), plain(measures.aurc_all)),
        format!(
            "accuracy of the surest 80 / 90 %  {} / {}",
            percent(measures.accuracy_at_80),
            percent(measures.accuracy_at_90)
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_number_from_zero_to_below_one() {
        for (text, good) in [("0", true), ("0.18", true), ("1", false), ("-0.1", false), ("x", false)] {
            assert_eq!(share(text).is_ok(), good, "{text}");
        }
        assert!(share("NaN").is_err());
    }

    #[test]
    fn measures_of_nothing_are_said_as_such() {
        assert!(in_words(&measure(&[])).iter().any(|line| line.ends_with(" -")));
    }
}
