//! The shipped examples, read in the fixed order in which the shipped model was trained.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_triage::training::Example;
use serde::Deserialize;

/// One example with the way in which it is written.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Styled {
    #[serde(flatten)]
    pub(crate) example: Example,
    #[serde(default)]
    pub(crate) style: String,
}

/// The examples of one folder: its `.jsonl` files by name, each line by line.
pub(crate) fn read(folder: &str) -> Vec<Styled> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let read = |file: &PathBuf| fs::read_to_string(file).unwrap();
    files
        .iter()
        .map(read)
        .collect::<String>()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What the shipped model is trained on.
pub(crate) fn training() -> Vec<Example> {
    read("examples").into_iter().map(|styled| styled.example).collect()
}
