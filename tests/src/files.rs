//! Reads the files of this checkout.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The top of the checkout.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// The text of a file, by its path from the top.
///
/// # Panics
/// If it cannot be read: no test can go on without it.
#[must_use]
#[allow(clippy::panic, reason = "a test without its file has failed")]
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the entries of a folder, by its path from the top, in order.
///
/// # Panics
/// If it cannot be read.
#[must_use]
#[allow(clippy::panic, reason = "a test without its files has failed")]
pub fn list(path: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut names: Vec<_> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
