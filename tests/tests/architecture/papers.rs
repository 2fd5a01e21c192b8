//! What the papers say is so: links and paths lead somewhere, tables are complete, limits are those of the code.

use super::{check, workspace::Workspace};
use countersign_tests::{
    files,
    template::{PATH, Template},
};
use std::{collections::BTreeSet, fs, path::Path};

/// Folders whose papers are read, beside the top one.
const FOLDERS: [&str; 6] = ["cli", "docs", "functions", "infra", "statemachines", "tests"];

/// A paper, by its path from the top.
struct Paper {
    path: String,
    text: String,
}

fn papers() -> Vec<Paper> {
    let mut paths: Vec<String> = files::list("").into_iter().filter(|name| name.ends_with(".md")).collect();
    for folder in FOLDERS {
        walk(folder, &mut paths);
    }
    assert!(paths.len() > 5, "the papers are not where they are looked for");
    paths.into_iter().map(|path| Paper { text: files::read(&path), path }).collect()
}

fn walk(folder: &str, paths: &mut Vec<String>) {
    for name in files::list(folder) {
        let path = format!("{folder}/{name}");
        if name.ends_with(".md") {
            paths.push(path);
        } else if !name.starts_with('.') && name != "target" && files::root().join(&path).is_dir() {
            walk(&path, paths);
        }
    }
}

fn one(text: &str) -> Vec<Paper> {
    vec![Paper { path: "docs/X.md".into(), text: text.to_owned() }]
}

#[test]
fn links_lead_somewhere() {
    let samples = ["[x](nowhere.md)", "[x](../ARCHITECTURE.md#nowhere)", "[x](#nowhere)"].map(one);
    check(links, papers().as_slice(), &samples.each_ref().map(|sample| (sample.as_slice(), "nowhere")));
    assert_eq!(links(&one("# Some place, *here*\n[x](#some-place-here) `[x](y)`")), Vec::<String>::new());
}

fn links(papers: &[Paper]) -> Vec<String> {
    let mut wrong = Vec::new();
    for paper in papers {
        for link in targets(&paper.text)
            .into_iter()
            .filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        {
            if !leads_somewhere(paper, &link) {
                wrong.push(format!("{}: {link}", paper.path));
            }
        }
    }
    wrong
}

fn leads_somewhere(paper: &Paper, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let folder = files::root().join(&paper.path).parent().map(Path::to_path_buf).unwrap_or_default();
    let text = match file {
        "" => Some(paper.text.clone()),
        file if anchor.is_some() => fs::read_to_string(folder.join(file)).ok(),
        file => return folder.join(file).exists(),
    };
    let anchors = |text: String| {
        prose(&text).lines().filter(|line| line.starts_with('#')).map(slug).collect::<BTreeSet<_>>()
    };
    text.is_some_and(|text| anchor.is_none_or(|anchor| anchors(text).contains(anchor)))
}

/// The text without what stands in code.
fn prose(text: &str) -> String {
    let outside: Vec<&str> = text.split("```").step_by(2).collect();
    outside.join("")
}

fn targets(text: &str) -> Vec<String> {
    let prose: String = prose(text).split('`').step_by(2).collect();
    let ends = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    ends.map(|(target, _)| target.to_owned()).collect()
}

/// The anchor of a heading, as it is made where the papers are read.
fn slug(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn paths_that_are_named_are_there() {
    let samples: [(&[Paper], &str); 1] =
        [(&one("See `functions/shared/core/src/nowhere.rs`."), "nowhere.rs")];
    check(paths, papers().as_slice(), &samples);
}

fn paths(papers: &[Paper]) -> Vec<String> {
    let mut wrong = Vec::new();
    for paper in papers {
        for word in in_code(&paper.text) {
            let ours = FOLDERS.iter().any(|folder| word.starts_with(&format!("{folder}/")));
            let plain = !word.contains(['<', '*', ' ', '{', '…', '$']);
            if ours && plain && !files::root().join(&word).exists() {
                wrong.push(format!("{}: {word}", paper.path));
            }
        }
    }
    wrong
}

/// What stands between single backticks.
fn in_code(text: &str) -> Vec<String> {
    prose(text).split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn the_architecture_names_every_member_address_queue_and_limit() {
    let shipped = files::read("ARCHITECTURE.md");
    let without = |word: &str| shipped.replace(word, "");
    let samples = [
        (without("`countersign-connectors`"), "countersign-connectors"),
        (without("`spend-token`"), "spend-token"),
        (without("| `Quarantine` |"), "Quarantine"),
        (without("| `people` |"), "people"),
        (shipped.replace("| `MAX_ASKS` | `5` |", "| `MAX_ASKS` | `6` |"), "MAX_ASKS"),
        (without("| `MAX_CANDIDATES` |"), "MAX_CANDIDATES"),
    ];
    check(complete, shipped.as_str(), &samples.each_ref().map(|(sample, says)| (sample.as_str(), *says)));
}

fn complete(architecture: &str) -> Vec<String> {
    let members = Workspace::read();
    let members = members.members().map(|member| format!("| `{}` |", member.name));
    let slots =
        variants("functions/shared/core/src/slot.rs", "Slot").into_iter().map(|name| format!("| `{name}` |"));
    let queues = countersign_core::job::Queue::ALL.map(|queue| format!("| `{}` |", queue.name()));
    let wanted = members.chain(slots).chain(queues).filter(|row| !architecture.contains(row.as_str()));
    let mut wrong: Vec<String> = wanted.map(|row| format!("{row} is missing")).collect();
    wrong.extend(limits(architecture));
    wrong
}

fn variants(path: &str, name: &str) -> Vec<String> {
    let text = files::read(path);
    let (_, rest) = text.split_once(&format!("pub enum {name} {{\n")).unwrap();
    let body = rest.split_once("\n}").unwrap().0;
    let lines = body.lines().map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()));
    lines.map(|line| line.split(['(', ',', ' ']).next().unwrap_or_default().to_owned()).collect()
}

/// Rows whose limit the code has not so, and public limits of the code that have no row.
fn limits(architecture: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut told = BTreeSet::new();
    for row in architecture.lines().filter(|line| line.ends_with(".rs` |")) {
        let Ok([name, value, path]) = <[String; 3]>::try_from(in_code(row)) else { continue };
        let text = fs::read_to_string(files::root().join(&path)).unwrap_or_default();
        let constant = text.split(&format!("const {name}: ")).nth(1).and_then(|rest| rest.split_once(" ="));
        let found = constant.and_then(|(_, rest)| rest.split_once(';')).map(|(found, _)| found.trim());
        if found != Some(value.as_str()) {
            wrong.push(format!("{name} of {path} is not {value}"));
        }
        told.insert((path, name));
    }
    let untold = public_limits().into_iter().filter(|limit| !told.contains(limit));
    wrong.extend(untold.map(|(path, name)| format!("{name} of {path} has no row")));
    wrong
}

/// The constants `MAX_…`, but for Slack's own, which have a file of their own, and for those by which triage learns.
fn public_limits() -> Vec<(String, String)> {
    let mut files_found = Vec::new();
    sources("functions/shared", &mut files_found);
    let mut found = Vec::new();
    for path in files_found
        .into_iter()
        .filter(|path| !path.ends_with("slack/limits.rs") && !path.ends_with("tests.rs"))
        .filter(|path| !path.contains("/testkit/"))
    {
        let of_triage = path.contains("/triage/");
        for line in files::read(&path).lines() {
            let kinds: &[&str] = match of_triage {
                true => &["pub const "],
                false => &["pub const ", "pub(crate) const ", "pub(super) const ", "const "],
            };
            let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind));
            let name = rest.and_then(|rest| rest.split_once(':')).map(|(name, _)| name);
            found.extend(
                name.filter(|name| name.starts_with("MAX_")).map(|name| (path.clone(), name.to_owned())),
            );
        }
    }
    found
}

fn sources(folder: &str, found: &mut Vec<String>) {
    for name in files::list(folder) {
        let path = format!("{folder}/{name}");
        if files::root().join(&path).is_dir() {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_runbook_has_an_entry_for_every_alarm_and_no_other() {
    let shipped = files::read("RUNBOOK.md");
    let samples = [
        (shipped.replace("## FailedExecutionsAlarm\n", ""), "FailedExecutionsAlarm has no entry"),
        (format!("{shipped}\n## OtherAlarm\n"), "OtherAlarm does not exist"),
    ];
    check(alarms, shipped.as_str(), &samples.each_ref().map(|(sample, says)| (sample.as_str(), *says)));
}

fn alarms(runbook: &str) -> Vec<String> {
    let template = Template::parse(files::read(PATH)).unwrap();
    let alarms: BTreeSet<&str> =
        template.resources("AWS::CloudWatch::Alarm").iter().map(|alarm| alarm.id).collect();
    let headings = runbook.lines().filter(|line| line.starts_with('#') && line.ends_with("Alarm"));
    let entries: BTreeSet<&str> = headings.map(|line| line.trim_start_matches('#').trim()).collect();
    let missing = alarms.difference(&entries).map(|name| format!("{name} has no entry"));
    missing.chain(entries.difference(&alarms).map(|name| format!("{name} does not exist"))).collect()
}

#[test]
fn the_page_on_logging_has_every_metric_and_every_message() {
    let shipped = files::read("docs/LOGGING.md");
    let samples = [
        (shipped.replace("`CountersignQuarantined`", ""), "CountersignQuarantined"),
        (shipped.replace("`left for the next time`", ""), "left for the next time"),
    ];
    check(logged, shipped.as_str(), &samples.each_ref().map(|(sample, says)| (sample.as_str(), *says)));
}

fn logged(page: &str) -> Vec<String> {
    let mut paths = Vec::new();
    sources("functions", &mut paths);
    let mut wrong = Vec::new();
    for path in paths.into_iter().filter(|path| !path.contains("/tests/") && !path.contains("/examples/")) {
        let text = files::read(&path);
        let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let metrics =
            shipped.split(" metric(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
        let unnamed = metrics.chain(messages(shipped)).filter(|name| !page.contains(&format!("`{name}`")));
        wrong.extend(unnamed.map(|name| format!("{path}: {name}")));
    }
    wrong
}

/// The last text of every call of a logging macro.
fn messages(text: &str) -> Vec<String> {
    let calls = ["info!(", "warn!(", "error!("].into_iter().flat_map(|call| text.split(call).skip(1));
    calls.filter_map(|rest| Some(arguments(rest).split('"').nth_back(1)?.to_owned())).collect()
}

/// What stands before the parenthesis that closes.
fn arguments(rest: &str) -> &str {
    let mut open = 1;
    let end = rest.find(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0
    });
    end.and_then(|end| rest.get(..end)).unwrap_or(rest)
}
