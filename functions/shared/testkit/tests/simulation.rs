//! The simulator: the same number is the same run, some runs of each kind, and what it finds without a guard.
//!
//! `make simulate` runs many more, with optimisation.

#![allow(clippy::panic, reason = "a test fails by panicking")]

use countersign_testkit::{
    guards::Guard,
    simulation::{name, run},
};
use std::collections::BTreeSet;

/// Enough for every fixed scenario to be played once, and as many made by chance.
const SEEDS: u64 = 70;

#[test]
fn nothing_is_broken_in_one_run_of_each_kind() {
    let mut played = BTreeSet::new();
    for seed in 0..SEEDS {
        run(seed, None).unwrap_or_else(|found| panic!("{found}"));
        played.insert(name(seed));
    }
    assert_eq!(played.len(), 36, "thirty-five scenarios, and what chance makes: {played:?}");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [4, 7, 15] {
        assert_eq!(run(seed, None), run(seed, None), "seed {seed}");
        assert_eq!(run(seed, Some(Guard::ReadBack)), run(seed, Some(Guard::ReadBack)), "seed {seed}");
    }
    assert_ne!(run(1, None), run(3, None), "another seed is another run");
}

#[test]
fn what_a_guard_keeps_is_found_broken_without_it() {
    for (guard, scenario) in [
        (Guard::SeenDigest, "approved"),
        (Guard::DistinctStages, "the same person twice"),
        (Guard::DelegationPeriod, "a delegation that runs out"),
        (Guard::Interested, "filed by an approver"),
        (Guard::ReadBack, "approved"),
        (Guard::AutomaticCap, "beyond the caps of the policy"),
        (Guard::Carried, "for a time and for good"),
    ] {
        let mut seeds = (0..20 * SEEDS).filter(|seed| name(*seed) == scenario);
        let broken = seeds.any(|seed| {
            let found = run(seed, Some(guard)).err();
            found.is_some_and(|found| found.broken.iter().any(|(_, b)| guard.keeps().contains(&b.invariant)))
        });
        assert!(broken, "{guard:?}");
    }
}
