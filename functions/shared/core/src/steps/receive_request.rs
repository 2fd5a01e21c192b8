//! `receive-request`: takes an ask from a program or page, once per idempotency key.

use crate::{
    Error, Result,
    change::{put, read},
    digest::{Digest, short},
    ids::{MessageId, RequestId},
    job::{Actor, Envelope, Job, Queue},
    message::{MAX_TEXT_CHARACTERS, Origin, check_text},
    ports::{Clock, Expect, Queues, WriteStore},
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
    /// The digest of the body.
    pub payload: Digest,
}

/// Promises a request id for an ask and puts it on its way. The same key and body get the same id.
///
/// # Errors
/// [`Error::Invalid`] for a bad body or key, [`Error::Conflict`] for the same key with another body; as the ports.
pub async fn receive_request<C>(ctx: &C, input: Input) -> Result<RequestId>
where
    C: WriteStore + Clock + Queues,
{
    check(&input)?;
    let payload = Digest::of(&input.body)?;
    let key = short(&["idempotency", &input.caller, &input.key]);
    let request = RequestId::derived(&["promised", &input.caller, &input.key]);
    let promise = Promise { request: request.clone(), payload: payload.clone() };
    let slot = Slot::Idempotency(key.clone());
    match ctx.commit(vec![put(slot.clone(), Expect::Absent, &promise, None)?]).await {
        Ok(()) => {}
        Err(Error::Conflict) => same(ctx, &slot, &payload).await?,
        Err(other) => return Err(other),
    }
    let job = Job::Message {
        id: MessageId::new(format!("api:{key}"))?,
        actor: Actor::Directory { id: input.caller },
        origin: Origin::Api,
        text: input.body.text,
        beneficiary: input.body.beneficiary,
        promised: Some(request.clone()),
        asked_at: ctx.now(),
    };
    ctx.send(Queue::Triage, &Envelope::job(job)).await?;
    Ok(request)
}

fn check(input: &Input) -> Result<()> {
    check_text("text", &input.body.text, MAX_TEXT_CHARACTERS)?;
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

/// The key was used before: with the same body the call is repeated, with another it is refused.
async fn same(ctx: &impl WriteStore, slot: &Slot, payload: &Digest) -> Result<()> {
    match read::<Promise>(ctx, slot).await? {
        Some(known) if known.value.payload == *payload => Ok(()),
        _ => Err(Error::Conflict),
    }
}
