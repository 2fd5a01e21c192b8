//! How source files look, and what only one of them may name.

use super::check;
use countersign_tests::files;
use std::{fs, path::Path};

/// The most lines of a file, its tests aside.
const MAX_LINES: usize = 400;

/// The most lines of a function's `main.rs`.
const MAX_MAIN_LINES: usize = 25;

/// What stands in these places only, of all that is shipped.
const ONLY_IN: [(&str, &[&str]); 10] = [
    ("SystemTime::now", &["functions/shared/runtime/src/clock.rs"]),
    ("Instant::now", &[]),
    ("env::var", &["functions/shared/runtime/src/env.rs"]),
    (
        "SystemRandom",
        &["functions/shared/runtime/src/identifiers.rs", "functions/shared/aws/src/vault/sealing.rs"],
    ),
    ("aws_sdk_", &["functions/shared/aws/"]),
    ("lambda_runtime", &["functions/shared/runtime/"]),
    ("send_task_", &["functions/shared/aws/src/tokens.rs"]),
    ("println!", &["functions/shared/runtime/src/telemetry.rs"]),
    ("jiff", &["functions/shared/core/src/policy/working_time.rs"]),
    (
        "TaskTokens",
        &[
            "functions/shared/core/src/ports.rs",
            "functions/shared/core/src/steps/spend_token.rs",
            "functions/shared/aws/src/tokens.rs",
            "functions/shared/runtime/src/context.rs",
        ],
    ),
];

/// A source file, by its path from the top.
#[derive(Clone, Debug)]
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn new(path: &str, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// The text without the tests at its end.
    fn shipped(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod ").next().unwrap_or_default()
    }

    fn is_shipped(&self) -> bool {
        let beside = ["/tests/", "/tests.rs", "/testing.rs", "/examples/", "functions/shared/testkit/"];
        self.path.starts_with("functions/") && !beside.iter().any(|part| self.path.contains(part))
    }
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    for folder in ["cli", "functions", "tests"] {
        walk(&files::root().join(folder), &mut found);
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(found.len() > 100, "the sources are not where they are looked for");
    found
}

fn walk(folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            walk(&path, found);
        } else if name.ends_with(".rs") {
            let place = path.strip_prefix(files::root()).unwrap().to_string_lossy().into_owned();
            found.push(Source { text: fs::read_to_string(&path).unwrap(), path: place });
        }
    }
}

fn one(path: &str, text: impl Into<String>) -> Vec<Source> {
    vec![Source::new(path, text)]
}

#[test]
fn every_file_opens_with_a_sentence_of_what_it_is() {
    let samples =
        ["use std::fs;\n", "", "//!\n", "\n//! Late.\n", "// No.\n"].map(|text| one("functions/x.rs", text));
    check(
        openings,
        sources().as_slice(),
        &samples.each_ref().map(|sample| (sample.as_slice(), "functions/x.rs")),
    );
}

fn openings(sources: &[Source]) -> Vec<String> {
    let opens = |source: &&Source| {
        source.text.lines().next().is_some_and(|line| line.len() > 4 && line.starts_with("//! "))
    };
    sources.iter().filter(|source| !opens(source)).map(|source| source.path.clone()).collect()
}

#[test]
fn files_are_short() {
    let lines = |count: usize| "x\n".repeat(count);
    let tested = format!("{}#[cfg(test)]\nmod tests {{}}\n", lines(MAX_LINES + 1));
    let samples: [(&[Source], &str); 2] = [
        (&one("cli/src/x.rs", lines(MAX_LINES + 1)), "cli/src/x.rs"),
        (&one("cli/src/x.rs", tested), "cli/src/x.rs"),
    ];
    check(sizes, sources().as_slice(), &samples);
    let well_tested = format!("x\n#[cfg(test)]\nmod tests {{\n{}}}\n", lines(MAX_LINES));
    assert_eq!(sizes(&one("cli/src/x.rs", well_tested)), Vec::<String>::new());
}

fn sizes(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let lines = source.shipped().lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{} has {lines} lines", source.path));
        }
    }
    wrong
}

#[test]
fn a_functions_main_is_short_and_decides_nothing() {
    let main = "functions/x/src/main.rs";
    let samples = [
        "fn main() {\n    if true {}\n}\n".to_owned(),
        "fn main() {\n    match true { _ => {} }\n}\n".to_owned(),
        "\n".repeat(MAX_MAIN_LINES + 1),
    ]
    .map(|text| one(main, text));
    check(mains, sources().as_slice(), &samples.each_ref().map(|sample| (sample.as_slice(), main)));
}

fn mains(sources: &[Source]) -> Vec<String> {
    let is_main = |path: &str| {
        path.strip_prefix("functions/")
            .is_some_and(|rest| rest.ends_with("/src/main.rs") && rest.matches('/').count() == 2)
    };
    let decides = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| matches!(word, "if" | "match"))
    };
    let bad = |source: &&Source| {
        source.text.lines().count() > MAX_MAIN_LINES || decides(code(&source.text).as_str())
    };
    sources
        .iter()
        .filter(|source| is_main(&source.path))
        .filter(bad)
        .map(|source| source.path.clone())
        .collect()
}

/// The text without its comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_has_one_place_is_named_nowhere_else() {
    let elsewhere = "functions/shared/core/src/x.rs";
    let samples = ONLY_IN.map(|(needle, _)| (one(elsewhere, format!("//! X.\nuse x::{needle};\n")), needle));
    check(places, sources().as_slice(), &samples.each_ref().map(|(sample, says)| (sample.as_slice(), *says)));
}

fn places(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| source.is_shipped()) {
        let code = code(source.shipped());
        for (needle, places) in ONLY_IN {
            if code.contains(needle) && !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("{} names {needle}", source.path));
            }
        }
    }
    wrong
}
