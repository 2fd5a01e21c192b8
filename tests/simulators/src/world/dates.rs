//! Dates in the spellings of the outside systems; all take milliseconds since the Unix epoch.

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Duration, OffsetDateTime};

/// `Sun, 22 Nov 2026 14:35:08 GMT`, as HTTP headers have it.
pub fn http(ms: i64) -> String {
    spell(
        ms,
        format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        ),
    )
}

/// `2026-11-22T14:35:08.000Z`, as Okta has it.
pub fn iso_ms(ms: i64) -> String {
    spell(ms, format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"))
}

/// `2026-11-22T14:35:08+00:00`, as BambooHR has it.
pub fn iso_offset(ms: i64) -> String {
    spell(ms, format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]+00:00"))
}

/// `2026-11-22`, `days` after the day of `ms`.
pub fn day(ms: i64, days: i32) -> String {
    let shifted = ms.saturating_add(Duration::days(i64::from(days)).whole_milliseconds() as i64);
    spell(shifted, format_description!("[year]-[month]-[day]"))
}

/// Reads an RFC 3339 date and time, or a plain `2026-11-22` (its first moment in UTC).
pub fn parse(text: &str) -> Option<i64> {
    let whole = if text.len() == "2026-11-22".len() { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let read = OffsetDateTime::parse(&whole, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(read.unix_timestamp_nanos() / 1_000_000).ok()
}

fn spell(ms: i64, format: &[BorrowedFormatItem<'_>]) -> String {
    let nanos = i128::from(ms) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(format).unwrap_or_default()
}
