//! `countersign policy explain` and `diff`: who would approve what, when, and why, without any stack.

use super::{Given, files::Files, people::People, tell};
use crate::{
    failure::{Done, Failure, about_file},
    print::{self, Format},
};
use clap::Args;
use countersign_core::{
    config::LoadedConfig,
    ids::SubjectId,
    policy::{
        asked::{Asked, Somebody},
        explain::{Explanation, explain},
    },
    time::{Span, Timestamp},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// The largest file of requests or people that is read, in bytes.
const MAX_LINES_BYTES: u64 = 64 * 1024 * 1024;

/// A request, described by options, or a file of them.
#[derive(Args, Debug)]
pub(crate) struct Described {
    /// The application that is asked for
    #[arg(long, required_unless_present = "requests")]
    application: Option<String>,
    /// What is asked for in it [default: the application's usual entitlement]
    #[arg(long, conflicts_with = "requests")]
    entitlement: Option<String>,
    /// For how long, like 8h [default: without end]
    #[arg(long, value_parser = span, conflicts_with = "requests")]
    duration: Option<Span>,
    /// The department of who asks and gets it
    #[arg(long, conflicts_with = "requests")]
    department: Option<String>,
    /// The cost centre of who asks and gets it
    #[arg(long, conflicts_with = "requests")]
    cost_centre: Option<String>,
    /// How sure triage is, 0 to 1000
    #[arg(long, default_value_t = 1000, conflicts_with = "requests")]
    confidence: u16,
    /// The HR system and the directory do not answer
    #[arg(long, conflicts_with = "requests")]
    unverified: bool,
    /// When it is planned, like 2026-11-23T08:00:00Z [default: now]
    #[arg(long, conflicts_with = "requests")]
    at: Option<String>,
    /// Who asks and gets it, as the people of --people are called
    #[arg(long, value_parser = subject, requires = "people", conflicts_with = "requests")]
    who: Option<SubjectId>,
    /// A file with one request a line, as JSON
    #[arg(long, value_name = "FILE", conflicts_with = "application")]
    requests: Option<PathBuf>,
    /// A file with one person a line, as JSON: says by name who would be asked
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
}

fn span(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|error| error.to_string())
}

fn subject(text: &str) -> Result<SubjectId, String> {
    SubjectId::new(text).map_err(|error| error.to_string())
}

impl Described {
    fn asked(&self) -> Done<Vec<Asked>> {
        if let Some(path) = &self.requests {
            return lines(path);
        }
        let mut requester = Somebody {
            department: self.department.clone(),
            cost_centre: self.cost_centre.clone(),
            ..Somebody::default()
        };
        if let Some(who) = &self.who {
            requester.id.clone_from(who);
        }
        Ok(vec![Asked {
            application: self.application.clone(),
            entitlement: self.entitlement.clone(),
            duration: self.duration,
            confidence: self.confidence,
            verified: !self.unverified,
            at: self.at.clone(),
            requester,
            ..Asked::default()
        }])
    }
}

/// Explains what the files of a folder make of requests.
pub(super) async fn run(given: &Given, described: &Described) -> Done {
    let config = loaded(&Files::read(&given.folder()?)?, given.format)?;
    let (asked, now) = (described.asked()?, now());
    let mut explained = all(&config, &asked, now)?;
    if let Some(path) = &described.people {
        let people = People::of(&lines(path)?, now);
        name_people(&config, &people, &asked, &mut explained, now).await?;
    }
    match (given.format, explained.as_slice()) {
        (Format::Json, [one]) if described.requests.is_none() => print::json(one),
        (Format::Json, all) => print::json(&all),
        (Format::Text, [one]) => {
            print::line(tell::whole(one));
            Ok(())
        }
        (Format::Text, all) => {
            print::line(tell::list(all));
            Ok(())
        }
    }
}

/// Adds whom each stage would ask by name.
async fn name_people(
    config: &LoadedConfig,
    people: &People,
    asked: &[Asked],
    explained: &mut [Explanation],
    now: Timestamp,
) -> Done {
    for (asked, explanation) in asked.iter().zip(explained) {
        let described = asked.described(now)?;
        let named = people.asked(&described.facts(config)).await?;
        for (stage, names) in explanation.stages.iter_mut().zip(named) {
            stage.people = Some(names);
        }
    }
    Ok(())
}

/// A request that two configurations make different things of.
#[derive(Debug, Serialize)]
pub(super) struct Changed {
    pub(super) before: Explanation,
    pub(super) after: Explanation,
}

/// Says which requests of a file two folders make different things of.
pub(super) fn diff(old: &Path, new: &Path, file: &Path, format: Format) -> Done {
    let [old, new] = [old, new].map(|folder| loaded(&Files::read(folder)?, format));
    let (asked, now) = (lines(file)?, now());
    let changed = changed(all(&old?, &asked, now)?, all(&new?, &asked, now)?);
    match format {
        Format::Json => print::json(&changed),
        Format::Text => {
            print::line(tell::changes(&changed, asked.len()));
            Ok(())
        }
    }
}

/// Those that end otherwise or ask others; the name of a rule alone is no change.
fn changed(before: Vec<Explanation>, after: Vec<Explanation>) -> Vec<Changed> {
    let pairs = before.into_iter().zip(after).map(|(before, after)| Changed { before, after });
    pairs
        .filter(|Changed { before, after }| {
            (&before.outcome, &before.refusal, &before.stages, &before.waits_for)
                != (&after.outcome, &after.refusal, &after.stages, &after.waits_for)
        })
        .collect()
}

/// The configuration of files, findings or not; only what cannot be read is refused.
fn loaded(files: &Files, format: Format) -> Done<LoadedConfig> {
    match files.config() {
        Ok(config) => Ok(LoadedConfig::new(config)?),
        Err(unreadable) => {
            super::answer(&unreadable, format)?;
            Err(Failure::new("the configuration cannot be read"))
        }
    }
}

fn all(config: &LoadedConfig, asked: &[Asked], now: Timestamp) -> Done<Vec<Explanation>> {
    let explained = asked.iter().map(|asked| explain(&asked.described(now)?.facts(config)));
    Ok(explained.collect::<Result<_, _>>()?)
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The values of a file, one a line.
fn lines<T: DeserializeOwned>(path: &Path) -> Done<Vec<T>> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(about_file(path))?;
    file.take(MAX_LINES_BYTES + 1).read_to_string(&mut text).map_err(about_file(path))?;
    if text.len() as u64 > MAX_LINES_BYTES {
        return Err(Failure::new(format!("{} is larger than {MAX_LINES_BYTES} bytes", path.display())));
    }
    parse(&text).map_err(|(line, error)| Failure::new(format!("{}:{line}: {error}", path.display())))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, (usize, serde_json::Error)> {
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    lines.map(|(line, number)| serde_json::from_str(line).map_err(|error| (number, error))).collect()
}

#[cfg(test)]
mod tests;
