//! What programs say at a gate beside votes: `POST /requests/{id}/claim`, `/release`, `/question` and `/answer`.

use crate::api::{decided_before, refused, same_call};
use countersign_core::{
    Error, Result,
    cards::{Names, notice},
    ids::RequestId,
    job::{Actor, Spot},
    ports::{Clock, Configs, Queues, ReadStore, Salt, Vault, WriteStore},
    steps::{
        record_decision::{self, Claiming, Heard, Saying},
        send_messages::names,
    },
    time::Timestamp,
};
use countersign_runtime::http::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a claim, and of its end.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    gate: u32,
}

/// Says that the caller is on it, or is not any more.
///
/// # Errors
/// As [`record_decision::claim`].
pub(crate) async fn claim<C>(
    ctx: &C,
    request: &HttpRequest,
    id: RequestId,
    actor: Actor,
    given_back: bool,
) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let Claim { gate } = request.json()?;
    let of = Spot::Request { request: id.clone(), gate: Some(gate) };
    let claiming = Claiming { of, actor, given_back, cast_at: ctx.now(), place: None };
    let heard = record_decision::claim(ctx, claiming).await?;
    answer(ctx, &heard, &id, claimed, &request.invocation).await
}

/// The body of a question to the requester, and of an answer to one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    gate: u32,
    /// Which question is answered.
    question: Option<u32>,
    text: String,
}

/// Asks the requester something, or takes their answer. The same body of the same caller is said once.
///
/// # Errors
/// As [`record_decision::ask_requester`]; [`Error::Invalid`] for an answer to no question.
pub(crate) async fn say<C>(
    ctx: &C,
    request: &HttpRequest,
    id: RequestId,
    actor: Actor,
    answers: bool,
) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let Words { gate, question, text } = request.json()?;
    if question.is_some() != answers {
        let why = if answers { "is missing in an answer" } else { "is for answers" };
        return Err(Error::invalid("question", why.into()));
    }
    let saying = Saying {
        id: same_call(&["say", id.as_str()], &actor, request)?,
        of: Spot::Request { request: id.clone(), gate: Some(gate) },
        text,
        actor,
        cast_at: ctx.now(),
        place: None,
    };
    let heard = match answers {
        false => record_decision::ask_requester(ctx, saying).await?,
        true => record_decision::answer_question(ctx, saying, question).await?,
    };
    answer(ctx, &heard, &id, |number| json!({"question": number}), &request.invocation).await
}

fn claimed(until: &Option<Timestamp>) -> Value {
    json!({"claimed": until.is_some(), "until": until.map(|at| at.to_string())})
}

async fn answer<T>(
    ctx: &(impl ReadStore + Vault),
    heard: &Heard<T>,
    id: &RequestId,
    stands: fn(&T) -> Value,
    invocation: &str,
) -> Result<HttpResponse> {
    let by = match heard {
        Heard::AlreadyDecided { by, .. } => names(ctx, by).await?,
        _ => Names::new(),
    };
    let word = heard.notice(id, |_| None);
    let detail = word.map_or_else(String::new, |word| notice(&word, &by).headline);
    match heard {
        Heard::Stands(what) => HttpResponse::json(200, &stands(what)),
        Heard::AlreadyDecided { ending, by: who } => {
            Ok(decided_before(*ending, who, &by, &detail, invocation))
        }
        Heard::Refused(reason) => Ok(refused(*reason, &detail, invocation)),
        Heard::UnknownPerson => Err(Error::NotFound("request")),
        Heard::NotJudgedYet { .. } => Err(Error::unavailable("the projection of people")),
    }
}
