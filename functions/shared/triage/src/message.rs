//! A message made safe to read: bounded, without hidden characters, with its mentions found.

use std::ops::Range;

use crate::applications::{self, Mention};
use crate::catalog::Catalog;
use crate::features;
use crate::people::{self, Person};

/// Longer messages are cut here and left to a person.
pub const MAX_TEXT_CHARS: usize = 4_000;
/// What stands for an application and for a person where the classifier reads.
const APPLICATION: &str = "qapplication";
const PERSON: &str = "qperson";

/// Lines that begin so end what the sender wrote: below are signatures and quoted mails.
const CLOSINGS: &[&str] = &[
    "-- ",
    "--",
    "best regards",
    "best,",
    "kind regards",
    "regards",
    "warm regards",
    "many thanks,",
    "thanks,",
    "cheers,",
    "sincerely",
    "sent from my",
    "from:",
    "-----original",
    "mit freundlichen",
    "viele grüße",
    "liebe grüße",
    "beste grüße",
    "cordialement",
    "bien à vous",
    "saludos",
    "un saludo",
    "atentamente",
];

/// A message as triage reads it.
pub(crate) struct Message {
    /// The text; its byte offsets are also those of `lower`.
    pub(crate) text: String,
    pub(crate) lower: String,
    /// The part above signatures and quotations.
    pub(crate) body: Range<usize>,
    pub(crate) applications: Vec<Mention>,
    pub(crate) people: Vec<Person>,
    /// Whether characters that nobody sees were taken out.
    pub(crate) hidden: bool,
    /// Whether the end was cut off.
    pub(crate) cut: bool,
}

impl Message {
    /// Reads a raw message. `common` tells ordinary words, which are never taken for a misspelt name.
    pub(crate) fn read(catalog: &Catalog, raw: &str, common: impl Fn(&str) -> bool) -> Self {
        let cut = raw.chars().nth(MAX_TEXT_CHARS).is_some();
        let hidden = raw.chars().any(is_hidden);
        let text: String = raw.chars().take(MAX_TEXT_CHARS).map(plain).collect();
        let lower: String = text.chars().map(lower_same_length).collect();
        let body = body(&lower);
        let people = people::find(&text);
        let applications = applications::find(catalog, &lower, &common)
            .into_iter()
            .filter(|mention| !people.iter().any(|person| overlaps(&person.span, &mention.span)))
            .collect();
        Self { text, lower, body, applications, people, hidden, cut }
    }

    /// What the classifier sees of a part: applications and people stand as one word each.
    pub(crate) fn masked(&self, part: Range<usize>) -> String {
        let applications = self.applications.iter().map(|mention| (&mention.span, APPLICATION));
        let people = self.people.iter().map(|person| (&person.span, PERSON));
        let mut masks: Vec<_> = applications.chain(people).filter(|(span, _)| within(&part, span)).collect();
        masks.sort_by_key(|(span, _)| span.start);
        let mut out = String::with_capacity(part.len());
        let mut at = part.start;
        for (span, mask) in masks {
            out.push_str(self.lower(at..span.start));
            out.push(' ');
            out.push_str(mask);
            out.push(' ');
            at = span.end;
        }
        out.push_str(self.lower(at..part.end));
        out
    }

    /// A part in lower case; empty where the range is none.
    pub(crate) fn lower(&self, part: Range<usize>) -> &str {
        self.lower.get(part).unwrap_or_default()
    }

    /// A part as written; empty where the range is none.
    pub(crate) fn text(&self, part: Range<usize>) -> &str {
        self.text.get(part).unwrap_or_default()
    }

    /// The words of a part in lower case, with their places in the message.
    pub(crate) fn words(&self, part: Range<usize>) -> Vec<Word<'_>> {
        let start = part.start;
        let lower = self.lower(part);
        let origin = lower.as_ptr() as usize;
        let place = |word: &str| start + (word.as_ptr() as usize - origin);
        features::words(lower).map(|word| Word { text: word, at: place(word) }).collect()
    }
}

/// A word and the byte at which it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl Word<'_> {
    /// The byte behind its last.
    pub(crate) fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

/// Whether a word stands for a name.
pub(crate) fn is_mask(word: &str) -> bool {
    word == APPLICATION || word == PERSON
}

/// Whether `inner` lies in `outer`.
pub(crate) fn within(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// Whether two ranges share a byte.
pub(crate) fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

fn body(lower: &str) -> Range<usize> {
    let mut at = 0;
    for line in lower.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let ends = CLOSINGS.iter().any(|closing| trimmed.starts_with(closing)) || trimmed.starts_with('>');
        let has_words = |text: &str| features::words(text).next().is_some();
        if ends && lower.get(..at).is_some_and(has_words) && is_short(trimmed) {
            return 0..at;
        }
        at += line.len();
    }
    0..lower.len()
}

/// A closing stands on a line of its own; a request may begin with the same words.
fn is_short(line: &str) -> bool {
    line.starts_with(['>', '-']) || line.starts_with("from:") || features::words(line).count() <= 5
}

fn is_hidden(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{feff}');
    let directing =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e0000}'..='\u{e007f}');
    invisible || directing || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

fn plain(c: char) -> char {
    match c {
        '\r' => '\n',
        '’' | '‘' => '\'',
        hidden if is_hidden(hidden) => ' ',
        other => other,
    }
}

fn lower_same_length(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) if single.len_utf8() == c.len_utf8() => single,
        _ => c,
    }
}
