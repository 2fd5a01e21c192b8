//! Cold starts: every function as often as is wished, in turns with the least one, so that all meet the same machine.

use crate::{
    aws::Aws,
    environment::Function,
    failure::{Failure, Result},
    figures::Figures,
    process::{Process, Start},
};
use serde::Serialize;
use std::path::Path;

/// What starts of a function cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Cold {
    /// CPU time until the first event is asked for, in milliseconds.
    pub(crate) cpu_ms: Figures,
    /// The time that this took, in milliseconds.
    pub(crate) wall_ms: Figures,
    /// The most memory that was resident until then, in megabytes.
    pub(crate) peak_mb: Figures,
}

/// A way of starting a function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    /// Which.
    pub(crate) function: &'a Function,
    /// The AWS that it calls, if any.
    pub(crate) aws: Option<&'a Aws>,
}

/// Starts each function `repetitions` times, in turns; the figures are in the order of the functions.
pub(crate) fn starts(ways: &[Way<'_>], folder: &Path, repetitions: usize) -> Result<Vec<Cold>> {
    let mut starts: Vec<Vec<Start>> = ways.iter().map(|_| Vec::new()).collect();
    for _ in 0..repetitions {
        for (Way { function, aws }, starts) in ways.iter().zip(&mut starts) {
            starts.push(Process::start(function, &folder.join(&function.name), *aws)?.ready()?);
        }
    }
    starts.iter().map(|starts| figures(starts)).collect()
}

fn figures(starts: &[Start]) -> Result<Cold> {
    let of = |part: fn(&Start) -> f64| Figures::of(starts.iter().map(part).collect()).ok_or_else(nothing);
    Ok(Cold {
        cpu_ms: of(|start| start.cpu_ms)?,
        wall_ms: of(|start| start.wall_ms)?,
        peak_mb: of(|start| start.peak_mb)?,
    })
}

fn nothing() -> Failure {
    Failure::Unexpected("nothing was started".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_taken_of_each_quantity_by_itself() {
        let start = |n: f64| Start { cpu_ms: n, wall_ms: 10.0 - n, peak_mb: 2.0 };
        let cold = figures(&[start(1.0), start(3.0), start(2.0)]).unwrap();
        assert_eq!((cold.cpu_ms.median, cold.wall_ms.min, cold.peak_mb.max), (2.0, 7.0, 2.0));
        assert!(figures(&[]).is_err());
    }
}
