//! What a request's cards are made of, read and opened.

use crate::{
    Error, Result,
    cards::{Names, View, Who},
    change::{Versioned, decode, read, read_request},
    config::LoadedConfig,
    facts::Context,
    gate::Gate,
    ids::{RequestId, SubjectId},
    language::Language,
    person::Profile,
    ports::{Configs, KeyOwner, ReadStore, Vault},
    request::{Request, Words},
    slot::Slot,
    steps::{identifying::people, plan_approvals::context, record_decision::open_words},
};
use std::sync::Arc;

/// A request with everything that its cards are made of.
pub(super) struct Case {
    pub(super) request: Request,
    pub(super) words: Words,
    pub(super) context: Option<Context>,
    pub(super) config: Arc<LoadedConfig>,
    pub(super) names: Names,
}

impl Case {
    /// For cards in English.
    pub(super) fn view(&self) -> View<'_> {
        View {
            request: &self.request,
            words: &self.words,
            context: self.context.as_ref(),
            config: &self.config,
            names: &self.names,
            language: Language::English,
        }
    }
}

pub(super) async fn case<C>(ctx: &C, id: &RequestId, gate: Option<&Gate>) -> Result<Case>
where
    C: ReadStore + Configs + Vault,
{
    let request = read_request(ctx, id).await?.value;
    let sealed: Versioned<String> =
        read(ctx, &Slot::Words(id.clone())).await?.ok_or(Error::NotFound("words"))?;
    let words = open_words(ctx, &request, &sealed.value).await?;
    let mut concerned: Vec<SubjectId> = request.interested().into_iter().cloned().collect();
    concerned.extend(words.reasons.iter().map(|(_, who, _)| who.clone()));
    if let Some(gate) = gate {
        concerned.extend(gate.votes.keys().cloned());
        concerned.extend(gate.questions.iter().map(|question| question.by.clone()));
        concerned.extend(gate.claim.iter().filter_map(|claim| claim.by.clone()));
        concerned.extend(gate.votes.values().filter_map(|vote| vote.acting_for.clone()));
        concerned.extend(gate.candidates.iter().filter_map(|one| one.acting_for.clone()));
    }
    let config = match &request.plan {
        Some(plan) => ctx.pinned(&plan.config).await?,
        None => ctx.active().await?,
    };
    let names = names(ctx, &concerned).await?;
    Ok(Case { context: context(ctx, &request).await?, request, words, config, names })
}

/// Names and chat accounts of people, decrypted. Somebody whose key was destroyed has none.
///
/// # Errors
/// As the ports.
pub async fn names(ctx: &(impl ReadStore + Vault), subjects: &[SubjectId]) -> Result<Names> {
    let mut names = Names::new();
    for (subject, person) in people(ctx, subjects).await? {
        let Some(profile) = profile(ctx, &subject).await? else { continue };
        names.insert(subject, Who { name: profile.name, chat: person.chat.into_iter().next() });
    }
    Ok(names)
}

async fn profile(ctx: &(impl ReadStore + Vault), subject: &SubjectId) -> Result<Option<Profile>> {
    let Some(stored) = ctx.get(&Slot::Profile(subject.clone())).await? else { return Ok(None) };
    let sealed: String = decode(stored)?.value;
    let owner = KeyOwner::Subject(subject.clone());
    match ctx.open(&owner, &profile_purpose(subject), &sealed).await {
        Ok(plain) => {
            serde_json::from_str(&plain).map(Some).map_err(|e| Error::Broken(format!("profile: {e}")))
        }
        Err(Error::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The purpose under which a profile is sealed.
#[must_use]
pub fn profile_purpose(subject: &SubjectId) -> String {
    format!("profile:{subject}")
}
