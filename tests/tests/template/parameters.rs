//! Parameters are described, used, secret where they must be, and shipped with values that fit together.

use super::{Broken, check};
use countersign_tests::template::Template;

#[test]
fn every_parameter_is_described_grouped_and_used() {
    check(
        described,
        &[
            Broken { from: "    Description: What the API takes at once.\n", to: "", says: "ApiBurst" },
            Broken {
                from: "Parameters: [ApiRequestsPerSecond, ApiBurst,",
                to: "Parameters: [ApiRequestsPerSecond,",
                says: "ApiBurst",
            },
            Broken { from: "          ThrottlingBurstLimit: !Ref ApiBurst\n", to: "", says: "ApiBurst" },
        ],
    );
}

fn described(template: &Template) -> Vec<String> {
    let parameters = template.at("/Parameters").as_object();
    let grouped = template.at("/Metadata/AWS::CloudFormation::Interface").to_string();
    let wrong = parameters.into_iter().flatten().filter(|(name, about)| {
        let used = [format!("!Ref {name}"), format!("${{{name}}}")]
            .iter()
            .any(|form| template.text.contains(form.as_str()));
        let shown = grouped.contains(&format!("\"{name}\""));
        !used
            || !shown
            || about.get("Description").is_none_or(|text| text.as_str().unwrap_or_default().len() < 10)
    });
    wrong.map(|(name, _)| name.clone()).collect()
}

#[test]
fn secrets_are_named_and_the_salt_is_not_shown() {
    check(
        secrets,
        &[
            Broken { from: "    NoEcho: true\n", to: "", says: "IdentitySalt" },
            Broken {
                from: "    MinLength: 32\n",
                to: "    Default: changemechangemechangemechangeme\n",
                says: "IdentitySalt",
            },
            Broken {
                from: "  OktaSecretId:\n",
                to: "  OktaToken: {Type: String}\n  OktaSecretId:\n",
                says: "OktaToken",
            },
        ],
    );
}

/// Tokens and keys live in Secrets Manager; the template knows their names only.
fn secrets(template: &Template) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, about) in template.at("/Parameters").as_object().into_iter().flatten() {
        let lower = name.to_lowercase();
        let secret = ["token", "password", "secret", "key", "salt"].iter().any(|word| lower.contains(word));
        let named_only = name.ends_with("SecretId") || name == "LogRetentionDays";
        let hidden = about.get("NoEcho").is_some_and(|echo| echo == true) && about.get("Default").is_none();
        if secret && !named_only && !hidden {
            wrong.push(name.clone());
        }
    }
    if template.at("/Parameters/IdentitySalt/MinLength").as_u64().is_none_or(|length| length < 32) {
        wrong.push("IdentitySalt may be short".into());
    }
    wrong
}

#[test]
fn the_longest_pause_is_longer_than_the_first() {
    check(
        pauses,
        &[Broken {
            from: "    Default: 300\n    MinValue: 2",
            to: "    Default: 2\n    MinValue: 2",
            says: "pause",
        }],
    );
}

fn pauses(template: &Template) -> Vec<String> {
    let default = |name: &str| template.at(&format!("/Parameters/{name}/Default")).as_u64();
    let fits = default("RetryLongestSeconds") > default("RetrySeconds");
    if fits { Vec::new() } else { vec!["the longest pause is not longer than the first".into()] }
}
