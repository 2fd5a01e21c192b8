//! Where figures were taken.

use serde::Serialize;
use std::{fs, process::Command, thread};

/// Where figures were taken. What is not known is empty.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Machine {
    /// The processor.
    pub(crate) processor: String,
    /// How many of its cores may be used.
    pub(crate) cores: usize,
    /// The kernel.
    pub(crate) kernel: String,
    /// The compiler.
    pub(crate) compiler: String,
    /// How busy it was in the last minute: the mean number of threads that could run.
    pub(crate) load: String,
}

impl Machine {
    /// This one.
    pub(crate) fn this() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let version =
            Command::new("rustc").arg("--version").output().map(|done| done.stdout).unwrap_or_default();
        Self {
            processor: processor(&read("/proc/cpuinfo")),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            compiler: String::from_utf8_lossy(&version).trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

fn processor(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim());
    name.unwrap_or(std::env::consts::ARCH).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_or_else_its_architecture() {
        assert_eq!(processor("processor\t: 0\nmodel name\t: A Core @ 2 GHz\n"), "A Core @ 2 GHz");
        assert_eq!(processor("processor\t: 0\n"), std::env::consts::ARCH);
    }
}
