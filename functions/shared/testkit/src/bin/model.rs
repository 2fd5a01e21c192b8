//! `model`: explores the models of the gate protocol to their end, or shows what each guard is for there.

use countersign_testkit::{
    guards::Guard,
    invariants::Broken,
    model::{self, Explored, SubModel},
};
use std::{
    env,
    io::{IsTerminal, Write},
    process::ExitCode,
    thread,
    time::Instant,
};

const USAGE: &str = "model [all | quick | guards | list | NAME…]";

fn main() -> ExitCode {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let all = model::all();
    let good = match words.as_slice() {
        ["list"] => return list(&all),
        ["guards"] => guards(&all),
        [] | ["all"] => explore(&all.iter().collect::<Vec<_>>()),
        ["quick"] => explore(&all.iter().filter(|model| model.quick).collect::<Vec<_>>()),
        names => {
            let known = |name: &&str| all.iter().find(|model| model.name == *name);
            match names.iter().map(known).collect::<Option<Vec<_>>>() {
                Some(models) => explore(&models),
                None => return usage(),
            }
        }
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

fn list(models: &[SubModel]) -> ExitCode {
    for model in models {
        println!("{}: {} ({})", model.name, model.about, model.bounds);
    }
    ExitCode::SUCCESS
}

/// Explores models one after the other; whether all of them are sound.
fn explore(models: &[&SubModel]) -> bool {
    println!("{:<22} {:>9} {:>9} {:>5} {:>5}  ends", "model", "states", "moves", "depth", "s");
    let sound: Vec<bool> = models.iter().map(|model| explore_one(model)).collect();
    sound.iter().all(|sound| *sound)
}

fn explore_one(model: &SubModel) -> bool {
    let (explored, seconds) = timed(model, None);
    let Explored { states, moves, depth, ends, .. } = &explored;
    let ends = ends.iter().cloned().collect::<Vec<_>>().join(", ");
    println!("{:<22} {states:>9} {moves:>9} {depth:>5} {seconds:>5}  {ends}", model.name);
    if let Some((broken, way)) = &explored.found {
        broken.iter().for_each(|broken| println!("  {}: {}", broken.invariant, broken.how));
        way.iter().for_each(|step| println!("    {step}"));
    }
    for end in explored.missing(model) {
        println!("  never {end:?}, which it must be able to come to");
    }
    explored.is_sound(model)
}

fn timed(model: &SubModel, without: Option<Guard>) -> (Explored, u64) {
    #[allow(clippy::disallowed_methods, reason = "how fast it was is for people")]
    let begun = Instant::now();
    let seen = std::io::stderr().is_terminal();
    let say = |states: usize, moves: usize, depth: usize| {
        if seen {
            let seconds = begun.elapsed().as_secs();
            eprint!("\r{}: {states} states, {moves} moves, depth {depth}, {seconds} s\r", model.name);
            let _nobody_reads = std::io::stderr().flush();
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let explored = model.explore(without, threads, say);
    (explored, begun.elapsed().as_secs())
}

/// Takes each guard away in a model that it matters in, until something is broken there.
fn guards(models: &[SubModel]) -> bool {
    let shown = model::GUARDS.iter().map(|(guard, name)| {
        let Some(model) = models.iter().find(|model| model.name == *name) else { return false };
        let (explored, seconds) = timed(model, Some(*guard));
        let (states, found) = (explored.states, explored.found.unwrap_or_default());
        let kept = found.0.iter().find(|broken| guard.keeps().contains(&broken.invariant));
        let (moves, place) = (found.1.len(), format!("in `{name}`, {states} states, {seconds} s"));
        match kept {
            Some(Broken { invariant, how }) => {
                println!("{guard:?}: {invariant} after {moves} moves {place}: {how}");
            }
            None => println!("{guard:?}: none of {:?} is broken {place}, but {:?}", guard.keeps(), found.0),
        }
        kept.is_some()
    });
    let shown: Vec<bool> = shown.collect();
    shown.iter().all(|shown| *shown)
}
