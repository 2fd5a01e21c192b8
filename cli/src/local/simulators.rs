//! The simulators of Slack, BambooHR, Okta and the OIDC issuer, as one program beside the stack.

use super::{
    layout::{Folder, Secrets},
    processes,
    up::Ports,
};
use crate::failure::{Done, Failure};
use serde::Deserialize;
use std::{fs, path::Path, process::Command, time::Duration};

/// The name under which the program is recorded.
pub(crate) const NAME: &str = "simulators";

const READY_WITHIN: Duration = Duration::from_secs(15);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where they listen, as they print it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Listening {
    pub(crate) slack: String,
    pub(crate) bamboohr: String,
    pub(crate) okta: String,
    pub(crate) issuer: String,
}

/// Starts them unless they run, and waits until all listen.
pub(crate) async fn start(root: &Path, folder: &Folder, ports: &Ports, secrets: &Secrets) -> Done<Listening> {
    if processes::running(folder, NAME).is_none() {
        let mut command = Command::new(root.join("target/local/countersign-simulators"));
        // They get their secrets and nothing else of whoever starts them.
        command.env_clear().current_dir(&folder.0);
        for (name, port) in ports.of_simulators() {
            command.arg(format!("--{name}-port")).arg(port.to_string());
        }
        command.envs([
            ("SIMULATOR_SLACK_SIGNING_SECRET", &secrets.slack_signing_secret),
            ("SIMULATOR_SLACK_BOT_TOKEN", &secrets.slack_bot_token),
            ("SIMULATOR_OKTA_TOKEN", &secrets.okta_token),
            ("SIMULATOR_BAMBOOHR_KEY", &secrets.bamboohr_key),
        ]);
        processes::start(folder, NAME, &mut command)?;
    }
    ready(folder).await
}

/// The program prints its addresses once all listen; its log is that line.
async fn ready(folder: &Folder) -> Done<Listening> {
    let log = folder.file(&format!("{NAME}.log"));
    let mut waited = Duration::ZERO;
    loop {
        let printed = fs::read_to_string(&log).unwrap_or_default();
        if let Some(listening) = printed.lines().find_map(|line| serde_json::from_str(line).ok()) {
            return Ok(listening);
        }
        if processes::running(folder, NAME).is_none() || waited > READY_WITHIN {
            let why = format!("the simulators did not start: {}", printed.trim());
            return Err(Failure::new(why).advising(format!("Their log is {}.", log.display())));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    }
}
