//! Which catalogue applications a text names, exactly or misspelt.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::catalog::{ApplicationEntry, Catalog};
use crate::message::overlaps;

/// Shorter names have too many neighbours to guess a misspelling.
const MIN_FUZZY_CHARS: usize = 5;
/// From this length on two slips are forgiven, below it one.
const TWO_SLIPS_CHARS: usize = 8;

/// A place that names an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) span: Range<usize>,
    /// Positions in the catalogue of all that go by this word: more than one is ambiguous.
    pub(crate) fits: Vec<usize>,
    pub(crate) misspelt: bool,
}

/// The mentions in a lower-case text, in order and apart from each other; of two at one place the longer.
pub(crate) fn find(catalog: &Catalog, lower: &str, common: &impl Fn(&str) -> bool) -> Vec<Mention> {
    let aliases = aliases(catalog);
    let patterns: Vec<String> = aliases.iter().map(|(alias, _)| alias.clone()).collect();
    let mut mentions: Vec<Mention> = Vec::new();
    for (pattern, span) in find_words(&patterns, lower) {
        let Some((_, application)) = aliases.get(pattern) else { continue };
        match mentions.last_mut() {
            Some(last) if last.span == span => last.fits.push(*application),
            _ => mentions.push(Mention { span, fits: vec![*application], misspelt: false }),
        }
    }
    mentions.extend(misspelt(&aliases, lower, &mentions, common));
    mentions.sort_by_key(|mention| mention.span.start);
    for mention in &mut mentions {
        mention.fits.sort_unstable();
        mention.fits.dedup();
    }
    mentions
}

/// Where whole words of `patterns` stand in `lower`: pattern and place, the longest at each place.
pub(crate) fn find_words(patterns: &[String], lower: &str) -> Vec<(usize, Range<usize>)> {
    let Ok(automaton) = AhoCorasick::new(patterns) else { return Vec::new() };
    let mut found: Vec<(usize, Range<usize>)> = automaton
        .find_overlapping_iter(lower)
        .map(|hit| (hit.pattern().as_usize(), hit.range()))
        .filter(|(_, span)| !span.is_empty() && is_whole(lower, span))
        .collect();
    found.sort_by_key(|(_, span)| (span.start, usize::MAX - span.end));
    let mut end = 0;
    let mut last = 0..0;
    found.retain(|(_, span)| {
        let keep = span.start >= end || *span == last;
        if keep {
            (end, last) = (span.end, span.clone());
        }
        keep
    });
    found
}

/// The words by which an application level or an application goes, in lower case, also without hyphens.
pub(crate) fn spellings<'a>(name: &'a str, aliases: &'a [String]) -> impl Iterator<Item = String> + 'a {
    [name].into_iter().chain(aliases.iter().map(String::as_str)).flat_map(|alias| {
        let lower = alias.trim().to_lowercase();
        let spaced = lower.replace(['-', '_'], " ");
        let second = (spaced != lower).then_some(spaced);
        [Some(lower), second].into_iter().flatten().filter(|spelling| !spelling.is_empty())
    })
}

fn aliases(catalog: &Catalog) -> Vec<(String, usize)> {
    let of = |(position, entry): (usize, &ApplicationEntry)| -> Vec<(String, usize)> {
        spellings(&entry.name, &entry.aliases).map(|alias| (alias, position)).collect()
    };
    let mut aliases: Vec<(String, usize)> = catalog.applications.iter().enumerate().flat_map(of).collect();
    aliases.sort_unstable();
    aliases.dedup();
    aliases
}

fn is_whole(lower: &str, span: &Range<usize>) -> bool {
    let before = lower.get(..span.start).and_then(|text| text.chars().next_back());
    let after = lower.get(span.end..).and_then(|text| text.chars().next());
    ![before, after].into_iter().flatten().any(char::is_alphanumeric)
}

fn misspelt(
    aliases: &[(String, usize)],
    lower: &str,
    exact: &[Mention],
    common: &impl Fn(&str) -> bool,
) -> Vec<Mention> {
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !common(word));
    words
        .filter_map(|word| {
            let start = word.as_ptr() as usize - lower.as_ptr() as usize;
            let span = start..start + word.len();
            if exact.iter().any(|mention| overlaps(&mention.span, &span)) {
                return None;
            }
            let near = |(alias, _): &&(String, usize)| is_near(word, alias);
            let fits: Vec<usize> = aliases.iter().filter(near).map(|(_, application)| *application).collect();
            (!fits.is_empty()).then_some(Mention { span, fits, misspelt: true })
        })
        .collect()
}

fn is_near(word: &str, alias: &str) -> bool {
    let length = alias.chars().count();
    let slips = if length >= TWO_SLIPS_CHARS { 2 } else { 1 };
    length >= MIN_FUZZY_CHARS
        && word.chars().count().abs_diff(length) <= slips
        && word.chars().next() == alias.chars().next()
        && strsim::damerau_levenshtein(word, alias) <= slips
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &[&str], bool)]) {
        let entry = |name: &str, alias: &str| ApplicationEntry {
            name: name.to_owned(),
            aliases: vec![alias.to_owned()],
            entitlements: Vec::new(),
            default_entitlement: String::new(),
        };
        let applications = vec![
            entry("salesforce", "SFDC"),
            entry("aws", "amazon"),
            entry("aws-billing", "amazon"),
            entry("slack", ""),
        ];
        let catalog = Catalog { intents: Vec::new(), applications };
        let found = find(&catalog, text, &|word| word == "stack");
        let name = |at: &usize| catalog.applications[*at].name.as_str();
        let seen: Vec<(&str, Vec<&str>, bool)> = found
            .iter()
            .map(|mention| {
                (&text[mention.span.clone()], mention.fits.iter().map(name).collect(), mention.misspelt)
            })
            .collect();
        let expected: Vec<(&str, Vec<&str>, bool)> =
            expected.iter().map(|(word, fits, misspelt)| (*word, fits.to_vec(), *misspelt)).collect();
        assert_eq!(seen, expected, "{text:?}");
    }

    #[test]
    fn whole_words_the_longest_and_the_misspelt_are_found() {
        check("i need salesforce", &[("salesforce", &["salesforce"], false)]);
        check("sfdc, please", &[("sfdc", &["salesforce"], false)]);
        check("salesforceless", &[]);
        check("aws-billing and aws", &[("aws-billing", &["aws-billing"], false), ("aws", &["aws"], false)]);
        check("aws billing", &[("aws billing", &["aws-billing"], false)]);
        check("the amazon thing", &[("amazon", &["aws", "aws-billing"], false)]);
        check("need salesfroce", &[("salesfroce", &["salesforce"], true)]);
        check("need salsforce", &[("salsforce", &["salesforce"], true)]);
        check("stack overflow", &[]);
        check("need slakc", &[("slakc", &["slack"], true)]);
        check("awz", &[]);
        check("", &[]);
    }
}
