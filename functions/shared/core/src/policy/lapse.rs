//! Lengths of time of a stage: by the clock, or of working time.

use super::working_time::WorkingTime;
use crate::{
    Error, Result,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The most working days of one length of time; of hours and minutes as many as eight hours a day have.
pub const MAX_WORKING_DAYS: u32 = 120;

/// A length of time of a stage, written `4h`, or `8 working hours`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lapse {
    /// By the clock.
    Clock(Span),
    /// Of working time.
    Working(Working),
}

/// A length of working time: `30 working minutes`, `8 working hours`, `2 working days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Working {
    /// How many, from 1.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

/// What working time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days: the working hours of one.
    Day,
}

impl Unit {
    const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// The most of it in one length of time.
    fn most(self) -> u32 {
        match self {
            Self::Minute => MAX_WORKING_DAYS * 8 * 60,
            Self::Hour => MAX_WORKING_DAYS * 8,
            Self::Day => MAX_WORKING_DAYS,
        }
    }
}

impl Lapse {
    /// Reads `90s`, `15m`, `4h`, `5d`, `2w`, or `8 working hours`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else, nothing, or too much.
    pub fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let [count, "working", unit] = words.as_slice() else { return Span::parse(text).map(Self::Clock) };
        let bad = || Error::invalid("length of time", format!("{text:?} is not like 8 working hours"));
        let named = |known: &Unit| unit.strip_suffix('s').unwrap_or(unit) == known.name();
        let unit = Unit::ALL.into_iter().find(named).ok_or_else(bad)?;
        let count = count.parse().ok().filter(|count| (1..=unit.most()).contains(count)).ok_or_else(bad)?;
        Ok(Self::Working(Working { count, unit }))
    }

    /// So many times as long, if that is not too long.
    #[must_use]
    pub fn times(self, turn: u32) -> Option<Self> {
        match self {
            Self::Clock(span) => span.times(turn).map(Self::Clock),
            Self::Working(Working { count, unit }) => {
                let count = count.checked_mul(turn).filter(|count| (1..=unit.most()).contains(count))?;
                Some(Self::Working(Working { count, unit }))
            }
        }
    }

    /// Whether it is of working time.
    #[must_use]
    pub fn is_working(self) -> bool {
        matches!(self, Self::Working(_))
    }

    /// When so much time has passed since `start`.
    ///
    /// # Errors
    /// [`Error::Broken`] for working time where nobody says when people work.
    pub fn after(self, start: Timestamp, working_time: Option<&WorkingTime>) -> Result<Timestamp> {
        match self {
            Self::Clock(span) => Ok(start.plus(span)),
            Self::Working(working) => known(working_time)?.after(start, working),
        }
    }

    /// When so much time is left until `end`.
    ///
    /// # Errors
    /// As [`Lapse::after`].
    pub fn before(self, end: Timestamp, working_time: Option<&WorkingTime>) -> Result<Timestamp> {
        match self {
            Self::Clock(span) => Ok(Timestamp(end.0.saturating_sub(span.millis()))),
            Self::Working(working) => known(working_time)?.before(end, working),
        }
    }
}

fn known(working_time: Option<&WorkingTime>) -> Result<&WorkingTime> {
    working_time.ok_or_else(|| Error::Broken("working time of a policy that has none".into()))
}

impl From<Span> for Lapse {
    fn from(span: Span) -> Self {
        Self::Clock(span)
    }
}

impl fmt::Display for Lapse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clock(span) => span.fmt(f),
            Self::Working(Working { count, unit }) => {
                write!(f, "{count} working {}{}", unit.name(), if *count == 1 { "" } else { "s" })
            }
        }
    }
}

impl Serialize for Lapse {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Lapse {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, written: Option<&str>) {
        assert_eq!(Lapse::parse(text).ok().map(|lapse| lapse.to_string()).as_deref(), written, "{text:?}");
    }

    #[test]
    fn lengths_of_time_are_read_and_written() {
        for text in
            ["90s", "4h", "2w", "1 working day", "8 working hours", "30 working minutes", "120 working days"]
        {
            check(text, Some(text));
        }
        check("1 working days", Some("1 working day"));
        check("960 working hours", Some("960 working hours"));
        for bad in [
            "",
            "working",
            "0 working hours",
            "8 working",
            "8 working weeks",
            "8  working hours",
            "-1 working day",
            "121 working days",
            "961 working hours",
            "57601 working minutes",
            "8working hours",
            "8 Working hours",
            "8 working hourss",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn lengths_of_time_are_taken_several_times() {
        let times = |text, turn| Lapse::parse(text).unwrap().times(turn).map(|lapse| lapse.to_string());
        assert_eq!(times("4h", 2).as_deref(), Some("8h"));
        assert_eq!(times("40 working days", 3).as_deref(), Some("120 working days"));
        assert_eq!((times("41 working days", 3), times("1 working day", 0)), (None, None));
    }
}
