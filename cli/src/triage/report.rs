//! `countersign triage report`.

use super::{data::Data, evaluate::verdicts, model::Chosen};
use crate::deployment::{Place, Reads};
use crate::failure::{Done, about_file};
use crate::print;
use clap::Args;
use countersign_core::{change::decode, gate::Example, slot::List};
use countersign_triage::OUT_OF_SCOPE;
use countersign_triage::classifier::{
    coverage::{covering, risk_coverage},
    diagram::reliability,
    report::{Judgement, Line, Report, report},
    weeks::{Course, Said, Week, course, learning},
};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Shares of the surest texts of which it is told how many are wrong.
const SUREST: [f64; 4] = [0.5, 0.8, 0.9, 1.0];

/// What is reported on.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Labelled texts that training has not seen [default: what the desk said of the requests that it read]
    ///
    /// Of labelled texts, triage acts from the model's threshold on; of what the desk said, from minimum_confidence of the
    /// active policy on.
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// A trained classifier: the folder that `train` wrote, or its file [default: the shipped one]
    #[arg(long, value_name = "DIR", requires = "data")]
    model: Option<PathBuf>,
    /// Draw how often what was said with a confidence was right
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Draw how much can be accepted, the surest first, and how much of that is wrong
    #[arg(long, value_name = "FILE")]
    risk_coverage: Option<PathBuf>,
    /// Draw how often triage was right by what the desk said, week by week
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    learning: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A report, and how it went, where that is known.
#[derive(Debug, Serialize)]
struct Whole {
    #[serde(flatten)]
    report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    learning: Option<Course>,
}

pub(super) async fn run(place: &Place, options: &Options) -> Done {
    let whole = match &options.data {
        Some(path) => of_texts(options.model.as_deref(), path)?,
        None => of_desk(&place.reader().await?).await?,
    };
    draw(options.svg.as_deref(), || reliability(&whole.report))?;
    draw(options.risk_coverage.as_deref(), || risk_coverage(&whole.report))?;
    draw(options.learning.as_deref(), || whole.learning.as_ref().map(learning).unwrap_or_default())?;
    if options.json {
        return print::json(&whole);
    }
    in_words(&whole.report).iter().for_each(print::line);
    whole.learning.iter().flat_map(by_week).for_each(print::line);
    Ok(())
}

fn draw(path: Option<&Path>, drawn: impl FnOnce() -> String) -> Done {
    path.map_or(Ok(()), |path| fs::write(path, drawn()).map_err(about_file(path)))
}

fn of_texts(model: Option<&Path>, data: &Path) -> Done<Whole> {
    let (chosen, data) = (Chosen::of(model)?, Data::read(data)?);
    let verdicts = verdicts(&chosen, &data.examples);
    let pairs = data.examples.iter().zip(&verdicts);
    let judgements: Vec<Judgement> =
        pairs.map(|(example, verdict)| Judgement::of(&example.label, verdict)).collect();
    Ok(Whole { report: report(&judgements, chosen.classifier.threshold()), learning: None })
}

async fn of_desk(ctx: &impl Reads) -> Done<Whole> {
    let mut examples: Vec<Example> = Vec::new();
    for stored in ctx.list(&List::Examples).await? {
        examples.push(decode(stored)?.value);
    }
    let acts_from = share(ctx.active().await?.policy.minimum_confidence);
    let said: Vec<Said> = examples.iter().map(said).collect();
    let judgements: Vec<Judgement> = examples.into_iter().map(judged).collect();
    Ok(Whole { report: report(&judgements, acts_from), learning: Some(course(&said)) })
}

fn share(thousandths: u16) -> f64 {
    f64::from(thousandths) / 1000.0
}

fn judged(said: Example) -> Judgement {
    Judgement {
        confidence: share(said.confidence),
        right: said.predicted == said.label && said.label != OUT_OF_SCOPE,
        label: said.label,
        predicted: said.predicted,
    }
}

fn said(example: &Example) -> Said {
    Said {
        at: example.at.seconds(),
        confidence: share(example.confidence),
        right: example.predicted == example.label,
        audit: example.audit,
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
        lines.push(acted_on(report));
        lines.push(surest(report));
        lines.push(columns([
            "intent",
            "texts",
            "predicted",
            "precision",
            "recall",
            "automated",
            "confidence",
        ]));
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

fn acted_on(report: &Report) -> String {
    let from = percent(Some(report.acts_from));
    match &report.acted_on {
        Some(acted) => format!(
            "automated, from confidence {from} on: {}, {} of them wrong",
            percent(Some(acted.coverage)),
            percent(Some(acted.risk))
        ),
        None => format!("automated, from confidence {from} on: none"),
    }
}

fn surest(report: &Report) -> String {
    let risk = |share| covering(&report.risk_coverage, share).map(|point| point.risk);
    let [shares, risks] =
        [SUREST.map(|share| format!("{:.0}", share * 100.0)), SUREST.map(|share| percent(risk(share)))];
    format!("wrong of the surest {} %: {}", shares.join(" / "), risks.join(" / "))
}

/// What was said week by week: audits beside what triage was unsure of.
fn by_week(course: &Course) -> Vec<String> {
    let mut weeks: BTreeMap<&str, [Option<&Week>; 2]> = BTreeMap::new();
    for week in &course.audits {
        weeks.entry(&week.begins).or_default()[0] = Some(week);
    }
    for week in &course.unsure {
        weeks.entry(&week.begins).or_default()[1] = Some(week);
    }
    if weeks.is_empty() {
        return Vec::new();
    }
    let heading = ["week of", "audits", "right", "confidence", "unsure", "right", "confidence"];
    let mut lines = vec![weekly(heading)];
    lines.extend(weeks.into_iter().map(|(begins, both)| {
        let [audits, unsure] = both.map(cells);
        let [a, b, c] = audits.each_ref().map(String::as_str);
        let [d, e, f] = unsure.each_ref().map(String::as_str);
        weekly([begins, a, b, c, d, e, f])
    }));
    lines.push(
        "Audits are a fair sample of what triage was sure of. What the desk read because triage was unsure is none: it is the harder lot."
            .to_owned(),
    );
    lines
}

fn cells(week: Option<&Week>) -> [String; 3] {
    [
        week.map_or("-".to_owned(), |week| week.examples.to_string()),
        percent(week.map(|week| week.right)),
        percent(week.map(|week| week.confidence)),
    ]
}

fn weekly([begins, audits, right, sure, unsure, unsure_right, unsure_sure]: [&str; 7]) -> String {
    format!("{begins:<12}{audits:>8}{right:>9}{sure:>12}{unsure:>10}{unsure_right:>9}{unsure_sure:>12}")
}

fn row(line: &Line) -> String {
    let intent = print::tame(&line.intent);
    let cells = [
        line.texts.to_string(),
        line.predicted.to_string(),
        percent(line.precision),
        percent(line.recall),
        percent(line.automated),
        percent(line.confidence),
    ];
    let [texts, predicted, precision, recall, automated, confidence] = cells.each_ref().map(String::as_str);
    columns([intent.as_str(), texts, predicted, precision, recall, automated, confidence])
}

fn columns([intent, texts, predicted, precision, recall, automated, confidence]: [&str; 7]) -> String {
    format!("{intent:<22}{texts:>7}{predicted:>11}{precision:>11}{recall:>9}{automated:>11}{confidence:>12}")
}

fn percent(share: Option<f64>) -> String {
    share.map_or("-".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        change::put,
        ids::{RequestId, SubjectId},
        ports::{Expect, WriteStore},
        slot::Slot,
        time::Timestamp,
    };
    use countersign_testkit::World;

    /// Monday, 23 November 2026, noon.
    const MONDAY: i64 = 1_795_435_200_000;
    const WEEK: i64 = 7 * 86_400_000;

    fn example(predicted: &str, label: &str, confidence: u16, audit: bool, at: i64) -> Example {
        Example {
            request: RequestId::derived(&["request", &at.to_string()]),
            gate: u32::from(confidence),
            requester: SubjectId::derived(&["subject", "emma"]),
            predicted: predicted.to_owned(),
            confidence,
            model: "m".to_owned(),
            label: label.to_owned(),
            reviewer: SubjectId::derived(&["subject", "dana"]),
            at: Timestamp(at),
            audit,
            other_target: false,
            noticed: false,
        }
    }

    async fn reported(examples: &[Example]) -> Whole {
        let world = World::harbour();
        for one in examples {
            let slot = Slot::Example(one.request.clone(), one.gate);
            world.commit(vec![put(slot, Expect::Absent, one, None).unwrap()]).await.unwrap();
        }
        of_desk(&world).await.unwrap()
    }

    #[tokio::test]
    async fn what_the_desk_said_is_reported_by_intent_and_by_week() {
        let whole = reported(&[
            example("mfa.reset", "mfa.reset", 500, false, MONDAY),
            example("mfa.reset", "password.reset", 400, false, MONDAY + 1),
            example(OUT_OF_SCOPE, OUT_OF_SCOPE, 100, false, MONDAY + WEEK),
            example("mfa.reset", "mfa.reset", 900, true, MONDAY + WEEK),
        ])
        .await;
        let words = in_words(&whole.report).join("\n");
        for part in [
            "4 texts, accuracy 75.0 %",
            "automated, from confidence 60.0 % on: 25.0 %, 0.0 % of them wrong",
            "wrong of the surest 50 / 80 / 90 / 100 %: 0.0 % / 50.0 % / 50.0 % / 50.0 %",
            "mfa.reset                   2          3     66.7 %  100.0 %     50.0 %      60.0 %",
            "confidence 40.0 %: 0.0 % right, 1 texts",
        ] {
            assert!(words.contains(part), "{part}: {words}");
        }
        let lines = by_week(whole.learning.as_ref().unwrap());
        assert_eq!(
            lines[1..3],
            [
                "2026-11-23         -        -           -         2   50.0 %      45.0 %",
                "2026-11-30         1  100.0 %      90.0 %         1  100.0 %      10.0 %",
            ]
        );
        assert!(lines[3].contains("fair sample"), "{lines:?}");
        let json = serde_json::to_value(&whole).unwrap();
        assert_eq!(json["learning"]["audits"][0]["begins"], "2026-11-30");
        assert_eq!((json["acted_on"]["coverage"].as_f64(), json["texts"].as_u64()), (Some(0.25), Some(4)));
    }

    #[tokio::test]
    async fn nothing_said_is_reported_as_such() {
        let whole = reported(&[]).await;
        assert_eq!(in_words(&whole.report), ["0 texts, accuracy -, expected calibration error -"]);
        assert_eq!(by_week(whole.learning.as_ref().unwrap()), Vec::<String>::new());
    }
}
