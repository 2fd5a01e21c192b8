//! `POST /requests/{id}/decision` and `POST /requests/{id}/cancel`.

use countersign_core::{
    Error, Result,
    digest::{Digest, short},
    ids::RequestId,
    job::{Actor, Verdict},
    ports::{Clock, Configs, Queues, Salt, Vault, WriteStore},
    steps::record_decision::{Cancellation, Cancelled, Input, Recorded, Sight, cancel, record_decision},
    time::Span,
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse, caller},
    ports::bearers::Adapter as Bearers,
};
use serde::Deserialize;
use serde_json::json;

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
            Word::Approve => Ok(Verdict::Approve),
            Word::Deny => Ok(Verdict::Deny),
            Word::Correct => {
                let intent =
                    intent.ok_or_else(|| Error::invalid("intent", "is missing in a correction".into()))?;
                Ok(Verdict::Correct { intent, application, entitlement, duration })
            }
        }
    }
}

/// Records a vote or a cancellation; a vote that came too late learns who decided.
///
/// # Errors
/// As [`record_decision`] and [`cancel`].
pub(crate) async fn decide<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault + AsRef<Bearers>,
{
    let Some(caller) = caller(ctx.as_ref(), &request).await? else {
        return Ok(HttpResponse::unauthenticated(&request.invocation));
    };
    let id = RequestId::new(request.parameter("id")?).map_err(|_| Error::NotFound("request"))?;
    let actor = Actor::Directory { id: caller.subject };
    match request.route.ends_with("/cancel") {
        true => cancelled(
            cancel(ctx, Cancellation { request: id, actor, place: None }).await?,
            &request.invocation,
        ),
        false => recorded(record_decision(ctx, input(ctx, &request, id, actor)?).await?, &request.invocation),
    }
}

/// The vote of the call; the same body of the same caller is the same vote.
fn input(clock: &impl Clock, request: &HttpRequest, id: RequestId, actor: Actor) -> Result<Input> {
    let shape = |e: serde_json::Error| {
        Error::invalid(
            "body",
            format!("is not the JSON that is expected, at line {} column {}", e.line(), e.column()),
        )
    };
    let body: Body = serde_json::from_slice(&request.body).map_err(shape)?;
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let Actor::Directory { id: caller } = &actor else {
        return Err(Error::Broken("not an API caller".into()));
    };
    Ok(Input {
        id: short(&["vote", id.as_str(), caller, &text]),
        sight: Sight::Gate { request: id, gate: body.gate, action: Digest::parse(&body.action)? },
        actor,
        reason: body.reason.clone(),
        verdict: body.verdict()?,
        cast_at: clock.now(),
        place: None,
    })
}

fn recorded(recorded: Recorded, invocation: &str) -> Result<HttpResponse> {
    match recorded {
        Recorded::Counted => HttpResponse::json(200, &json!({"recorded": "counted"})),
        Recorded::Decided(ending) => {
            HttpResponse::json(200, &json!({"recorded": "decided", "ending": ending}))
        }
        Recorded::AlreadyDecided { ending, by } => Ok(HttpResponse::of_outcome(
            409,
            "Already decided",
            &json!({"ending": ending, "by": by}),
            invocation,
        )),
        Recorded::Refused(reason) => {
            Ok(HttpResponse::of_outcome(403, "Refused", &json!({"reason": reason}), invocation))
        }
        Recorded::UnknownPerson => Err(Error::NotFound("request")),
        Recorded::NotJudgedYet { .. } => Err(Error::unavailable("the projection of people")),
    }
}

fn cancelled(cancelled: Cancelled, invocation: &str) -> Result<HttpResponse> {
    match cancelled {
        Cancelled::Yes => HttpResponse::json(200, &json!({"cancelled": true})),
        Cancelled::TooLate => {
            Ok(HttpResponse::of_outcome(409, "Too late", &json!({"cancelled": false}), invocation))
        }
        Cancelled::NotTheirs => Err(Error::NotFound("request")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Option<Verdict>) {
        let read = serde_json::from_str::<Body>(body).ok().and_then(|body| body.verdict().ok());
        assert_eq!(read, expected, "{body}");
    }

    #[test]
    fn a_body_is_one_verdict_and_nothing_else() {
        check(r#"{"gate": 1, "action": "0", "verdict": "approve"}"#, Some(Verdict::Approve));
        check(r#"{"gate": 1, "action": "0", "verdict": "deny", "reason": "no"}"#, Some(Verdict::Deny));
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
