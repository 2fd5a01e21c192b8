//! When it is, and when days begin: in the zone in which people work, else in UTC.

use countersign_core::{policy::working_time::WorkingTime, time::Timestamp};
use time::{Date, OffsetDateTime};

/// An instant, and the days of where people are.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    seconds: i64,
    zone: Option<&'a WorkingTime>,
}

impl From<i64> for Now<'_> {
    /// Unix seconds; days are those of UTC.
    fn from(seconds: i64) -> Self {
        Self { seconds, zone: None }
    }
}

impl<'a> Now<'a> {
    /// Unix seconds; days are those of the zone in which people work, where one is named.
    pub fn within(seconds: i64, zone: Option<&'a WorkingTime>) -> Self {
        Self { seconds, zone }
    }

    /// Unix seconds.
    pub(crate) fn seconds(self) -> i64 {
        self.seconds
    }

    /// Which day it is; none where nobody can tell.
    pub(crate) fn today(self) -> Option<Date> {
        match self.zone {
            Some(zone) => zone.date(Timestamp(self.seconds.checked_mul(1_000)?)).ok(),
            None => OffsetDateTime::from_unix_timestamp(self.seconds).ok().map(OffsetDateTime::date),
        }
    }

    /// When a day begins, in unix seconds.
    pub(crate) fn midnight(self, day: Date) -> Option<i64> {
        match self.zone {
            Some(zone) => zone.midnight(day).ok().map(Timestamp::seconds),
            None => Some(day.midnight().assume_utc().unix_timestamp()),
        }
    }
}
