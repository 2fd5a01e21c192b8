//! The time for which access is wanted: from a moment on, up to a moment.

use crate::time::{MAX_SPAN_SECONDS, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How far ahead access may begin at most, in days.
pub const MAX_DAYS_AHEAD: u8 = 90;

const LONGEST_MILLIS: i64 = MAX_SPAN_SECONDS as i64 * 1_000;

/// A time with a beginning, an end, both or neither. It stands where it is: an approval that comes late does not move it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// From when on; missing: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Timestamp>,
    /// Up to when; missing: as long as it was asked for, counted from when it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Timestamp>,
}

impl Window {
    /// Whether it has neither beginning nor end.
    #[must_use]
    pub fn is_any_time(&self) -> bool {
        *self == Self::default()
    }

    /// The same, no longer than a length of time from its beginning.
    #[must_use]
    pub fn lasting(self, longest: Option<Span>) -> Self {
        let latest = self.starts.zip(longest).map(|(starts, longest)| starts.plus(longest));
        let ends = match (self.ends, latest) {
            (Some(ends), Some(latest)) => Some(ends.min(latest)),
            (one, other) => one.or(other),
        };
        Self { ends, ..self }
    }

    /// Whether nothing of it is left at `now`.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }

    /// Its beginning, where that is still to come at `now`.
    #[must_use]
    pub fn begins_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.starts.filter(|starts| *starts > now)
    }

    /// Whether it begins too far ahead of `now` for anybody to decide on it.
    #[must_use]
    pub fn is_too_far(&self, now: Timestamp) -> bool {
        self.starts.is_some_and(|starts| starts > now.plus(Span::of_days(MAX_DAYS_AHEAD)))
    }

    /// Whether more than the longest length of time is left of it at `now`, from its beginning on.
    #[must_use]
    pub fn is_too_long(&self, now: Timestamp) -> bool {
        let from = self.begins_after(now).unwrap_or(now);
        self.ends.is_some_and(|ends| ends.since(from) > LONGEST_MILLIS)
    }

    /// When what is given at `from` for `longest` ends: whichever comes first, but not before it is given.
    #[must_use]
    pub fn end_of(&self, from: Timestamp, longest: Option<Span>) -> Option<Timestamp> {
        let latest = longest.map(|longest| from.plus(longest));
        let first = self.ends.into_iter().chain(latest).min();
        first.map(|end| end.max(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(starts: Option<i64>, ends: Option<i64>) -> Window {
        Window { starts: starts.map(Timestamp), ends: ends.map(Timestamp) }
    }

    fn seconds(count: u64) -> Option<Span> {
        Span::of_seconds(count).ok()
    }

    #[test]
    fn it_may_last_as_long_as_a_length_of_time() {
        let longest = LONGEST_MILLIS;
        for (starts, ends, too_long) in [
            (None, None, false),
            (Some(5_000), None, false),
            (None, Some(longest + 1_000), false),
            (None, Some(longest + 1_001), true),
            (Some(500), Some(longest + 1_001), true),
            (Some(5_000), Some(longest + 5_000), false),
            (Some(5_000), Some(longest + 5_001), true),
        ] {
            let window = window(starts, ends);
            assert_eq!(window.is_too_long(Timestamp(1_000)), too_long, "{window:?}");
        }
    }

    #[test]
    fn it_stands_where_it_is_and_only_gets_shorter() {
        for (starts, ends, longest, expected) in [
            (None, None, 5, None),
            (Some(2_000), None, 5, Some(7_000)),
            (Some(2_000), Some(6_000), 5, Some(6_000)),
            (Some(2_000), Some(9_000), 5, Some(7_000)),
            (None, Some(9_000), 5, Some(9_000)),
        ] {
            let left = window(starts, ends).lasting(seconds(longest));
            assert_eq!(left, window(starts, expected), "{starts:?} {ends:?}");
            assert_eq!(left.lasting(None), left);
        }
    }

    #[test]
    fn the_end_is_whichever_comes_first() {
        for (ends, from, longest, expected) in [
            (None, 1_000, None, None),
            (None, 1_000, seconds(5), Some(6_000)),
            (Some(4_000), 1_000, seconds(5), Some(4_000)),
            (Some(9_000), 1_000, seconds(5), Some(6_000)),
            (Some(4_000), 5_000, seconds(5), Some(5_000)),
        ] {
            let found = window(None, ends).end_of(Timestamp(from), longest);
            assert_eq!(found, expected.map(Timestamp), "{ends:?} from {from}");
        }
    }

    #[test]
    fn it_is_before_within_or_over() {
        let one = window(Some(2_000), Some(4_000));
        for (now, before, over) in
            [(1_999, true, false), (2_000, false, false), (3_999, false, false), (4_000, false, true)]
        {
            assert_eq!(
                (one.begins_after(Timestamp(now)).is_some(), one.is_over(Timestamp(now))),
                (before, over),
                "{now}"
            );
        }
        let day = 86_400_000;
        assert!(!window(Some(90 * day), None).is_too_far(Timestamp(0)));
        assert!(window(Some(90 * day + 1), None).is_too_far(Timestamp(0)));
    }

    #[test]
    fn what_has_no_bounds_is_written_as_nothing() {
        assert_eq!(serde_json::to_string(&Window::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Window>("{}").unwrap(), Window::default());
    }
}
