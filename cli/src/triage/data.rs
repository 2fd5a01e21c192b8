//! Labelled texts in files of JSON Lines.

use crate::failure::{Done, Failure, about_file};
use countersign_triage::classifier::Example;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The longest text or label that is taken, in bytes.
const MAX_FIELD_BYTES: usize = 64 << 10;

/// A file of labelled texts.
#[derive(Debug)]
pub(super) struct Data {
    pub(super) examples: Vec<Example>,
    /// For each example the line it stands on, from 1.
    lines: Vec<usize>,
    shown: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub(super) digest: String,
}

impl Data {
    /// Reads a file; empty lines count for nothing.
    pub(super) fn read(path: &Path) -> Done<Self> {
        let text = fs::read_to_string(path).map_err(about_file(path))?;
        let data = Self::parse(&text, &path.display().to_string())?;
        if data.examples.is_empty() {
            return Err(Failure::new(format!("{}: no labelled text", data.shown)).advising(SHAPE));
        }
        Ok(data)
    }

    fn parse(text: &str, shown: &str) -> Done<Self> {
        let (mut examples, mut lines) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |what: &str| Failure::new(format!("{shown}:{number}: {what}")).advising(SHAPE);
            let example: Example = serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
            if example.label.trim().is_empty() {
                return Err(wrong("the label is empty"));
            }
            if example.text.len().max(example.label.len()) > MAX_FIELD_BYTES {
                return Err(wrong("the text or the label is too long"));
            }
            examples.push(example);
            lines.push(number);
        }
        let digest = hex::encode(Sha256::digest(text));
        Ok(Self { examples, lines, shown: shown.to_owned(), digest })
    }

    /// A failure about one example.
    pub(super) fn about(&self, position: usize, what: &str) -> Failure {
        let line = self.lines.get(position).copied().unwrap_or_default();
        Failure::new(format!("{}:{line}: {what}", self.shown))
    }
}

const SHAPE: &str = "Every line is one object: {\"text\": \"...\", \"label\": \"...\"}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_kept() {
        let text =
            "{\"text\": \"hi\", \"label\": \"a\"}\n\n{\"text\": \"yo\", \"label\": \"b\", \"more\": 1}\n";
        let data = Data::parse(text, "x.jsonl").unwrap();
        assert_eq!(data.examples.len(), 2);
        assert_eq!(data.about(1, "odd").to_string(), "x.jsonl:3: odd");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let long = format!("{{\"text\": \"{}\", \"label\": \"a\"}}", "x".repeat(MAX_FIELD_BYTES + 1));
        for (line, says) in [
            ("{\"text\": \"hi\"}", "missing field `label`"),
            ("{\"text\": \"hi\", \"label\": \" \"}", "the label is empty"),
            ("nonsense", "expected"),
            ("{\"text\": 1, \"label\": \"a\"}", "invalid type"),
            (long.as_str(), "too long"),
        ] {
            let text = format!("{{\"text\": \"hi\", \"label\": \"a\"}}\n{line}\n");
            let said = Data::parse(&text, "x.jsonl").unwrap_err().to_string();
            assert!(said.starts_with("x.jsonl:2: ") && said.contains(says), "{said}");
        }
    }
}
