//! `POST /slack/commands`, `/slack/events` and `/slack/interactions`.

use countersign_chat::slack::{self, Path, Received, Reply, SigningSecret, authenticate};
use countersign_core::{
    Error, Result,
    job::Envelope,
    ports::{Clock, Queues},
};
use countersign_runtime::{
    http::{HttpRequest, HttpResponse},
    ports::slack::{SlackApp, signer},
    renewed::Renewed,
    telemetry::{Unit, metric},
};

/// Answers one call of Slack once its jobs are durably queued.
///
/// # Errors
/// [`Error::Refused`] for another workspace; [`Error::Unavailable`] if a job could not be queued, so that Slack tries
/// again or tells the person.
pub(crate) async fn receive<C>(ctx: &C, request: HttpRequest) -> Result<HttpResponse>
where
    C: Clock + Queues + AsRef<Renewed<SlackApp>>,
{
    let (timestamp, signature) =
        (request.header("x-slack-request-timestamp"), request.header("x-slack-signature"));
    let now = ctx.now();
    let is_signed = |by: &SigningSecret| authenticate(by, timestamp, signature, &request.body, now.seconds());
    let app = match signer(ctx.as_ref(), is_signed).await {
        Ok(app) => app,
        Err(why) => {
            metric("CountersignSlackRefused", Unit::Count, 1.0, &[("reason", why.name())]);
            return Ok(HttpResponse::empty(401));
        }
    };
    let path = Path::of(&request.route).ok_or(Error::NotFound("resource"))?;
    match slack::receive(path, &request.body, &app.team, now) {
        Ok(received) => take(ctx, &app, received).await,
        // Without the header Slack would deliver an event of another workspace again and again.
        Err(Error::Refused(_)) => Ok(HttpResponse::empty(403).with_header("X-Slack-No-Retry", "1")),
        Err(other) => Err(other),
    }
}

/// The modal first, since its trigger lives three seconds; it failing loses nothing.
async fn take(ctx: &impl Queues, app: &SlackApp, received: Received) -> Result<HttpResponse> {
    if let Some(modal) = &received.open
        && let Err(error) = app.client.open_modal(&modal.trigger_id, &modal.view).await
    {
        tracing::warn!(error.code = error.code(), "modal not opened");
        return Err(error);
    }
    for (queue, job) in received.jobs {
        ctx.send(queue, &Envelope::job(job)).await?;
    }
    match received.reply {
        Reply::Empty => Ok(HttpResponse::empty(200)),
        Reply::Json(body) => HttpResponse::json(200, &body),
    }
}
