//! The program: it wants its secrets, tells its addresses in one line, and ends when it is told to.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

const SECRETS: [&str; 4] = [
    "SIMULATOR_SLACK_SIGNING_SECRET",
    "SIMULATOR_SLACK_BOT_TOKEN",
    "SIMULATOR_OKTA_TOKEN",
    "SIMULATOR_BAMBOOHR_KEY",
];

fn program(without: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-simulators"));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in SECRETS.into_iter().filter(|name| Some(*name) != without) {
        command.env(name, "fictional");
    }
    for system in ["slack", "bamboohr", "okta", "issuer"] {
        command.args([format!("--{system}-port"), "0".to_owned()]);
    }
    command
}

#[test]
fn a_missing_secret_is_named() {
    for name in SECRETS {
        for empty in [false, true] {
            let mut command = program(Some(name));
            if empty {
                command.env(name, "");
            }
            let output = command.output().expect("it runs");
            let told = String::from_utf8(output.stderr).expect("text");
            assert!(!output.status.success() && told.contains(name), "{name}: {told}");
            assert!(output.stdout.is_empty());
        }
    }
}

#[test]
fn it_tells_its_addresses_and_ends_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut child = program(None).spawn().expect("it runs");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("piped"));
        output.read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let mut ports: Vec<_> = ["slack", "bamboohr", "okta", "issuer"]
            .map(|system| {
                told[system].as_str().and_then(|url| url.strip_prefix("http://127.0.0.1:")).map(str::to_owned)
            })
            .into_iter()
            .flatten()
            .collect();
        ports.sort();
        ports.dedup();
        assert_eq!(ports.len(), 4, "{line}");
        let killed =
            Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
        assert!(killed.success() && child.wait().expect("it ends").success(), "{signal}");
    }
}

#[test]
fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let mut command = program(None);
    command.args(["--okta-port".to_owned(), port.to_string()]);
    let output = command.output().expect("it runs");
    let told = String::from_utf8(output.stderr).expect("text");
    assert!(!output.status.success() && told.contains("--okta-port"), "{told}");
}
