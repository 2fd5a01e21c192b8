//! The step `record_decision` in this process, with ports in memory: one vote on a fresh gate each time.

use crate::{
    failure::{Failure, Result},
    figures::Figures,
};
use countersign_core::{
    job::Verdict,
    steps::record_decision::{Recorded, record_decision},
};
use countersign_testkit::{Pressed, World, access};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;

/// What votes cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Votes {
    /// How many were cast.
    pub(crate) votes: usize,
    /// CPU time of one, in microseconds.
    pub(crate) cpu_us: Figures,
}

/// Casts `votes` votes, each of which decides.
pub(crate) fn cast(votes: usize) -> Result<Votes> {
    let measured = (0..votes).map(|_| vote()).collect::<Result<_>>()?;
    let cpu_us = Figures::of(measured).ok_or_else(|| Failure::Unexpected("nobody voted".into()))?;
    Ok(Votes { votes, cpu_us })
}

/// The CPU time of one vote in a world of its own, in microseconds.
fn vote() -> Result<f64> {
    let world = World::harbour();
    world.ask("emma", access("salesforce", None, None));
    let shown = world.card_of("marcus").ok_or_else(|| Failure::Unexpected("nobody was asked".into()))?;
    let vote = world.vote(&Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None });
    let before = thread_cpu_us();
    let recorded = world.finish(record_decision(&world, vote));
    let used = thread_cpu_us() - before;
    match recorded {
        Ok(Recorded::Decided(_)) => Ok(used),
        other => Err(Failure::Unexpected(format!("a vote did not decide: {other:?}"))),
    }
}

/// The CPU time of this thread so far, in microseconds.
pub(crate) fn thread_cpu_us() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    // A thread's seconds and nanoseconds are far below what a float holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let microseconds = time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3;
    microseconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vote_decides_and_takes_time() {
        let cast = cast(3).unwrap();
        assert_eq!(cast.votes, 3);
        assert!(cast.cpu_us.min > 0.0 && cast.cpu_us.min <= cast.cpu_us.median);
        assert!(super::cast(0).is_err());
    }
}
