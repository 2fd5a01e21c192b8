//! The three files of a configuration: YAML in the shapes of the core's types.

use super::{Found, place};
use crate::failure::{Done, Failure, about_file};
use countersign_core::{config::Config, policy::lint::Finding};
use serde::de::DeserializeOwned;
use serde_yaml_ng::{Deserializer, with::singleton_map_recursive};
use std::{fs, io::Read, path::Path};

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The texts of the files, and what to call them.
#[derive(Clone, Debug)]
pub(super) struct Files {
    policy: Text,
    catalog: Text,
    roles: Text,
}

#[derive(Clone, Debug)]
struct Text {
    shown: String,
    text: String,
}

impl Files {
    /// Reads the three files of a folder.
    pub(super) fn read(folder: &Path) -> Done<Self> {
        let read = |name| Text::read(folder, name);
        Ok(Self { policy: read("policy.yaml")?, catalog: read("catalog.yaml")?, roles: read("roles.yaml")? })
    }

    /// What the files say; or for each that cannot be read what is wrong, and where.
    pub(super) fn config(&self) -> Result<Config, Vec<Found>> {
        match (self.policy.parse(), self.catalog.parse(), self.roles.parse()) {
            (Ok(policy), Ok(catalog), Ok(roles)) => Ok(Config { policy, catalog, roles }),
            (policy, catalog, roles) => {
                Err(policy.err().into_iter().chain(catalog.err()).chain(roles.err()).collect())
            }
        }
    }

    /// A finding with its line.
    pub(super) fn locate(&self, finding: Finding) -> Found {
        let text = match finding.file {
            "policy.yaml" => &self.policy,
            "catalog.yaml" => &self.catalog,
            _ => &self.roles,
        };
        Found {
            file: text.shown.clone(),
            line: place::line(&text.text, &finding.place),
            place: finding.place,
            what: finding.what,
            remedy: finding.remedy,
        }
    }
}

impl Text {
    fn read(folder: &Path, name: &str) -> Done<Self> {
        let path = folder.join(name);
        let mut text = String::new();
        let file = fs::File::open(&path).map_err(about_file(&path))?;
        file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(about_file(&path))?;
        if text.len() as u64 > MAX_FILE_BYTES {
            return Err(Failure::new(format!("{} is larger than {MAX_FILE_BYTES} bytes", path.display())));
        }
        let here = std::env::current_dir().unwrap_or_default();
        let shown = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
        Ok(Self { shown, text })
    }

    /// One document in the shape of `T`, in which a choice with a value is a map: `{role: desk}`.
    fn parse<T: DeserializeOwned>(&self) -> Result<T, Found> {
        let read = singleton_map_recursive::deserialize(Deserializer::from_str(&self.text));
        read.map_err(|error: serde_yaml_ng::Error| {
            let message = error.to_string();
            let what = message.split(" at line ").next().unwrap_or(&message).to_owned();
            Found {
                file: self.shown.clone(),
                line: error
                    .location()
                    .map(|location| place::line_of_word(&self.text, location.line(), &what)),
                place: "cannot be read:".into(),
                what: format!("{what}."),
                remedy: "Correct it; the schema beside the files tells what can stand there.".into(),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::policy::lint::lint;

    fn files() -> Files {
        Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/config")).unwrap()
    }

    impl Files {
        /// Replaces the first `from`, and says in which line.
        pub(in crate::policy) fn change(&mut self, file: &str, from: &str, to: &str) -> usize {
            let text = match file {
                "policy.yaml" => &mut self.policy,
                "catalog.yaml" => &mut self.catalog,
                _ => &mut self.roles,
            };
            let changed_line = text.text.lines().position(|line| line.contains(from)).unwrap() + 1;
            text.text = text.text.replacen(from, to, 1);
            changed_line
        }
    }

    /// Changes a file, and says at which line something is found.
    fn check(file: &str, from: &str, to: &str, expected: &str) {
        let mut files = files();
        let changed_line = files.change(file, from, to);
        let found = match files.config() {
            Ok(config) => lint(&config).into_iter().map(|finding| files.locate(finding)).collect(),
            Err(found) => found,
        };
        let first = found.first().unwrap_or_else(|| panic!("nothing found after {to:?}"));
        assert!(first.file.ends_with(file), "{first:?}");
        let line = first.line.unwrap();
        assert!(line.abs_diff(changed_line) <= 3, "line {line}, changed {changed_line}: {first:?}");
        assert!(format!("{} {}", first.place, first.what).contains(expected), "{first:?}");
    }

    #[test]
    fn the_shipped_files_have_no_finding() {
        assert_eq!(lint(&files().config().unwrap()), []);
    }

    #[test]
    fn what_is_wrong_is_found_where_it_stands() {
        check("policy.yaml", "id: harbour-works", "id: [", "");
        check("policy.yaml", "  - id: damage", "  - identity: damage", "unknown field");
        check("policy.yaml", "- id: great-damage", "- id: damage", "stands more than once");
        check("policy.yaml", "application: [github]", "application: [gitlab]", "gitlab");
        check("policy.yaml", "approvers: [group: finance]", "approvers: []", "no approver");
        check("policy.yaml", "approvers: [group: finance]", "approvers: [club: finance]", "club");
        check("policy.yaml", "expires_after: 2w", "expires_after: soon", "soon");
        check(
            "policy.yaml",
            "in ['Engineering', 'Security'])",
            "in ['Engineering', 1])",
            "a text and a number",
        );
        check("policy.yaml", "department == 'Engineering'", "departmnt == 'Engineering'", "for departmnt");
        check("policy.yaml", "risk: [high]", "risk: [critical]", "never reached");
        check(
            "policy.yaml",
            "entitlement: [production]",
            "entitlement: [viewer]",
            "no entitlement of the catalog",
        );
        check("policy.yaml", "approve_at: 1", "approve_at: 2", "wants 2 approvals of 1 people");
        check("policy.yaml", "to: [managers_manager]", "to: [manager]", "escalates only to those");
        let twice = "to: [managers_manager, owner, managers_manager]\n            mode: next";
        check("policy.yaml", "to: [managers_manager]", twice, "goes back to managers_manager");
        check("policy.yaml", "to: [managers_manager]", "to: [owner]\n            mode: instead", "instead");
        check("catalog.yaml", "owners: [ada@harbour.example]", "owners: []", "has no owner");
        check("catalog.yaml", "risk: low", "risk: small", "small");
        check("roles.yaml", "auditor: countersign-auditor", "auditor: ''", "has no group");
    }
}
