//! From when on an ask wants something: at once, a day, or nothing we can be sure of.

use std::ops::Range;

use time::Date;

use crate::calendar::{FILLERS, date};
use crate::message::{Message, Word};
use crate::now::Now;

/// From when on, and where the text says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// Nothing is said, or it is today.
    AtOnce,
    /// From the beginning of a day on, and with the last day where that is named beside it.
    On(Date, Option<Date>, Range<usize>),
    /// A beginning is meant but not plainly which.
    Unclear(Range<usize>),
}

impl Start {
    /// The first day, where there is one.
    pub(crate) fn day(&self) -> Option<Date> {
        if let Self::On(day, _, _) = self { Some(*day) } else { None }
    }

    /// Where the text says so.
    pub(crate) fn span(&self) -> Option<&Range<usize>> {
        match self {
            Self::AtOnce => None,
            Self::On(_, _, span) | Self::Unclear(span) => Some(span),
        }
    }
}

/// Before a day each of these says when something begins.
const FROM: &[&str] =
    &["from", "starting", "beginning", "commencing", "effective", "ab", "vom", "partir", "dès"];
/// What may stand between that and the day, beside the calendar's.
const BETWEEN: &[&str] = &["de", "del", "du", "dem", "der", "on", "as", "of", "from", "with"];
/// Before a second day each of these says that it is the last.
const TO: &[&str] = &["to", "through", "thru", "bis", "au", "al", "until", "till"];
/// Behind one of the first a beginning is meant, though which day is not plain.
const SOON: &[&str] = &["next", "nächster", "nächste", "nächsten", "prochaine", "próxima", "coming"];
const PERIODS: &[&str] =
    &["week", "month", "quarter", "year", "sprint", "woche", "monat", "semaine", "mois", "semana", "mes"];

/// The first beginning in `part`.
pub(crate) fn find(message: &Message, part: &Range<usize>, now: Now<'_>) -> Start {
    let words = message.words(part.clone());
    let Some(today) = now.today() else { return Start::AtOnce };
    (0..words.len()).find_map(|at| at_word(&words, at, today)).unwrap_or(Start::AtOnce)
}

fn at_word(words: &[Word<'_>], at: usize, today: Date) -> Option<Start> {
    let here = words.get(at)?;
    let as_of = here.text == "as" && words.get(at + 1).is_some_and(|next| next.text == "of");
    if !FROM.contains(&here.text) && !as_of {
        return None;
    }
    let rest = words.get(at + 1..)?;
    let skipped = between(rest);
    let target = rest.get(skipped..)?;
    let Some((first, used)) = date(target, today) else {
        return soon(here, rest);
    };
    let mut end = target.get(used - 1)?.end();
    let mut last = None;
    if let Some((to, behind)) = target.get(used..).and_then(<[_]>::split_first)
        && TO.contains(&to.text)
        && let Some((day, taken)) = date(behind.get(between(behind)..)?, first)
    {
        last = Some(day);
        end = behind.get(between(behind) + taken - 1)?.end();
    }
    let span = here.at..end;
    Some(match first.cmp(&today) {
        std::cmp::Ordering::Greater => Start::On(first, last, span),
        std::cmp::Ordering::Equal if last.is_some() => Start::On(first, last, span),
        std::cmp::Ordering::Equal => Start::AtOnce,
        std::cmp::Ordering::Less => Start::Unclear(span),
    })
}

fn between(words: &[Word<'_>]) -> usize {
    words.iter().take_while(|word| FILLERS.contains(&word.text) || BETWEEN.contains(&word.text)).count()
}

/// "from next month on".
fn soon(here: &Word<'_>, rest: &[Word<'_>]) -> Option<Start> {
    let said = rest.iter().take(3).position(|word| SOON.contains(&word.text))?;
    let period = rest.get(said + 1).filter(|word| PERIODS.contains(&word.text))?;
    Some(Start::Unclear(here.at..period.end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// Tuesday, 10 November 2026, noon.
    const NOW: i64 = 1_794_312_000;

    fn check(text: &str, expected: &str) {
        let message = Message::read(&Catalog::default(), text, |_| true);
        let seen = match find(&message, &message.body, NOW.into()) {
            Start::AtOnce => String::new(),
            Start::On(first, None, _) => first.to_string(),
            Start::On(first, Some(last), _) => format!("{first} {last}"),
            Start::Unclear(_) => "unclear".into(),
        };
        assert_eq!(seen, expected, "{text:?}");
    }

    #[test]
    fn days_from_which_on_something_is_wanted() {
        check("Salesforce from Monday", "2026-11-16");
        check("Salesforce from next Monday on, for two weeks", "2026-11-16");
        check("starting tomorrow", "2026-11-11");
        check("starting on 1 December please", "2026-12-01");
        check("beginning December 1st", "2026-12-01");
        check("as of 2026-12-01", "2026-12-01");
        check("effective from Friday", "2026-11-13");
        check("ab Montag", "2026-11-16");
        check("ab dem 1. Dezember", "2026-12-01");
        check("à partir de lundi", "2026-11-16");
        check("a partir del lunes", "2026-11-16");
    }

    #[test]
    fn a_last_day_may_be_named_beside_the_first() {
        check("from Monday to Friday", "2026-11-16 2026-11-20");
        check("from Monday until Friday", "2026-11-16 2026-11-20");
        check("from 1 December to 12 December", "2026-12-01 2026-12-12");
        check("vom 1. Dezember bis 12. Dezember", "2026-12-01 2026-12-12");
        check("from today to Friday", "2026-11-10 2026-11-13");
    }

    #[test]
    fn what_begins_nothing_is_at_once() {
        check("Salesforce please", "");
        check("from today on", "");
        check("remove me from Salesforce", "");
        check("I am from Finance and start on Monday", "");
        check("a report from last month", "");
        check("effective access", "");
        check("I need it by Monday", "");
    }

    #[test]
    fn what_is_not_plain_is_unclear() {
        check("from next month", "unclear");
        check("starting next week", "unclear");
        check("ab nächster Woche", "unclear");
        check("from 2020-01-01", "unclear");
    }
}
