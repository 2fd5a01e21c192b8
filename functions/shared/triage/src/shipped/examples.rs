//! The product's own examples, as part of the program that learns: in the fixed order in which the shipped model was trained.

use crate::classifier::Example;
use serde::Deserialize;

/// The ways of writing to which confidence is fitted; the others of the held-out examples are for measuring.
pub const VALIDATED: &[&str] = &["formal", "nonnative"];

/// One file of examples, and that of the held-out ones of the same label.
struct File {
    #[cfg_attr(not(test), allow(dead_code, reason = "it says which one is missing"))]
    name: &'static str,
    training: &'static str,
    held_out: &'static str,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$(File {
            name: $name,
            training: include_str!(concat!("../../examples/", $name, ".jsonl")),
            held_out: include_str!(concat!("../../examples/held_out/", $name, ".jsonl")),
        }),+]
    };
}

#[rustfmt::skip]
const FILES: &[File] = files![
    "access.extend", "access.question", "access.request", "access.revoke", "account.question",
    "account.unlock", "benefits.question", "calendar.booking", "contract.review", "data.recovery",
    "device.lost", "email.issue", "employee.change", "employee.offboarding", "employee.onboarding",
    "expense.question", "expense.submit", "facilities.request", "hardware.repair", "hardware.request",
    "hardware.return", "invoice.question", "leave.question", "leave.request", "licence.question",
    "mailbox.shared", "mfa.reset", "network.issue", "out_of_scope", "password.reset", "payroll.question",
    "payslip.copy", "phishing.report", "phone.request", "policy.question", "printer.issue",
    "purchase.request", "reference.letter", "role.change", "security.report", "sick.report",
    "software.install", "software.issue", "software.update", "training.request", "travel.booking",
    "vendor.onboarding", "vpn.access", "wifi.guest"
];

/// One example with the way in which it is written.
#[derive(Deserialize)]
struct Styled {
    #[serde(flatten)]
    example: Example,
    #[serde(default)]
    style: String,
}

/// What the shipped model is trained on.
pub fn training() -> Vec<Example> {
    FILES.iter().flat_map(|file| read(file.training)).map(|styled| styled.example).collect()
}

/// What the confidence of the shipped model is fitted to: ways of writing that training has not seen.
pub fn validation() -> Vec<Example> {
    let styled = FILES.iter().flat_map(|file| read(file.held_out));
    let validated = styled.filter(|styled| VALIDATED.contains(&styled.style.as_str()));
    validated.map(|styled| styled.example).collect()
}

/// The files are part of the program, and a test reads each line.
fn read(file: &str) -> Vec<Styled> {
    file.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_there_and_every_line_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
        for (folder, held_out) in [(folder.to_owned(), false), (format!("{folder}/held_out"), true)] {
            let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
            let names = names.map(|name| name.into_string().unwrap());
            let mut names: Vec<_> =
                names.filter_map(|name| Some(name.strip_suffix(".jsonl")?.to_owned())).collect();
            names.sort();
            assert_eq!(names, FILES.iter().map(|file| file.name).collect::<Vec<_>>());
            for file in FILES {
                let text = if held_out { file.held_out } else { file.training };
                assert_eq!(read(text).len(), text.lines().count(), "{}", file.name);
            }
        }
    }
}
