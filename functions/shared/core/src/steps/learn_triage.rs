//! `learn-triage`: makes a new model of the corrections that people have made, and puts it in force if it is no worse;
//! and says by the same words what triage may do by itself.
//!
//! A model is made of the examples that ship and of all corrections in force, from scratch: nothing of it depends on the
//! nights in which they came, and what was erased since is in it no more.

mod choosing;
mod measuring;
mod reading;

pub use choosing::{MAX_AGAIN, MAX_BATCHES, MAX_NEW};
pub use measuring::Change;

use super::activate_config::admin_entry;
use crate::{
    Result,
    audit::{By, Happening},
    change::{decode, put},
    config::LoadedConfig,
    digest::Digest,
    gate::Example,
    ids::SubjectId,
    learning::{ActiveModel, Batch, Cause, Course, Golden, History, Labelled, Lesson, Trained, key},
    policy::autonomy::levels,
    ports::{Clock, Configs, Expect, ReadStore, Trainer, Vault, WriteModels, WriteStore},
    slot::{List, Slot},
};
use choosing::{New, by_reviewer};
use measuring::{has_new_audits, measured, outside};
use reading::{newest, texts};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Corrections in force, and as many audits, that a model is made of: the newest.
pub const MAX_KEPT: usize = 5_000;
/// What the chain of administration calls it.
const ACTION: &str = "learn-triage";
/// What it calls a change of what triage may do.
const MEASURED: &str = "measure-triage";

/// On which occasion it learns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Occasion {
    /// Whether corrections wait until their reviewer has a full batch of them.
    #[serde(default)]
    pub only_full: bool,
}

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

/// What is known before: by which configuration, what was learned, and what people have said, the oldest first.
pub struct Known {
    config: Arc<LoadedConfig>,
    history: History,
    examples: Vec<Example>,
}

impl Known {
    /// Reads it all.
    ///
    /// # Errors
    /// As the ports.
    pub async fn read(ctx: &(impl ReadStore + Configs)) -> Result<Self> {
        let (config, history) = (ctx.active().await?, history(ctx).await?);
        Ok(Self { config, history, examples: examples(ctx).await? })
    }

    /// The words of those who are listened to.
    fn trusted(&self) -> Vec<&Example> {
        self.examples.iter().filter(|one| self.history.trusts(&one.reviewer)).collect()
    }
}

/// Measures what triage may do by itself, and records it where that is something else than before.
///
/// # Errors
/// As [`learn_triage`].
pub async fn measure_triage(ctx: &(impl WriteStore + Clock), known: &mut Known) -> Result<Change> {
    let policy = &known.config.policy;
    let levels = levels(policy, &known.trusted());
    let Some((lesson, change)) = measured(policy, &known.history, levels, ctx.now()) else {
        return Ok(Change::default());
    };
    commit_lesson(ctx, &known.history, &lesson, By::Function { name: ACTION.into() }, MEASURED).await?;
    known.history.take(&lesson);
    Ok(change)
}

/// Learns what is new. Without anything new, enough audits since the last model or another model that ships, it does
/// nothing.
///
/// # Errors
/// [`crate::Error::Conflict`] if there is another lesson meanwhile: nothing was changed but that a model is kept which
/// nobody uses; as the ports.
pub async fn learn_triage<C>(ctx: &C, known: &Known, occasion: Occasion) -> Result<Report>
where
    C: WriteStore + Clock + Trainer + Vault + WriteModels,
{
    let Known { config, history, examples } = known;
    let New { batches, waiting } = New::of(examples, history, config, occasion.only_full);
    let is_outdated = history.is_outdated(&ctx.base());
    let in_force = examples.iter().filter(|one| history.in_force.contains(&key(one))).collect();
    let (again, kept) = match is_outdated {
        true => (by_reviewer(newest(in_force), MAX_AGAIN), Vec::new()),
        false => (Vec::new(), newest(in_force)),
    };
    let again = again.into_iter().map(|batch| (batch, true));
    let mut taught = Vec::new();
    for (batch, again) in again.chain(batches.into_iter().map(|batch| (batch, false))) {
        taught.push(Taught { texts: texts(ctx, batch).await?, again });
    }
    taught.retain(|batch| !batch.texts.is_empty());
    let said = known.trusted();
    let is_due = is_outdated || (!occasion.only_full && has_new_audits(&said, history));
    if taught.is_empty() && !is_due {
        return Ok(Report { waiting, ..Report::default() });
    }
    let audited: Vec<&Example> = said.iter().copied().filter(|one| one.audit).collect();
    let course = Course {
        in_force: labelled(texts(ctx, kept).await?),
        batches: taught.iter().map(|batch| labelled(batch.texts.clone())).collect(),
        audited: labelled(texts(ctx, newest(audited)).await?),
        outside: outside(&config.policy, &said),
    };
    let trained = ctx.train(config, &course)?;
    let judged = taught.iter().zip(&trained.harmless);
    let judged = judged.filter_map(|(batch, harmless)| batch.judged(*harmless, trained.together)).collect();
    let report = put_in_force(ctx, history, trained, judged, is_due).await?;
    Ok(Report { waiting, ..report })
}

/// A batch with its texts, and whether it was in force before.
struct Taught<'a> {
    texts: Vec<(&'a Example, Labelled)>,
    again: bool,
}

impl Taught<'_> {
    /// What became of it; `None` of a batch of which nothing can be read any more.
    fn judged(&self, harmless: bool, together: bool) -> Option<Batch> {
        let reviewer = self.texts.first()?.0.reviewer.clone();
        let examples = self.texts.iter().map(|(one, _)| key(one)).collect();
        let (learned, again) = (harmless && !together, self.again || (harmless && together));
        Some(Batch { reviewer, examples, learned, again })
    }
}

fn labelled(texts: Vec<(&Example, Labelled)>) -> Vec<Labelled> {
    texts.into_iter().map(|(_, text)| text).collect()
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

/// Keeps the model, then makes it the one in force together with the lesson and its entry in the chain.
async fn put_in_force<C>(
    ctx: &C,
    history: &History,
    trained: Trained,
    batches: Vec<Batch>,
    is_due: bool,
) -> Result<Report>
where
    C: WriteStore + Clock + Trainer + WriteModels,
{
    let is_new = is_due || batches.iter().any(|batch| batch.learned);
    if is_new {
        ctx.keep(&trained.version, &trained.model).await?;
    }
    let new = || batches.iter().filter(|batch| !batch.again);
    let count = |learned: bool| -> usize {
        new().filter(|batch| batch.learned == learned).map(|batch| batch.examples.len()).sum()
    };
    let (learned, refused) = (count(true), count(false));
    let reviewers: BTreeSet<SubjectId> = new().map(|batch| batch.reviewer.clone()).collect();
    let version = if is_new { Some(trained.version) } else { history.version.clone() };
    let cause = Cause::Learned { base: ctx.base(), batches, golden: trained.golden };
    let lesson = Lesson { version: version.clone(), ..history.next(ctx.now(), cause) };
    commit_lesson(ctx, history, &lesson, By::Function { name: ACTION.into() }, ACTION).await?;
    let mut after = history.clone();
    after.take(&lesson);
    Ok(Report {
        version: version.filter(|_| is_new),
        learned,
        refused,
        suspended: reviewers.iter().filter(|who| !after.trusts(who)).count(),
        golden: Some(trained.golden),
        ..Report::default()
    })
}

/// Records the lesson that follows a history: itself, what is in force by it, and the entry of the chain that holds its
/// digest.
///
/// # Errors
/// [`crate::Error::Conflict`] if there is another lesson meanwhile; as the ports.
pub(super) async fn commit_lesson<C>(
    ctx: &C,
    history: &History,
    lesson: &Lesson,
    by: By,
    action: &str,
) -> Result<()>
where
    C: WriteStore + Clock,
{
    let mut after = history.clone();
    after.take(lesson);
    let active = ActiveModel { version: after.version, lesson: after.lessons, levels: after.levels };
    let what =
        Happening::Operated { action: action.into(), subject: Digest::of(lesson)?, of: None, reason: None };
    let mut writes = vec![
        put(Slot::Lesson(lesson.number), Expect::Absent, lesson, None)?,
        put(Slot::ActiveModel, Expect::Any, &active, None)?,
    ];
    writes.extend(admin_entry(ctx, by, what).await?);
    ctx.commit(writes).await
}
