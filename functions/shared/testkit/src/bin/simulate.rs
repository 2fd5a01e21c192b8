//! `simulate`: many seeds of the simulator, one of them again, what each guard is for, or races.

use countersign_core::{
    ids::RequestId,
    steps::record_decision::{Input, record_decision},
};
use countersign_testkit::{
    World,
    guards::Guard,
    racing::{CALLERS, assert_one_decided},
    simulation,
};
use std::{
    env,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

/// Replays this seed instead of running many.
const SEED: &str = "COUNTERSIGN_SEED";
/// Seeds, seeds per guard and races, where nobody says how many.
const SEEDS: u64 = 10_000;
const GUARD_SEEDS: u64 = 40_000;
const RACES: u64 = 100_000;
/// How many races happen in one world before the next is made.
const RACES_OF_A_WORLD: u64 = 10;

const USAGE: &str = "simulate seeds [COUNT] | guards [SEEDS] | races [COUNT]; COUNTERSIGN_SEED=… replays one";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (what, count) = (arguments.next(), arguments.next());
    let Ok(count) = count.map(|count| count.parse::<u64>()).transpose() else { return usage() };
    #[allow(clippy::disallowed_methods, reason = "a seed to replay is the caller's to say")]
    let seed = env::var(SEED).ok();
    let good = match (what.as_deref(), seed.map(|seed| seed.parse())) {
        (_, Some(Ok(seed))) => replay(seed),
        (_, Some(Err(_))) => return usage(),
        (Some("seeds"), _) => seeds(count.unwrap_or(SEEDS)),
        (Some("guards"), _) => guards(count.unwrap_or(GUARD_SEEDS)),
        (Some("races"), _) => races(count.unwrap_or(RACES)),
        _ => return usage(),
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn replay(seed: u64) -> bool {
    match simulation::run(seed, None) {
        Ok(report) => println!("seed {seed} ({}): nothing is broken; {report:?}", simulation::name(seed)),
        Err(ref found) => println!("{found}"),
    }
    simulation::run(seed, None).is_ok()
}

/// Runs `work` for every number below `count` on all processors; how often it said no.
fn all(count: u64, what: &str, work: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, bad) = (AtomicU64::new(0), AtomicU64::new(0));
    let worker = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            if !work(number) {
                bad.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    #[allow(clippy::disallowed_methods, reason = "how fast it was is for people")]
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    let bad = bad.into_inner();
    println!(
        "{count} {what} in {seconds:.0} s ({:.0} a minute): {bad} broken",
        count as f64 * 60.0 / seconds
    );
    bad
}

fn seeds(count: u64) -> bool {
    let work = |seed| match simulation::run(seed, None) {
        Ok(_) => true,
        Err(found) => {
            println!("{found}\n  replay it: {SEED}={seed}");
            false
        }
    };
    all(count, "seeds", work) == 0
}

/// Takes each guard away and looks for a run in which what it keeps is broken.
fn guards(count: u64) -> bool {
    let breaks = |guard: Guard, seed: u64| {
        let found = simulation::run(seed, Some(guard)).err()?;
        found.broken.into_iter().map(|(_, b)| b).find(|b| guard.keeps().contains(&b.invariant))
    };
    let looked = |number: u64| {
        let Some(guard) = usize::try_from(number).ok().and_then(|number| Guard::ALL.get(number)) else {
            return true;
        };
        let found = (0..count).find_map(|seed| Some((seed, breaks(*guard, seed)?)));
        match &found {
            Some((seed, b)) => println!("{guard:?}: {} after {} seeds: {}", b.invariant, seed + 1, b.how),
            None => println!("{guard:?}: none of {:?} is broken without it in {count} seeds", guard.keeps()),
        }
        found.is_some()
    };
    all(Guard::ALL.len() as u64, "guards", looked) == 0
}

fn races(count: u64) -> bool {
    println!("{CALLERS} callers at each gate, {RACES_OF_A_WORLD} gates in each world");
    all(count.div_ceil(RACES_OF_A_WORLD), "worlds", race_in_a_world) == 0
}

/// All ask before anybody decides, since who has got it cannot ask again.
fn race_in_a_world(number: u64) -> bool {
    let world = World::with_quorum(1);
    let contested: Vec<_> = (0..RACES_OF_A_WORLD).map(|_| world.contested()).collect();
    let seeds = number * RACES_OF_A_WORLD..;
    contested.into_iter().zip(seeds).all(|((id, votes), seed)| raced(&world, &id, votes, seed))
}

fn raced(world: &World, id: &RequestId, votes: Vec<Input>, seed: u64) -> bool {
    let steps = votes.into_iter().map(|vote| Box::pin(record_decision(world, vote)) as _).collect();
    let told: Result<Vec<_>, _> = world.race(seed, steps).into_iter().collect();
    match told {
        Ok(told) => assert_one_decided(&told),
        Err(error) => println!("race {seed}: {error}"),
    }
    world.endings(id).len() == 1 && world.history(id).broken().is_empty()
}
