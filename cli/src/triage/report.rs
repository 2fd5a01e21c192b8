//! `countersign triage report`.

use super::{data::Data, evaluate::verdicts, model::Chosen};
use crate::deployment::Place;
use crate::failure::{Done, about_file};
use crate::print;
use clap::Args;
use countersign_core::{change::decode, gate::Example, ports::ReadStore, slot::List};
use countersign_triage::OUT_OF_SCOPE;
use countersign_triage::classifier::diagram::reliability;
use countersign_triage::classifier::report::{Judgement, Line, Report, report};
use std::fs;
use std::path::{Path, PathBuf};

/// What is reported on.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Labelled texts that training has not seen [default: what the desk said of the requests that it read]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// A trained classifier: the folder that `train` wrote, or its file [default: the shipped one]
    #[arg(long, value_name = "DIR", requires = "data")]
    model: Option<PathBuf>,
    /// Draw how often what was said with a confidence was right
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, options: &Options) -> Done {
    let judgements = match &options.data {
        Some(path) => of_texts(options.model.as_deref(), path)?,
        None => of_desk(&place.store().await?).await?,
    };
    let report = report(&judgements);
    if let Some(path) = &options.svg {
        fs::write(path, reliability(&report)).map_err(about_file(path))?;
    }
    if options.json {
        return print::json(&report);
    }
    in_words(&report).iter().for_each(print::line);
    Ok(())
}

fn of_texts(model: Option<&Path>, data: &Path) -> Done<Vec<Judgement>> {
    let (chosen, data) = (Chosen::of(model)?, Data::read(data)?);
    let verdicts = verdicts(&chosen, &data.examples);
    let pairs = data.examples.iter().zip(&verdicts);
    Ok(pairs.map(|(example, verdict)| Judgement::of(&example.label, verdict)).collect())
}

async fn of_desk(store: &impl ReadStore) -> Done<Vec<Judgement>> {
    let mut judgements = Vec::new();
    for stored in store.list(&List::Examples).await? {
        judgements.push(judged(decode(stored)?.value));
    }
    Ok(judgements)
}

fn judged(said: Example) -> Judgement {
    Judgement {
        confidence: f64::from(said.confidence) / 1000.0,
        right: said.predicted == said.label && said.label != OUT_OF_SCOPE,
        label: said.label,
        predicted: said.predicted,
    }
}

fn in_words(report: &Report) -> Vec<String> {
    let plain = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let mut lines = vec![format!(
        "{} texts, accuracy {}, expected calibration error {}",
        report.texts,
        percent(report.accuracy),
        plain(report.ece)
    )];
    if report.texts > 0 {
        lines.push(columns(["intent", "texts", "predicted", "precision", "recall", "confidence"]));
    }
    lines.extend(report.intents.iter().map(row));
    for bin in &report.bins {
        lines.push(format!(
            "confidence {}: {} right, {} texts",
            percent(Some(bin.confidence)),
            percent(Some(bin.right)),
            bin.texts
        ));
    }
    lines
}

fn row(line: &Line) -> String {
    let intent = print::tame(&line.intent);
    let cells = [
        line.texts.to_string(),
        line.predicted.to_string(),
        percent(line.precision),
        percent(line.recall),
        percent(line.confidence),
    ];
    let [texts, predicted, precision, recall, confidence] = cells.each_ref().map(String::as_str);
    columns([intent.as_str(), texts, predicted, precision, recall, confidence])
}

fn columns([intent, texts, predicted, precision, recall, confidence]: [&str; 6]) -> String {
    format!("{intent:<22}{texts:>7}{predicted:>11}{precision:>11}{recall:>9}{confidence:>12}")
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        ids::{RequestId, SubjectId},
        time::Timestamp,
    };

    fn said(predicted: &str, label: &str, confidence: u16) -> Judgement {
        judged(Example {
            request: RequestId::derived(&["request"]),
            gate: 1,
            requester: SubjectId::derived(&["subject", "emma"]),
            predicted: predicted.to_owned(),
            confidence,
            model: "m".to_owned(),
            label: label.to_owned(),
            reviewer: SubjectId::derived(&["subject", "dana"]),
            at: Timestamp(0),
            audit: false,
        })
    }

    #[test]
    fn what_the_desk_said_is_reported_by_intent() {
        let judgements = [
            said("mfa.reset", "mfa.reset", 500),
            said("mfa.reset", "password.reset", 400),
            said(OUT_OF_SCOPE, OUT_OF_SCOPE, 100),
        ];
        let words = in_words(&report(&judgements)).join("\n");
        for part in
            ["3 texts, accuracy 66.7 %", "mfa.reset", "50.0 %", "confidence 40.0 %: 0.0 % right, 1 texts"]
        {
            assert!(words.contains(part), "{part}: {words}");
        }
        assert_eq!(in_words(&report(&[])), ["0 texts, accuracy -, expected calibration error -"]);
    }
}
