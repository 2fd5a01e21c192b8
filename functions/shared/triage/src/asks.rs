//! Where one message asks for several things; when in doubt it asks for one.

use std::ops::Range;

use crate::applications::find_words;
use crate::classifier::{Classifier, Guess, OUT_OF_SCOPE};
use crate::message::Message;
use crate::targets;

/// A part of its own must be recognised this surely.
const SURE: f64 = 0.8;
/// More sentences than this are read as one part, and left to a person.
const MAX_PIECES: usize = 24;
/// More joins than this in one sentence are not tried.
const MAX_JOINS: usize = 6;
/// More items of a list than this are not read.
const MAX_ITEMS: usize = 16;
const ALSO: &[&str] = &[
    "also",
    "additionally",
    "in addition",
    "besides",
    "separately",
    "another thing",
    "one more thing",
    "secondly",
    "außerdem",
    "zudem",
    "de plus",
    "aussi",
    "además",
    "también",
];
const JOINS: &[&str] = &["and", "plus", "as well as", "und", "sowie", "et", "y"];
/// A sentence with one of these speaks of what the one before named.
const REFERRING: &[&str] = &["one", "it", "that", "this", "them", "these", "those"];
/// Said once, it counts for everything that is joined to it.
const LEAD: &str = "i need ";
/// Parts of one errand, not errands of their own.
const KIN: &[(&str, &str)] = &[
    ("account.unlock", "mfa.reset"),
    ("account.unlock", "password.reset"),
    ("mfa.reset", "password.reset"),
    ("access.request", "employee.onboarding"),
    ("hardware.request", "employee.onboarding"),
    ("software.install", "employee.onboarding"),
    ("access.revoke", "employee.offboarding"),
    ("access.request", "software.install"),
    ("hardware.request", "purchase.request"),
    ("security.report", "password.reset"),
    ("security.report", "account.unlock"),
    ("leave.question", "policy.question"),
    ("expense.question", "policy.question"),
    ("benefits.question", "policy.question"),
    ("access.request", "access.question"),
    ("access.request", "access.extend"),
    ("access.request", "role.change"),
    ("account.question", "password.reset"),
    ("account.question", "account.unlock"),
    ("account.question", "mfa.reset"),
    ("account.question", "email.issue"),
    ("hardware.request", "hardware.repair"),
    ("hardware.request", "phone.request"),
    ("hardware.request", "device.lost"),
    ("hardware.return", "employee.offboarding"),
    ("software.install", "software.update"),
    ("software.install", "licence.question"),
    ("software.issue", "software.update"),
    ("network.issue", "vpn.access"),
    ("leave.request", "leave.question"),
    ("leave.request", "sick.report"),
    ("payroll.question", "payslip.copy"),
    ("payroll.question", "employee.change"),
    ("expense.question", "expense.submit"),
    ("expense.question", "travel.booking"),
    ("purchase.request", "licence.question"),
    ("invoice.question", "vendor.onboarding"),
    ("contract.review", "vendor.onboarding"),
    ("security.report", "phishing.report"),
    ("security.report", "device.lost"),
];

/// One ask within a message: its place, and what the classifier makes of it.
pub(crate) struct Part {
    pub(crate) range: Range<usize>,
    /// What the classifier has read of it.
    pub(crate) readings: Vec<String>,
    pub(crate) guesses: Vec<Guess>,
}

impl Part {
    /// The most probable intent.
    pub(crate) fn intent(&self) -> &str {
        self.guesses.first().map_or(OUT_OF_SCOPE, |guess| guess.intent.as_str())
    }
}

/// The asks of a message, at least one where it has words.
pub(crate) fn split(model: &Classifier, message: &Message) -> Vec<Part> {
    if message.words(message.body.clone()).is_empty() {
        return Vec::new();
    }
    let parts = list(model, message).unwrap_or_else(|| prose(model, message));
    match parts.len() {
        0 | 1 => vec![whole(model, message, &parts)],
        _ => parts,
    }
}

/// Whether a message has more sentences than are looked at one by one.
pub(crate) fn is_crowded(message: &Message) -> bool {
    sentences(message).len() > MAX_PIECES
}

fn part(model: &Classifier, message: &Message, range: Range<usize>) -> Part {
    read(model, message, range.clone(), message.masked(range))
}

fn read(model: &Classifier, message: &Message, range: Range<usize>, reading: String) -> Part {
    let guesses = model.guesses_of(&reading);
    Part { range: trimmed(message, range), readings: vec![reading], guesses }
}

/// A message of one ask: judged half by all of it, half by the sentences that ask.
fn whole(model: &Classifier, message: &Message, parts: &[Part]) -> Part {
    let mut whole = part(model, message, message.body.clone());
    if let [one] = parts {
        for guess in &mut whole.guesses {
            let other = one.guesses.iter().find(|other| other.intent == guess.intent);
            guess.probability =
                other.map_or(guess.probability, |other| f64::midpoint(guess.probability, other.probability));
        }
        whole.guesses.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        whole.readings.extend(one.readings.iter().cloned());
    }
    whole
}

/// The items of a list of two or more, each an ask.
fn list(model: &Classifier, message: &Message) -> Option<Vec<Part>> {
    let lines = lines(message);
    let items: Vec<&(Range<usize>, bool)> = lines.iter().filter(|(_, is_item)| *is_item).collect();
    if items.len() < 2 {
        return None;
    }
    let introduction =
        lines.iter().take_while(|(_, is_item)| !is_item).map(|(range, _)| message.masked(range.clone()));
    let introduction = introduction.collect::<Vec<_>>().join(" ");
    let best = |(range, _): &&(Range<usize>, bool)| {
        let alone = part(model, message, range.clone());
        let leads = [introduction.as_str(), LEAD];
        let led = leads.iter().filter_map(|lead| led(model, message, range.clone(), lead));
        led.fold(alone, |best, other| if chance(&other) > chance(&best) { other } else { best })
    };
    Some(items.iter().take(MAX_ITEMS).map(best).collect())
}

fn led(model: &Classifier, message: &Message, range: Range<usize>, lead: &str) -> Option<Part> {
    let reading = format!("{lead} {}", message.masked(range.clone()));
    Some(read(model, message, range, reading)).filter(|part| part.intent() != OUT_OF_SCOPE)
}

/// The asks of running text: sentences that are surely another errand than the one before.
fn prose(model: &Classifier, message: &Message) -> Vec<Part> {
    if is_crowded(message) {
        return Vec::new();
    }
    let pieces = sentences(message).into_iter().flat_map(|sentence| joined(model, message, sentence));
    let mut parts: Vec<Part> = Vec::new();
    for range in pieces {
        let next = best_reading(model, message, range);
        match parts.last_mut() {
            Some(last) if !(is_sure(last) && is_another(message, last, &next)) => {
                let range = last.range.start..next.range.end;
                *last = match (is_sure(last), is_sure(&next)) {
                    (true, false) => Part {
                        range,
                        readings: std::mem::take(&mut last.readings),
                        guesses: std::mem::take(&mut last.guesses),
                    },
                    (false, true) => Part { range, ..next },
                    _ => part(model, message, range),
                };
            }
            _ => parts.push(next),
        }
    }
    parts
}

fn best_reading(model: &Classifier, message: &Message, range: Range<usize>) -> Part {
    let alone = part(model, message, range.clone());
    if is_sure(&alone) {
        return alone;
    }
    led(model, message, range, LEAD).filter(is_sure).unwrap_or(alone)
}

fn is_another(message: &Message, last: &Part, next: &Part) -> bool {
    let marked = starts_with_also(message, &next.range);
    let pair = (last.intent(), next.intent());
    let refers_back =
        !marked && message.words(next.range.clone()).iter().any(|word| REFERRING.contains(&word.text));
    let kin = !marked && KIN.iter().any(|(a, b)| pair == (*a, *b) || pair == (*b, *a));
    let names = |part: &Part| {
        message.applications.iter().any(|mention| crate::message::within(&part.range, &mention.span))
    };
    let second_application = targets::is_access(last.intent()) && marked && names(last) && names(next);
    is_sure(next) && ((last.intent() != next.intent() && !kin && !refers_back) || second_application)
}

/// Cuts a sentence at a join whose two sides are surely different errands.
fn joined(model: &Classifier, message: &Message, sentence: Range<usize>) -> Vec<Range<usize>> {
    let patterns: Vec<String> = JOINS.iter().map(|join| (*join).to_owned()).collect();
    for (_, join) in find_words(&patterns, message.lower(sentence.clone())).into_iter().take(MAX_JOINS) {
        let join = sentence.start + join.start..sentence.start + join.end;
        let left = part(model, message, sentence.start..join.start);
        let right = best_reading(model, message, join.end..sentence.end);
        if is_sure(&left) && is_another(message, &left, &right) {
            return vec![sentence.start..join.start, join.end..sentence.end];
        }
    }
    vec![sentence]
}

fn starts_with_also(message: &Message, range: &Range<usize>) -> bool {
    let words = message.words(range.clone());
    let opening = words.iter().take(6).map(|word| word.text).collect::<Vec<_>>().join(" ");
    let opening = format!(" {opening} ");
    ALSO.iter().any(|also| opening.contains(&format!(" {also} ")))
}

fn chance(part: &Part) -> f64 {
    if part.intent() == OUT_OF_SCOPE {
        0.0
    } else {
        part.guesses.first().map_or(0.0, |guess| guess.probability)
    }
}

fn is_sure(part: &Part) -> bool {
    chance(part) >= SURE
}

fn lines(message: &Message) -> Vec<(Range<usize>, bool)> {
    let mut at = message.body.start;
    let mut lines = Vec::new();
    for line in message.lower(message.body.clone()).split_inclusive('\n') {
        let marker = marker_length(line);
        lines.push((at + marker..at + line.len(), marker > 0));
        at += line.len();
    }
    lines
}

/// The length of "1.", "2)", "-" or "•" before an item, with its spaces; zero where there is none.
fn marker_length(line: &str) -> usize {
    let trimmed = line.trim_start();
    let digits = trimmed.len() - trimmed.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = if (1..=2).contains(&digits) {
        trimmed.get(digits..).and_then(|rest| rest.strip_prefix(['.', ')', ':']))
    } else {
        trimmed.strip_prefix(['-', '*', '•', '–'])
    };
    rest.filter(|rest| rest.starts_with([' ', '\t'])).map_or(0, |rest| line.len() - rest.trim_start().len())
}

fn sentences(message: &Message) -> Vec<Range<usize>> {
    let body = message.lower(message.body.clone());
    let offset = message.body.start;
    let mut start = 0;
    let mut sentences = Vec::new();
    for (at, c) in body.char_indices() {
        let after = at + c.len_utf8();
        let next_is_space =
            body.get(after..).is_none_or(|rest| rest.chars().next().is_none_or(char::is_whitespace));
        let ends = match c {
            '\n' => true,
            ';' => !ends_entity(body.get(..=at).unwrap_or_default()),
            '.' | '!' | '?' => next_is_space,
            _ => false,
        };
        if ends {
            sentences.push(offset + start..offset + after);
            start = after;
        }
    }
    sentences.push(offset + start..offset + body.len());
    sentences.retain(|range| !message.words(range.clone()).is_empty());
    sentences
}

/// Whether a text ends with a character written as an entity, `&amp;` or `&#38;`: nobody ends a sentence in it.
fn ends_entity(text: &str) -> bool {
    let name = text.rsplit_once('&').and_then(|(_, after)| after.strip_suffix(';'));
    let is_name = |name: &str| {
        let name = name.strip_prefix('#').unwrap_or(name);
        (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    name.is_some_and(is_name)
}

fn trimmed(message: &Message, range: Range<usize>) -> Range<usize> {
    let text = message.text(range.clone());
    let start = range.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}
