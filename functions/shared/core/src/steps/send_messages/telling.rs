//! Tells people what became of something.

use super::{
    case::{case, names},
    fan_out::for_all,
};
use crate::{
    Error, Result,
    card::{Card, plain},
    cards,
    ids::RequestId,
    job::Notice,
    message::Origin,
    outbox::News,
    person::{ChatUser, Person},
    ports::{Chat, Configs, ReadStore, Vault, WriteStore},
    steps::identifying::{members, people},
};

/// Tells the requester, and the beneficiary where that is somebody else and it concerns the access.
pub(super) async fn tell_requester<C>(ctx: &C, id: &RequestId, news: News) -> Result<()>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let case = case(ctx, id, None).await?;
    let card = cards::news(&case.view(), news);
    let request = &case.request;
    let mut to = vec![request.requester.clone()];
    if matches!(news, News::Active | News::Ended) && request.beneficiary != request.requester {
        to.push(request.beneficiary.clone());
    }
    let people = people(ctx, &to).await?;
    for subject in &to {
        let own = (subject == &request.requester).then_some(&request.origin);
        if let Some(user) = reachable(own, people.get(subject)) {
            post(ctx, &user, &card).await?;
        }
    }
    Ok(())
}

/// The account that was written from, else the preferred one.
fn reachable(origin: Option<&Origin>, person: Option<&Person>) -> Option<ChatUser> {
    match origin {
        Some(Origin::Chat { user }) => Some(user.clone()),
        Some(Origin::Api) | None => person.and_then(|person| person.chat.first().cloned()),
    }
}

/// Somebody who cannot be reached holds up nobody.
async fn post(ctx: &impl Chat, to: &ChatUser, card: &Card) -> Result<()> {
    match ctx.post(to, card).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

pub(super) async fn tell_desk<C>(ctx: &C, request: Option<&RequestId>, matter: &str) -> Result<()>
where
    C: ReadStore + Chat + Configs,
{
    let config = ctx.active().await?;
    let desk = members(ctx, config.roles.group("desk").unwrap_or_default()).await?;
    let concerned = request.map_or_else(String::new, |id| format!(" (request {id})"));
    let headline = format!("The desk is needed: {}{concerned}", matter.replace('-', " "));
    let card = Card { headline, body: vec![plain("See the runbook for what to do.")], ..Card::default() };
    let people = people(ctx, &desk).await?;
    for_all(people.values().filter_map(|person| person.chat.first()), |user| post(ctx, user, &card)).await
}

pub(super) async fn tell<C>(ctx: &C, to: &ChatUser, place: Option<&str>, notice: &Notice) -> Result<()>
where
    C: ReadStore + Chat + Vault,
{
    let by = match notice {
        Notice::AlreadyDecided { by, .. } => by.clone(),
        _ => Vec::new(),
    };
    let names = names(ctx, &by).await?;
    ctx.whisper(to, place, &cards::notice(notice, &names)).await
}
