//! Which corrections a lesson is about.

use crate::{
    config::Config,
    gate::Example,
    ids::SubjectId,
    learning::{History, MAX_BATCH},
    policy::decide::ACCESS_WORKFLOW,
};
use std::collections::BTreeMap;

/// New corrections that are looked at in one lesson; the others wait for the next one.
pub const MAX_NEW: usize = 500;

/// Batches of new corrections that are judged in one lesson, the oldest first: each of them takes a model or two.
pub const MAX_BATCHES: usize = 40;

/// Corrections of one reviewer that are judged again together when another model ships.
pub const MAX_AGAIN: usize = 500;

/// New corrections in batches of one reviewer each, and how many wait.
pub(super) struct New<'a> {
    pub(super) batches: Vec<Vec<&'a Example>>,
    pub(super) waiting: usize,
}

impl<'a> New<'a> {
    /// Of all corrections, the oldest first. With `only_full` a reviewer's corrections wait until they fill a batch.
    pub(super) fn of(examples: &'a [Example], history: &History, config: &Config, only_full: bool) -> Self {
        let is_new = |one: &&Example| !one.audit && !history.has_judged(one) && history.trusts(&one.reviewer);
        let new: Vec<&Example> = examples.iter().filter(is_new).collect();
        let mut chosen = new.clone();
        let batches = loop {
            let batches = batched(&chosen, config, only_full);
            let left: Vec<&Example> = batches.iter().flatten().copied().collect();
            // Whoever is left out vouches for nobody.
            if left.len() == chosen.len() {
                break batches;
            }
            chosen.retain(|one| left.contains(one));
        };
        let waiting = new.len() - batches.iter().map(Vec::len).sum::<usize>();
        Self { batches, waiting }
    }
}

/// Batches of those corrections of which two people need not agree, or do.
fn batched<'a>(new: &[&'a Example], config: &Config, only_full: bool) -> Vec<Vec<&'a Example>> {
    let mut pairs = Pairs::of(new, config);
    let agreed: Vec<&Example> = new.iter().copied().filter(|one| pairs.takes(one)).take(MAX_NEW).collect();
    let batches = by_reviewer(agreed, MAX_BATCH).into_iter();
    let mut batches: Vec<_> = batches.filter(|batch| !only_full || batch.len() == MAX_BATCH).collect();
    batches.sort_by_key(|batch| batch.first().map(|one| one.at));
    batches.truncate(MAX_BATCHES);
    batches
}

/// Corrections in batches of one reviewer each.
pub(super) fn by_reviewer(examples: Vec<&Example>, most: usize) -> Vec<Vec<&Example>> {
    let mut by_reviewer: BTreeMap<&SubjectId, Vec<&Example>> = BTreeMap::new();
    examples.into_iter().for_each(|one| by_reviewer.entry(&one.reviewer).or_default().push(one));
    by_reviewer.values().flat_map(|all| all.chunks(most)).map(<[_]>::to_vec).collect()
}

/// A correction of one kind: what triage said, and what a person did.
type Kind<'a> = (&'a str, &'a str);

/// Two people for what would send requests to a workflow that changes access: each such correction needs another one
/// of its kind, by somebody else, that is new as well.
struct Pairs<'a> {
    config: &'a Config,
    new: Vec<&'a Example>,
    taken: BTreeMap<(Kind<'a>, &'a SubjectId), usize>,
}

impl<'a> Pairs<'a> {
    fn of(new: &[&'a Example], config: &'a Config) -> Self {
        let new = new.iter().copied().filter(|one| wants_two(one, config)).collect();
        Self { config, new, taken: BTreeMap::new() }
    }

    /// Whether a correction may be learned: of one person no more of a kind than others have made of it.
    fn takes(&mut self, one: &'a Example) -> bool {
        if !wants_two(one, self.config) {
            return true;
        }
        let agreeing = self.new.iter().filter(|other| agrees(other, one)).count();
        let taken = self.taken.entry((kind(one), &one.reviewer)).or_default();
        *taken += 1;
        *taken <= agreeing
    }
}

fn kind(example: &Example) -> Kind<'_> {
    (&example.predicted, &example.label)
}

/// Whether a label would send requests to a workflow that changes access, where triage would not have.
fn wants_two(example: &Example, config: &Config) -> bool {
    let changes_access =
        |name: &str| config.catalog.intent(name).is_some_and(|intent| intent.workflow == ACCESS_WORKFLOW);
    changes_access(&example.label) && !changes_access(&example.predicted)
}

/// Whether another person has made the same correction, of what the first had not asked for.
fn agrees(other: &Example, example: &Example) -> bool {
    kind(other) == kind(example) && other.reviewer != example.reviewer && other.requester != example.reviewer
}
