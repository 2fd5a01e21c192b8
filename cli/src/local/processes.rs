//! Programs that go on after the command: started, recorded, and ended by their record only.

use super::layout::{self, Folder};
use crate::failure::{Done, Failure, about_file};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    os::unix::process::CommandExt,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// How long a program may take to end after it was asked to.
const END_WITHIN: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A program that was started: its id, and its start time so that another one of the same id is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) pid: u32,
    started: u64,
}

fn record(folder: &Folder, name: &str) -> std::path::PathBuf {
    folder.file(&format!("{name}.json"))
}

/// The program recorded under `name`, if it still runs.
pub(crate) fn running(folder: &Folder, name: &str) -> Option<Running> {
    let known: Running = layout::read(&record(folder, name)).ok()?;
    (started(known.pid) == Some(known.started)).then_some(known)
}

/// Starts a program in a group of its own, with its output in `<name>.log`, and records it under `name`.
pub(crate) fn start(folder: &Folder, name: &str, command: &mut Command) -> Done<Running> {
    let log = folder.file(&format!("{name}.log"));
    let output = File::create(&log).map_err(about_file(&log))?;
    let errors = output.try_clone().map_err(about_file(&log))?;
    let program = command.get_program().to_owned();
    let child = command.stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0).spawn();
    let pid = child.map_err(|error| Failure::new(format!("{}: {error}", program.display())))?.id();
    let running = Running { pid, started: started(pid).unwrap_or_default() };
    layout::write_private(&record(folder, name), &running)?;
    Ok(running)
}

/// Ends the program recorded under `name`. False if none runs.
pub(crate) fn end(folder: &Folder, name: &str) -> bool {
    let Some(known) = running(folder, name) else { return false };
    for signal in ["TERM", "KILL"] {
        send(signal, known.pid);
        let mut waited = Duration::ZERO;
        while started(known.pid) == Some(known.started) && waited < END_WITHIN {
            thread::sleep(LOOK_EVERY);
            waited += LOOK_EVERY;
        }
    }
    let _was_not_there = fs::remove_file(record(folder, name));
    true
}

/// The shell has `kill` of its own on every system.
fn send(signal: &str, pid: u32) {
    let script = format!("kill -{signal} {pid}");
    let _has_ended = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
}

/// When a process was started, in ticks since boot; `None` if it does not run. Source: proc(5), `/proc/<pid>/stat`.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name in parentheses, and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let is_dead = matches!(fields.next()?, "Z" | "X");
    let started = fields.nth(18)?.parse().ok()?;
    (!is_dead).then_some(started)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::ports::Ids;
    use countersign_runtime::identifiers::RandomIds;

    fn folder() -> Folder {
        let folder =
            Folder(std::env::temp_dir().join(format!("countersign-{}", RandomIds::default().fresh())));
        folder.make().unwrap();
        folder
    }

    #[test]
    fn what_was_started_is_ended_and_nothing_else() {
        let folder = folder();
        let running_now = start(&folder, "waiting", Command::new("sleep").arg("60")).unwrap();
        assert_eq!(running(&folder, "waiting"), Some(running_now));
        assert!(end(&folder, "waiting"));
        assert_eq!(started(running_now.pid), None);
        assert!(!end(&folder, "waiting"), "it is ended once");
        let other = Running { pid: std::process::id(), started: 1 };
        layout::write_private(&record(&folder, "other"), &other).unwrap();
        assert!(!end(&folder, "other"), "a process of the same id is another one");
        fs::remove_dir_all(&folder.0).unwrap();
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let folder = folder();
        let refused = start(&folder, "none", &mut Command::new("/no/such/program")).unwrap_err();
        assert!(refused.to_string().contains("/no/such/program"), "{refused}");
        fs::remove_dir_all(&folder.0).unwrap();
    }
}
