//! Why somebody asks, in their own words.

use std::ops::Range;

use crate::message::{Message, Word, overlaps};

/// A longer reason is cut here.
const MAX_REASON_CHARS: usize = 200;

/// What introduces a reason, the longer ones first.
const CUES: &[&[&str]] = &[
    &["so", "that", "i", "can"],
    &["so", "that", "we", "can"],
    &["so", "i", "can"],
    &["so", "we", "can"],
    &["in", "order", "to"],
    &["parce", "que"],
    &["afin", "de"],
    &["ya", "que"],
    &["so", "that"],
    &["because", "of"],
    &["due", "to"],
    &["wegen"],
    &["covering"],
    &["because"],
    &["weil"],
    &["damit"],
    &["denn"],
    &["porque"],
    &["since"],
    &["for"],
    &["für"],
    &["pour"],
    &["para"],
];
/// This one is itself a part of the reason: "covering for Otto".
const KEPT: &[&str] = &["covering"];
const WEAK_CUES: &[&str] = &["for", "für", "pour", "para", "since"];
/// Behind a weak cue these do not begin a reason.
const NO_REASON: &[&str] = &[
    "me", "mich", "moi", "mí", "mi", "him", "her", "them", "us", "you", "my", "today", "now", "a", "asap",
    "help", "your",
];
const TRAILING: &[&str] =
    &["please", "thanks", "thank", "bitte", "danke", "merci", "gracias", "asap", "and", "until", "for"];

/// Where `part` gives a reason; the places in `taken` (durations, people) end it.
pub(crate) fn find(message: &Message, part: &Range<usize>, taken: &[Range<usize>]) -> Option<Range<usize>> {
    let words = message.words(part.clone());
    (0..words.len()).find_map(|at| {
        let rest = words.get(at..)?;
        let cue = CUES.iter().find(|cue| starts_with(rest, cue))?;
        let following = if *cue == KEPT { rest } else { rest.get(cue.len()..)? };
        begins_reason(message, cue, following, taken).then(|| extent(message, part, following, taken))?
    })
}

fn starts_with(words: &[Word<'_>], cue: &[&str]) -> bool {
    words.len() > cue.len() && words.iter().zip(cue).all(|(word, part)| word.text == *part)
}

fn begins_reason(message: &Message, cue: &[&str], following: &[Word<'_>], taken: &[Range<usize>]) -> bool {
    let Some(first) = following.first() else { return false };
    let span = first.at..first.end();
    if taken.iter().any(|range| overlaps(range, &span)) {
        return false;
    }
    let weak = cue.first().is_some_and(|word| WEAK_CUES.contains(word));
    let is_article = |word: &Word<'_>| ["the", "our", "das", "die", "le", "la", "el"].contains(&word.text);
    let target = if is_article(first) { following.get(1) } else { Some(first) };
    let names_application = target.is_some_and(|word| {
        let span = word.at..word.end();
        message.applications.iter().any(|mention| overlaps(&mention.span, &span))
            && is_last(message, word, following)
    });
    let names_nothing = NO_REASON.contains(&first.text) && !is_possessed(following);
    !weak || !(names_nothing || names_application)
}

/// "for a customer visit", "for my new role": a determiner is followed by what it determines.
fn is_possessed(following: &[Word<'_>]) -> bool {
    following.first().is_some_and(|word| ["a", "my", "mi", "your"].contains(&word.text))
        && following.len() > 1
}

/// Whether the clause ends with `word`, but for a courtesy or another reason.
fn is_last(message: &Message, word: &Word<'_>, following: &[Word<'_>]) -> bool {
    let later: Vec<&Word<'_>> = following.iter().filter(|other| other.at > word.at).collect();
    let clause_end = later
        .first()
        .is_none_or(|next| message.lower(word.end()..next.at).contains(['.', ',', '\n', '?', '!']));
    let is_closing = |next: &&Word<'_>| {
        TRAILING.contains(&next.text) || CUES.iter().any(|cue| cue.first() == Some(&next.text))
    };
    clause_end || later.first().is_some_and(is_closing)
}

fn extent(
    message: &Message,
    part: &Range<usize>,
    following: &[Word<'_>],
    taken: &[Range<usize>],
) -> Option<Range<usize>> {
    let start = following.first()?.at;
    let stop = taken
        .iter()
        .map(|range| range.start)
        .filter(|at| *at >= start)
        .min()
        .unwrap_or(part.end)
        .min(part.end);
    let clause = clause_end(message.lower(start..stop)) + start;
    let mut kept: Vec<&Word<'_>> = following.iter().take_while(|word| word.end() <= clause).collect();
    while kept.last().is_some_and(|word| TRAILING.contains(&word.text)) {
        kept.pop();
    }
    let end = kept.last()?.end();
    let most = message.lower(start..end).char_indices().nth(MAX_REASON_CHARS).map(|(at, _)| start + at);
    Some(start..most.unwrap_or(end))
}

fn clause_end(clause: &str) -> usize {
    let ends = |(at, c): (usize, char)| {
        let next = clause.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let ends = matches!(c, '\n' | '!' | '?' | ';') || (c == '.' && next.is_none_or(char::is_whitespace));
        ends.then_some(at)
    };
    clause.char_indices().find_map(ends).unwrap_or(clause.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{ApplicationEntry, Catalog};

    fn check(text: &str, expected: Option<&str>) {
        let entry = |name: &str| ApplicationEntry {
            name: name.to_owned(),
            aliases: Vec::new(),
            entitlements: Vec::new(),
            default_entitlement: String::new(),
        };
        let catalog =
            Catalog { intents: Vec::new(), applications: vec![entry("salesforce"), entry("tableau")] };
        let message = Message::read(&catalog, text, |_| true);
        let found = find(&message, &message.body, &[]);
        assert_eq!(found.map(|range| message.text(range)), expected, "{text:?}");
    }

    #[test]
    fn the_words_of_the_asker_are_kept() {
        check("I need Salesforce for the Q3 reports", Some("the Q3 reports"));
        check("I need Salesforce because I moved to Sales. Thanks!", Some("I moved to Sales"));
        check("a licence for Salesforce please", None);
        check("a licence for Salesforce for the Q3 reports, please", Some("the Q3 reports"));
        check("a dashboard for the Salesforce team", Some("the Salesforce team"));
        check("Salesforce for me please", None);
        check("Salesforce for my new role", Some("my new role"));
        check("Salesforce so that I can close deals", Some("close deals"));
        check("Salesforce for the Tableau dashboards of Marcus", Some("the Tableau dashboards of Marcus"));
        check("Ich brauche Salesforce für die Berichte, bitte", Some("die Berichte"));
        check("Salesforce because of the audit", Some("the audit"));
        check("Salesforce, I'm covering for Otto next week", Some("covering for Otto next week"));
        check("Salesforce for", None);
        check("", None);
    }
}
