//! What a function weighs: its program, the archive that is deployed, and the crates that it is made of.

use crate::failure::{Failure, Result};
use countersign_tests::files;
use miniz_oxide::deflate::compress_to_vec;
use serde::Serialize;
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// The name of a program in its archive, as Lambda wants it.
const BOOTSTRAP: &str = "bootstrap";
/// What an archive of one file has around its content: local header, directory entry and end of the directory, by
/// section 4.3 of PKWARE's APPNOTE; the name stands in the first two.
const AROUND: usize = 30 + 46 + 22 + 2 * BOOTSTRAP.len();
/// The best compression there is.
const LEVEL: u8 = 9;

/// What a function weighs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Size {
    /// The program, in megabytes of 1,000,000 bytes.
    pub(crate) program_mb: f64,
    /// The archive with nothing but the program, in megabytes.
    pub(crate) zip_mb: f64,
    /// How many crates are linked into it, its own included.
    pub(crate) crates: usize,
}

/// Weighs a function.
pub(crate) fn of(name: &str, folder: &Path) -> Result<Size> {
    let path = folder.join(name);
    let program = fs::read(&path).map_err(|error| Failure::File(path, error))?;
    Ok(Size { program_mb: mb(program.len()), zip_mb: mb(zipped(&program)), crates: crates(name)? })
}

fn zipped(program: &[u8]) -> usize {
    compress_to_vec(program, LEVEL).len() + AROUND
}

fn mb(bytes: usize) -> f64 {
    // No program comes near what a float holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let bytes = bytes as f64;
    bytes / 1e6
}

fn crates(name: &str) -> Result<usize> {
    let mut command = Command::new("cargo");
    command.args([
        "tree",
        "--locked",
        "--package",
        name,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
    ]);
    let done = command.current_dir(files::root()).output()?;
    match done.status.success() {
        true => Ok(count(&String::from_utf8_lossy(&done.stdout))),
        false => {
            Err(Failure::Unexpected(format!("cargo tree: {}", String::from_utf8_lossy(&done.stderr).trim())))
        }
    }
}

/// The packages of a tree, each once.
fn count(tree: &str) -> usize {
    let names = tree.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty());
    names.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_once_by_name_and_version() {
        for (tree, packages) in [
            ("", 0),
            ("a v1.0.0\n", 1),
            ("a v1.0.0\nb v1.0.0\nb v1.0.0 (*)\nb v2.0.0\n", 3),
            ("a v1.0.0 (/somewhere)\n\nc v1.0.0\n", 2),
        ] {
            assert_eq!(count(tree), packages, "{tree:?}");
        }
    }

    #[test]
    fn an_archive_is_what_is_deflated_and_116_bytes() {
        assert_eq!(AROUND, 116);
        let same = vec![7; 100_000];
        assert!((AROUND + 1..1_000).contains(&zipped(&same)), "{}", zipped(&same));
    }
}
