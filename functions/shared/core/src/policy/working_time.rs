//! When people work: days, hours, holidays, in one time zone. The only place where time zones are known.

use super::lapse::{Unit, Working};
use crate::{Error, Result, time::Timestamp};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// The most holidays of a policy.
pub const MAX_HOLIDAYS: usize = 400;
/// The most days that are looked through for working time: then it is over, however little there was.
pub const MAX_SEARCHED_DAYS: u16 = 366;

const DAY_MINUTES: u16 = 24 * 60;

/// When people work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingTime {
    /// The time zone, by its name in the IANA database: `Europe/Berlin`.
    pub zone: String,
    /// The days of the week.
    pub days: BTreeSet<Weekday>,
    /// When a day begins.
    pub from: TimeOfDay,
    /// When it ends.
    pub to: TimeOfDay,
    /// Days on which nobody works.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub holidays: BTreeSet<Day>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// A time of the day in whole minutes, written `09:00`; `24:00` is the end of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight, by the clock on the wall.
    #[must_use]
    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        let is_number = |text: &str| text.len() == 2 && text.bytes().all(|one| one.is_ascii_digit());
        let part = |text: &str| is_number(text).then(|| text.parse::<u16>().ok()).flatten();
        let read = text.split_once(':').and_then(|(hour, minute)| Some((part(hour)?, part(minute)?)));
        let minutes = read.filter(|(_, minute)| *minute < 60).map(|(hour, minute)| hour * 60 + minute);
        let bad = || Error::invalid("time of day", format!("{text:?} is not like 09:00"));
        minutes.filter(|minutes| *minutes <= DAY_MINUTES).map(Self).ok_or_else(bad)
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        format!("{:02}:{:02}", time.0 / 60, time.0 % 60)
    }
}

/// A day of the calendar, written `2026-12-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl TryFrom<String> for Day {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        let bad = || Error::invalid("day", format!("{text:?} is not a day like 2026-12-25"));
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts.as_slice() else { return Err(bad()) };
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return Err(bad());
        }
        let read = (year.parse().ok(), month.parse().ok(), day.parse().ok());
        let (Some(year), Some(month), Some(day)) = read else { return Err(bad()) };
        let read = Self { year, month, day };
        if read.exists() { Ok(read) } else { Err(bad()) }
    }
}

impl Day {
    /// Its year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    fn exists(self) -> bool {
        let month = time::Month::try_from(self.month);
        month.is_ok_and(|month| (1..=month.length(self.year.into())).contains(&self.day))
    }
}

impl From<Day> for String {
    fn from(Day { year, month, day }: Day) -> Self {
        format!("{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from(*self))
    }
}

impl WorkingTime {
    /// How many seconds a length of working time has.
    #[must_use]
    pub fn seconds(&self, Working { count, unit }: Working) -> u64 {
        let minutes = match unit {
            Unit::Minute => 1,
            Unit::Hour => 60,
            Unit::Day => self.to.0.saturating_sub(self.from.0),
        };
        u64::from(count) * u64::from(minutes) * 60
    }

    /// When so much working time has passed since `start`.
    ///
    /// # Errors
    /// [`Error::Broken`] for a zone that nobody knows.
    pub fn after(&self, start: Timestamp, working: Working) -> Result<Timestamp> {
        self.after_millis(start, self.millis(working))
    }

    /// When as much working time has passed since `start` as passes between `from` and `to`.
    ///
    /// # Errors
    /// As [`WorkingTime::after`].
    pub fn moved(&self, from: Timestamp, to: Timestamp, start: Timestamp) -> Result<Timestamp> {
        self.after_millis(start, self.between(from, to)?)
    }

    /// How many milliseconds of working time pass between two instants.
    fn between(&self, from: Timestamp, to: Timestamp) -> Result<i64> {
        let calendar = Calendar::of(self)?;
        let (mut date, mut sum) = (calendar.date(from)?, 0);
        while calendar.midnight(date)? < to {
            if let Some((begins, ends)) = calendar.hours(date)? {
                sum += ends.min(to).since(begins.max(from)).max(0);
            }
            date = date.tomorrow().map_err(unknown)?;
        }
        Ok(sum)
    }

    fn after_millis(&self, start: Timestamp, millis: i64) -> Result<Timestamp> {
        let calendar = Calendar::of(self)?;
        let mut left = millis;
        let mut date = calendar.date(start)?;
        for _ in 0..=MAX_SEARCHED_DAYS {
            if let Some((begins, ends)) = calendar.hours(date)? {
                let begins = begins.max(start);
                if left <= ends.since(begins) {
                    return Ok(Timestamp(begins.0 + left));
                }
                left -= ends.since(begins).max(0);
            }
            date = date.tomorrow().map_err(unknown)?;
        }
        calendar.midnight(date)
    }

    /// When so much working time is left until `end`.
    ///
    /// # Errors
    /// As [`WorkingTime::after`].
    pub fn before(&self, end: Timestamp, working: Working) -> Result<Timestamp> {
        let calendar = Calendar::of(self)?;
        let mut left = self.millis(working);
        let mut date = calendar.date(end)?;
        for _ in 0..=MAX_SEARCHED_DAYS {
            if let Some((begins, ends)) = calendar.hours(date)? {
                let ends = ends.min(end);
                if left <= ends.since(begins) {
                    return Ok(Timestamp(ends.0 - left));
                }
                left -= ends.since(begins).max(0);
            }
            date = date.yesterday().map_err(unknown)?;
        }
        calendar.midnight(date)
    }

    fn millis(&self, working: Working) -> i64 {
        i64::try_from(self.seconds(working) * 1_000).unwrap_or(i64::MAX)
    }

    /// An instant as people there read it: `2026-11-23 16:00+01:00`.
    ///
    /// # Errors
    /// As [`WorkingTime::after`].
    pub fn local(&self, at: Timestamp) -> Result<String> {
        let (zone, at) = (zone(&self.zone)?, instant(at)?);
        let (read, offset) = (zone.to_datetime(at), zone.to_offset(at));
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        Ok(format!(
            "{:04}-{:02}-{:02} {:02}:{:02}{sign}{:02}:{:02}",
            read.year(),
            read.month(),
            read.day(),
            read.hour(),
            read.minute(),
            minutes.abs() / 60,
            minutes.abs() % 60
        ))
    }

    /// The day that people there have at an instant.
    ///
    /// # Errors
    /// As [`WorkingTime::after`].
    pub fn date(&self, at: Timestamp) -> Result<time::Date> {
        let date = Calendar::of(self)?.date(at)?;
        let month = u8::try_from(date.month()).ok().and_then(|month| time::Month::try_from(month).ok());
        let day = u8::try_from(date.day()).ok();
        let both = month.zip(day).ok_or_else(|| unknown("no such day"))?;
        time::Date::from_calendar_date(date.year().into(), both.0, both.1).map_err(unknown)
    }

    /// When a day begins there: at midnight, or when the clock is put forward over it.
    ///
    /// # Errors
    /// As [`WorkingTime::after`].
    pub fn midnight(&self, day: time::Date) -> Result<Timestamp> {
        let year = i16::try_from(day.year()).map_err(unknown)?;
        let month = i8::try_from(u8::from(day.month())).map_err(unknown)?;
        let date = Date::new(year, month, i8::try_from(day.day()).map_err(unknown)?).map_err(unknown)?;
        Calendar::of(self)?.midnight(date)
    }

    /// Whether the database knows its zone.
    #[must_use]
    pub fn has_zone(&self) -> bool {
        zone(&self.zone).is_ok()
    }
}

fn unknown(error: impl fmt::Display) -> Error {
    Error::Broken(format!("working time: {error}"))
}

fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(unknown)
}

fn instant(at: Timestamp) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(at.0).map_err(unknown)
}

/// Working time, in its zone.
struct Calendar<'a> {
    of: &'a WorkingTime,
    zone: TimeZone,
}

impl<'a> Calendar<'a> {
    fn of(of: &'a WorkingTime) -> Result<Self> {
        Ok(Self { of, zone: zone(&of.zone)? })
    }

    fn date(&self, at: Timestamp) -> Result<Date> {
        Ok(self.zone.to_datetime(instant(at)?).date())
    }

    fn midnight(&self, date: Date) -> Result<Timestamp> {
        self.at(date, TimeOfDay(0))
    }

    /// From when until when people work on a day, if they do. Where the clock is put back or forward between the two, the
    /// day is longer or shorter.
    fn hours(&self, date: Date) -> Result<Option<(Timestamp, Timestamp)>> {
        let weekday = Weekday::ALL.get(date.weekday().to_monday_zero_offset().unsigned_abs() as usize);
        let holiday = self.of.holidays.iter().any(|day| is_same(*day, date));
        if holiday || !weekday.is_some_and(|weekday| self.of.days.contains(weekday)) {
            return Ok(None);
        }
        let (begins, ends) = (self.at(date, self.of.from)?, self.at(date, self.of.to)?);
        Ok((begins < ends).then_some((begins, ends)))
    }

    /// An instant by the clock on the wall: of two such the first, and of none how late it would be without the gap.
    fn at(&self, date: Date, time: TimeOfDay) -> Result<Timestamp> {
        let date = if time.0 == DAY_MINUTES { date.tomorrow().map_err(unknown)? } else { date };
        let minutes = time.0 % DAY_MINUTES;
        let hour = i8::try_from(minutes / 60).map_err(unknown)?;
        let minute = i8::try_from(minutes % 60).map_err(unknown)?;
        let at = self.zone.to_timestamp(date.at(hour, minute, 0, 0)).map_err(unknown)?;
        Ok(Timestamp(at.as_millisecond()))
    }
}

fn is_same(day: Day, date: Date) -> bool {
    (i32::from(day.year), i32::from(day.month), i32::from(day.day))
        == (i32::from(date.year()), i32::from(date.month()), i32::from(date.day()))
}

#[cfg(test)]
mod tests;
