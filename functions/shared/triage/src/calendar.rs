//! The days that people name: "Friday", "12 November", "the end of the quarter".

use time::{Date, Month, Weekday};

use crate::message::Word;

/// Words between a preposition and the time it speaks of.
pub(crate) const FILLERS: &[&str] = &[
    "the",
    "next",
    "only",
    "about",
    "just",
    "this",
    "another",
    "die",
    "nächsten",
    "nächste",
    "les",
    "prochaines",
    "prochain",
    "las",
    "los",
    "próximas",
    "próximos",
    "zum",
    "au",
    "à",
    "el",
    "al",
    "le",
    "la",
    "of",
    "on",
    "around",
    "maximum",
    "max",
];
const ENDS: &[&str] = &["end", "ende", "fin", "eod", "eow", "eom", "eoy"];

/// The date at the start of `words` and how many words it takes.
pub(crate) fn date(words: &[Word<'_>], today: Date) -> Option<(Date, usize)> {
    let text = |at: usize| words.get(at).map(|word| word.text);
    let first = text(0)?;
    match first {
        "today" | "tonight" | "heute" | "hoy" | "eod" => return Some((today, 1)),
        "tomorrow" | "morgen" | "demain" | "mañana" => return Some((today.next_day()?, 1)),
        "eow" => return Some((end_of_week(today), 1)),
        "eom" => return Some((end_of_month(today), 1)),
        _ => {}
    }
    if ENDS.contains(&first) {
        return end_of(words, today);
    }
    if let Some(weekday) = weekday(first) {
        return Some((today.next_occurrence(weekday), 1));
    }
    numbered(text(0)?, text(1), text(2), today)
}

fn end_of(words: &[Word<'_>], today: Date) -> Option<(Date, usize)> {
    let period =
        words.iter().skip(1).position(|word| {
            !FILLERS.contains(&word.text) && !["der", "des", "du", "de"].contains(&word.text)
        })? + 1;
    let name = words.get(period)?.text;
    let last = match name {
        "day" | "today" | "tages" => today,
        "week" | "woche" | "semaine" | "semana" => end_of_week(today),
        "month" | "monats" | "mois" | "mes" => end_of_month(today),
        "year" | "jahres" | "année" | "año" => end_of_year(today)?,
        "quarter" | "quartals" | "trimestre" => end_of_quarter(today)?,
        other => {
            let month = month(other)?;
            end_of_month(coming(1, month, today)?)
        }
    };
    Some((last, period + 1))
}

fn numbered(first: &str, second: Option<&str>, third: Option<&str>, today: Date) -> Option<(Date, usize)> {
    let ordinal = |word: &str| word.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h', 'e']).parse::<u8>().ok();
    let year =
        |word: Option<&str>| word.filter(|word| word.len() == 4).and_then(|word| word.parse::<i32>().ok());
    let exact = |year: i32, month: Month, day: u8| Date::from_calendar_date(year, month, day).ok();
    if let Some(from) = year(Some(first)) {
        let month = Month::try_from(second?.parse::<u8>().ok()?).ok()?;
        return Some((exact(from, month, third?.parse().ok()?)?, 3));
    }
    let (day, named) = match month(first) {
        Some(named) => (ordinal(second?)?, named),
        None => (ordinal(first)?, month(second?)?),
    };
    match year(third) {
        Some(year) => Some((exact(year, named, day)?, 3)),
        None => Some((coming(day, named, today)?, 2)),
    }
}

/// The next day of that name, this year or the next.
fn coming(day: u8, month: Month, today: Date) -> Option<Date> {
    let this_year = Date::from_calendar_date(today.year(), month, day).ok()?;
    if this_year >= today {
        Some(this_year)
    } else {
        Date::from_calendar_date(today.year() + 1, month, day).ok()
    }
}

/// The Sunday of a week.
pub(crate) fn end_of_week(today: Date) -> Date {
    if today.weekday() == Weekday::Sunday { today } else { today.next_occurrence(Weekday::Sunday) }
}

/// The last day of a month.
pub(crate) fn end_of_month(today: Date) -> Date {
    today.replace_day(today.month().length(today.year())).unwrap_or(today)
}

/// The last day of a quarter.
pub(crate) fn end_of_quarter(today: Date) -> Option<Date> {
    let month = (u8::from(today.month()) - 1) / 3 * 3 + 3;
    let first = today.replace_day(1).ok()?;
    first.replace_month(Month::try_from(month).ok()?).ok().map(end_of_month)
}

/// The last day of a year.
pub(crate) fn end_of_year(today: Date) -> Option<Date> {
    Date::from_calendar_date(today.year(), Month::December, 31).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    let day = match word {
        "monday" | "mon" | "montag" | "lundi" | "lunes" => Weekday::Monday,
        "tuesday" | "tue" | "dienstag" | "mardi" | "martes" => Weekday::Tuesday,
        "wednesday" | "wed" | "mittwoch" | "mercredi" | "miércoles" => Weekday::Wednesday,
        "thursday" | "thu" | "donnerstag" | "jeudi" | "jueves" => Weekday::Thursday,
        "friday" | "fri" | "freitag" | "vendredi" | "viernes" => Weekday::Friday,
        "saturday" | "sat" | "samstag" | "samedi" | "sábado" => Weekday::Saturday,
        "sunday" | "sun" | "sonntag" | "dimanche" | "domingo" => Weekday::Sunday,
        _ => return None,
    };
    Some(day)
}

/// The month of that name.
pub(crate) fn month(word: &str) -> Option<Month> {
    let month = match word {
        "january" | "jan" | "januar" | "janvier" | "enero" => Month::January,
        "february" | "feb" | "februar" | "février" | "febrero" => Month::February,
        "march" | "mar" | "märz" | "mars" | "marzo" => Month::March,
        "april" | "apr" | "avril" | "abril" => Month::April,
        "may" | "mai" | "mayo" => Month::May,
        "june" | "jun" | "juni" | "juin" | "junio" => Month::June,
        "july" | "jul" | "juli" | "juillet" | "julio" => Month::July,
        "august" | "aug" | "août" | "agosto" => Month::August,
        "september" | "sep" | "sept" | "septembre" | "septiembre" => Month::September,
        "october" | "oct" | "oktober" | "okt" | "octobre" | "octubre" => Month::October,
        "november" | "nov" | "novembre" | "noviembre" => Month::November,
        "december" | "dec" | "dezember" | "dez" | "décembre" | "diciembre" => Month::December,
        _ => return None,
    };
    Some(month)
}
