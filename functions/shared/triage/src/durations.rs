//! For how long an ask wants something: a length, an end, nothing said, or nothing we can be sure of.

use std::ops::Range;

use countersign_core::time::MAX_SPAN_SECONDS;
use time::Date;

use crate::calendar::{FILLERS, date};
use crate::message::{Message, Word};
use crate::now::Now;
use crate::periods::{Period, period};

const DAY: u64 = 86_400;

/// For how long, and where the text says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Duration {
    /// Nothing is said.
    Unlimited,
    /// So many seconds, from now or from when it begins.
    Seconds(u64, Range<usize>),
    /// Up to the end of a day, which is so many seconds from now.
    Until(u64, Range<usize>),
    /// An end is meant but not plainly which.
    Unclear(Range<usize>),
}

const FOR: &[&str] = &["for", "für", "pour", "pendant", "por", "para", "durante", "over", "during"];
const UNTIL: &[&str] = &["until", "till", "til", "through", "bis", "jusqu", "jusque", "hasta", "untill"];
const TEMPORARY: &[&str] = &[
    "temporary",
    "temporarily",
    "temp",
    "vorübergehend",
    "temporär",
    "temporaire",
    "temporairement",
    "temporal",
    "briefly",
];
const THIS: &[&str] =
    &["this", "today", "tonight", "diese", "diesen", "heute", "cette", "ce", "esta", "este", "hoy"];
const ONLY: &[&str] = &["only", "just", "nur", "seulement", "solo", "sólo"];
/// From here on a bare number is a year or a name, not a count.
const MAX_COUNT: u64 = 1_000;
/// Around a length these speak of the past, of a deadline or of a rhythm.
const NOT_A_LENGTH: &[&str] = &[
    "last", "past", "every", "since", "seit", "depuis", "desde", "waiting", "waited", "been", "within",
    "ago", "vor", "old",
];

/// The first duration in `part`. Days are looked for from `first` on, where that is when it begins.
pub(crate) fn find(message: &Message, part: &Range<usize>, now: Now<'_>, first: Option<Date>) -> Duration {
    let words = message.words(part.clone());
    let base = first.or(now.today()).map(|day| Base { now, day });
    let mut found = (0..words.len()).filter_map(|at| at_word(&words, at, base));
    match found.next() {
        Some(Duration::Seconds(seconds, span) | Duration::Until(seconds, span))
            if found.any(|other| contradicts(&other, seconds, &span)) =>
        {
            Duration::Unclear(span)
        }
        Some(first) => first,
        None => temporary(&words),
    }
}

/// When it is, and the day from which others are counted: that from which on something is wanted, else today.
#[derive(Clone, Copy)]
struct Base<'a> {
    now: Now<'a>,
    day: Date,
}

fn contradicts(other: &Duration, first: u64, span: &Range<usize>) -> bool {
    match other {
        Duration::Unlimited => false,
        Duration::Seconds(seconds, place) | Duration::Until(seconds, place) => {
            *seconds != first && place.start >= span.end
        }
        Duration::Unclear(place) => place.start >= span.end,
    }
}

fn temporary(words: &[Word<'_>]) -> Duration {
    let said = words.iter().find(|word| TEMPORARY.contains(&word.text));
    said.map_or(Duration::Unlimited, |word| Duration::Unclear(word.at..word.end()))
}

fn at_word(words: &[Word<'_>], at: usize, base: Option<Base<'_>>) -> Option<Duration> {
    let here = words.get(at)?;
    let rest = words.get(at..)?;
    if UNTIL.contains(&here.text) {
        return Some(until(rest, base));
    }
    let cued = FOR.contains(&here.text);
    let skipped = if cued { 1 + fillers(rest.get(1..)?) } else { 0 };
    let amount = rest.get(skipped..)?;
    let Some((length, used)) = length(amount) else {
        let following = rest.get(usize::from(cued)..)?;
        let named = (cued || is_only(words, at)).then(|| named_period(here, following, base)).flatten();
        return named.or_else(|| counted(amount).filter(|_| cued).map(|end| Duration::Unclear(here.at..end)));
    };
    let end = amount.get(used - 1)?.end();
    let around = at.saturating_sub(3)..at;
    let past =
        words.get(around).is_some_and(|before| before.iter().any(|word| NOT_A_LENGTH.contains(&word.text)))
            || amount.get(used).is_some_and(|after| NOT_A_LENGTH.contains(&after.text));
    if past {
        return None;
    }
    let span = here.at..end;
    match length {
        Some(seconds)
            if (1..=MAX_SPAN_SECONDS).contains(&seconds) && (cued || is_bound(words, at, used, amount)) =>
        {
            Some(Duration::Seconds(seconds, span))
        }
        _ if cued || !follows_cue(words, at) => Some(Duration::Unclear(span)),
        _ => None,
    }
}

/// "a 3 day licence", "2 weeks only": a length without "for" that is plainly one.
fn is_bound(words: &[Word<'_>], at: usize, used: usize, amount: &[Word<'_>]) -> bool {
    let next = amount.get(used).map(|word| word.text);
    let previous = at.checked_sub(1).and_then(|before| words.get(before)).map(|word| word.text);
    let bounds = ["access", "only", "licence", "license", "max", "trial", "zugriff", "lang", "long"];
    next.is_some_and(|word| bounds.contains(&word)) || previous == Some("only") || follows_cue(words, at)
}

/// Whether the words just before are "for the next", so that the longer reading was taken there.
fn follows_cue(words: &[Word<'_>], at: usize) -> bool {
    let before = words.get(..at).unwrap_or_default();
    before
        .iter()
        .rev()
        .find(|word| !FILLERS.contains(&word.text))
        .is_some_and(|word| FOR.contains(&word.text))
}

fn fillers(words: &[Word<'_>]) -> usize {
    words.iter().take_while(|word| FILLERS.contains(&word.text)).count()
}

/// The length at the start of `words` and how many words it takes; no length where the number is vague.
fn length(words: &[Word<'_>]) -> Option<(Option<u64>, usize)> {
    let first = words.first()?.text;
    if let Some((count, unit)) = split_compact(first) {
        return Some((count.checked_mul(unit), 1));
    }
    let second = words.get(1).map(|word| word.text);
    if matches!(first, "few" | "several" | "some" | "couple" | "einige" | "quelques" | "unos" | "unas") {
        return second.filter(|word| unit(word).is_some()).map(|_| (None, 2));
    }
    if matches!((first, second), ("a", Some("few" | "couple"))) {
        let used = if words.get(2).is_some_and(|word| word.text == "of") { 4 } else { 3 };
        return words.get(used - 1).filter(|word| unit(word.text).is_some()).map(|_| (None, used));
    }
    let count = number(first)?;
    let seconds = unit(second?)?;
    Some((count.checked_mul(seconds), 2))
}

fn split_compact(word: &str) -> Option<(u64, u64)> {
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = word.get(..word.len() - letters.len())?;
    let unit = match letters {
        "w" => 7 * DAY,
        "d" => DAY,
        _ => unit(letters).filter(|_| !letters.is_empty())?,
    };
    Some((digits.parse().ok()?, unit))
}

fn number(word: &str) -> Option<u64> {
    let value = match word {
        "a" | "an" | "one" | "ein" | "eine" | "einen" | "einem" | "un" | "une" | "una" => 1,
        "two" | "zwei" | "deux" | "dos" => 2,
        "three" | "drei" | "trois" | "tres" => 3,
        "four" | "vier" | "quatre" | "cuatro" => 4,
        "five" | "fünf" | "cinq" | "cinco" => 5,
        "six" | "sechs" | "seis" => 6,
        "seven" | "sieben" | "sept" | "siete" => 7,
        "eight" | "acht" | "huit" | "ocho" => 8,
        "nine" | "neun" | "neuf" | "nueve" => 9,
        "ten" | "zehn" | "dix" | "diez" => 10,
        "twelve" | "zwölf" | "douze" | "doce" => 12,
        digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().unwrap_or(u64::MAX)
        }
        _ => return None,
    };
    Some(value)
}

fn unit(word: &str) -> Option<u64> {
    let seconds = match word {
        "seconds" | "secs" | "sekunden" | "secondes" | "segundos" => 1,
        "minute" | "minutes" | "min" | "mins" | "minuten" | "minutos" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" | "stunde" | "stunden" | "heure" | "heures" | "hora"
        | "horas" => 3_600,
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" | "dia" | "dias" => {
            DAY
        }
        "week" | "weeks" | "wk" | "wks" | "woche" | "wochen" | "semaine" | "semaines" | "semana"
        | "semanas" => 7 * DAY,
        "fortnight" | "fortnights" => 14 * DAY,
        "month" | "months" | "monat" | "monate" | "monaten" | "mois" | "mes" | "meses" => 30 * DAY,
        "year" | "years" | "jahr" | "jahre" | "jahren" | "ans" | "année" | "año" | "años" => 365 * DAY,
        _ => return None,
    };
    Some(seconds)
}

/// "for today", "this week only".
fn named_period(first: &Word<'_>, words: &[Word<'_>], base: Option<Base<'_>>) -> Option<Duration> {
    let (period, used) = period(words, base?.day)?;
    let span = first.at..words.get(used - 1)?.end();
    Some(match period {
        Period::Through(last) => up_to(Some(last), base, span),
        Period::Vague => Duration::Unclear(span),
    })
}

/// "only this week", "today only": a period without "for" that is plainly a bound, not a wish when to begin.
fn is_only(words: &[Word<'_>], at: usize) -> bool {
    let begins = |word: &Word<'_>| THIS.contains(&word.text);
    let bounds = |word: &Word<'_>| ONLY.contains(&word.text);
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    let mut after = words.iter().skip(at + 1).take(2);
    words.get(at).is_some_and(begins) && (before.is_some_and(bounds) || after.any(bounds))
}

/// The end of "3 sprints", "five working days": a count of what has no known length.
fn counted(words: &[Word<'_>]) -> Option<usize> {
    let [count, what, ..] = words else { return None };
    let counts = number(count.text).is_some_and(|count| (2..MAX_COUNT).contains(&count));
    counts.then(|| what.end())
}

fn until(words: &[Word<'_>], base: Option<Base<'_>>) -> Duration {
    let start = words.first().map_or(0, |word| word.at);
    let skipped = 1 + fillers(words.get(1..).unwrap_or_default());
    let target = words.get(skipped..).unwrap_or_default();
    let parsed = base.and_then(|base| date(target, base.day));
    let end = match parsed {
        Some((_, used)) => target.get(used - 1).map_or(start, Word::end),
        None => target.first().or(words.first()).map_or(start, Word::end),
    };
    up_to(parsed.map(|(date, _)| date), base, start..end)
}

/// The seconds to the end of a day.
fn up_to(last: Option<Date>, base: Option<Base<'_>>, span: Range<usize>) -> Duration {
    let seconds = last
        .and_then(Date::next_day)
        .zip(base)
        .and_then(|(after, base)| Some(base.now.midnight(after)? - base.now.seconds()))
        .and_then(|seconds| u64::try_from(seconds).ok())
        .filter(|seconds| (1..=MAX_SPAN_SECONDS).contains(seconds));
    seconds.map_or(Duration::Unclear(span.clone()), |seconds| Duration::Until(seconds, span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    /// Tuesday, 10 November 2026, noon.
    const NOW: i64 = 1_794_312_000;
    const NOON: u64 = DAY / 2;

    fn check(text: &str, expected: Option<u64>) {
        let message = Message::read(&Catalog::default(), text, |_| true);
        let seen = match find(&message, &message.body, NOW.into(), None) {
            Duration::Unlimited => None,
            Duration::Seconds(seconds, _) | Duration::Until(seconds, _) => Some(seconds),
            Duration::Unclear(_) => Some(0),
        };
        assert_eq!(seen, expected, "{text:?} (0 stands for unclear)");
    }

    #[test]
    fn lengths() {
        check("Salesforce for two weeks", Some(14 * DAY));
        check("Salesforce for 3 days please", Some(3 * DAY));
        check("Salesforce for 2 hours", Some(7_200));
        check("for the next 10 days", Some(10 * DAY));
        check("for a month", Some(30 * DAY));
        check("a 3-day licence", Some(3 * DAY));
        check("2w only", Some(14 * DAY));
        check("für zwei Wochen", Some(14 * DAY));
        check("pendant deux semaines", Some(14 * DAY));
        check("por tres días", Some(3 * DAY));
        check("for a fortnight", Some(14 * DAY));
        check("for 90 seconds", Some(90));
        check("I have been waiting for two weeks", None);
        check("asked 3 days ago", None);
        check("Salesforce please", None);
    }

    #[test]
    fn ends() {
        check("until Friday", Some(3 * DAY + NOON));
        check("till tomorrow", Some(DAY + NOON));
        check("until Tuesday", Some(7 * DAY + NOON));
        check("until the end of the month", Some(20 * DAY + NOON));
        check("until end of quarter", Some(51 * DAY + NOON));
        check("until 2026-11-12", Some(2 * DAY + NOON));
        check("until 12 November", Some(2 * DAY + NOON));
        check("until November 12th", Some(2 * DAY + NOON));
        check("bis Freitag", Some(3 * DAY + NOON));
        check("just for today", Some(NOON));
        check("for this week", Some(5 * DAY + NOON));
        check("this week only", Some(5 * DAY + NOON));
        check("only today please", Some(NOON));
        check("for this quarter", Some(51 * DAY + NOON));
        check("for the quarter reports", None);
        check("I need it this week", None);
    }

    #[test]
    fn what_is_not_plain_is_unclear() {
        check("until 2020-01-01", Some(0));
        check("until the project ends", Some(0));
        check("for 0 days", Some(0));
        check("for 900 years", Some(0));
        check("for 99999999999999999999 days", Some(0));
        check("for 18446744073709551615 weeks", Some(0));
        check("for a few days", Some(0));
        check("temporarily", Some(0));
        check("until", Some(0));
        check("for two weeks or for three days", Some(0));
        check("for next week", Some(0));
        check("for the weekend", Some(0));
        check("for 3 sprints", Some(0));
        check("for a sprint", Some(0));
        check("for five working days", Some(0));
        check("for the time being", Some(0));
        check("for now", Some(0));
        check("for a while, please", Some(0));
        check("for the rest of the week", Some(0));
        check("for December", Some(0));
    }

    #[test]
    fn longer_than_the_product_keeps_is_unclear() {
        check("for 366 days", Some(366 * DAY));
        check("for a year", Some(365 * DAY));
        check("for 367 days", Some(0));
        check("für 400 Tage", Some(0));
        check("for 2 years", Some(0));
        check("for 18 months", Some(0));
        check("until 2029-01-01", Some(0));
    }
}
