//! Posts a gate's card to a person. It is recorded first that it will be, so that whoever comes after a death in
//! between looks for the card before posting another one.

use super::{
    asking::Asking,
    copies::{card_of, carried, change_copy, copy_slot, shown_id},
    updating::refresh,
};
use crate::{
    Error, Result,
    card::CopyAddress,
    change::{Versioned, decode, put, read_request},
    digest::Digest,
    gate::{Gate, Shown},
    ids::{ShownId, SubjectId},
    person::ChatUser,
    ports::{Chat, Clock, Configs, Expect, Vault, WriteStore},
    posted::PostedCopy,
    slot::{List, Slot},
    time::{Span, Timestamp},
};
use std::collections::BTreeSet;

/// For so many seconds after somebody began to post a card nobody else does: longer than posting can take.
pub const POSTING_SECONDS: u64 = 20;

/// Posts the card, or finds it where an earlier try left it, and looks once more whether the gate has ended meanwhile.
pub(super) async fn post_first<C>(
    ctx: &C,
    asking: &Asking<'_>,
    recipient: &SubjectId,
    user: &ChatUser,
    known: Option<Versioned<PostedCopy>>,
) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let slot = copy_slot(asking.gate, recipient);
    let shown = shown_id(asking.gate, recipient, asking.case.request.context.as_ref());
    match lost_copy(ctx, known.as_ref(), &shown).await? {
        Some(address) => change_copy(ctx, &slot, |copy| copy.note(&address, None)).await?,
        None => {
            begin(ctx, asking, recipient, user, known).await?;
            post(ctx, asking, recipient, user, &slot).await?;
        }
    }
    refresh(ctx, &asking.gate.request, asking.gate.number, recipient, Some(asking.gate)).await
}

/// Nobody is asked any more once a gate has ended; a card whose place was lost must show the end all the same.
pub(super) async fn find_lost<C>(ctx: &C, gate: &Gate) -> Result<()>
where
    C: WriteStore + Chat + Clock + Configs + Vault,
{
    let request = read_request(ctx, &gate.request).await?.value;
    for stored in ctx.list(&List::Copies(gate.request.clone(), gate.number)).await? {
        let copy = decode::<PostedCopy>(stored)?;
        let recipient = &copy.value.recipient;
        for shown in carried(gate, &request, &copy.value) {
            let Some(address) = lost_copy(ctx, Some(&copy), &shown).await? else { continue };
            change_copy(ctx, &copy_slot(gate, recipient), |copy| copy.note(&address, None)).await?;
            refresh(ctx, &gate.request, gate.number, recipient, None).await?;
        }
    }
    Ok(())
}

async fn lost_copy<C: Chat + Clock>(
    ctx: &C,
    known: Option<&Versioned<PostedCopy>>,
    shown: &ShownId,
) -> Result<Option<CopyAddress>> {
    let Some(known) = known else { return Ok(None) };
    lost(ctx, known.value.posting_until, &known.value.to, shown.as_str()).await
}

/// The card of an earlier try that did not come to its end, if there is one: its buttons carry `value`. `until` is when
/// that try has surely ended; `None`: there was none.
pub(super) async fn lost<C: Chat + Clock>(
    ctx: &C,
    until: Option<Timestamp>,
    to: &ChatUser,
    value: &str,
) -> Result<Option<CopyAddress>> {
    match until {
        None => Ok(None),
        Some(until) if until > ctx.now() => Err(being_posted(until)),
        Some(_) => match ctx.find(to, value).await {
            Err(Error::Refused(_)) => Ok(None),
            found => found,
        },
    }
}

pub(super) fn being_posted(until: Timestamp) -> Error {
    Error::Unavailable { service: "chat", retry_at: Some(until) }
}

/// When a post that begins now has surely ended.
pub(super) fn posting_until(now: Timestamp) -> Result<Timestamp> {
    Ok(now.plus(Span::of_seconds(POSTING_SECONDS)?))
}

/// Whoever comes next may post at once, but looks for the card first, unless it is proven that it was not posted.
pub(super) fn released(error: &Error, now: Timestamp) -> Option<Timestamp> {
    let proven = matches!(error, Error::Refused(_) | Error::Unavailable { retry_at: Some(_), .. });
    (!proven).then_some(now)
}

/// Records what will be shown and that it is being posted.
async fn begin<C: WriteStore + Clock>(
    ctx: &C,
    asking: &Asking<'_>,
    recipient: &SubjectId,
    user: &ChatUser,
    known: Option<Versioned<PostedCopy>>,
) -> Result<()> {
    let (gate, context) = (asking.gate, asking.case.request.context.clone());
    let until = posting_until(ctx.now())?;
    let slot = Slot::Shown(shown_id(gate, recipient, context.as_ref()));
    let shown = Shown {
        request: gate.request.clone(),
        gate: gate.number,
        recipient: recipient.clone(),
        action: gate.action.clone(),
        context,
        question: None,
        at: ctx.now(),
    };
    let copy = PostedCopy {
        recipient: recipient.clone(),
        to: user.clone(),
        rounds: BTreeSet::from([asking.round]),
        posting_until: Some(until),
        places: Vec::new(),
    };
    let expect = known.map_or(Expect::Absent, |known| Expect::Version(known.version));
    let writes =
        vec![put(slot, Expect::Any, &shown, None)?, put(copy_slot(gate, recipient), expect, &copy, None)?];
    match ctx.commit(writes).await {
        Err(Error::Conflict) => Err(being_posted(until)),
        other => other,
    }
}

async fn post<C>(
    ctx: &C,
    asking: &Asking<'_>,
    recipient: &SubjectId,
    user: &ChatUser,
    slot: &Slot,
) -> Result<()>
where
    C: WriteStore + Chat + Clock,
{
    let card = card_of(asking.case, asking.gate, recipient);
    let showing = Digest::of(&card)?;
    match ctx.post(user, &card).await {
        Ok(address) => change_copy(ctx, slot, |copy| copy.note(&address, Some(showing.clone()))).await,
        Err(error) => {
            // If this fails as well, the others wait until the time that was recorded.
            let until = released(&error, ctx.now());
            let _released = change_copy(ctx, slot, |copy| copy.posting_until = until).await;
            Err(error)
        }
    }
}
