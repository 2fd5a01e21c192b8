//! What was measured, for people and as data.

use crate::{
    budget::Budget, cold::Cold, figures::Figures, machine::Machine, policy::Policy, sizes::Size,
    votes::Votes, warm::Warm,
};
use serde::Serialize;
use std::fmt;

/// One function.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub(crate) function: String,
    /// Whether it reads a secret while it starts.
    pub(crate) secrets: bool,
    /// What its starts cost.
    pub(crate) cold: Cold,
    /// What it weighs.
    pub(crate) size: Size,
    /// What it may cost; nothing is asked of the least function.
    pub(crate) budget: Option<Budget>,
}

/// All that was measured, and how.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// The folder of the programs, named as the profile that they were built with.
    pub(crate) profile: String,
    /// Where.
    pub(crate) machine: Machine,
    /// How often each function was started.
    pub(crate) repetitions: usize,
    /// The least function first.
    pub(crate) functions: Vec<Row>,
    /// Invocations of the least function.
    pub(crate) hello: Warm,
    /// Slash commands, where the function that takes them was measured.
    pub(crate) slash_commands: Option<Warm>,
    /// Votes in memory.
    pub(crate) votes: Votes,
    /// The profile of the program that measured, in which the votes were cast.
    pub(crate) votes_optimised: bool,
    /// Requests planned in memory.
    pub(crate) policy: Policy,
    /// The budgets that are exceeded.
    pub(crate) exceeded: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.how(f)?;
        writeln!(
            f,
            "{}",
            line(["cold start", "CPU ms", "at", "wall ms", "peak", "at", "program", "zip", "at", "crates"])
        )?;
        let spread = "median (least-most)";
        writeln!(f, "{}", line(["", spread, "most", spread, "MB", "most", "MB", "MB", "most", ""]))?;
        for row in &self.functions {
            writeln!(f, "{}", row.line())?;
        }
        self.warm(f)?;
        match self.exceeded.as_slice() {
            [] => writeln!(f, "\nEvery function is within its budgets."),
            exceeded => {
                writeln!(f, "\nOver budget:")?;
                exceeded.iter().try_for_each(|line| writeln!(f, "  {line}"))
            }
        }
    }
}

impl Report {
    fn how(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { processor, cores, kernel, compiler, load } = &self.machine;
        writeln!(
            f,
            "{} cold starts of each, in turns, on a Lambda Runtime API on this machine; profile `{}`, {compiler}\n\
             {processor}, {cores} cores, Linux {kernel}, load {load}\n\
             MB are 1,000,000 bytes; * reads a secret while it starts, over plain HTTP\n",
            self.repetitions, self.profile,
        )
    }

    fn warm(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:<44}{:>12}{:>12}{:>10}", "warm, CPU us", "each", "of", "peak MB")?;
        let rows =
            [("hello: an event", Some(self.hello)), ("receive-slack: a slash command", self.slash_commands)];
        for (what, warm) in rows.into_iter().filter_map(|(what, warm)| Some((what, warm?))) {
            writeln!(f, "{what:<44}{:>12.1}{:>12}{:>10.2}", warm.cpu_us, warm.invocations, warm.peak_mb)?;
        }
        let Votes { votes, cpu_us } = self.votes;
        let what = format!(
            "record-decision: a vote, in memory{}",
            if self.votes_optimised { "" } else { ", debug" }
        );
        writeln!(
            f,
            "{what:<44}{:>12.1}{votes:>12}{:>10} ({:.1}-{:.1})",
            cpu_us.median, "", cpu_us.min, cpu_us.max
        )?;
        writeln!(f, "\n{}", self.policy)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, warm_us, cold_ms, bytes } = self;
        write!(
            f,
            "policy: 1,000 rules ({bytes} bytes), 10,000 people, {requests} requests; CPU, median (least-most)\n\
             a request, with its people {:>18.1} us ({:.1}-{:.1})\n\
             reading the rules, and the first request {:>5.2} ms ({:.2}-{:.2})",
            warm_us.median, warm_us.min, warm_us.max, cold_ms.median, cold_ms.min, cold_ms.max
        )
    }
}

impl Row {
    fn line(&self) -> String {
        let Self { function, secrets, cold, size, budget } = self;
        let spread =
            |figures: Figures| format!("{:.2} ({:.2}-{:.2})", figures.median, figures.min, figures.max);
        let most = |most: Option<f64>| most.map_or("-".to_owned(), |most| format!("{most:.2}"));
        let mb = |mb: f64| format!("{mb:.2}");
        let columns = [
            format!("{function}{}", if *secrets { " *" } else { "" }),
            spread(cold.cpu_ms),
            most(budget.map(|budget| budget.cpu_ms)),
            spread(cold.wall_ms),
            mb(cold.peak_mb.max),
            most(budget.map(|budget| budget.peak_mb)),
            mb(size.program_mb),
            mb(size.zip_mb),
            most(budget.map(|budget| budget.zip_mb)),
            size.crates.to_string(),
        ];
        line(columns.each_ref().map(String::as_str))
    }
}

fn line(
    [function, cpu, cpu_most, wall, peak, peak_most, program, zip, zip_most, crates]: [&str; 10],
) -> String {
    format!(
        "{function:<20}{cpu:>21}{cpu_most:>6}{wall:>24}{peak:>7}{peak_most:>7}{program:>9}{zip:>6}{zip_most:>6}{crates:>8}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(exceeded: &[&str]) -> Report {
        let figures = Figures { median: 1.25, min: 1.0, max: 2.0 };
        let cold = Cold { cpu_ms: figures, wall_ms: figures, peak_mb: figures };
        let size = Size { program_mb: 3.0, zip_mb: 1.5, crates: 90 };
        let warm = Warm { invocations: 10, cpu_us: 33.0, peak_mb: 2.0 };
        Report {
            profile: "release".into(),
            machine: Machine { cores: 2, ..Machine::default() },
            repetitions: 40,
            functions: vec![Row {
                function: "receive-slack".into(),
                secrets: true,
                cold,
                size,
                budget: Some(Budget { cpu_ms: 2.25, peak_mb: 10.0, zip_mb: 2.5 }),
            }],
            hello: warm,
            slash_commands: None,
            votes: Votes { votes: 5, cpu_us: figures },
            votes_optimised: true,
            policy: Policy { requests: 7, warm_us: figures, cold_ms: figures, bytes: 9 },
            exceeded: exceeded.iter().map(|line| (*line).to_owned()).collect(),
        }
    }

    fn check(exceeded: &[&str], says: &[&str]) {
        let text = report(exceeded).to_string();
        assert!(says.iter().all(|part| text.contains(part)), "{text}");
    }

    #[test]
    fn people_read_what_was_measured_and_how() {
        let always = [
            "40 cold starts",
            "`release`",
            "2 cores",
            "receive-slack *",
            "1.25 (1.00-2.00)  2.25",
            "10.00",
            "7 requests",
        ];
        check(&[], &[always.as_slice(), &["within its budgets"]].concat());
        check(&["zip is too much"], &[always.as_slice(), &["Over budget", "zip is too much"]].concat());
    }

    #[test]
    fn programs_read_the_same() {
        let data = serde_json::to_value(report(&[])).unwrap();
        assert_eq!(data["functions"][0]["cold"]["cpu_ms"]["median"], 1.25);
        assert_eq!(data["hello"]["cpu_us"], 33.0);
        assert_eq!(data["repetitions"], 40);
    }
}
