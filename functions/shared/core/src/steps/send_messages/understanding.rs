//! Shows an asker what was understood: once, as the cards of gates are posted.

use super::{
    case::names,
    posting::{being_posted, lost, posting_until, released},
    updating::update,
};
use crate::{
    Error, Result,
    card::Card,
    cards,
    change::{Versioned, put, read},
    ids::MessageId,
    message::{Ask, Message, Origin},
    person::ChatUser,
    ports::{Chat, Clock, Configs, Expect, ReadStore, Salt, Vault, WriteStore},
    question::{self, Question},
    slot::Slot,
    steps::{committing::until_first, identifying::subject_named, sealing::open_asks},
};
use std::collections::BTreeMap;

pub(super) async fn show_understood<C>(ctx: &C, id: &MessageId) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Salt + Vault,
{
    let slot = Slot::Message(id.clone());
    let Some(found) = read::<Message>(ctx, &slot).await? else { return Ok(()) };
    let Origin::Chat { user } = found.value.origin.clone() else { return Ok(()) };
    if found.value.copy.is_none() {
        match lost(ctx, found.value.posting_until, &user, id.as_str()).await? {
            Some(copy) => change(ctx, &slot, |message| message.copy = Some(copy.clone())).await?,
            None => return post(ctx, &slot, &user, found).await,
        }
    }
    let Some(found) = read::<Message>(ctx, &slot).await? else { return Ok(()) };
    let Some(copy) = &found.value.copy else { return Ok(()) };
    update(ctx, copy, &card(ctx, &found.value).await?).await
}

async fn card<C: ReadStore + Configs + Salt + Vault>(ctx: &C, message: &Message) -> Result<Card> {
    let asks = open_asks(ctx, message).await?;
    let called = called(ctx, message, &asks).await?;
    Ok(cards::understood(message, &asks, &called, &*ctx.active().await?))
}

/// How those are called between whom its author is to choose, by what the text says for them.
async fn called<C>(ctx: &C, message: &Message, asks: &[Ask]) -> Result<BTreeMap<String, String>>
where
    C: ReadStore + Salt + Vault,
{
    let mut called = BTreeMap::new();
    let Some((_, Question::Beneficiary(people))) = question::next(asks) else { return Ok(called) };
    for named in people.iter().flatten() {
        let Some(subject) = subject_named(ctx, &message.origin, named).await? else { continue };
        let names = names(ctx, &[subject]).await?;
        called.extend(names.into_values().map(|who| (named.clone(), who.name)));
    }
    Ok(called)
}

async fn post<C>(ctx: &C, slot: &Slot, user: &ChatUser, found: Versioned<Message>) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Salt + Vault,
{
    let card = card(ctx, &found.value).await?;
    let until = posting_until(ctx.now())?;
    let message = Message { posting_until: Some(until), ..found.value };
    match ctx.commit(vec![put(slot.clone(), Expect::Version(found.version), &message, None)?]).await {
        Err(Error::Conflict) => return Err(being_posted(until)),
        other => other?,
    }
    match ctx.post(user, &card).await {
        Ok(copy) => change(ctx, slot, |message| message.copy = Some(copy.clone())).await,
        Err(error) => {
            // If this fails as well, the others wait until the time that was recorded.
            let until = released(&error, ctx.now());
            let _released = change(ctx, slot, |message| message.posting_until = until).await;
            Err(error)
        }
    }
}

async fn change(ctx: &impl WriteStore, slot: &Slot, change: impl Fn(&mut Message)) -> Result<()> {
    until_first(|| async {
        let Some(found) = read::<Message>(ctx, slot).await? else { return Ok(()) };
        let mut message = found.value;
        change(&mut message);
        ctx.commit(vec![put(slot.clone(), Expect::Version(found.version), &message, None)?]).await
    })
    .await
}
