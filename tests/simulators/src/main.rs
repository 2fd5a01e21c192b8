//! The simulators as one program: four servers on loopback and one line with their addresses.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use axum::Router;
use clap::Parser;
use serde_json::json;
use simulators::world::World;
use simulators::{bamboohr, issuer, okta, serve, slack};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Slack, BambooHR, Okta and an OIDC issuer, simulated on 127.0.0.1.
///
/// Secrets come from the environment: SIMULATOR_SLACK_SIGNING_SECRET, SIMULATOR_SLACK_BOT_TOKEN,
/// SIMULATOR_OKTA_TOKEN, SIMULATOR_BAMBOOHR_KEY. Prints one JSON line with the addresses once all
/// listen; ends on SIGINT or SIGTERM.
#[derive(Parser)]
#[command(name = "countersign-simulators")]
struct Options {
    /// Port of Slack and its page; 0 takes any free one.
    #[arg(long, default_value_t = 4570)]
    slack_port: u16,
    /// Port of BambooHR; 0 takes any free one.
    #[arg(long, default_value_t = 4571)]
    bamboohr_port: u16,
    /// Port of Okta; 0 takes any free one.
    #[arg(long, default_value_t = 4572)]
    okta_port: u16,
    /// Port of the OIDC issuer; 0 takes any free one.
    #[arg(long, default_value_t = 4573)]
    issuer_port: u16,
    /// Audience of tokens that ask for no other.
    #[arg(long, default_value = "countersign")]
    audience: String,
}

struct Secrets {
    slack_signing_secret: String,
    slack_bot_token: String,
    okta_token: String,
    bamboohr_key: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("countersign-simulators: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn Error>> {
    let secrets = Secrets::read()?;
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let listeners = Listeners::open(&options).await?;
    let addresses = listeners.addresses()?;
    let routers = routers(&World::seeded()?, secrets, &options.audience, &addresses)?;
    let (stop, stopped) = watch::channel(false);
    let mut servers = JoinSet::new();
    for (listener, router) in listeners.0.into_iter().zip(routers) {
        servers.spawn(serve::serve(listener, router, stopped.clone()));
    }
    announce(&addresses)?;
    tokio::select! { _ = interrupted.recv() => {}, _ = terminated.recv() => {} }
    stop.send(true)?;
    servers.join_all().await;
    Ok(())
}

impl Secrets {
    fn read() -> Result<Self, String> {
        Ok(Self {
            slack_signing_secret: secret("SIMULATOR_SLACK_SIGNING_SECRET")?,
            slack_bot_token: secret("SIMULATOR_SLACK_BOT_TOKEN")?,
            okta_token: secret("SIMULATOR_OKTA_TOKEN")?,
            bamboohr_key: secret("SIMULATOR_BAMBOOHR_KEY")?,
        })
    }
}

#[allow(clippy::disallowed_methods, reason = "the one place where the program reads its environment")]
fn secret(name: &str) -> Result<String, String> {
    let missing = || format!("the environment variable {name} is missing or empty");
    env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(missing)
}

struct Listeners([TcpListener; 4]);

/// In the order of the listeners.
struct Addresses {
    slack: String,
    bamboohr: String,
    okta: String,
    issuer: String,
}

impl Listeners {
    async fn open(options: &Options) -> Result<Self, String> {
        Ok(Self([
            listen("slack", options.slack_port).await?,
            listen("bamboohr", options.bamboohr_port).await?,
            listen("okta", options.okta_port).await?,
            listen("issuer", options.issuer_port).await?,
        ]))
    }

    fn addresses(&self) -> io::Result<Addresses> {
        let address =
            |listener: &TcpListener| Ok::<_, io::Error>(format!("http://{}", listener.local_addr()?));
        let [slack, bamboohr, okta, issuer] = &self.0;
        Ok(Addresses {
            slack: address(slack)?,
            bamboohr: address(bamboohr)?,
            okta: address(okta)?,
            issuer: address(issuer)?,
        })
    }
}

async fn listen(system: &str, port: u16) -> Result<TcpListener, String> {
    let failed = |why| format!("cannot listen on port {port} for {system} (--{system}-port): {why}");
    serve::listen(port).await.map_err(failed)
}

fn routers(
    world: &World,
    secrets: Secrets,
    audience: &str,
    addresses: &Addresses,
) -> Result<[Router; 4], issuer::KeyError> {
    let slack = slack::Settings {
        signing_secret: secrets.slack_signing_secret,
        bot_token: secrets.slack_bot_token,
        links: links(addresses),
    };
    let issuer = issuer::Settings { issuer: addresses.issuer.clone(), audience: audience.to_owned() };
    Ok([
        slack::router(world.clone(), slack),
        bamboohr::router(world.clone(), bamboohr::Settings { key: secrets.bamboohr_key }),
        okta::router(world.clone(), okta::Settings { token: secrets.okta_token }),
        issuer::router(world.clone(), issuer)?,
    ])
}

fn links(addresses: &Addresses) -> Vec<slack::Link> {
    let link = |name: &str, address: &str, path: &str| slack::Link {
        name: name.to_owned(),
        url: format!("{address}{path}"),
    };
    vec![
        link("People in BambooHR and Okta", &addresses.bamboohr, "/_simulator/people"),
        link("Calls to BambooHR", &addresses.bamboohr, "/_simulator/log"),
        link("Calls to Okta", &addresses.okta, "/_simulator/log"),
        link("The OIDC issuer", &addresses.issuer, "/.well-known/openid-configuration"),
    ]
}

fn announce(addresses: &Addresses) -> io::Result<()> {
    let line = json!({
        "slack": addresses.slack,
        "bamboohr": addresses.bamboohr,
        "okta": addresses.okta,
        "issuer": addresses.issuer,
    });
    writeln!(io::stdout(), "{line}")
}
