//! `send-messages`: every word to people. Chat being down delays nothing else.

mod adopting;
mod asking;
mod case;
mod conversing;
mod copies;
mod fan_out;
mod filling;
mod listing;
mod posting;
mod telling;
mod understanding;
mod updating;

pub use case::{names, profile_purpose};
pub use copies::card_for;
pub use fan_out::MAX_AT_ONCE;
pub use listing::MAX_LIST_LINES;
pub use posting::POSTING_SECONDS;

use super::{
    committing::{done, nudge_all, or_put_off},
    joining::owe_followers,
};
use crate::{
    Error, Result,
    change::{Versioned, read},
    job::{Actor, Content, Envelope, Job},
    outbox::{Row, Work},
    ports::{Chat, Clock, Configs, Expect, Queues, Salt, Vault, Write, WriteStore},
    slot::Slot,
    time::{Span, Timestamp},
};

/// How long a word waits after chat failed without saying how long, in seconds.
pub const RETRY_SECONDS: u64 = 15;
/// The longest delay that a queue takes, in seconds.
const MAX_DELAY_SECONDS: i64 = 900;

/// What is said in order: all that one request or message owes, and what one account asked for. Other things may be
/// said at the same time.
#[must_use]
pub fn message_group(content: &Content) -> &str {
    match content {
        Content::Nudge { owner, .. } => owner,
        Content::Job(
            Job::FillModal { actor: Actor::Chat { user }, .. }
            | Job::Adopt { actor: Actor::Chat { user }, .. }
            | Job::List { actor: Actor::Chat { user }, .. }
            | Job::Tell { to: user, .. },
        ) => &user.user,
        Content::Job(_) => "",
    }
}

/// Does a message of the messages queue.
///
/// # Errors
/// As [`send_row`] and [`send_job`].
pub async fn on_message<C>(ctx: &C, content: Content) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    match content {
        Content::Nudge { owner, key } => {
            or_put_off(ctx, &owner, &key, send_row(ctx, &owner, &key).await).await
        }
        Content::Job(job) => send_job(ctx, job).await,
    }
}

/// Does one owed row. When chat is down the row is put off and the queue message is done.
///
/// # Errors
/// As the ports, but for [`Chat`] being unavailable.
pub async fn send_row<C>(ctx: &C, owner: &str, key: &str) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    let slot = Slot::Row(owner.to_owned(), key.to_owned());
    let Some(Versioned { version, value: row }) = read::<Row>(ctx, &slot).await? else { return Ok(()) };
    if row.not_before.is_some_and(|at| at > ctx.now()) {
        return Ok(());
    }
    match work(ctx, &row.work).await {
        Ok(()) => done(ctx, &row, version).await,
        Err(Error::Unavailable { retry_at, .. }) => put_off(ctx, row, version, retry_at).await,
        Err(other) => Err(other),
    }
}

async fn work<C>(ctx: &C, work: &Work) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    match work {
        Work::ShowUnderstood { message } => understanding::show_understood(ctx, message).await,
        Work::AskApprovers { request, gate, round, kind } => {
            asking::ask(ctx, request, *gate, *round, *kind).await
        }
        Work::UpdateAllCopies { request, gate } => updating::update_all(ctx, request, *gate).await,
        Work::TellRequester { request, news } => {
            let told = telling::tell_requester(ctx, request, *news).await?;
            if telling::is_decided(*news, &told) {
                nudge_all(ctx, &owe_followers(ctx, &told).await?).await;
            }
            Ok(())
        }
        Work::AskRequester { request, gate, question } => {
            conversing::ask_requester(ctx, request, *gate, *question).await
        }
        Work::TellAnswer { request, gate, question } => {
            conversing::tell_answer(ctx, request, *gate, *question).await
        }
        Work::TellDesk { request, subject, matter } => {
            telling::tell_desk(ctx, request.as_ref(), subject.as_ref(), matter).await
        }
        Work::TellSecurity { request } => telling::tell_security(ctx, request).await,
        Work::StartExecution { .. }
        | Work::OpenReview { .. }
        | Work::OpenAudit { .. }
        | Work::SpendToken { .. }
        | Work::RerouteInboxes { .. }
        | Work::RerouteGate { .. }
        | Work::RefreshPerson { .. } => Err(Error::Broken("not a word to people".into())),
    }
}

/// Tries again when chat said so, at the latest by the sweep. However many nudges there are, one stays on its way.
async fn put_off<C: WriteStore + Clock + Queues>(
    ctx: &C,
    row: Row,
    version: u64,
    retry_at: Option<Timestamp>,
) -> Result<()> {
    let at = match retry_at {
        Some(at) => at,
        None => ctx.now().plus(Span::of_seconds(RETRY_SECONDS)?),
    };
    let row = Row { attempts: row.attempts.saturating_add(1), not_before: Some(at), ..row };
    let write = Write { expect: Expect::Version(version), ..row.put_due(at)? };
    match ctx.commit(vec![write]).await {
        Ok(()) => {}
        Err(Error::Conflict) => return Ok(()),
        Err(other) => return Err(other),
    }
    let delay = (at.since(ctx.now()) + 999).div_euclid(1000).clamp(1, MAX_DELAY_SECONDS);
    let seconds = u16::try_from(delay).unwrap_or(1);
    ctx.send_later(row.work.queue(), &Envelope::nudge(&row.owner, &row.key), seconds).await
}

/// Does one job that came from a click: fills a modal, takes a card, shows a list, tells a word.
///
/// # Errors
/// As the ports; [`Error::Invalid`] for a job of another function.
pub async fn send_job<C>(ctx: &C, job: Job) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Queues + Salt + Vault,
{
    let done = match job {
        Job::FillModal { external_id, modal, shown, actor } => {
            filling::fill_modal(ctx, &external_id, modal, &shown, &actor).await
        }
        Job::Adopt { shown, actor, address } => adopting::adopt(ctx, &shown, &actor, &address).await,
        Job::List { actor, listing, place } => {
            listing::show_list(ctx, &actor, listing, place.as_deref()).await
        }
        Job::Tell { to, place, notice } => telling::tell(ctx, &to, place.as_deref(), &notice).await,
        _ => return Err(Error::invalid("job", "is for another function".into())),
    };
    match done {
        Err(Error::Refused(_) | Error::NotFound(_)) => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        card::ModalKind,
        ids::{RequestId, ShownId},
        job::{Listing, Notice},
        person::{ChannelKind, ChatUser},
    };

    fn check(content: &Content, group: &str) {
        assert_eq!(message_group(content), group, "{content:?}");
    }

    #[test]
    fn what_one_request_owes_and_what_one_account_asks_for_is_said_in_order() {
        let to = ChatUser { channel: ChannelKind::Slack, workspace: "T".into(), user: "U0EMMA".into() };
        let actor = || Actor::Chat { user: to.clone() };
        let notice = Notice::VoteCounted { request: RequestId::derived(&["r"]) };
        let shown = ShownId::derived(&["s"]);
        for key in ["ask:1", "news:Received"] {
            check(&Content::Nudge { owner: "request-1".into(), key: key.into() }, "request-1");
        }
        for job in [
            Job::Tell { to: to.clone(), place: None, notice },
            Job::List { actor: actor(), listing: Listing::Mine, place: None },
            Job::FillModal { external_id: "m".into(), modal: ModalKind::Correct, shown, actor: actor() },
        ] {
            check(&Content::Job(job), "U0EMMA");
        }
    }
}
