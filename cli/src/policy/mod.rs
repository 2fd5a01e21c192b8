//! `countersign policy`: checks the configuration files, explains them, and makes them the ones that count.

mod directory;
mod explain;
mod files;
mod people;
mod place;
mod tell;

use crate::{
    checkout,
    deployment::{Operates, Place},
    failure::{Done, Failure},
    ops::{self, operator},
    print::{self, Format},
};
use clap::{Args, Subcommand};
use countersign_core::{
    config::Config,
    digest::Digest,
    policy::lint::{Finding, lint},
    steps::{
        activate_config::{Why, activate_by_order, activate_config, has_admins, wants_two_persons},
        automatic::{Switch, switch_automatic},
        operate::Order,
        two_persons::{confirm_config, propose_config},
        withdraw_config::withdraw_config,
    },
};
use files::Files;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong in the files, with line and remedy
    Lint {
        #[command(flatten)]
        given: Given,
        /// Ask the deployment as well whether groups and people exist, and are enough
        #[arg(long)]
        directory: bool,
    },
    /// Say who would approve a request, when, and why; nothing needs to run
    Explain {
        #[command(flatten)]
        given: Given,
        #[command(flatten)]
        described: explain::Described,
    },
    /// Say for which requests another folder of files would change what happens; nothing needs to run
    Diff {
        /// Folder with the files as they are
        old: PathBuf,
        /// Folder with the files as they would be
        new: PathBuf,
        /// A file with one request a line, as JSON
        #[arg(long, value_name = "FILE")]
        requests: PathBuf,
        /// For whom to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// Check the files, then make them the configuration that counts
    Activate {
        #[command(flatten)]
        given: Given,
        /// Do not ask whether its groups and people exist: before people were first synchronised
        #[arg(long)]
        skip_directory: bool,
        /// Who activates it, by work address: an admin, once there is one
        #[arg(long, env = "COUNTERSIGN_OPERATOR", value_name = "ADDRESS")]
        operator: Option<String>,
        /// Why; it is recorded, sealed, and needed once there is an admin
        #[arg(long, value_name = "WORDS")]
        reason: Option<String>,
        /// The commit of the files; as shown by git for their folder if it is not said
        #[arg(long, value_name = "COMMIT")]
        commit: Option<String>,
    },
    /// Confirm a configuration that another admin proposed
    Confirm {
        /// Its version
        #[arg(value_parser = version)]
        version: Digest,
        #[command(flatten)]
        who: ops::Who,
    },
    /// Take a configuration back that is not the active one: nothing is approved by it any more
    Withdraw {
        /// Its version
        #[arg(value_parser = version)]
        version: Digest,
        #[command(flatten)]
        who: ops::Who,
    },
    /// Leave to people what rules approve automatically, from the next request on
    StopAutomatic {
        #[command(flatten)]
        who: ops::Who,
    },
    /// Let rules approve automatically again
    AllowAutomatic {
        #[command(flatten)]
        who: ops::Who,
    },
}

/// The files, and for whom to print.
#[derive(Args, Debug)]
pub(crate) struct Given {
    /// Folder with policy.yaml, catalog.yaml and roles.yaml [default: infra/config of the checkout]
    #[arg(long, value_name = "FOLDER")]
    config: Option<PathBuf>,
    /// For whom to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Given {
    fn folder(&self) -> Done<PathBuf> {
        self.config
            .as_ref()
            .map_or_else(|| Ok(checkout::root()?.join("infra/config")), |given| Ok(given.clone()))
    }
}

/// A finding with its place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Found {
    file: String,
    line: Option<usize>,
    place: String,
    what: String,
    remedy: String,
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    match command {
        Command::Lint { given, directory: false } => {
            let files = Files::read(&given.folder()?)?;
            answer(&found(&files), given.format)
        }
        Command::Lint { given, directory: true } => {
            let files = Files::read(&given.folder()?)?;
            let ctx = place.operator().await?;
            answer(&found_there(&ctx, &files).await?, given.format)
        }
        Command::Explain { given, described } => explain::run(&given, &described).await,
        Command::Diff { old, new, requests, format } => explain::diff(&old, &new, &requests, format),
        Command::Activate { given, skip_directory, operator, reason, commit } => {
            let folder = given.folder()?;
            let files = Files::read(&folder)?;
            let why = Why { reason, commit: commit.or_else(|| commit_of(&folder)) };
            let ctx = place.operator().await?;
            activate(&ctx, &files, !skip_directory, operator.as_deref(), why, given.format).await
        }
        Command::Confirm { version, who } => {
            let ctx = place.operator().await?;
            let order = ops::order(&ctx, version, who).await?;
            confirm_config(&ctx, &order).await?;
            print::line(format!("active: configuration {}", order.of));
            Ok(())
        }
        Command::Withdraw { version, who } => {
            let ctx = place.operator().await?;
            let order = ops::order(&ctx, version, who).await?;
            withdraw_config(&ctx, &order).await?;
            print::line(format!("configuration {} is withdrawn: what it planned is planned anew", order.of));
            Ok(())
        }
        Command::StopAutomatic { who } => switch(place, Switch::Stop, who).await,
        Command::AllowAutomatic { who } => switch(place, Switch::Allow, who).await,
    }
}

/// The commit that the files of a folder are of, as git tells it, with `-dirty` behind it if they were changed since.
fn commit_of(folder: &Path) -> Option<String> {
    let told = std::process::Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"])
        .output()
        .ok()?;
    let name = String::from_utf8(told.stdout).ok()?.trim().to_owned();
    (told.status.success() && !name.is_empty()).then_some(name)
}

/// An admin's order to activate a configuration.
async fn ordered(
    ctx: &impl Operates,
    of: Config,
    operator: Option<&str>,
    reason: Option<String>,
) -> Done<Order<Config>> {
    let missing =
        |what: &str| Failure::new("an admin activates a configuration, with a reason").advising(what);
    let reason = reason.ok_or_else(|| missing("Say why, by --reason."))?;
    let address = operator.ok_or_else(|| missing("Say who, by --operator."))?;
    Ok(Order { of, operator: operator::find(ctx, address).await?.subject, reason })
}

fn version(text: &str) -> Result<Digest, String> {
    Digest::parse(text).map_err(|error| error.to_string())
}

async fn switch(place: &Place, switch: Switch, who: ops::Who) -> Done {
    let ctx = place.operator().await?;
    let order = ops::order(&ctx, switch, who).await?;
    switch_automatic(&ctx, &order).await?;
    print::line(match switch {
        Switch::Stop => "automatic approval is stopped: people decide from now on",
        Switch::Allow => "rules approve automatically again",
    });
    Ok(())
}

/// Activates a folder's configuration on the local stack, without a word unless something is wrong.
pub(crate) async fn activate_locally(place: &Place, folder: &Path, asks_directory: bool) -> Done {
    let files = Files::read(folder)?;
    let ctx = place.operator().await?;
    let config = checked(&ctx, &files, asks_directory, Format::Text).await?;
    activate_config(&ctx, &config, &operator::the_command("policy activate"), &Why::default()).await?;
    Ok(())
}

async fn activate(
    ctx: &impl Operates,
    files: &Files,
    asks_directory: bool,
    operator: Option<&str>,
    why: Why,
    format: Format,
) -> Done {
    let config = checked(ctx, files, asks_directory, format).await?;
    if wants_two_persons(ctx).await? {
        let order = ordered(ctx, config, operator, why.reason).await?;
        let version = propose_config(ctx, &order, why.commit).await?;
        return told("proposed", &version, "; another admin confirms it", format);
    }
    let version = if has_admins(ctx).await? {
        let order = ordered(ctx, config, operator, why.reason).await?;
        activate_by_order(ctx, &order, why.commit).await?
    } else {
        let by = match operator {
            Some(address) => operator::find(ctx, address).await?.by(),
            None => operator::the_command("policy activate"),
        };
        activate_config(ctx, &config, &by, &why).await?
    };
    told("active", &version, "", format)
}

fn told(what: &str, version: &Digest, more: &str, format: Format) -> Done {
    match format {
        Format::Json => print::json(&serde_json::json!({what: version})),
        Format::Text => {
            print::line(format!("{what}: configuration {version}{more}"));
            Ok(())
        }
    }
}

/// The configuration, once nothing is wrong with it.
async fn checked(ctx: &impl Operates, files: &Files, asks_directory: bool, format: Format) -> Done<Config> {
    let wrong = if asks_directory { found_there(ctx, files).await? } else { found(files) };
    if !wrong.is_empty() {
        answer(&wrong, format)?;
    }
    files.config().map_err(|_| Failure::new("the configuration cannot be read"))
}

/// What is wrong with the files by themselves.
fn found(files: &Files) -> Vec<Found> {
    match files.config() {
        Ok(config) => lint(&config).into_iter().map(|finding: Finding| files.locate(finding)).collect(),
        Err(unreadable) => unreadable,
    }
}

/// What is wrong with the files by themselves and before the people of a deployment.
async fn found_there(ctx: &impl Operates, files: &Files) -> Done<Vec<Found>> {
    let mut wrong = found(files);
    if let Ok(config) = files.config() {
        let missing = directory::missing(ctx, &config).await?;
        wrong.extend(missing.into_iter().map(|finding| files.locate(finding)));
    }
    Ok(wrong)
}

/// Prints what was found; a failure if that is anything.
fn answer(found: &[Found], format: Format) -> Done {
    match format {
        Format::Json => print::json(&found)?,
        Format::Text if found.is_empty() => print::line("nothing is wrong"),
        Format::Text => found.iter().for_each(|one| print::line(in_words(one))),
    }
    match found.len() {
        0 => Ok(()),
        1 => Err(Failure::new("the configuration has a finding; nothing was changed")),
        count => Err(Failure::new(format!("the configuration has {count} findings; nothing was changed"))),
    }
}

fn in_words(found: &Found) -> String {
    let line = found.line.map(|line| format!(":{line}")).unwrap_or_default();
    print::tame(&format!("{}{line}: {} {} {}", found.file, found.place, found.what, found.remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_testkit::World;

    const ADA: Option<&str> = Some("ada@harbour.example");

    /// Activates the shipped files there; whether that was done.
    async fn activated(world: &World, operator: Option<&str>, reason: Option<&str>) -> bool {
        let files = Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/config")).unwrap();
        let why = Why { reason: reason.map(str::to_owned), commit: None };
        activate(world, &files, false, operator, why, Format::Text).await.is_ok()
    }

    #[tokio::test]
    async fn an_admin_says_who_and_why() {
        let world = World::harbour();
        let why = Some("two of Finance");
        for (operator, reason) in
            [(None, why), (ADA, None), (ADA, Some(" ")), (Some("emma@harbour.example"), why)]
        {
            assert!(!activated(&world, operator, reason).await, "{operator:?} {reason:?}");
        }
        assert!(activated(&world, ADA, why).await);
    }
}
