//! Reads past requests again, by another model or with another minimum of confidence, and says what would have changed.
//!
//! Nothing is changed, and nobody is shown a word: what comes out are ids, names of the catalog and numbers.

mod reading;

pub use reading::{Reading, Way};

use super::{
    activate_config::admin_entry,
    committing::until_first,
    export_requests::made_since,
    operate::{Order, allowed, by},
    record_decision::open_words,
};
use crate::{
    Error, Result,
    audit::{Entry, Happening},
    change::{decode, read, read_request},
    config::LoadedConfig,
    gate::{Example, Gate},
    ids::{RequestId, SubjectId},
    ports::{Clock, Configs, KeyOwner, ReadStore, Triage, Vault, WriteStore},
    request::{Listed, Request, Words},
    slot::{List, Slot},
    time::Timestamp,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How many requests are read again at the most.
pub const MAX_REPLAYED: usize = 20_000;
/// The purpose under which the reason is sealed.
const PURPOSE: &str = "replay";

/// What is tried, beside the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// Requests made since then are read again.
    pub since: Timestamp,
    /// The confidence, in thousandths, below which the desk would read first; `None`: that of the active policy.
    pub minimum: Option<u16>,
}

/// What would have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// The model that read again.
    pub model: String,
    /// The minimum of confidence by which past readings are judged, in thousandths: that of the active policy.
    pub minimum_before: u16,
    /// The one that is tried.
    pub minimum_after: u16,
    /// Requests that were read again.
    pub requests: usize,
    /// Requests whose words nobody can open any more; they are left out.
    pub erased: usize,
    /// Requests that a second reader had read as well, which is not asked again.
    pub read_twice: usize,
    /// Requests that are taken for another intent.
    pub other_intent: usize,
    /// For another application.
    pub other_application: usize,
    /// For another level.
    pub other_level: usize,
    /// Requests that went their way, and that the desk would read first.
    pub to_the_desk: usize,
    /// Requests that the desk read first, and that would go their way.
    pub past_the_desk: usize,
    /// Requests of which people have said what they are.
    pub labelled: usize,
    /// Of these, those whose intent was wrong and would be right.
    pub now_right: usize,
    /// Those whose intent was right and would be wrong.
    pub now_wrong: usize,
    /// The requests of which anything but the confidence changes, oldest day first.
    pub changed: Vec<Changed>,
}

/// One request that would have been understood otherwise, or gone another way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its id.
    pub request: RequestId,
    /// As what triage read it then, and the way that this takes by the active policy.
    pub before: Reading,
    /// As what it reads it now.
    pub after: Reading,
    /// The intent that people say it is of, where they have.
    pub label: Option<String>,
    /// Who decided it, or said what it is, by pseudonym.
    pub decided_by: BTreeSet<SubjectId>,
}

/// Reads again by `candidate`. That this is done, by whom and why is recorded before any words are opened. `progress` is
/// told how many of how many requests were looked at.
///
/// # Errors
/// [`Error::Refused`] for anybody but an admin; [`Error::Invalid`] for too long a time, too many requests, or a bad
/// reason; as the ports.
pub async fn replay_triage<C>(
    ctx: &C,
    candidate: &impl Triage,
    order: &Order<Trial>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Replayed>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    let listed = made_since(ctx, order.of.since).await?;
    if listed.len() > MAX_REPLAYED {
        let why = format!("{} requests were made, at most {MAX_REPLAYED} are read again", listed.len());
        return Err(Error::invalid("since", format!("{why}: name a later day")));
    }
    let config = ctx.active().await?;
    let before = config.policy.minimum_confidence;
    let after = order.of.minimum.unwrap_or(before);
    let mut replayed = Replayed {
        model: candidate.version(),
        minimum_before: before,
        minimum_after: after,
        ..Replayed::default()
    };
    note(ctx, order, &replayed).await?;
    let examples = last_said(ctx).await?;
    let replay = Replay { ctx, candidate, config: &config, examples: &examples };
    for (count, one) in (1..).zip(&listed) {
        replay.take(one, &mut replayed).await?;
        progress(count, listed.len());
    }
    Ok(replayed)
}

/// Records in the chain of administration that words are read again.
async fn note<C>(ctx: &C, order: &Order<Trial>, replayed: &Replayed) -> Result<()>
where
    C: WriteStore + Clock + Vault,
{
    let reason = ctx.seal(&KeyOwner::System, PURPOSE, &order.reason).await?;
    let (since, model, minimum) = (order.of.since.day(), &replayed.model, replayed.minimum_after);
    let of = format!("requests since {since}, by model {model}, minimum {minimum}");
    let what = Happening::Replayed { of, reason };
    until_first(|| async { ctx.commit(admin_entry(ctx, by(&order.operator), what.clone()).await?).await })
        .await
}

/// What people said last of each request, or of the audit of one.
async fn last_said(ctx: &impl ReadStore) -> Result<BTreeMap<RequestId, Example>> {
    let mut said: BTreeMap<RequestId, Example> = BTreeMap::new();
    for stored in ctx.list(&List::Examples).await? {
        let one: Example = decode(stored)?.value;
        let is_later = said.get(&one.request).is_none_or(|known| known.at <= one.at);
        if is_later {
            said.insert(one.request.clone(), one);
        }
    }
    Ok(said)
}

struct Replay<'a, C, T> {
    ctx: &'a C,
    candidate: &'a T,
    config: &'a LoadedConfig,
    examples: &'a BTreeMap<RequestId, Example>,
}

impl<C: ReadStore + Vault, T: Triage> Replay<'_, C, T> {
    /// Reads one request again and adds what came of it. One that looks back at another was not read by triage.
    async fn take(&self, listed: &Listed, to: &mut Replayed) -> Result<()> {
        let request = read_request(self.ctx, &listed.request).await?.value;
        if request.looks_back() {
            return Ok(());
        }
        let words = match self.words(&request).await {
            Err(Error::NotFound(_) | Error::Broken(_)) => {
                to.erased += 1;
                return Ok(());
            }
            other => other?,
        };
        let first: Entry = read(self.ctx, &Slot::Audit(request.id.as_str().to_owned(), 1))
            .await?
            .ok_or(Error::NotFound("audit entry"))?
            .value;
        let Happening::Requested { intent, application, entitlement, confidence, model, .. } = first.what
        else {
            return Err(Error::Broken("a chain begins with something else than a request".into()));
        };
        to.requests += 1;
        to.read_twice += usize::from(model.contains('+'));
        let mut before = Reading { intent, application, entitlement, confidence, way: Way::Desk };
        before.go(&request, self.config, to.minimum_before);
        let asks = self.candidate.understand(self.config, &words.text, request.times.asked);
        let mut after = Reading::of(&request, asks, &before);
        after.go(&request, self.config, to.minimum_after);
        self.compare(request.id, before, after, to).await
    }

    async fn words(&self, request: &Request) -> Result<Words> {
        let sealed = read::<String>(self.ctx, &Slot::Words(request.id.clone())).await?;
        open_words(self.ctx, request, &sealed.ok_or(Error::NotFound("words"))?.value).await
    }

    async fn compare(&self, id: RequestId, before: Reading, after: Reading, to: &mut Replayed) -> Result<()> {
        let audit = Request::audit_id(&id);
        let said = self.examples.get(&id).or_else(|| self.examples.get(&audit));
        if let Some(said) = said {
            let (was, is) = (before.intent == said.label, after.intent == said.label);
            to.labelled += 1;
            to.now_right += usize::from(!was && is);
            to.now_wrong += usize::from(was && !is);
        }
        to.other_intent += usize::from(before.intent != after.intent);
        to.other_application += usize::from(before.application != after.application);
        to.other_level += usize::from(before.entitlement != after.entitlement);
        to.to_the_desk += usize::from(before.way == Way::Own && after.way == Way::Desk);
        to.past_the_desk += usize::from(before.way == Way::Desk && after.way == Way::Own);
        if before.is_like(&after) {
            return Ok(());
        }
        let mut decided_by = self.deciders(&id).await?;
        decided_by.extend(said.map(|said| said.reviewer.clone()));
        let label = said.map(|said| said.label.clone());
        to.changed.push(Changed { request: id, before, after, label, decided_by });
        Ok(())
    }

    async fn deciders(&self, id: &RequestId) -> Result<BTreeSet<SubjectId>> {
        let mut deciders = BTreeSet::new();
        for stored in self.ctx.list(&List::Gates(id.clone())).await? {
            deciders.extend(decode::<Gate>(stored)?.value.deciders());
        }
        Ok(deciders)
    }
}
