//! Finds the person behind an account, and the people a judgement needs.

use crate::{
    Error, Result,
    change::{decode, read},
    ids::SubjectId,
    job::Actor,
    message::Origin,
    person::{Delegation, Group, IdentityKind, Person, identity_key},
    policy::judge::People,
    ports::{ReadStore, Salt},
    slot::Slot,
};

/// The person behind an account, if it is linked.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn subject_of(ctx: &(impl ReadStore + Salt), actor: &Actor) -> Result<Option<SubjectId>> {
    let key = match actor {
        Actor::Chat { user } => user.identity_key(ctx.salt()),
        Actor::Directory { id } => identity_key(ctx.salt(), IdentityKind::Directory, id),
    };
    by_key(ctx, key).await
}

/// The person with a mail address, if exactly one has it.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn subject_by_mail(ctx: &(impl ReadStore + Salt), mail: &str) -> Result<Option<SubjectId>> {
    by_key(ctx, identity_key(ctx.salt(), IdentityKind::Mail, mail)).await
}

/// The person whom a message names, by a chat account or a mail address; `None` if that is nobody known.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn subject_named(
    ctx: &(impl ReadStore + Salt),
    origin: &Origin,
    named: &str,
) -> Result<Option<SubjectId>> {
    match origin.account(named) {
        Some(user) => subject_of(ctx, &Actor::Chat { user }).await,
        None => subject_by_mail(ctx, named).await,
    }
}

async fn by_key(ctx: &impl ReadStore, key: String) -> Result<Option<SubjectId>> {
    Ok(read(ctx, &Slot::Identity(key)).await?.map(|found| found.value))
}

/// How the account was authenticated, for records.
#[must_use]
pub fn via(actor: &Actor) -> &'static str {
    match actor {
        Actor::Chat { .. } => "slack",
        Actor::Directory { .. } => "oidc",
    }
}

/// The projection of a person.
///
/// # Errors
/// As [`ReadStore::get`]; [`Error::NotFound`].
pub async fn person(ctx: &impl ReadStore, subject: &SubjectId) -> Result<Person> {
    let found = read(ctx, &Slot::Person(subject.clone())).await?;
    found.map(|found| found.value).ok_or(Error::NotFound("person"))
}

/// The projections of those of `subjects` that are known.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn people(ctx: &impl ReadStore, subjects: &[SubjectId]) -> Result<People> {
    let mut people = People::new();
    for subject in subjects {
        if people.contains_key(subject) {
            continue;
        }
        if let Some(stored) = ctx.get(&Slot::Person(subject.clone())).await? {
            people.insert(subject.clone(), decode::<Person>(stored)?.value);
        }
    }
    Ok(people)
}

/// The delegations that `subjects` have set.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn delegations(ctx: &impl ReadStore, subjects: &[SubjectId]) -> Result<Vec<Delegation>> {
    let mut found = Vec::new();
    for subject in subjects {
        if let Some(stored) = ctx.get(&Slot::Delegation(subject.clone())).await? {
            found.push(decode::<Delegation>(stored)?.value);
        }
    }
    Ok(found)
}

/// The members of a directory group, as last synchronised; nobody if the group is unknown.
///
/// # Errors
/// As [`ReadStore::get`].
pub async fn members(ctx: &impl ReadStore, group: &str) -> Result<Vec<SubjectId>> {
    let found = read::<Group>(ctx, &Slot::Group(group.to_owned())).await?;
    Ok(found.map(|found| found.value.members).unwrap_or_default())
}
