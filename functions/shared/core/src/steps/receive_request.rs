//! `receive-request`: takes an ask from a program or page, once per idempotency key.

use super::{identifying::subject_of, pacing::has_asked_enough};
use crate::{
    Error, Result,
    change::{put, read},
    digest::{Digest, short},
    ids::{MessageId, RequestId},
    job::{Actor, Envelope, Job, Queue},
    message::{MAX_REASON_CHARACTERS, MAX_TEXT_CHARACTERS, Origin, check_text},
    policy::break_glass::Emergency,
    ports::{Clock, Expect, Queues, Salt, WriteStore},
    slot::Slot,
};
use serde::{Deserialize, Serialize};

/// The longest idempotency key, in bytes.
pub const MAX_KEY_BYTES: usize = 128;
/// The longest mail address of a beneficiary, in bytes.
pub const MAX_MAIL_BYTES: usize = 254;

/// The body of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// What is asked.
    pub text: String,
    /// For whom, a mail address; absent: the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<String>,
    /// That it is break-glass: the incident, and why it cannot wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<Emergency>,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The directory's id of the caller.
    pub caller: String,
    /// The caller's idempotency key.
    pub key: String,
    /// What is asked.
    pub body: Body,
}

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// The id that the caller was given.
    pub request: RequestId,
    /// The digest of the deployment's salt and the body: without the salt nobody can try texts against it.
    pub payload: Digest,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The ask is on its way, under this id.
    Promised(RequestId),
    /// The caller has asked for as much as one may within an hour; nothing was promised.
    TooMany,
    /// The key was used before, for another body.
    KeyReused,
    /// The caller's account is linked to nobody: nothing could ever become of the ask.
    UnknownPerson,
}

/// Promises a request id for an ask and puts it on its way. The same key and body get the same id.
///
/// # Errors
/// [`Error::Invalid`] for a bad body or key; as the ports.
pub async fn receive_request<C>(ctx: &C, input: Input) -> Result<Received>
where
    C: WriteStore + Clock + Queues + Salt,
{
    check(&input)?;
    let actor = Actor::Directory { id: input.caller.clone() };
    let key = short(&["idempotency", &input.caller, &input.key]);
    let slot = Slot::Idempotency(key.clone());
    let Some(caller) = subject_of(ctx, &actor).await? else { return Ok(Received::UnknownPerson) };
    let known = ctx.get(&slot).await?.is_some();
    if !known && has_asked_enough(ctx, &caller).await? {
        return Ok(Received::TooMany);
    }
    let payload = Digest::of(&(ctx.salt(), &input.body))?;
    let request = RequestId::derived(&["promised", &input.caller, &input.key]);
    let promise = Promise { request: request.clone(), payload: payload.clone() };
    match ctx.commit(vec![put(slot.clone(), Expect::Absent, &promise, None)?]).await {
        Ok(()) => {}
        Err(Error::Conflict) if is_same(ctx, &slot, &payload).await? => {}
        Err(Error::Conflict) => return Ok(Received::KeyReused),
        Err(other) => return Err(other),
    }
    let job = Job::Message {
        id: MessageId::new(format!("api:{key}"))?,
        actor,
        origin: Origin::Api,
        text: input.body.text,
        beneficiary: input.body.beneficiary,
        promised: Some(request.clone()),
        emergency: input.body.break_glass,
        asked_at: ctx.now(),
    };
    ctx.send(Queue::Triage, &Envelope::job(job)).await?;
    Ok(Received::Promised(request))
}

fn check(input: &Input) -> Result<()> {
    check_text("text", &input.body.text, MAX_TEXT_CHARACTERS)?;
    if let Some(emergency) = &input.body.break_glass {
        check_text("break_glass.reason", &emergency.reason, MAX_REASON_CHARACTERS)?;
    }
    let printable = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !(1..=MAX_KEY_BYTES).contains(&input.key.len()) || !printable(&input.key) {
        return Err(Error::invalid(
            "Idempotency-Key",
            format!("must be 1 to {MAX_KEY_BYTES} printable characters"),
        ));
    }
    match &input.body.beneficiary {
        Some(mail) if mail.len() > MAX_MAIL_BYTES || !mail.contains('@') || !printable(mail) => {
            Err(Error::invalid(
                "beneficiary",
                format!("must be a mail address of at most {MAX_MAIL_BYTES} bytes"),
            ))
        }
        _ => Ok(()),
    }
}

/// Whether the key that was used before stands for the same body: then the call is repeated.
async fn is_same(ctx: &impl WriteStore, slot: &Slot, payload: &Digest) -> Result<bool> {
    Ok(read::<Promise>(ctx, slot).await?.is_some_and(|known| known.value.payload == *payload))
}
