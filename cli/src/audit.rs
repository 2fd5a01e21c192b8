//! `countersign audit`: hashes the chains again, and what they speak of, and says where the first one breaks.

use crate::{
    deployment::Place,
    failure::{Done, Failure},
    print::{self, Format},
};
use clap::{Subcommand, value_parser};
use countersign_core::{
    ids::RequestId,
    steps::verify_audit::{Verified, verify_audit, verify_chain},
};

/// What can be done with the audit trail.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hash every entry and what they speak of again, and check how they hang together
    Verify {
        /// One request, or `admin`; without it the chains of all requests of the last days, and that of administration
        #[arg(value_parser = parse_id)]
        request: Option<RequestId>,
        /// How many days back, today included
        #[arg(long, default_value_t = 92, value_parser = value_parser!(u16).range(1..=3660))]
        days: u16,
        /// For whom to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
}

/// Reads the id of a request.
pub(crate) fn parse_id(text: &str) -> Result<RequestId, String> {
    RequestId::new(text).map_err(|error| error.to_string())
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    let Command::Verify { request, days, format } = command;
    let ctx = place.store().await?;
    let mut verified = Verified::default();
    match &request {
        Some(id) => verify_chain(&ctx, id.as_str(), &mut verified).await?,
        None => verified = verify_audit(&ctx, days).await?,
    }
    match format {
        Format::Json => print::json(&verified)?,
        Format::Text => in_words(&verified).iter().for_each(print::line),
    }
    match verified.flaws.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} of {} chains are broken", verified.chains))
            .advising("RUNBOOK.md says what to do: AuditFlawsAlarm.")),
    }
}

/// What was verified, and each flaw on a line of its own.
pub(crate) fn in_words(verified: &Verified) -> Vec<String> {
    let flaw = |(chain, flaw): &(String, countersign_core::audit::Flaw)| {
        print::tame(&format!("chain {chain}, sequence {}: {}", flaw.sequence, flaw.what))
    };
    let Verified { chains, entries, payloads, .. } = verified;
    let whole = format!("{chains} chains with {entries} entries and {payloads} payloads were hashed again");
    let end = if verified.flaws.is_empty() { "all hold" } else { "not all hold" };
    let mut lines: Vec<String> = verified.flaws.iter().map(flaw).collect();
    lines.push(format!("{whole}: {end}"));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::audit::Flaw;

    #[test]
    fn the_first_bad_sequence_is_named() {
        let flaws = vec![("R-1".to_owned(), Flaw { sequence: 3, what: "an entry was altered" })];
        let said = in_words(&Verified { chains: 2, entries: 9, payloads: 5, flaws });
        assert_eq!(
            said,
            [
                "chain R-1, sequence 3: an entry was altered",
                "2 chains with 9 entries and 5 payloads were hashed again: not all hold"
            ]
        );
        let whole = in_words(&Verified { chains: 1, entries: 4, payloads: 2, flaws: Vec::new() });
        assert_eq!(whole, ["1 chains with 4 entries and 2 payloads were hashed again: all hold"]);
    }
}
