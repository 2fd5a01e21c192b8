//! The classifier that a command is about: the shipped one, or that of a folder.

use crate::failure::{Done, Failure, about_file};
use countersign_triage::classifier::{Classifier, MAX_CLASSIFIER_BYTES, Verdict};
use countersign_triage::shipped;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

const FILE: &str = "model.bin";

/// A classifier, and how texts are prepared for it.
pub(super) struct Chosen {
    pub(super) classifier: Classifier,
    is_shipped: bool,
}

impl Chosen {
    /// The classifier of a folder or file, or the shipped one where none is given.
    pub(super) fn of(given: Option<&Path>) -> Done<Self> {
        let classifier = match given {
            Some(path) => load(path)?,
            None => shipped::model().map_err(|error| Failure::new(format!("the shipped model: {error}")))?,
        };
        Ok(Self { classifier, is_shipped: given.is_none() })
    }

    /// Classifies a text.
    pub(super) fn classify(&self, text: &str) -> Verdict {
        match self.is_shipped {
            true => self.classifier.classify(&shipped::masked(text)),
            false => self.classifier.classify(text),
        }
    }
}

/// Reads the classifier of a folder, or of the file itself.
pub(super) fn load(given: &Path) -> Done<Classifier> {
    let path = if given.is_dir() { given.join(FILE) } else { given.to_path_buf() };
    let file = File::open(&path).map_err(about_file(&path))?;
    let mut bytes = Vec::new();
    let most = MAX_CLASSIFIER_BYTES as u64 + 1;
    file.take(most).read_to_end(&mut bytes).map_err(about_file(&path))?;
    Classifier::load(bytes).map_err(|error| {
        Failure::new(format!("{}: {error}", path.display()))
            .advising("Train it again: countersign triage train")
    })
}

/// Writes the file of a classifier into a folder, which is made if it is not there; whole or not at all.
pub(super) fn store(folder: &Path, bytes: &[u8]) -> Done<PathBuf> {
    fs::create_dir_all(folder).map_err(about_file(folder))?;
    let (path, unfinished) = (folder.join(FILE), folder.join("model.bin.unfinished"));
    fs::write(&unfinished, bytes).map_err(about_file(&unfinished))?;
    fs::rename(&unfinished, &path).map_err(about_file(&path))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_classifier_is_said_with_its_path() {
        let folder = std::env::temp_dir().join(format!("countersign-model-{}", std::process::id()));
        let path = store(&folder, b"not a model").unwrap();
        for given in [&folder, &path] {
            let said = load(given).unwrap_err().to_string();
            assert!(said.contains("model.bin: not a triage model"), "{said}");
        }
        fs::remove_dir_all(&folder).unwrap();
        assert!(load(&folder).unwrap_err().to_string().contains("countersign-model"));
    }
}
