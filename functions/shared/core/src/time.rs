//! Instants and lengths of time, in whole milliseconds and seconds.

use crate::{Error, Result, language::Language};
use ::time::{OffsetDateTime, format_description::well_known::Rfc3339};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, time::Duration};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// This instant moved on by a length of time.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.millis()))
    }

    /// Milliseconds from `earlier` to this instant (negative when it is later).
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339, like `2026-11-23T08:00:00Z`; parts of a second below a millisecond are dropped.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || Error::invalid("time", format!("{text:?} is not like 2026-11-23T08:00:00Z"));
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| bad())?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).map(Self).map_err(|_| bad())
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The day in UTC, `2026-11-22`.
    #[must_use]
    pub fn day(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, to the second.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            OffsetDateTime::from_unix_timestamp(self.seconds()).ok().and_then(|at| at.format(&Rfc3339).ok());
        f.write_str(&text.unwrap_or_else(|| "out of range".into()))
    }
}

/// A length of time in whole seconds, written `90s`, `15m`, `4h`, `5d` or `2w` in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(u64);

/// The longest length of time that configuration or a person may name: 366 days.
pub const MAX_SPAN_SECONDS: u64 = 366 * 86_400;

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;
/// How many of one unit people are told of.
const MANY: u64 = 100;

const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', DAY), ('h', HOUR), ('m', MINUTE), ('s', 1)];

impl Span {
    /// An hour.
    pub const HOUR: Self = Self(HOUR);

    /// A length of time of so many days; none is one.
    #[must_use]
    pub fn of_days(days: u8) -> Self {
        Self(u64::from(days.max(1)) * DAY)
    }

    /// A length of time of at most [`MAX_SPAN_SECONDS`].
    ///
    /// # Errors
    /// [`Error::Invalid`] for nothing or more than that.
    pub fn of_seconds(seconds: u64) -> Result<Self> {
        if (1..=MAX_SPAN_SECONDS).contains(&seconds) {
            return Ok(Self(seconds));
        }
        Err(Error::invalid("length of time", format!("must be 1 to {MAX_SPAN_SECONDS} seconds")))
    }

    /// Reads `90s`, `15m`, `4h`, `5d` or `2w`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else, nothing, or more than [`MAX_SPAN_SECONDS`].
    pub fn parse(text: &str) -> Result<Self> {
        let bad = || Error::invalid("length of time", format!("{text:?} is not like 90s, 15m, 4h, 5d or 2w"));
        let unit =
            text.chars().last().and_then(|c| UNITS.iter().find(|(name, _)| *name == c)).ok_or_else(bad)?;
        let number: u64 = text.strip_suffix(unit.0).ok_or_else(bad)?.parse().map_err(|_| bad())?;
        Self::of_seconds(number.checked_mul(unit.1).ok_or_else(bad)?)
    }

    /// So many times as long, if that is no more than [`MAX_SPAN_SECONDS`].
    #[must_use]
    pub fn times(self, count: u32) -> Option<Self> {
        Self::of_seconds(self.0.checked_mul(count.into())?).ok()
    }

    /// Whole seconds.
    #[must_use]
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// Whole milliseconds.
    #[must_use]
    pub fn millis(self) -> i64 {
        i64::try_from(self.0.saturating_mul(1000)).unwrap_or(i64::MAX)
    }

    /// The same as the standard library's type.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }

    /// For people: `2 weeks`, `3 days`, `90 minutes`, `4 days 13 hours 47 minutes`; of an hour or more without the seconds.
    #[must_use]
    pub fn in_words(self) -> String {
        self.said_in(Language::English)
    }

    /// The same in a language.
    #[must_use]
    pub fn said_in(self, language: Language) -> String {
        let counted = |count, (one, many)| format!("{count} {}", if count == 1 { one } else { many });
        let units = || UNITS.iter().map(|(_, size)| *size).zip(unit_names(language));
        let fits = units().find(|(size, _)| self.0.is_multiple_of(*size));
        if let Some((size, name)) = fits.filter(|(size, _)| self.0 / size < MANY) {
            return counted(self.0 / size, name);
        }
        let mut left = self.0;
        let smallest = if self.0 < HOUR { 1 } else { MINUTE };
        let mut parts = Vec::new();
        for (size, name) in units().filter(|(size, _)| *size >= smallest) {
            if left >= size {
                parts.push(counted(left / size, name));
            }
            left %= size;
        }
        parts.join(" ")
    }
}

/// What one and several of each unit are called.
#[rustfmt::skip]
fn unit_names(language: Language) -> [(&'static str, &'static str); 5] {
    match language {
        Language::English => [("week", "weeks"), ("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")],
        Language::German => [("Woche", "Wochen"), ("Tag", "Tage"), ("Stunde", "Stunden"), ("Minute", "Minuten"), ("Sekunde", "Sekunden")],
        Language::French => [("semaine", "semaines"), ("jour", "jours"), ("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")],
        Language::Spanish => [("semana", "semanas"), ("día", "días"), ("hora", "horas"), ("minuto", "minutos"), ("segundo", "segundos")],
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) =
            UNITS.iter().find(|(_, size)| self.0.is_multiple_of(*size)).copied().unwrap_or(('s', 1));
        write!(f, "{}{unit}", self.0 / size)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, seconds: Option<u64>) {
        assert_eq!(Span::parse(text).ok().map(Span::seconds), seconds, "{text:?}");
    }

    #[test]
    fn spans_parse_by_unit_and_nothing_else() {
        check("90s", Some(90));
        check("15m", Some(900));
        check("4h", Some(14_400));
        check("2w", Some(1_209_600));
        for bad in ["", "s", "0s", "-1d", "1.5h", "1y", "10", "99999999999999999999s", "367d", "5dd"] {
            check(bad, None);
        }
    }

    #[test]
    fn spans_read_back_as_they_were_written() {
        for text in ["1s", "90s", "15m", "4h", "5d", "2w"] {
            assert_eq!(Span::parse(text).unwrap().to_string(), text);
        }
        for (text, words) in [
            ("14d", "2 weeks"),
            ("1h", "1 hour"),
            ("90m", "90 minutes"),
            ("36h", "36 hours"),
            ("100s", "1 minute 40 seconds"),
            ("395247s", "4 days 13 hours 47 minutes"),
            ("101h", "4 days 5 hours"),
        ] {
            assert_eq!(Span::parse(text).unwrap().in_words(), words, "{text}");
        }
    }

    #[test]
    fn spans_are_said_in_every_language() {
        for (text, words) in [
            ("2w", ["2 weeks", "2 Wochen", "2 semaines", "2 semanas"]),
            ("1d", ["1 day", "1 Tag", "1 jour", "1 día"]),
            ("101h", ["4 days 5 hours", "4 Tage 5 Stunden", "4 jours 5 heures", "4 días 5 horas"]),
        ] {
            let span = Span::parse(text).unwrap();
            assert_eq!(Language::ALL.map(|language| span.said_in(language)), words, "{text}");
        }
    }

    #[test]
    fn spans_are_taken_several_times_up_to_the_longest() {
        let times = |text, count| Span::parse(text).unwrap().times(count).map(|span| span.to_string());
        assert_eq!(times("12h", 3).as_deref(), Some("36h"));
        assert_eq!(times("183d", 2).as_deref(), Some("366d"));
        assert_eq!((times("184d", 2), times("1d", 0)), (None, None));
    }

    #[test]
    fn instants_print_in_utc() {
        assert_eq!(Timestamp(1_763_818_200_123).to_string(), "2025-11-22T13:30:00Z");
        assert_eq!(Timestamp(0).day(), "1970-01-01");
    }

    #[test]
    fn instants_are_read_as_they_print() {
        assert_eq!(Timestamp::parse("2025-11-22T13:30:00.123Z"), Ok(Timestamp(1_763_818_200_123)));
        assert_eq!(Timestamp::parse("2025-11-22T14:30:00+01:00"), Ok(Timestamp(1_763_818_200_000)));
        for bad in ["", "2025-11-22", "2025-11-22 13:30", "now"] {
            assert!(Timestamp::parse(bad).is_err(), "{bad}");
        }
    }
}
