//! The product's own tool, as a person at a terminal runs it.

use super::stack::Stack;
use countersign_tests::files;
use std::process::Command;

/// Somebody with the role that operators need.
pub(crate) const OPERATOR: &str = "ada@harbour.example";

impl Stack {
    /// Runs a command of the tool on this stack; answers whether it succeeded, and what it said.
    pub(crate) fn runs(&self, arguments: &[&str]) -> (bool, String) {
        let done = Command::new(files::root().join("target/local/countersign"))
            .current_dir(files::root())
            .arg("--folder")
            .arg(&self.folder)
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        (done.status.success(), said)
    }

    /// What a command says that must succeed.
    pub(crate) fn operate(&self, arguments: &[&str]) -> String {
        let (succeeded, said) = self.runs(arguments);
        assert!(succeeded, "{arguments:?}: {said}");
        said
    }
}
