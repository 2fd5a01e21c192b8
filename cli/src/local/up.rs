//! `countersign up`: from nothing to a product that serves, each step repeatable.

use super::{
    aws::LocalAws,
    engine::{Engine, succeed},
    layout::{Addresses, Folder, Secrets},
    processes, simulators,
};
use crate::{
    checkout,
    deployment::Place,
    failure::{Done, Failure},
    policy, print,
    stopwatch::Stopwatch,
};
use clap::Args;
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

/// The name of the stack, before the names of all functions.
pub(crate) const STACK: &str = "countersign";
/// The workspace of the Slack simulator.
const SLACK_TEAM: &str = "T0HARBOUR";

/// How the local stack is started.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    ports: Ports,
    /// Folder with the configuration to activate [default: infra/config of the checkout]
    #[arg(long, value_name = "FOLDER")]
    config: Option<PathBuf>,
    /// Take the binaries that are there
    #[arg(long)]
    no_build: bool,
}

/// Where the parts listen, on 127.0.0.1 only.
#[derive(Args, Clone, Debug)]
pub(crate) struct Ports {
    /// Port of all of AWS
    #[arg(long = "port-aws", env = "COUNTERSIGN_PORT_AWS", default_value_t = 4566, value_name = "PORT")]
    aws: u16,
    /// Port of Slack and its page
    #[arg(long = "port-slack", env = "COUNTERSIGN_PORT_SLACK", default_value_t = 4570, value_name = "PORT")]
    slack: u16,
    /// Port of BambooHR
    #[arg(
        long = "port-bamboohr",
        env = "COUNTERSIGN_PORT_BAMBOOHR",
        default_value_t = 4571,
        value_name = "PORT"
    )]
    bamboohr: u16,
    /// Port of Okta
    #[arg(long = "port-okta", env = "COUNTERSIGN_PORT_OKTA", default_value_t = 4572, value_name = "PORT")]
    okta: u16,
    /// Port of the issuer of API tokens
    #[arg(
        long = "port-issuer",
        env = "COUNTERSIGN_PORT_ISSUER",
        default_value_t = 4573,
        value_name = "PORT"
    )]
    issuer: u16,
}

impl Ports {
    pub(super) fn of_simulators(&self) -> [(&'static str, u16); 4] {
        [("slack", self.slack), ("bamboohr", self.bamboohr), ("okta", self.okta), ("issuer", self.issuer)]
    }
}

/// Starts what does not run, deploys what has changed, and makes it ready for people.
pub(crate) async fn up(place: &Place, options: Options) -> Done {
    let (root, folder, watch) = (checkout::root()?, place.folder()?, Stopwatch::start());
    folder.make()?;
    let engine = Engine::of(&root, &folder);
    refuse_taken(&folder, &options.ports)?;
    engine.install()?;
    if !options.no_build {
        watch.line("building");
        build(&root)?;
    }
    engine.up(options.ports.aws)?;
    let secrets = Secrets::of(&folder)?;
    let listening = simulators::start(&root, &folder, &options.ports, &secrets).await?;
    watch.line("the simulators of Slack, BambooHR, Okta and the token issuer listen");
    let addresses = Addresses {
        aws: format!("http://127.0.0.1:{}", options.ports.aws),
        slack: listening.slack,
        bamboohr: listening.bamboohr,
        okta: listening.okta,
        issuer: listening.issuer,
    };
    let aws = LocalAws::at(&addresses.aws)?;
    put_secrets(&aws, &secrets).await?;
    watch.line("deploying infra/template.yaml (half a minute the first time)");
    engine.deploy(&parameters(&addresses, &secrets))?;
    watch.line("the stack is deployed");
    addresses.write(&folder)?;
    let config = options.config.unwrap_or_else(|| root.join("infra/config"));
    let known = Place::of_local(&folder);
    policy::activate_locally(&known, &config, false).await?;
    let synced = aws.invoke(&format!("{STACK}-sync-people")).await?;
    let people = synced.get("people").and_then(Value::as_u64).unwrap_or_default();
    policy::activate_locally(&known, &config, true).await?;
    watch.line(format!("the configuration is active; {people} people are known"));
    tell_slack(&folder, &addresses).await?;
    watch.line("Slack knows where the product is: ready");
    print::line(format!("\n{}", places(&addresses, &folder)));
    Ok(())
}

/// Where to go, in a browser and with a program.
pub(crate) fn places(addresses: &Addresses, folder: &Folder) -> String {
    let slack = &addresses.slack;
    let mut places = vec![
        format!("  Slack as Emma, who asks       {slack}/#U0EMMA"),
        format!("  Slack as Marcus, her manager  {slack}/#U0MARCUS"),
        format!("  Slack as Fiona, of Finance    {slack}/#U0FIONA"),
        format!("  people in BambooHR and Okta   {}/_simulator/people", addresses.bamboohr),
        format!("  AWS                           {}", addresses.aws),
    ];
    if let Ok(api) = addresses.api(folder) {
        places.push(format!("  the API, for programs         {api}"));
        places.push(format!("  bearer tokens for it          {}/token", addresses.issuer));
    }
    places.join("\n")
}

/// Names all ports that something else listens on, before anything is started.
fn refuse_taken(folder: &Folder, ports: &Ports) -> Done {
    let mut wanted = Vec::new();
    if processes::running(folder, simulators::NAME).is_none() {
        wanted.extend(ports.of_simulators());
    }
    let free = |(_, port): &(&str, u16)| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    wanted.retain(|one| !free(one));
    if wanted.is_empty() {
        return Ok(());
    }
    let taken: Vec<String> = wanted.iter().map(|(name, port)| format!("{port} (--port-{name})")).collect();
    Err(Failure::new(format!("something else listens on {}", taken.join(", ")))
        .advising("Stop it, or choose other ports; another local stack is stopped with `make down`."))
}

/// The same selection of crates as in the Makefile: another one would build the dependencies again.
fn build(root: &Path) -> Done {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--profile", "local", "--workspace"]);
    let measures_and_tests = ["countersign-tests", "countersign-bench", "countersign-hello"];
    cargo.args(measures_and_tests.iter().flat_map(|name| ["--exclude", name]));
    succeed(cargo.current_dir(root), "building")
}

async fn put_secrets(aws: &LocalAws, secrets: &Secrets) -> Done {
    let Secrets { slack_signing_secret, slack_bot_token, okta_token, bamboohr_key, .. } = secrets;
    let slack = json!({"signing_secret": slack_signing_secret, "bot_token": slack_bot_token});
    aws.put_secret("countersign/slack", &slack).await?;
    aws.put_secret("countersign/okta", &json!({"token": okta_token})).await?;
    aws.put_secret("countersign/bamboohr", &json!({"key": bamboohr_key})).await
}

/// Where the systems are, and short waits: nobody shall wait minutes for a second try on a machine of their own.
fn parameters(addresses: &Addresses, secrets: &Secrets) -> Vec<(String, String)> {
    let Addresses { slack, bamboohr, okta, issuer, .. } = addresses;
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let given = [
        ("Architecture", architecture.to_owned()),
        ("LogRetentionDays", "1".into()),
        ("SlackTeam", SLACK_TEAM.into()),
        ("SlackUrl", format!("{slack}/api/")),
        ("BambooHrUrl", format!("{bamboohr}/api/v1/")),
        ("OktaUrl", format!("{okta}/")),
        ("OidcIssuer", issuer.clone()),
        ("OidcJwksUrl", format!("{issuer}/jwks")),
        ("IdentitySalt", secrets.identity_salt.clone()),
        ("QueueVisibilitySeconds", "5".into()),
        ("PeopleVisibilitySeconds", "5".into()),
        ("QueueMaximumReceives", "3".into()),
        ("RetrySeconds", "1".into()),
        ("RetryLongestSeconds", "2".into()),
        ("RetryAttempts", "20".into()),
        ("EffectAttempts", "75".into()),
    ];
    given.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn tell_slack(folder: &Folder, addresses: &Addresses) -> Done {
    let app = json!({"url": addresses.api(folder)?});
    let client = crate::local::http::client()?;
    client.put(format!("{}/_simulator/app", addresses.slack)).json(&app).send().await?.error_for_status()?;
    Ok(())
}
