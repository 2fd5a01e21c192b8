//! When a service says that it may be asked again.

use countersign_core::time::Timestamp;
use countersign_http::http::{HeaderMap, header::RETRY_AFTER};
use std::time::UNIX_EPOCH;

/// The longest wait that a service can impose, in milliseconds: an hour.
pub(crate) const MAX_WAIT_MS: i64 = 60 * 60 * 1000;

/// Okta's header: seconds since 1970.
const RATE_LIMIT_RESET: &str = "x-rate-limit-reset";

/// The time that `Retry-After` (RFC 9110, 10.2.3) names, in seconds or as a date.
pub(crate) fn named(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let at = match text.parse::<u32>() {
        Ok(seconds) => now.0.saturating_add(i64::from(seconds) * 1000),
        Err(_) => date(text)?,
    };
    Some(within(at, now))
}

/// As [`named`], else the time at which the rate limit of the call begins anew.
pub(crate) fn named_or_reset(headers: &HeaderMap, now: Timestamp) -> Option<Timestamp> {
    let reset = || headers.get(RATE_LIMIT_RESET)?.to_str().ok()?.trim().parse::<u32>().ok();
    named(headers, now).or_else(|| Some(within(i64::from(reset()?) * 1000, now)))
}

fn date(text: &str) -> Option<i64> {
    let at = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(at.as_millis()).ok()
}

fn within(at: i64, now: Timestamp) -> Timestamp {
    Timestamp(at.clamp(now.0, now.0.saturating_add(MAX_WAIT_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    fn check(name: &'static str, value: &str, seconds: Option<i64>) {
        let headers = HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        let wait = named_or_reset(&headers, NOW).map(|at| at.since(NOW) / 1000);
        assert_eq!(wait, seconds, "{name}: {value}");
        if name == RATE_LIMIT_RESET {
            assert_eq!(named(&headers, NOW), None);
        }
    }

    #[test]
    fn both_forms_and_the_reset_are_read_and_none_is_believed_without_bounds() {
        // NOW is Sun, 22 Nov 2026 14:00:00 GMT.
        check("retry-after", "7", Some(7));
        check("retry-after", " 7 ", Some(7));
        check("retry-after", "0", Some(0));
        check("retry-after", "4294967295", Some(MAX_WAIT_MS / 1000));
        check("retry-after", "Sun, 22 Nov 2026 14:02:00 GMT", Some(120));
        check("retry-after", "Sun, 22 Nov 2026 13:00:00 GMT", Some(0));
        check("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT", Some(MAX_WAIT_MS / 1000));
        check(RATE_LIMIT_RESET, "1795356030", Some(30));
        check(RATE_LIMIT_RESET, "1", Some(0));
        for bad in ["", "soon", "-1", "1.5", "99999999999999999999"] {
            check("retry-after", bad, None);
            check(RATE_LIMIT_RESET, bad, None);
        }
    }
}
