//! AWS on this machine: the programs of `tests/localstack`, called as a person would.

use super::layout::Folder;
use crate::failure::{Done, Failure};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Pythons that may be the right one, the usual one first.
const PYTHONS: [&str; 4] = ["python3", "python3.13", "python3.12", "python3.11"];
const IS_RIGHT: &str =
    "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))";

/// The engine of a checkout, for one folder.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    root: PathBuf,
    folder: Folder,
}

impl Engine {
    pub(crate) fn of(root: &Path, folder: &Folder) -> Self {
        Self { root: root.to_path_buf(), folder: folder.clone() }
    }

    /// Installs what is missing; it is the same for all folders.
    pub(crate) fn install(&self) -> Done {
        let python = python().ok_or_else(|| {
            Failure::new("Python 3.11 to 3.13 with venv is missing")
                .advising("`make up` names the command that installs it.")
        })?;
        let mut install = Command::new(python);
        succeed(
            install.arg(self.root.join("tests/localstack/install.py")).arg("engine"),
            "installing LocalStack",
        )
    }

    pub(crate) fn up(&self, port: u16) -> Done {
        succeed(self.command().args(["up", "--port", &port.to_string()]), "starting LocalStack")
    }

    /// Deploys the template with the binaries of `target/local`.
    pub(crate) fn deploy(&self, parameters: &[(String, String)]) -> Done {
        let mut command = self.command();
        command.arg("deploy");
        for (name, value) in parameters {
            command.arg("--parameter").arg(format!("{name}={value}"));
        }
        succeed(command.stdout(Stdio::null()), "deploying")
    }

    pub(crate) fn down(&self) -> Done {
        succeed(self.command().arg("down"), "stopping LocalStack")
    }

    /// Prints how LocalStack is; false if it does not run.
    pub(crate) fn status(&self) -> bool {
        self.is_installed() && self.command().arg("status").status().is_ok_and(|status| status.success())
    }

    pub(crate) fn is_installed(&self) -> bool {
        self.program().is_file()
    }

    fn program(&self) -> PathBuf {
        self.root.join(".local/venv-engine/bin/python")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        command.args(["-m", "countersign_local", "--folder"]).arg(&self.folder.0);
        command
    }
}

fn python() -> Option<&'static str> {
    let is_right = |name: &&str| {
        let mut command = Command::new(name);
        command.args(["-c", IS_RIGHT]).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    PYTHONS.into_iter().find(is_right)
}

/// Runs a program to its end, with its output shown.
pub(crate) fn succeed(command: &mut Command, doing: &str) -> Done {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(format!("{doing} failed ({status}); the reason is above"))),
        Err(error) => Err(Failure::new(format!("{doing}: {}: {error}", command.get_program().display()))),
    }
}
