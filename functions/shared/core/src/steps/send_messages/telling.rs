//! Tells people what became of something.

use super::{
    case::{case, names},
    fan_out::for_all,
};
use crate::{
    Error, Result,
    card::{Card, Span, plain},
    cards,
    change::read_request,
    config::Config,
    ids::{RequestId, SubjectId},
    job::Notice,
    message::Origin,
    outbox::News,
    person::{ChatUser, Person},
    ports::{Chat, Configs, ReadStore, Vault, WriteStore},
    request::{Outcome, Request},
    steps::identifying::{members, people},
};

/// Tells the requester, and the beneficiary where that is somebody else and it concerns the access. The request.
pub(super) async fn tell_requester<C>(ctx: &C, id: &RequestId, news: News) -> Result<Request>
where
    C: WriteStore + Chat + Configs + Vault,
{
    let case = case(ctx, id, None).await?;
    let mut card = cards::news(&case.view(), news);
    let request = &case.request;
    if let (News::LeadEnded, Some(lead)) = (news, &request.lead) {
        card.body.push(cards::lead(&read_request(ctx, lead).await?.value, request.language));
    }
    let mut to = vec![request.requester.clone()];
    if concerns_access(news, request.outcome) && request.beneficiary != request.requester {
        to.push(request.beneficiary.clone());
    }
    let people = people(ctx, &to).await?;
    for subject in &to {
        let own = (subject == &request.requester).then_some(&request.origin);
        if let Some(user) = reachable(own, people.get(subject)) {
            post(ctx, &user, &card).await?;
        }
    }
    Ok(case.request)
}

/// Whether those whose requests joined this one can be told now what came of it.
pub(super) fn is_decided(news: News, request: &Request) -> bool {
    news == News::Active || (news == News::Ended && request.times.expires.is_none())
}

/// Whether somebody has something new or has it no longer. A beneficiary hears of nothing that came to nothing.
fn concerns_access(news: News, outcome: Option<Outcome>) -> bool {
    use Outcome::{Granted, Revoked, Served};
    match news {
        News::Active => true,
        News::Ended => matches!(outcome, Some(Granted | Served | Revoked)),
        _ => false,
    }
}

/// The account that was written from, else the preferred one.
pub(super) fn reachable(origin: Option<&Origin>, person: Option<&Person>) -> Option<ChatUser> {
    match origin {
        Some(Origin::Chat { user }) => Some(user.clone()),
        Some(Origin::Api) | None => person.and_then(|person| person.chat.first().cloned()),
    }
}

/// Somebody who cannot be reached holds up nobody.
pub(super) async fn post(ctx: &impl Chat, to: &ChatUser, card: &Card) -> Result<()> {
    match ctx.post(to, card).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

pub(super) async fn tell_desk<C>(
    ctx: &C,
    request: Option<&RequestId>,
    subject: Option<&SubjectId>,
    matter: &str,
) -> Result<()>
where
    C: ReadStore + Chat + Configs,
{
    let concerned = request.map_or_else(String::new, |id| format!(" (request {id})"));
    let headline = format!("The desk is needed: {}{concerned}", matter.replace('-', " "));
    let mut body = vec![plain("See the runbook for what to do.")];
    if let Some(subject) = subject {
        let known = people(ctx, std::slice::from_ref(subject)).await?;
        let account = known.get(subject).and_then(|person| person.chat.first().cloned());
        let who = account.map_or_else(|| Span::Plain(format!("the person {subject}")), Span::Mention);
        body.insert(0, vec![Span::Plain("It is about ".into()), who, Span::Plain(".".into())]);
    }
    let card = Card { headline, body, ..Card::default() };
    let config = ctx.active().await?;
    tell_role(ctx, &config, "desk", &card).await
}

/// Tells security that somebody broke the glass.
pub(super) async fn tell_security<C>(ctx: &C, id: &RequestId) -> Result<()>
where
    C: ReadStore + Chat + Configs + Vault,
{
    let case = case(ctx, id, None).await?;
    tell_role(ctx, &case.config, "security", &cards::glass_broken(&case.view())).await
}

async fn tell_role(ctx: &(impl ReadStore + Chat), config: &Config, role: &str, card: &Card) -> Result<()> {
    let members = members(ctx, config.roles.group(role).unwrap_or_default()).await?;
    let people = people(ctx, &members).await?;
    for_all(people.values().filter_map(|person| person.chat.first()), |user| post(ctx, user, card)).await
}

pub(super) async fn tell<C>(ctx: &C, to: &ChatUser, place: Option<&str>, notice: &Notice) -> Result<()>
where
    C: ReadStore + Chat + Vault,
{
    let by = match notice {
        Notice::AlreadyDecided { by, .. } => by.clone(),
        Notice::DelegationGiven { to, .. } => vec![to.clone()],
        _ => Vec::new(),
    };
    let names = names(ctx, &by).await?;
    ctx.whisper(to, place, &cards::notice(notice, &names)).await
}
