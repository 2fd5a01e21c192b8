//! Which application and which level of access a part of a message is about.

use std::ops::Range;

use countersign_core::question::{Candidate, Question};

use crate::applications::{Mention, find_words, spellings};
use crate::catalog::{ApplicationEntry, Catalog};
use crate::confidence::Doubt;
use crate::message::{Message, overlaps, within};

/// Words that may stand between the names of an enumeration.
const JOINING: &[&str] = &[
    "and", "plus", "und", "et", "y", "also", "access", "to", "the", "a", "admin", "read", "write", "licence",
    "license", "as", "well", "zugriff", "auf",
];
/// Beside one of these an application is named to compare, not to ask for.
const COMPARING: &[&str] =
    &["like", "unlike", "not", "than", "instead", "without", "except", "or", "besides", "wie", "comme"];
/// Levels that no default may stand in for.
#[rustfmt::skip]
const STRANGE: &[&str] = &[
    "admin", "administrator", "owner", "root", "superuser", "super", "full", "write", "production", "prod", "god",
    "sudo", "privileged", "elevated", "master", "sysadmin", "everything",
];

/// The intents that mean one application: without it nothing can be done.
const OF_ACCESS: &[&str] = &["access.extend", "access.request", "access.revoke"];

/// Whether an intent asks for something in one application.
pub(crate) fn is_access(intent: &str) -> bool {
    OF_ACCESS.contains(&intent)
}

/// The application and the level an ask is about.
#[derive(Debug, Default)]
pub(crate) struct Target {
    pub(crate) application: Option<String>,
    pub(crate) ambiguous: bool,
    pub(crate) entitlement: Option<String>,
    pub(crate) doubts: Vec<Doubt>,
    /// What would settle a doubt about the application or the level.
    pub(crate) question: Option<Question>,
}

fn levels(entry: &ApplicationEntry) -> Vec<String> {
    entry.entitlements.iter().map(|level| level.name.clone()).collect()
}

/// Looks for the targets of one part of a message.
pub(crate) struct Targets<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) message: &'a Message,
    pub(crate) part: &'a Range<usize>,
    pub(crate) reason: Option<&'a Range<usize>>,
}

impl<'a> Targets<'a> {
    /// The targets of an intent: one, or one for each application of an enumeration.
    pub(crate) fn of(&self, intent: &str) -> Vec<Target> {
        let (mentions, only_in_reason) = self.mentions();
        if !is_access(intent) {
            return vec![self.incidental(&mentions)];
        }
        let wants_default = intent == "access.request";
        let mut targets = match mentions.as_slice() {
            [] => vec![Target { doubts: vec![Doubt::NoApplication], ..Target::default() }],
            [one] => vec![self.target(one, self.part.clone(), wants_default)],
            several if self.is_enumeration(several) => {
                let regions = self.regions(several);
                several
                    .iter()
                    .zip(regions)
                    .map(|(one, region)| self.target(one, region, wants_default))
                    .collect()
            }
            several => vec![self.ambiguous(several, self.part, wants_default)],
        };
        if only_in_reason || self.asks_on_in_reason() {
            for target in &mut targets {
                target.doubts.push(Doubt::SeveralApplications);
                target.question = None;
            }
        }
        targets
    }

    /// One mention for each application named; those of the reason only where there are no others.
    fn mentions(&self) -> (Vec<&'a Mention>, bool) {
        let named = self.message.applications.iter().filter(|mention| within(self.part, &mention.span));
        let (why, what): (Vec<&Mention>, Vec<&Mention>) =
            named.partition(|mention| self.reason.is_some_and(|reason| overlaps(reason, &mention.span)));
        let only_in_reason = what.is_empty() && !why.is_empty();
        let mut mentions: Vec<&Mention> = Vec::new();
        for mention in if only_in_reason { why } else { what } {
            if !mentions.iter().any(|earlier| earlier.fits == mention.fits) {
                mentions.push(mention);
            }
        }
        (mentions, only_in_reason)
    }

    /// "Salesforce for Marcus and Figma for Grace": what looks like a reason asks for more.
    fn asks_on_in_reason(&self) -> bool {
        let Some(reason) = self.reason else { return false };
        let named = self.message.applications.iter().filter(|mention| overlaps(reason, &mention.span));
        named.into_iter().any(|mention| {
            let before = self.message.words(reason.start..mention.span.start);
            before.last().is_some_and(|word| ["and", "plus", "also", "und", "et", "y"].contains(&word.text))
        })
    }

    /// For other intents an application is a detail: taken where it is the only one.
    fn incidental(&self, mentions: &[&Mention]) -> Target {
        let application = match mentions {
            [one] => self.single(one).map(|entry| entry.name.clone()),
            _ => None,
        };
        Target { application, ..Target::default() }
    }

    fn single(&self, mention: &Mention) -> Option<&'a ApplicationEntry> {
        match mention.fits.as_slice() {
            [one] => self.catalog.applications.get(*one),
            _ => None,
        }
    }

    /// "Salesforce, Tableau and Jira": nothing but joining words between the names.
    fn is_enumeration(&self, mentions: &[&Mention]) -> bool {
        mentions.windows(2).all(|pair| match pair {
            [first, second] => {
                let words = self.message.words(first.span.end..second.span.start);
                words.iter().all(|word| JOINING.contains(&word.text))
            }
            _ => false,
        })
    }

    /// Around each mention the text that can name its level.
    fn regions(&self, mentions: &[&Mention]) -> Vec<Range<usize>> {
        let starts = [self.part.start].into_iter().chain(mentions.iter().map(|mention| mention.span.end));
        let ends = mentions.iter().skip(1).map(|mention| mention.span.start).chain([self.part.end]);
        starts.zip(ends).map(|(start, end)| start..end).collect()
    }

    fn target(&self, mention: &Mention, region: Range<usize>, wants_default: bool) -> Target {
        let Some(entry) = self.single(mention) else {
            return self.ambiguous(&[mention], &region, wants_default);
        };
        let (entitlement, level_is_plain) = self.entitlement(entry, &region, wants_default);
        let doubts = [
            (mention.misspelt, Doubt::Misspelt),
            (self.is_compared(mention), Doubt::SeveralApplications),
            (!level_is_plain, Doubt::UnknownLevel),
        ];
        let levels = levels(entry);
        Target {
            application: Some(entry.name.clone()),
            ambiguous: false,
            entitlement,
            doubts: doubts.iter().filter(|(holds, _)| *holds).map(|(_, doubt)| *doubt).collect(),
            question: (!level_is_plain && !levels.is_empty()).then_some(Question::Level(levels)),
        }
    }

    /// Several applications fit: each may be meant, with the level that a region names of it.
    fn ambiguous(&self, mentions: &[&Mention], region: &Range<usize>, wants_default: bool) -> Target {
        let mut fits: Vec<usize> = mentions.iter().flat_map(|mention| mention.fits.iter().copied()).collect();
        fits.sort_unstable();
        fits.dedup();
        let entries = fits.into_iter().filter_map(|position| self.catalog.applications.get(position));
        let candidates: Option<Vec<Candidate>> =
            entries.map(|entry| self.candidate(entry, region, wants_default)).collect();
        Target {
            ambiguous: true,
            doubts: vec![Doubt::SeveralApplications],
            question: candidates.map(Question::Application),
            ..Target::default()
        }
    }

    /// An application that may be meant; `None` where its level is not plain and there is none to choose.
    fn candidate(
        &self,
        entry: &ApplicationEntry,
        region: &Range<usize>,
        wants_default: bool,
    ) -> Option<Candidate> {
        let (entitlement, level_is_plain) = self.entitlement(entry, region, wants_default);
        let levels = if level_is_plain { Vec::new() } else { levels(entry) };
        let can_be_settled = level_is_plain || !levels.is_empty();
        can_be_settled.then(|| Candidate { application: entry.name.clone(), entitlement, levels })
    }

    /// The level that a region names or the usual one, and whether that is plain.
    fn entitlement(
        &self,
        entry: &ApplicationEntry,
        region: &Range<usize>,
        wants_default: bool,
    ) -> (Option<String>, bool) {
        let (named, level_is_plain) = self.level(entry, region);
        let default = entry.entitlements.iter().find(|level| level.name == entry.default_entitlement);
        let default = default.filter(|_| wants_default && level_is_plain).map(|level| level.name.clone());
        (named.or(default), level_is_plain)
    }

    fn is_compared(&self, mention: &Mention) -> bool {
        let before = self.message.words(self.part.start..mention.span.start);
        let after = self.message.words(mention.span.end..self.part.end);
        before.iter().rev().take(2).chain(after.iter().take(1)).any(|word| COMPARING.contains(&word.text))
    }

    /// The level named in a region, and whether that is plain: no level is, two or a strange one are not.
    fn level(&self, entry: &ApplicationEntry, region: &Range<usize>) -> (Option<String>, bool) {
        let levels: Vec<(String, usize)> = entry
            .entitlements
            .iter()
            .enumerate()
            .flat_map(|(position, level)| {
                spellings(&level.name, &level.aliases).map(move |spelling| (spelling, position))
            })
            .collect();
        let patterns: Vec<String> = levels.iter().map(|(spelling, _)| spelling.clone()).collect();
        let found = find_words(&patterns, self.message.lower(region.clone()));
        let place = |span: &Range<usize>| region.start + span.start..region.start + span.end;
        let (in_reason, outside): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|(_, span)| self.reason.is_some_and(|reason| overlaps(reason, &place(span))));
        let mut named: Vec<usize> =
            outside.iter().filter_map(|(at, _)| levels.get(*at)).map(|(_, position)| *position).collect();
        named.sort_unstable();
        named.dedup();
        match named.as_slice() {
            [one] => (entry.entitlements.get(*one).map(|level| level.name.clone()), true),
            [] => (None, in_reason.is_empty() && !self.names_strange_level(region)),
            _ => (None, false),
        }
    }

    fn names_strange_level(&self, region: &Range<usize>) -> bool {
        self.message.words(region.clone()).iter().any(|word| STRANGE.contains(&word.text))
    }
}
