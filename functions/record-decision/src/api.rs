//! `POST /requests/{id}/decision`, `/cancel`, `/claim`, `/release`, `/question` and `/answer`.

use crate::saying;
use countersign_core::{
    Error, Result,
    card::{Card, words},
    cards::{Names, SOMEBODY, notice},
    digest::{Digest, short},
    gate::Ending,
    ids::{RequestId, SubjectId},
    job::{Actor, Notice, Refusal, Verdict},
    policy::step_up::{MAX_SIGN_IN_AGE_MILLIS, SignIn},
    ports::{Clock, Configs, Queues, ReadStore, Salt, Vault, WriteStore},
    reduction::Reduction,
    steps::{
        identifying::subject_of,
        record_decision::{Cancellation, Cancelled, Input, Recorded, Sight, cancel, record_decision},
        send_messages::{card_for, names},
    },
    time::Span,
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse, caller},
    ports::bearers::Adapter as Bearers,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a decision.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    gate: u32,
    action: String,
    verdict: Word,
    reason: Option<String>,
    intent: Option<String>,
    application: Option<String>,
    entitlement: Option<String>,
    duration: Option<Span>,
}

/// A verdict in a word.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Approve,
    Deny,
    Correct,
}

impl Body {
    fn verdict(self) -> Result<Verdict> {
        let Self { intent, application, entitlement, duration, .. } = self;
        match self.verdict {
            Word::Approve => Ok(Reduction { entitlement, duration }.verdict()),
            Word::Deny => Ok(Verdict::Deny),
            Word::Correct => {
                let intent =
                    intent.ok_or_else(|| Error::invalid("intent", "is missing in a correction".into()))?;
                Ok(Verdict::Correct { intent, application, entitlement, duration })
            }
        }
    }
}

/// Records a vote, a claim, a question, an answer or a cancellation; who came too late learns who decided.
///
/// # Errors
/// As [`record_decision`], [`claim`](countersign_core::steps::record_decision::claim) and [`cancel`].
pub(crate) async fn decide<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault + AsRef<Bearers>,
{
    let Some(caller) = caller(ctx.as_ref(), &request).await? else {
        return Ok(HttpResponse::unauthenticated(&request.invocation));
    };
    let id = RequestId::new(request.parameter("id")?).map_err(|_| Error::NotFound("request"))?;
    let sign_in = caller.auth_time.zip(caller.acr).map(|(at, acr)| SignIn { at, acr });
    let actor = Actor::Directory { id: caller.subject };
    match request.route.rsplit('/').next() {
        Some("cancel") => {
            let done = cancel(ctx, Cancellation { request: id.clone(), actor, place: None }).await?;
            cancelled(done, id, &request.invocation)
        }
        Some("claim") => saying::claim(ctx, &request, id, actor, false).await,
        Some("release") => saying::claim(ctx, &request, id, actor, true).await,
        Some("question") => saying::say(ctx, &request, id, actor, false).await,
        Some("answer") => saying::say(ctx, &request, id, actor, true).await,
        _ => vote(ctx, &request, id, actor, sign_in).await,
    }
}

async fn vote<C>(
    ctx: &C,
    request: &HttpRequest,
    id: RequestId,
    actor: Actor,
    sign_in: Option<SignIn>,
) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    let input = Input { sign_in, ..input(ctx, request, id.clone(), actor)? };
    let (voter, Sight::Gate { gate, .. }) = (input.actor.clone(), input.sight.clone()) else {
        return Err(Error::Broken("a vote of the API names its gate".into()));
    };
    let recorded = record_decision(ctx, input).await?;
    let by = match &recorded {
        Recorded::AlreadyDecided { by, .. } => names(ctx, by).await?,
        _ => Names::new(),
    };
    let card = match &recorded {
        Recorded::Counted | Recorded::Decided(_) => Some(card(ctx, &id, gate, &voter).await?),
        _ => None,
    };
    answer(&recorded, card, &id, &by, &request.invocation)
}

/// The card of the gate as the voter would have it in chat now.
async fn card<C>(ctx: &C, id: &RequestId, gate: u32, voter: &Actor) -> Result<Value>
where
    C: ReadStore + Configs + Salt + Vault,
{
    let who = subject_of(ctx, voter).await?.ok_or(Error::NotFound("request"))?;
    let Card { headline, body, fields, .. } = card_for(ctx, id, gate, &who).await?;
    let lines: Vec<String> = body.iter().map(|line| words(line)).collect();
    let fields: Vec<Value> =
        fields.iter().map(|(name, value)| json!({"name": name, "value": words(value)})).collect();
    Ok(json!({"headline": headline, "lines": lines, "fields": fields}))
}

/// The vote of the call; the same body of the same caller is the same vote.
fn input(clock: &impl Clock, request: &HttpRequest, id: RequestId, actor: Actor) -> Result<Input> {
    let body: Body = request.json()?;
    Ok(Input {
        id: same_call(&["vote", id.as_str()], &actor, request)?,
        sight: Sight::Gate { request: id, gate: body.gate, action: Digest::parse(&body.action)? },
        actor,
        reason: body.reason.clone(),
        verdict: body.verdict()?,
        sign_in: None,
        cast_at: clock.now(),
        place: None,
    })
}

/// The id of a call: the same body of the same caller is the same call.
pub(crate) fn same_call(what: &[&str], actor: &Actor, request: &HttpRequest) -> Result<String> {
    let Actor::Directory { id: caller } = actor else {
        return Err(Error::Broken("not an API caller".into()));
    };
    let text = String::from_utf8_lossy(&request.body);
    Ok(short(&[what, &[caller.as_str(), &text]].concat()))
}

fn answer(
    recorded: &Recorded,
    card: Option<Value>,
    id: &RequestId,
    names: &Names,
    invocation: &str,
) -> Result<HttpResponse> {
    let detail = recorded.notice(id).map_or_else(String::new, |word| notice(&word, names).headline);
    match recorded {
        Recorded::Counted => HttpResponse::json(200, &json!({"recorded": "counted", "card": card})),
        Recorded::Decided(ending) => {
            HttpResponse::json(200, &json!({"recorded": "decided", "ending": ending, "card": card}))
        }
        Recorded::AlreadyDecided { ending, by } => {
            Ok(decided_before(*ending, by, names, &detail, invocation))
        }
        Recorded::SignInNeeded(step_up) => Ok(HttpResponse::sign_in_needed(
            &detail,
            &step_up.acr,
            MAX_SIGN_IN_AGE_MILLIS / 1_000,
            invocation,
        )),
        Recorded::Refused(reason) => Ok(refused(*reason, &detail, invocation)),
        Recorded::UnknownPerson => Err(Error::NotFound("request")),
        Recorded::NotJudgedYet { .. } => Err(Error::unavailable("the projection of people")),
    }
}

/// What somebody is told who comes after others have decided.
pub(crate) fn decided_before(
    ending: Ending,
    by: &[SubjectId],
    names: &Names,
    detail: &str,
    invocation: &str,
) -> HttpResponse {
    let name = |who| names.get(who).map_or(SOMEBODY, |who| who.name.as_str());
    let members = json!({"ending": ending, "by": by.iter().map(name).collect::<Vec<_>>()});
    HttpResponse::of_outcome(&Error::Conflict, detail, &members, invocation)
}

/// What somebody is told whose word is refused.
pub(crate) fn refused(reason: Refusal, detail: &str, invocation: &str) -> HttpResponse {
    let refused = Error::Refused(detail.to_owned());
    HttpResponse::of_outcome(&refused, detail, &json!({"reason": reason}), invocation)
}

fn cancelled(cancelled: Cancelled, request: RequestId, invocation: &str) -> Result<HttpResponse> {
    match cancelled {
        Cancelled::Yes => HttpResponse::json(200, &json!({"cancelled": true})),
        Cancelled::TooLate => {
            let detail = notice(&Notice::TooLateToCancel { request }, &Names::new()).headline;
            let members = json!({"cancelled": false});
            Ok(HttpResponse::of_outcome(&Error::Conflict, &detail, &members, invocation))
        }
        Cancelled::NotTheirs => Err(Error::NotFound("request")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::cards::Who;

    fn check(body: &str, expected: Option<Verdict>) {
        let read = serde_json::from_str::<Body>(body).ok().and_then(|body| body.verdict().ok());
        assert_eq!(read, expected, "{body}");
    }

    #[test]
    fn whoever_is_refused_or_late_is_told_why_and_by_whom() {
        let (id, priya) = (RequestId::derived(&["r"]), SubjectId::derived(&["priya"]));
        let names = Names::from([(priya.clone(), Who { name: "Priya".into(), chat: None })]);
        let by = vec![priya, SubjectId::derived(&["gone"])];
        let cases = [
            (
                Recorded::AlreadyDecided { ending: Ending::Approved, by },
                json!([409, "Countersign.Conflict", "This was approved already by Priya, somebody."]),
                json!({"ending": "approved", "by": ["Priya", "somebody"]}),
            ),
            (
                Recorded::Refused(Refusal::Requester),
                json!([403, "Countersign.Refused", "You asked for this, so you cannot decide on it."]),
                json!({"reason": "requester"}),
            ),
        ];
        for (recorded, problem, members) in cases {
            let answered = answer(&recorded, None, &id, &names, "i").unwrap();
            let body: serde_json::Value = serde_json::from_str(answered.body()).unwrap();
            assert_eq!(json!([answered.status, body["code"], body["detail"]]), problem);
            for (name, value) in members.as_object().unwrap() {
                assert_eq!(&body[name], value, "{name}");
            }
        }
    }

    #[test]
    fn a_body_is_one_verdict_and_nothing_else() {
        check(r#"{"gate": 1, "action": "0", "verdict": "approve"}"#, Some(Verdict::Approve));
        check(r#"{"gate": 1, "action": "0", "verdict": "deny", "reason": "no"}"#, Some(Verdict::Deny));
        let less = Reduction { entitlement: Some("standard".into()), duration: Span::parse("8h").ok() };
        let body = r#"{"gate": 1, "action": "0", "verdict": "approve", "entitlement": "standard", "duration": "8h"}"#;
        check(body, Some(Verdict::ApproveLess(less)));
        let corrected = Verdict::Correct {
            intent: "access.request".into(),
            application: Some("jira".into()),
            entitlement: None,
            duration: Span::parse("2w").ok(),
        };
        let body = r#"{"gate": 1, "action": "0", "verdict": "correct", "intent": "access.request",
                       "application": "jira", "duration": "2w"}"#;
        check(body, Some(corrected));
        for bad in [
            r#"{"gate": 1, "action": "0", "verdict": "correct"}"#,
            r#"{"gate": 1, "action": "0", "verdict": "grant"}"#,
            r#"{"gate": 1, "action": "0", "verdict": "approve", "approved": true}"#,
            r#"{"gate": -1, "action": "0", "verdict": "approve"}"#,
            r#"{"verdict": "approve"}"#,
        ] {
            check(bad, None);
        }
    }
}
