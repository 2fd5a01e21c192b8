//! The command `countersign`: what people type to check, operate and try the product.

#![allow(
    clippy::disallowed_methods,
    reason = "a command reads its environment and clock, and starts programs"
)]

mod audit;
mod checkout;
mod delegate;
mod demo;
mod deployment;
mod failure;
mod local;
mod ops;
mod policy;
mod print;
mod request;
mod stopwatch;
mod triage;

use clap::{Parser, Subcommand};
use deployment::Place;
use failure::Done;
use std::process::ExitCode;

/// Countersign: the service desk in which people decide.
///
/// Commands that look at or change a deployment find it by --folder (a local stack), by --stack (the outputs
/// of CloudFormation as JSON, with COUNTERSIGN_SALT) or by COUNTERSIGN_TABLE and the other variables that the
/// functions have; without any of these it is the local stack in .local/ of the checkout. AWS credentials are
/// taken from AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.
#[derive(Parser)]
#[command(name = "countersign", version, verbatim_doc_comment)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the local stack: AWS, the systems around it, and the product deployed to it.
    Up(local::up::Options),
    /// Stop all that `up` started.
    Down,
    /// Say what of the local stack runs, and where.
    Status,
    /// Run two requests through the local stack and show their lives.
    Demo(demo::Options),
    /// Check and activate the configuration.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Verify the audit trail.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Handle what needs a person: quarantined messages, unknown effects, open exceptions.
    #[command(subcommand)]
    Ops(ops::Command),
    /// Say who decides in whose place.
    #[command(subcommand)]
    Delegate(delegate::Command),
    /// Look at requests.
    #[command(subcommand)]
    Request(request::Command),
    /// Classify texts, and train and measure classifiers.
    #[command(subcommand)]
    Triage(triage::Command),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Box::pin(run(arguments)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print::complaint(format!("countersign: {failure}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Done {
    let place = &arguments.place;
    match arguments.command {
        Command::Up(options) => local::up::up(place, options).await,
        Command::Down => local::down::down(place),
        Command::Status => local::down::status(place),
        Command::Demo(options) => demo::run(place, &options).await,
        Command::Policy(command) => policy::run(place, command).await,
        Command::Audit(command) => audit::run(place, command).await,
        Command::Ops(command) => ops::run(place, command).await,
        Command::Delegate(command) => delegate::run(place, command).await,
        Command::Request(command) => request::run(place, command).await,
        Command::Triage(command) => triage::run(place, command).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_hold_together() {
        Arguments::command().debug_assert();
    }

    fn check(line: &str, good: bool) {
        let parsed = Arguments::try_parse_from(line.split(' '));
        assert_eq!(parsed.is_ok(), good, "{line}");
    }

    #[test]
    fn commands_are_taken_as_documented() {
        for line in [
            "countersign up --no-build --folder .local/e2e --port-aws 4576 --config tests/config",
            "countersign policy lint --config infra/config --format json",
            "countersign policy lint --directory",
            "countersign policy explain --application aws --entitlement production --duration 8h --department Sales",
            "countersign policy explain --application aws --who emma --people people.jsonl",
            "countersign policy explain --requests past.jsonl --format json",
            "countersign policy diff infra/config new --requests past.jsonl",
            "countersign policy activate --skip-directory",
            "countersign policy stop-automatic --reason flood --operator ada@harbour.example",
            "countersign policy allow-automatic --reason over --operator ada@harbour.example",
            "countersign audit verify --days 7",
            "countersign audit verify R-1",
            "countersign ops list --format json --operator ada@harbour.example",
            "countersign ops cancel R-1 --reason late --operator ada@harbour.example",
            "countersign ops settle R-1 --as granted --reason looked --operator ada@harbour.example",
            "countersign ops redrive M-1 --reason fixed --operator ada@harbour.example",
            "countersign delegate add --to mia@harbour.example --from 2026-12-01 --until 2026-12-05 --reason leave --operator marcus@harbour.example",
            "countersign delegate add --to mia@harbour.example --of marcus@harbour.example --reason leave --operator ada@harbour.example",
            "countersign delegate end --reason back --operator marcus@harbour.example",
            "countersign delegate list --format json",
            "countersign request show R-1",
            "countersign request export --since 2026-11-01",
            "countersign policy confirm 0000000000000000000000000000000000000000000000000000000000000000 --reason read --operator fiona@harbour.example",
            "countersign policy withdraw 0000000000000000000000000000000000000000000000000000000000000000 --reason wrong --operator ada@harbour.example",
            "countersign triage classify hello --model DIR --json",
            "countersign triage train --data a.jsonl --validation b.jsonl --out DIR",
            "countersign triage evaluate --model DIR --data a.jsonl --predictions p.jsonl --json",
            "countersign triage evaluate --model DIR --data a.jsonl --out-of-scope-share 0.18",
            "countersign triage classify hello",
            "countersign triage evaluate --data a.jsonl",
            "countersign triage simulate --start 5 --stream a.jsonl --bad 1 --json",
            "countersign triage report",
            "countersign triage replay --reason try --operator ada@harbour.example",
            "countersign triage replay --model e67afb --minimum 700 --threshold 0.5 --since 2026-11-01 --json --reason try --operator ada@harbour.example",
            "countersign triage report --risk-coverage a.svg --learning b.svg --svg c.svg",
            "countersign triage report --model DIR --data a.jsonl --svg a.svg --risk-coverage b.svg --json",
        ] {
            check(line, true);
        }
        for line in [
            "countersign",
            "countersign ops cancel R-1 --operator ada@harbour.example",
            "countersign ops settle R-1 --reason looked --operator ada@harbour.example",
            "countersign ops cancel a/b --reason r --operator ada@harbour.example",
            "countersign up --port-aws 99999",
            "countersign audit verify --days 0",
            "countersign policy explain",
            "countersign policy explain --application aws --requests past.jsonl",
            "countersign policy explain --application aws --duration soon",
            "countersign policy explain --application aws --who emma",
            "countersign policy diff infra/config new",
            "countersign request export --since yesterday",
            "countersign delegate add --to mia@harbour.example --operator marcus@harbour.example",
            "countersign delegate add --to mia@harbour.example --until Friday --reason leave --operator marcus@harbour.example",
            "countersign policy withdraw latest --reason wrong --operator ada@harbour.example",
            "countersign policy stop-automatic --operator ada@harbour.example",
            "countersign triage train --data a.jsonl --out DIR",
            "countersign triage evaluate --model DIR --data a.jsonl --out-of-scope-share 2",
            "countersign triage replay --model DIR --minimum 700",
            "countersign triage replay --minimum 1001 --reason try --operator ada@harbour.example",
            "countersign triage replay --threshold 2 --reason try --operator ada@harbour.example",
            "countersign triage replay --since Monday --reason try --operator ada@harbour.example",
            "countersign triage report --model DIR",
            "countersign triage report --data a.jsonl --learning a.svg",
            "countersign triage simulate --start 5 --stream a.jsonl --bad 6",
        ] {
            check(line, false);
        }
    }
}
