//! Measures what functions cost: cold starts, warm invocations, memory and size, against their budgets.

mod aws;
mod budget;
mod cold;
mod environment;
mod failure;
mod figures;
mod machine;
mod policy;
mod process;
mod report;
mod runtime_api;
mod sizes;
mod votes;
mod warm;
mod wire;

use aws::Aws;
use budget::Budget;
use clap::Parser;
use cold::Way;
use environment::{Function, HELLO};
use failure::{Failure, Result};
use machine::Machine;
use report::{Report, Row};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Measures what functions cost, and says which are over their budget.
#[derive(Debug, Parser)]
#[command(name = "countersign-bench")]
struct Arguments {
    /// Where the programs are; the folder is named as the profile that they were built with.
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// Measures this function only; may be given more than once.
    #[arg(long = "function", value_name = "NAME")]
    functions: Vec<String>,
    /// How often each function is started.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..))]
    repetitions: u16,
    /// How often a running function is invoked.
    #[arg(long, default_value_t = 3000, value_parser = clap::value_parser!(u16).range(1..))]
    invocations: u16,
    /// How many votes are cast.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    votes: u16,
    /// How many requests are planned.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    plans: u16,
    /// Measures the policy alone: no function needs to be built.
    #[arg(long, conflicts_with_all = ["functions", "json"])]
    policy_only: bool,
    /// Also writes what was measured to a file, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Succeeds even if a budget is exceeded.
    #[arg(long)]
    report_only: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let told = if arguments.policy_only { policy_alone(&arguments) } else { all(&arguments) };
    match told {
        Ok((text, within)) => {
            println!("{text}");
            match within || arguments.report_only {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(2)
        }
    }
}

/// The report, and whether it is within the budgets.
fn all(arguments: &Arguments) -> Result<(String, bool)> {
    let report = measured(arguments)?;
    Ok((report.to_string(), report.exceeded.is_empty()))
}

/// As [`all`], of the policy.
fn policy_alone(arguments: &Arguments) -> Result<(String, bool)> {
    let policy = policy::plans(arguments.plans.into())?;
    let exceeded = budget::policy_exceeded(&policy);
    let lines = exceeded.iter().map(|found| format!("\nOver budget: {found}"));
    Ok((format!("{policy}{}", lines.collect::<String>()), exceeded.is_empty()))
}

fn measured(arguments: &Arguments) -> Result<Report> {
    let report = measure(arguments)?;
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report).map_err(|e| Failure::Unexpected(e.to_string()))?;
        fs::write(path, text + "\n").map_err(|error| Failure::File(path.clone(), error))?;
    }
    Ok(report)
}

fn measure(arguments: &Arguments) -> Result<Report> {
    let (functions, folder) = (chosen(arguments)?, arguments.binaries.canonicalize()?);
    let (machine, aws) = (Machine::this(), Aws::start()?);
    let rows = cold_starts(&functions, &folder, &aws, arguments.repetitions.into())?;
    let invocations = arguments.invocations.into();
    let hello = warm::greetings(&Function::hello(), &folder, invocations)?;
    let slack = functions.iter().find(|function| function.name == warm::RECEIVE_SLACK);
    let slash_commands = slack.map(|slack| warm::slash_commands(slack, &folder, &aws, invocations));
    let policy = policy::plans(arguments.plans.into())?;
    let exceeded = rows.iter().flat_map(budget::exceeded).chain(budget::policy_exceeded(&policy));
    Ok(Report {
        profile: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        machine,
        repetitions: arguments.repetitions.into(),
        exceeded: exceeded.map(|found| found.to_string()).collect(),
        functions: rows,
        hello,
        slash_commands: slash_commands.transpose()?,
        votes: votes::cast(arguments.votes.into())?,
        votes_optimised: !cfg!(debug_assertions),
        policy,
    })
}

/// Starts every function; the first is the least one, by which budgets are measured.
fn cold_starts(functions: &[Function], folder: &Path, aws: &Aws, repetitions: usize) -> Result<Vec<Row>> {
    let usual = |function| Way { function, aws: Function::reads_secrets(function).then_some(aws) };
    let ways: Vec<Way<'_>> = functions.iter().map(usual).collect();
    let cold = cold::starts(&ways, folder, repetitions)?;
    let hello_ms = cold.first().map_or(0.0, |hello| hello.cpu_ms.median);
    let rows = functions.iter().zip(&cold).map(|(function, cold)| {
        let (name, secrets) = (function.name.clone(), function.reads_secrets());
        let budget = (name != HELLO).then(|| Budget::of(&name, hello_ms));
        Ok(Row { size: sizes::of(&name, folder)?, function: name, secrets, cold: *cold, budget })
    });
    rows.collect()
}

/// The least function and those that are asked for, all of which must be built.
fn chosen(arguments: &Arguments) -> Result<Vec<Function>> {
    let wanted = &arguments.functions;
    let all = environment::functions()?;
    if let Some(unknown) = wanted.iter().find(|name| all.iter().all(|function| function.name != **name)) {
        return Err(Failure::Unexpected(format!("there is no function {unknown}")));
    }
    let asked = all.into_iter().filter(|function| wanted.is_empty() || wanted.contains(&function.name));
    let chosen: Vec<Function> = [Function::hello()].into_iter().chain(asked).collect();
    let missing = chosen.iter().filter(|function| !arguments.binaries.join(&function.name).is_file());
    let missing: Vec<String> = missing.map(|function| function.name.clone()).collect();
    if missing.is_empty() { Ok(chosen) } else { Err(Failure::NotBuilt(missing)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &[&str], says: &str) {
        let arguments = Arguments::try_parse_from([&["countersign-bench"], line].concat()).unwrap();
        let failure = measure(&arguments).map(|report| report.to_string()).unwrap_err().to_string();
        assert!(failure.contains(says), "{line:?}: {failure}");
    }

    #[test]
    fn what_cannot_be_measured_is_told() {
        check(&["--function", "make-coffee"], "there is no function make-coffee");
        check(
            &["--binaries", "/nowhere", "--function", "spend-token"],
            "not built: countersign-hello, spend-token",
        );
    }

    #[test]
    fn nothing_is_measured_zero_times() {
        for option in ["--repetitions", "--invocations", "--votes", "--plans"] {
            assert!(Arguments::try_parse_from(["countersign-bench", option, "0"]).is_err(), "{option}");
        }
    }
}
