//! A function as a process of this machine: started as Lambda starts it, and what the kernel says that it used.

use crate::{
    aws::Aws,
    environment::Function,
    failure::{Failure, Result},
    runtime_api::{RuntimeApi, Said},
};
use std::{
    fs, io,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long a function may take to start, or to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often is looked whether it is still alive.
const GLANCE: Duration = Duration::from_millis(100);
/// How long two readings of its CPU time are apart, which must be the same.
const CALM: Duration = Duration::from_micros(300);

/// A running function; it ends with this value.
#[derive(Debug)]
pub(crate) struct Process {
    name: String,
    child: Child,
    api: RuntimeApi,
    started: Instant,
}

/// What a start cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// User and system time of all threads, in milliseconds.
    pub(crate) cpu_ms: f64,
    /// From before the program was executed until it asked for its first event, in milliseconds.
    pub(crate) wall_ms: f64,
    /// The most memory that was resident, in megabytes of 1,000,000 bytes.
    pub(crate) peak_mb: f64,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl Process {
    /// Executes a function's program with the environment of Lambda and its own, and nothing else.
    pub(crate) fn start(function: &Function, program: &Path, aws: Option<&Aws>) -> Result<Self> {
        let api = RuntimeApi::start()?;
        let mut command = Command::new(program);
        command.env_clear().envs(function.environment(api.address, aws.map(|aws| aws.address)));
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().map_err(|error| Failure::File(program.to_owned(), error))?;
        Ok(Self { name: function.name.clone(), child, api, started })
    }

    /// Waits until it asks for its first event.
    pub(crate) fn ready(&mut self) -> Result<Start> {
        let at = self.asks()?;
        let cpu_ms = self.cpu_ns()? / 1e6;
        let wall_ms = at.duration_since(self.started).as_secs_f64() * 1e3;
        Ok(Start { cpu_ms, wall_ms, peak_mb: self.peak_mb()? })
    }

    /// Hands it an event; its answer, once it asks for the next event.
    pub(crate) fn invoke(&mut self, event: Vec<u8>) -> Result<Vec<u8>> {
        self.api.hand(event);
        let answer = match self.says()? {
            Said::Answered(answer) => answer,
            Said::Ready(_) => return Err(Failure::of(&self.name, "asked twice")),
            Said::Failed(why) => {
                return Err(Failure::of(&self.name, format!("answered with an error: {why}")));
            }
        };
        self.asks()?;
        Ok(answer)
    }

    /// The CPU time of all its threads once it is at rest, in nanoseconds.
    pub(crate) fn cpu_ns(&self) -> Result<f64> {
        let end = Instant::now() + PATIENCE;
        let mut before = self.reading()?;
        while Instant::now() < end {
            // The kernel counts when a thread leaves its core: it must have gone to sleep.
            thread::sleep(CALM);
            let now = self.reading()?;
            if now.sleeps && now.cpu_ns == before.cpu_ns {
                return Ok(now.cpu_ns);
            }
            before = now;
        }
        Err(Failure::of(&self.name, "does not come to rest"))
    }

    /// The most memory that was resident so far, in megabytes.
    pub(crate) fn peak_mb(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let peak = peak_kb(&text(&path)?);
        peak.map(|kb| kb * 1024.0 / 1e6).ok_or_else(|| Failure::of(&self.name, "has no peak of memory"))
    }

    fn asks(&mut self) -> Result<Instant> {
        match self.says()? {
            Said::Ready(at) => Ok(at),
            Said::Answered(_) => Err(Failure::of(&self.name, "answered what nobody asked")),
            Said::Failed(why) => Err(Failure::of(&self.name, format!("could not start: {why}"))),
        }
    }

    fn says(&mut self) -> Result<Said> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(said) = self.api.said_within(GLANCE) {
                return Ok(said);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(Failure::of(&self.name, format!("ended: {status}")));
            }
        }
        Err(Failure::of(&self.name, format!("said nothing for {} s", PATIENCE.as_secs())))
    }

    fn reading(&self) -> Result<Reading> {
        let folder = format!("/proc/{}/task", self.child.id());
        let entries = fs::read_dir(&folder).map_err(|error| Failure::File(folder.into(), error))?;
        let mut all = Reading { cpu_ns: 0.0, sleeps: true };
        for thread in entries {
            let thread = thread?.path();
            let read = |name: &str| text(thread.join(name));
            all.cpu_ns += run_time_ns(&read("schedstat")?).ok_or_else(unreadable)?;
            all.sleeps &= state(&read("stat")?) == Some('S');
        }
        Ok(all)
    }
}

/// One look at a process.
#[derive(Clone, Copy, Debug)]
struct Reading {
    cpu_ns: f64,
    sleeps: bool,
}

fn text(path: impl AsRef<Path>) -> Result<String> {
    fs::read_to_string(&path).map_err(|error| Failure::File(path.as_ref().to_owned(), error))
}

fn unreadable() -> Failure {
    Failure::System(io::Error::other("the kernel does not count the run time of threads"))
}

/// The first number of `schedstat`: nanoseconds on a core, of user and system.
fn run_time_ns(schedstat: &str) -> Option<f64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// The state of a thread: what follows its name, which may have spaces and parentheses.
fn state(stat: &str) -> Option<char> {
    stat.rsplit_once(") ")?.1.chars().next()
}

fn peak_kb(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_writes_is_read() {
        assert_eq!(run_time_ns("1234567 89 10\n"), Some(1_234_567.0));
        assert_eq!(run_time_ns(""), None);
        assert_eq!(state("12 (a) b) S 1 2 3"), Some('S'));
        assert_eq!(state("12"), None);
        assert_eq!(peak_kb("Name:\tx\nVmHWM:\t    2304 kB\nVmRSS:\t 1 kB\n"), Some(2304.0));
        assert_eq!(peak_kb("Name:\tx\n"), None);
    }

    #[test]
    fn a_program_that_ends_or_is_not_there_is_told() {
        let function = Function::hello();
        let ended = Process::start(&function, Path::new("/bin/false"), None).unwrap().ready().unwrap_err();
        assert!(ended.to_string().contains("ended"), "{ended}");
        let missing = Process::start(&function, Path::new("/nowhere/program"), None).err().unwrap();
        assert!(missing.to_string().contains("/nowhere/program"), "{missing}");
    }
}
