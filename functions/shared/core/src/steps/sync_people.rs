//! `sync-people`: brings the projection of people up to date, by which votes are judged.

use super::{
    committing::{done, left_to_the_row},
    send_messages::profile_purpose,
};
use crate::{
    Error, Result,
    change::{Versioned, decode, put, read},
    ids::SubjectId,
    job::Content,
    outbox::{Row, Work},
    person::{
        Group, Linked, Person, Profile,
        link::{Sources, link},
    },
    ports::{
        Action, Chat, Clock, Configs, Directory, Expect, Hris, KeyOwner, MAX_WRITES, ReadStore, Salt, Vault,
        Write, WriteStore,
    },
    slot::Slot,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// What a synchronisation did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// People in the projection now.
    pub people: usize,
    /// Records that changed.
    pub changed: usize,
    /// People of whom something could not be linked.
    pub ambiguous: usize,
}

/// Reads all sources and writes what changed. A source that is down leaves the projection as it is.
///
/// # Errors
/// As the ports.
pub async fn sync_people<C>(ctx: &C) -> Result<Synced>
where
    C: WriteStore + Chat + Clock + Configs + Directory + Hris + Salt + Vault,
{
    let sources = sources(ctx).await?;
    let linked = link(ctx.salt(), &sources);
    let (mut people, mut writes) = (Vec::new(), Vec::new());
    for (person, profile) in &linked.people {
        people.push(person_writes(ctx, &linked, person, profile).await?);
    }
    writes.extend(group_writes(&sources, &linked)?);
    writes.extend(identity_writes(ctx, &linked).await?);
    let changed = writes.len() + people.iter().map(Vec::len).sum::<usize>();
    for batch in together(people).into_iter().chain(writes.chunks(MAX_WRITES).map(<[Write]>::to_vec)) {
        ctx.commit(batch).await?;
    }
    let ambiguous = linked.people.iter().filter(|(person, _)| !person.ambiguous.is_empty()).count();
    Ok(Synced { people: linked.people.len(), changed, ambiguous })
}

/// Does one row `RefreshPerson`: everybody is read anew, since the sources answer for all at once. So one pass does every
/// row that was put before it.
///
/// # Errors
/// As [`sync_people`].
pub async fn refresh_person<C>(ctx: &C, owner: &str, key: &str) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Directory + Hris + Salt + Vault,
{
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    if !is_read_since(ctx, &row).await? {
        sync_people(ctx).await?;
    }
    done(ctx, &row, version).await
}

async fn is_read_since(ctx: &impl ReadStore, row: &Row) -> Result<bool> {
    let Work::RefreshPerson { subject } = &row.work else {
        return Err(Error::Broken("not a person to read anew".into()));
    };
    let known = read::<Person>(ctx, &Slot::Person(subject.clone())).await?;
    Ok(known.is_some_and(|known| known.value.as_of > row.put_at))
}

async fn sources<C>(ctx: &C) -> Result<Sources>
where
    C: Chat + Clock + Configs + Directory + Hris,
{
    let config = ctx.active().await?;
    let employees = ctx.employees().await?;
    // An HR system that names nobody has a fault; taken at its word, it would lock everybody out.
    if employees.is_empty() {
        return Err(Error::unavailable("the HR system"));
    }
    let mut groups = BTreeMap::new();
    for group in config.groups() {
        let members = ctx.members(&group).await?.unwrap_or_default();
        groups.insert(group, members);
    }
    Ok(Sources {
        employees,
        leave: ctx.leave().await?,
        accounts: ctx.users().await?,
        groups,
        chat: ctx.accounts().await?,
        as_of: ctx.now(),
    })
}

/// Transactions of whole people: what is owed because of a person's change is put with that change.
fn together(people: Vec<Vec<Write>>) -> Vec<Vec<Write>> {
    let mut batches: Vec<Vec<Write>> = Vec::new();
    for writes in people {
        match batches.last_mut().filter(|batch| batch.len() + writes.len() <= MAX_WRITES) {
            Some(batch) => batch.extend(writes),
            None => batches.push(writes),
        }
    }
    batches
}

/// The row by which open gates are looked at anew that wait for a person whose leave or employment has begun or ended since
/// the last synchronisation; the sweep nudges it.
fn rerouting(known: Option<&Person>, person: &Person) -> Result<Option<Write>> {
    // Nothing waits for somebody who was unknown.
    let Some(known) = known else { return Ok(None) };
    let same_leave = known.is_away(known.as_of) == person.is_away(person.as_of);
    if same_leave && known.employment == person.employment {
        return Ok(None);
    }
    let work = Work::RerouteInboxes { subjects: vec![person.subject.clone()] };
    owed(person, work, format!("leave:{}", person.as_of.0)).map(Some)
}

/// The row by which the desk is told of what cannot be linked, once as long as it is the same.
fn telling(known: Option<&Person>, person: &Person) -> Result<Vec<Write>> {
    let before = known.map(|known| known.ambiguous.clone()).unwrap_or_default();
    let new = person.ambiguous.difference(&before).map(|what| {
        let subject = Some(person.subject.clone());
        let work = Work::TellDesk { request: None, subject, matter: format!("two-matches-{}", what.name()) };
        owed(person, work, person.as_of.0)
    });
    new.collect()
}

/// A row that the sweep nudges.
fn owed(person: &Person, work: Work, cause: impl fmt::Display) -> Result<Write> {
    Row::new(person.subject.as_str(), work, cause, person.as_of).put()
}

/// Removes what led to this person before and is nobody's any more, or not theirs alone.
fn unlinking(known: Option<&Person>, linked: &Linked) -> Vec<Write> {
    let before = known.map(|known| known.identities.clone()).unwrap_or_default();
    let gone = before.into_iter().filter(|key| !linked.identities.contains_key(key));
    gone.map(|key| Write { slot: Slot::Identity(key), expect: Expect::Any, action: Action::Delete }).collect()
}

async fn person_writes<C: WriteStore + Vault>(
    ctx: &C,
    linked: &Linked,
    person: &Person,
    profile: &Profile,
) -> Result<Vec<Write>> {
    let subject = person.subject.clone();
    let known = read::<Person>(ctx, &Slot::Person(subject.clone())).await?.map(|known| known.value);
    let mut writes = vec![put(Slot::Person(subject.clone()), Expect::Any, person, None)?];
    writes.extend(rerouting(known.as_ref(), person)?);
    writes.extend(telling(known.as_ref(), person)?);
    writes.extend(unlinking(known.as_ref(), linked));
    let plain = serde_json::to_string(profile).map_err(|e| Error::Broken(format!("profile: {e}")))?;
    let owner = KeyOwner::Subject(subject.clone());
    let slot = Slot::Profile(subject.clone());
    let known = match ctx.get(&slot).await? {
        Some(stored) => {
            ctx.open(&owner, &profile_purpose(&subject), &decode::<String>(stored)?.value).await.ok()
        }
        None => None,
    };
    if known.as_ref() != Some(&plain) {
        let sealed = ctx.seal(&owner, &profile_purpose(&subject), &plain).await?;
        writes.push(put(slot, Expect::Any, &sealed, None)?);
    }
    Ok(writes)
}

fn group_writes(sources: &Sources, linked: &Linked) -> Result<Vec<Write>> {
    let member = |name: &String| {
        let inside = linked.people.iter().filter(|(person, _)| person.groups.contains(name));
        inside.map(|(person, _)| person.subject.clone()).collect()
    };
    let group = |name: &String| {
        let value = Group { name: name.clone(), members: member(name), as_of: sources.as_of };
        put(Slot::Group(name.clone()), Expect::Any, &value, None)
    };
    sources.groups.keys().map(group).collect()
}

async fn identity_writes(ctx: &impl WriteStore, linked: &Linked) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    for (key, subject) in &linked.identities {
        let slot = Slot::Identity(key.clone());
        let known = read::<SubjectId>(ctx, &slot).await?;
        if known.is_none_or(|known| known.value != *subject) {
            writes.push(put(slot, Expect::Any, subject, None)?);
        }
    }
    Ok(writes)
}

/// Does a message of the people queue.
///
/// # Errors
/// As [`refresh_person`]; [`Error::Invalid`] for a message of another function.
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Directory + Hris + Salt + Vault,
{
    match content {
        Content::Nudge { owner, key } => {
            left_to_the_row(ctx, &owner, &key, refresh_person(ctx, &owner, &key).await).await
        }
        Content::Job(_) => Err(Error::invalid("message", "is for another function".into())),
    }
}
