//! `deny.toml` against the tree: its licences, its bans and where packages come from.

use super::{check, workspace::Workspace};
use countersign_tests::files;

/// A banned package, and who may need it all the same.
struct Ban {
    name: String,
    wrappers: Vec<String>,
}

fn deny() -> String {
    files::read("deny.toml")
}

fn quoted(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What stands between `name = [` and its end.
fn list<'a>(text: &'a str, name: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{name} = [\n")).unwrap();
    rest.split_once("\n]").unwrap().0
}

fn bans() -> Vec<Ban> {
    let text = deny();
    let ban = |line: &str| {
        let (_, rest) = line.split_once("{ crate = ")?;
        let name = quoted(rest).into_iter().next()?;
        let wrappers = rest.split_once("wrappers = [").and_then(|(_, rest)| rest.split_once(']'));
        Some(Ban { name, wrappers: wrappers.map(|(inner, _)| quoted(inner)).unwrap_or_default() })
    };
    list(&text, "deny").lines().filter_map(ban).collect()
}

#[test]
fn every_licence_is_one_that_is_allowed() {
    let shipped = Workspace::read();
    let under = |licence: &str| shipped.with("serde", |package| package.licence = licence.to_owned());
    let samples = ["GPL-3.0-only", "", "MIT AND GPL-2.0-only", "(MIT OR ISC) AND MPL-2.0"].map(&under);
    check(licences, &shipped, &samples.each_ref().map(|sample| (sample, "serde")));
    for good in [
        "MIT/Apache-2.0",
        "GPL-3.0-only OR MIT",
        "(MIT OR GPL-2.0-only) AND ISC",
        "Apache-2.0 WITH LLVM-exception OR MIT",
    ] {
        assert_eq!(licences(&under(good)), Vec::<String>::new(), "{good}");
    }
}

fn licences(workspace: &Workspace) -> Vec<String> {
    let allowed = quoted(list(&deny(), "allow"));
    let bad = workspace.packages.iter().filter(|package| !is_allowed(&package.licence, &allowed));
    bad.map(|package| format!("{}: {:?}", package.name, package.licence)).collect()
}

/// Every part joined by AND has an alternative that is allowed. Parentheses stand only around whole parts.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spelled = expression.replace('/', " OR ");
    let one = |name: &str| allowed.iter().any(|good| good == name.trim());
    spelled.split(" AND ").all(|part| part.trim().trim_matches(['(', ')']).split(" OR ").any(one))
}

#[test]
fn what_is_banned_is_needed_by_its_wrappers_only() {
    let shipped = Workspace::read();
    let samples = [
        ("countersign-runtime", "aws-sdk-sqs"),
        ("spend-token", "lambda_runtime"),
        ("countersign-connectors", "openssl"),
        ("countersign-aws", "aws-config"),
        ("countersign-core", "anyhow"),
    ];
    let samples =
        samples.map(|(name, needed)| (shipped.needing(name, needed), format!("{name} needs {needed}")));
    check(banned, &shipped, &samples.each_ref().map(|(sample, says)| (sample, says.as_str())));
}

fn banned(workspace: &Workspace) -> Vec<String> {
    let mut wrong = Vec::new();
    for ban in bans() {
        let Some(found) = workspace.named(&ban.name) else { continue };
        let users = workspace.packages.iter().filter(|package| package.needs.contains(&found.id));
        let refused = users.filter(|user| !ban.wrappers.contains(&user.name));
        wrong.extend(refused.map(|user| format!("{} needs {}", user.name, ban.name)));
    }
    wrong
}

#[test]
fn every_client_of_aws_has_its_ban() {
    let shipped = Workspace::read();
    check(clients, &shipped, &[(&shipped.needing("countersign-aws", "aws-sdk-s3"), "aws-sdk-s3")]);
}

fn clients(workspace: &Workspace) -> Vec<String> {
    let bans = bans();
    let clients = workspace.packages.iter().filter(|package| package.name.starts_with("aws-sdk-"));
    let free = clients.filter(|client| !bans.iter().any(|ban| ban.name == client.name));
    free.map(|client| client.name.clone()).collect()
}

#[test]
fn packages_come_from_the_registry_or_from_here() {
    let shipped = Workspace::read();
    let elsewhere = |source: &str| shipped.with("serde", |package| package.source = source.to_owned());
    let (git, other) =
        (elsewhere("git+https://example.com/serde"), elsewhere("registry+https://example.com/index"));
    check(sources, &shipped, &[(&git, "serde"), (&other, "serde")]);
}

fn sources(workspace: &Workspace) -> Vec<String> {
    let good = |source: &str| source.starts_with("registry+") && source.ends_with("/crates.io-index");
    let elsewhere =
        workspace.packages.iter().filter(|package| package.folder.is_none() && !good(&package.source));
    elsewhere.map(|package| format!("{} from {:?}", package.name, package.source)).collect()
}
