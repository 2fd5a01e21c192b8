//! The periods that people name instead of a length: "today", "this week", "the weekend", "3 sprints".

use time::Date;

use crate::calendar::{FILLERS, end_of_month, end_of_quarter, end_of_week, end_of_year, month};
use crate::message::Word;

/// A named period.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Period {
    /// It ends with this day.
    Through(Date),
    /// It has an end that is not plain.
    Vague,
}

/// Words that may stand before a period's name, beside the calendar's.
const LEADING: &[&str] = &[
    "a", "an", "one", "ein", "eine", "einen", "un", "une", "una", "short", "brief", "little", "some", "whole",
];
/// Behind one of these a period is not the one that runs now.
const COMING: &[&str] =
    &["next", "nächste", "nächsten", "prochain", "prochaines", "próximas", "próximos", "coming", "another"];
/// Periods whose end nobody can tell without asking.
#[rustfmt::skip]
const VAGUE: &[&str] = &[
    "weekend", "weekends", "wochenende", "sprint", "iteration", "semester", "trimester", "term", "season", "summer", "winter",
    "spring", "autumn", "holidays", "shift", "day", "morning", "afternoon", "evening", "while", "bit", "moment", "time",
    "now", "tomorrow", "morgen", "demain", "mañana", "rest", "remainder", "duration", "zeit", "q1", "q2", "q3", "q4",
];
/// A name before any other word is part of something else: "the quarter report".
#[rustfmt::skip]
const AFTER: &[&str] = &[
    "please", "only", "bitte", "thanks", "thank", "danke", "merci", "gracias", "and", "or", "so", "as", "because", "since",
    "to", "of", "while", "when", "i", "we", "being", "for", "in", "on", "at", "with", "if", "und",
];

/// The period at the start of `words`, and how many words it takes.
pub(crate) fn period(words: &[Word<'_>], today: Date) -> Option<(Period, usize)> {
    let leads = |word: &&Word<'_>| FILLERS.contains(&word.text) || LEADING.contains(&word.text);
    let leading = words.iter().take_while(leads).count();
    let name = words.get(leading)?;
    let followed = words.get(leading + 1).is_none_or(|word| AFTER.contains(&word.text));
    let running = !words.iter().take(leading).any(|word| COMING.contains(&word.text));
    let last = match name.text {
        "today" | "tonight" | "heute" | "hoy" => Some(today),
        "week" | "woche" | "semaine" | "semana" if followed => Some(end_of_week(today)),
        "month" | "monat" | "mois" | "mes" if followed => Some(end_of_month(today)),
        "quarter" | "quartal" | "trimestre" if followed => end_of_quarter(today),
        "year" | "jahr" | "année" | "año" if followed => end_of_year(today),
        vague if followed && (VAGUE.contains(&vague) || month(vague).is_some()) => None,
        _ => return None,
    };
    let period = last.filter(|_| running).map_or(Period::Vague, Period::Through);
    Some((period, leading + 1))
}
