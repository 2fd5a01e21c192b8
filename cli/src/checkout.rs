//! Finds the checkout in which the command was typed.

use crate::failure::{Done, Failure};
use std::path::{Path, PathBuf};

/// What only the root of the checkout has, all of it.
const MARKS: [&str; 3] = ["Cargo.toml", "infra/template.yaml", "statemachines"];

/// The root of the checkout around the present folder.
pub(crate) fn root() -> Done<PathBuf> {
    let here =
        std::env::current_dir().map_err(|error| Failure::new(format!("no present folder: {error}")))?;
    around(&here).ok_or_else(|| {
        Failure::new("this is not inside a checkout of Countersign")
            .advising("Change into the checkout first.")
    })
}

fn around(folder: &Path) -> Option<PathBuf> {
    let is_root = |folder: &&Path| MARKS.iter().all(|mark| folder.join(mark).exists());
    folder.ancestors().find(is_root).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_from_within() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(around(&here.join("src")), here.parent().map(Path::to_path_buf));
        assert_eq!(around(Path::new("/")), None);
    }
}
