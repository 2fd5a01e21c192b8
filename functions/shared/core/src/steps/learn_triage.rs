//! `learn-triage`: makes a new model of the corrections that people have made, and puts it in force if it is no worse.
//!
//! A model is made of the examples that ship and of all corrections in force, from scratch: nothing of it depends on the
//! nights in which they came, and what was erased since is in it no more.

use super::activate_config::admin_entry;
use crate::{
    Error, Result,
    audit::{By, Happening},
    change::{Versioned, decode, put, read, read_request},
    config::Config,
    digest::Digest,
    gate::Example,
    ids::SubjectId,
    learning::{
        ActiveModel, Batch, Cause, Course, Golden, History, Labelled, Lesson, MAX_BATCH, Trained, key,
    },
    policy::decide::ACCESS_WORKFLOW,
    ports::{Clock, Configs, Expect, ReadStore, Trainer, Vault, WriteModels, WriteStore},
    slot::{List, Slot},
    steps::record_decision::open_words,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// New corrections that are looked at in one lesson; the others wait for the next one.
pub const MAX_NEW: usize = 500;
/// Corrections in force, and as many audits, that a model is made of: the newest.
pub const MAX_KEPT: usize = 5_000;
/// What the chain of administration calls it.
const ACTION: &str = "learn-triage";

/// What a lesson came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The model in force from now on, if it is another one.
    pub version: Option<Digest>,
    /// Corrections that came into force.
    pub learned: usize,
    /// Corrections that were refused.
    pub refused: usize,
    /// Reviewers who are not listened to any more since this lesson.
    pub suspended: usize,
    /// New corrections that wait for a second person, or for the next lesson.
    pub waiting: usize,
    /// How the model was measured, if one was made.
    pub golden: Option<Golden>,
}

/// Learns what is new. Without anything new, or a new model that ships, it does nothing.
///
/// # Errors
/// [`Error::Conflict`] if another model came into force meanwhile: nothing was changed but that a model is kept which
/// nobody uses; as the ports.
pub async fn learn_triage<C>(ctx: &C) -> Result<Report>
where
    C: WriteStore + Clock + Configs + Trainer + Vault + WriteModels,
{
    let config = ctx.active().await?;
    let history = history(ctx).await?;
    let examples = examples(ctx).await?;
    let new = New::of(&examples, &history, &config);
    let waiting = new.waiting;
    let batches = texts_of(ctx, new.batches).await?;
    let is_other = history.base.as_ref().is_some_and(|base| *base != ctx.base());
    let is_outdated = is_other && !history.in_force.is_empty();
    if batches.is_empty() && !is_outdated {
        return Ok(Report { waiting, ..Report::default() });
    }
    let kept: Vec<&Example> = examples.iter().filter(|one| history.in_force.contains(&key(one))).collect();
    let audited: Vec<&Example> =
        examples.iter().filter(|one| one.audit && history.trusts(&one.reviewer)).collect();
    let course = Course {
        in_force: texts(ctx, newest(kept)).await?.into_iter().map(|(_, text)| text).collect(),
        batches: batches.iter().map(|batch| batch.iter().map(|(_, text)| text.clone()).collect()).collect(),
        audited: texts(ctx, newest(audited)).await?.into_iter().map(|(_, text)| text).collect(),
    };
    let trained = ctx.train(&config, &course)?;
    let judged = batches.iter().zip(&trained.learned).filter_map(|(batch, learned)| {
        let reviewer = batch.first()?.0.reviewer.clone();
        Some(Batch { reviewer, examples: batch.iter().map(|(one, _)| key(one)).collect(), learned: *learned })
    });
    let judged = judged.collect();
    put_in_force(ctx, &history, trained, judged, is_outdated).await.map(|report| Report { waiting, ..report })
}

/// All lessons, in their order, and what they come to.
///
/// # Errors
/// As [`ReadStore::list`].
pub async fn lessons(ctx: &impl ReadStore) -> Result<Vec<Lesson>> {
    let stored = ctx.list(&List::Lessons).await?.into_iter();
    stored.map(|one| Ok(decode::<Lesson>(one)?.value)).collect()
}

/// What all lessons come to.
pub(super) async fn history(ctx: &impl ReadStore) -> Result<History> {
    Ok(History::of(&lessons(ctx).await?))
}

/// All kept corrections, the oldest first.
async fn examples(ctx: &impl ReadStore) -> Result<Vec<Example>> {
    let stored = ctx.list(&List::Examples).await?.into_iter();
    let mut examples: Vec<Example> =
        stored.map(|one| Ok(decode::<Example>(one)?.value)).collect::<Result<_>>()?;
    examples.sort_by_key(|one| (one.at, key(one)));
    Ok(examples)
}

/// New corrections by reviewer, and how many wait.
struct New<'a> {
    batches: Vec<Vec<&'a Example>>,
    waiting: usize,
}

impl<'a> New<'a> {
    fn of(examples: &'a [Example], history: &History, config: &Config) -> Self {
        let trusted = |one: &&Example| history.trusts(&one.reviewer);
        let new = |one: &&Example| !one.audit && !history.has_judged(one);
        let new: Vec<&Example> = examples.iter().filter(trusted).filter(new).collect();
        let agreed = |one: &&&Example| {
            let others = examples.iter().filter(trusted);
            !wants_two(one, config) || others.into_iter().any(|other| agrees(other, one))
        };
        let mut by_reviewer: BTreeMap<&SubjectId, Vec<&Example>> = BTreeMap::new();
        let mut taken = 0;
        for one in new.iter().filter(agreed).take(MAX_NEW) {
            by_reviewer.entry(&one.reviewer).or_default().push(one);
            taken += 1;
        }
        let batches = by_reviewer.values().flat_map(|all| all.chunks(MAX_BATCH)).map(<[_]>::to_vec).collect();
        Self { batches, waiting: new.len() - taken }
    }
}

/// Whether a label would send requests to a workflow that changes access, where triage would not have.
fn wants_two(example: &Example, config: &Config) -> bool {
    let changes_access =
        |name: &str| config.catalog.intent(name).is_some_and(|intent| intent.workflow == ACCESS_WORKFLOW);
    changes_access(&example.label) && !changes_access(&example.predicted)
}

/// Whether another person has made the same correction.
fn agrees(other: &Example, example: &Example) -> bool {
    let same = other.label == example.label && other.predicted == example.predicted;
    same && other.reviewer != example.reviewer && other.requester != example.reviewer
}

fn newest<T>(mut all: Vec<T>) -> Vec<T> {
    all.split_off(all.len().saturating_sub(MAX_KEPT))
}

/// The batches with the texts of their requests; what was erased is left out, and so is a batch without any.
async fn texts_of<'a, C: ReadStore + Vault>(
    ctx: &C,
    batches: Vec<Vec<&'a Example>>,
) -> Result<Vec<Vec<(&'a Example, Labelled)>>> {
    let mut all = Vec::with_capacity(batches.len());
    for batch in batches {
        let batch = texts(ctx, batch).await?;
        if !batch.is_empty() {
            all.push(batch);
        }
    }
    Ok(all)
}

async fn texts<'a, C: ReadStore + Vault>(
    ctx: &C,
    examples: Vec<&'a Example>,
) -> Result<Vec<(&'a Example, Labelled)>> {
    let mut all = Vec::with_capacity(examples.len());
    for example in examples {
        match text(ctx, example).await {
            Ok(text) => all.push((example, Labelled { text, label: example.label.clone() })),
            // Erased, or sealed with a key that is: what nobody can read is not learned from.
            Err(Error::NotFound(_) | Error::Broken(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(all)
}

async fn text<C: ReadStore + Vault>(ctx: &C, example: &Example) -> Result<String> {
    let request = read_request(ctx, &example.request).await?.value;
    let slot = Slot::Words(example.request.clone());
    let Versioned { value: sealed, .. } =
        read::<String>(ctx, &slot).await?.ok_or(Error::NotFound("words"))?;
    Ok(open_words(ctx, &request, &sealed).await?.text)
}

/// Keeps the model, then makes it the one in force together with the lesson and its entry in the chain.
async fn put_in_force<C>(
    ctx: &C,
    history: &History,
    trained: Trained,
    batches: Vec<Batch>,
    is_outdated: bool,
) -> Result<Report>
where
    C: WriteStore + Clock + Trainer + WriteModels,
{
    let is_new = is_outdated || batches.iter().any(|batch| batch.learned);
    if is_new {
        ctx.keep(&trained.version, &trained.model).await?;
    }
    let count = |learned: bool| -> usize {
        batches.iter().filter(|batch| batch.learned == learned).map(|batch| batch.examples.len()).sum()
    };
    let (learned, refused) = (count(true), count(false));
    let reviewers: BTreeSet<SubjectId> = batches.iter().map(|batch| batch.reviewer.clone()).collect();
    let version = if is_new { Some(trained.version) } else { history.version.clone() };
    let lesson = Lesson {
        number: history.lessons + 1,
        at: ctx.now(),
        parent: history.version.clone(),
        version: version.clone(),
        cause: Cause::Learned { base: ctx.base(), batches, golden: trained.golden },
    };
    commit_lesson(ctx, &lesson, By::Function { name: ACTION.into() }, ACTION).await?;
    let mut after = history.clone();
    after.take(&lesson);
    Ok(Report {
        version: version.filter(|_| is_new),
        learned,
        refused,
        suspended: reviewers.iter().filter(|who| !after.trusts(who)).count(),
        waiting: 0,
        golden: Some(trained.golden),
    })
}

/// Records a lesson: itself, the model in force, and the entry of the chain that holds the lesson's digest.
///
/// # Errors
/// [`Error::Conflict`] if there is another lesson meanwhile; as the ports.
pub(super) async fn commit_lesson<C>(ctx: &C, lesson: &Lesson, by: By, action: &str) -> Result<()>
where
    C: WriteStore + Clock,
{
    let active = ActiveModel { version: lesson.version.clone(), lesson: lesson.number };
    let what =
        Happening::Operated { action: action.into(), subject: Digest::of(lesson)?, of: None, reason: None };
    let mut writes = vec![
        put(Slot::Lesson(lesson.number), Expect::Absent, lesson, None)?,
        put(Slot::ActiveModel, Expect::Any, &active, None)?,
    ];
    writes.extend(admin_entry(ctx, by, what).await?);
    ctx.commit(writes).await
}
