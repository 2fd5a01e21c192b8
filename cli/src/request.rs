//! `countersign request`: the life of one request, from its audit chain; and past ones, to try rules on.

pub(crate) mod happenings;

use crate::{
    audit::parse_id,
    deployment::{Operates, Place},
    failure::Done,
    print::{self, Format},
};
use clap::Subcommand;
use countersign_core::{
    Result,
    audit::{By, Entry},
    cards::Names,
    change::{decode, read_request},
    ids::{RequestId, SubjectId},
    request::Request,
    slot::List,
    steps::{export_requests::export_requests, send_messages::names},
    time::Timestamp,
};
use serde_json::json;

/// What can be done with requests.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the life of a request, from its audit chain
    Show {
        /// The request
        #[arg(value_parser = parse_id)]
        request: RequestId,
        /// For whom to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Export past requests, a line each as JSON, for `policy explain` and `policy diff`; without names and words
    Export {
        /// The first day, like 2026-11-01
        #[arg(long, value_name = "DAY", value_parser = day)]
        since: Timestamp,
    },
}

/// The first instant of a day in UTC.
pub(crate) fn day(text: &str) -> std::result::Result<Timestamp, String> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).map_err(|error| error.to_string())
}

/// A request with its audit chain and the names of those in it.
pub(crate) struct Life {
    pub(crate) request: Request,
    pub(crate) entries: Vec<Entry>,
    pub(crate) names: Names,
}

impl Life {
    pub(crate) async fn read(ctx: &impl Operates, id: &RequestId) -> Result<Self> {
        let request = read_request(ctx, id).await?.value;
        let stored = ctx.list(&List::Audit(id.as_str().to_owned())).await?;
        let entries: Result<Vec<Entry>> = stored.into_iter().map(|one| Ok(decode(one)?.value)).collect();
        let entries = entries?;
        let mut concerned: Vec<SubjectId> = request.interested().into_iter().cloned().collect();
        concerned.extend(entries.iter().flat_map(happenings::concerned));
        concerned.sort();
        concerned.dedup();
        let names = names(ctx, &concerned).await?;
        Ok(Self { request, entries, names })
    }

    /// What an entry says, for people.
    pub(crate) fn in_words(&self, entry: &Entry) -> String {
        print::tame(&happenings::in_words(entry, &self.names))
    }

    pub(crate) fn timeline(&self) -> Vec<String> {
        let first = self.entries.first().map_or(0, |entry| entry.at.0);
        let line = |entry: &Entry| {
            #[allow(clippy::cast_precision_loss, reason = "milliseconds of one request, for people")]
            let seconds = (entry.at.0 - first) as f64 / 1000.0;
            format!("{:3}  {}  +{seconds:6.1} s  {}", entry.sequence, entry.at, self.in_words(entry))
        };
        self.entries.iter().map(line).collect()
    }
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    let ctx = place.operator().await?;
    match command {
        Command::Show { request, format } => show(&ctx, &request, format).await,
        Command::Export { since } => {
            let exported = export_requests(&ctx, since).await?;
            exported.iter().try_for_each(|asked| {
                print::line(serde_json::to_string(asked)?);
                Ok(())
            })
        }
    }
}

async fn show(ctx: &impl Operates, request: &RequestId, format: Format) -> Done {
    let life = Life::read(ctx, request).await?;
    match format {
        Format::Json => print::json(&as_json(&life)),
        Format::Text => {
            let what = [
                Some(&life.request.intent),
                life.request.application.as_ref(),
                life.request.entitlement.as_ref(),
            ];
            let what: Vec<&str> = what.into_iter().flatten().map(String::as_str).collect();
            let outcome = life.request.outcome.map(|outcome| format!(", {outcome:?}")).unwrap_or_default();
            let stand = format!("{:?}{outcome}", life.request.status).to_lowercase();
            print::line(print::tame(&format!("request {request}: {}: {stand}", what.join(", "))));
            life.timeline().iter().for_each(print::line);
            Ok(())
        }
    }
}

fn as_json(life: &Life) -> serde_json::Value {
    let who = |by: &By| match by {
        By::Person { subject, via } => {
            json!({"person": life.names.get(subject).map(|who| &who.name), "via": via})
        }
        other => json!(other),
    };
    let entry = |entry: &Entry| {
        json!({
            "sequence": entry.sequence, "at": entry.at.to_string(), "by": who(&entry.by),
            "happening": entry.what, "hash": entry.hash,
        })
    };
    json!({
        "id": life.request.id, "status": life.request.status, "outcome": life.request.outcome,
        "timeline": life.entries.iter().map(entry).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::job::Verdict;
    use countersign_testkit::{World, access};

    #[tokio::test]
    async fn a_life_is_told_from_its_beginning_to_its_end() {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        world.press("marcus", Verdict::Approve, None);
        world.run();
        let life = Life::read(&world, &id).await.unwrap();
        let told: Vec<String> = life.entries.iter().map(|entry| life.in_words(entry)).collect();
        assert_eq!(told.first().map(String::as_str), Some("Emma Clarke asked"));
        assert!(told.contains(&"Marcus Weber said \"approve\" at gate 1".to_owned()), "{told:#?}");
        assert_eq!(told.last().map(String::as_str), Some("the request ended: granted"));
        assert_eq!(life.timeline().len(), told.len());
        assert_eq!(as_json(&life)["outcome"], "granted");
    }
}
