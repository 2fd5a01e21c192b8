//! The entry points: one per way of being woken, each handing one context to one step.

use crate::{
    Failure,
    clock::SystemClock,
    http::{self, HttpRequest, HttpResponse},
    invocation::{Invocation, not_the_shape, serve},
    queue::{Batch, DeadLetter, READING_RESERVE, RESERVE, Record},
    telemetry::about,
};
use countersign_core::{
    Error, Result,
    job::{Content, Job},
    ports::Clock,
    slot::Slot,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::{Instrument, info_span};

/// Serves a state of a workflow, or another caller that hands JSON in and takes JSON out.
///
/// # Errors
/// When the Lambda service cannot be reached. A step's error is answered with its code as type.
pub async fn run_step<C, I, O>(ctx: C, step: impl AsyncFn(&C, I) -> Result<O>) -> Result<(), Failure>
where
    I: DeserializeOwned,
    O: Serialize,
{
    serve(async |event, _| {
        let input = from_json("input", event)?;
        Ok(to_json(&Box::pin(step(&ctx, input)).await?)?)
    })
    .await
}

/// Serves a schedule: the event says nothing but that it is time.
///
/// # Errors
/// As [`run_step`].
pub async fn run_schedule<C, O: Serialize>(
    ctx: C,
    step: impl AsyncFn(&C) -> Result<O>,
) -> Result<(), Failure> {
    serve(async |_, invocation| scheduled(&ctx, invocation, &step).await).await
}

/// Serves a queue of the product's own messages; each fails or succeeds on its own.
///
/// # Errors
/// As [`run_step`].
pub async fn run_queue<C>(ctx: C, step: impl AsyncFn(&C, Content) -> Result<()>) -> Result<(), Failure> {
    serve(async |event, invocation| batch(&ctx, event, invocation, &step).await).await
}

/// Serves a queue of the product's own messages, where each may wait for a second reader.
///
/// # Errors
/// As [`run_step`].
pub async fn run_reading_queue<C>(
    ctx: C,
    step: impl AsyncFn(&C, Content) -> Result<()>,
) -> Result<(), Failure> {
    let longer = READING_RESERVE.saturating_sub(RESERVE);
    serve(async |event, invocation| batch(&ctx, event, &invocation.ending_earlier(longer), &step).await).await
}

/// Serves a queue of the product's own messages, several at the same time: those of one group one after the other, in
/// the order in which they came.
///
/// # Errors
/// As [`run_step`].
pub async fn run_queue_by_group<C>(
    ctx: C,
    group: impl Fn(&Content) -> &str,
    step: impl AsyncFn(&C, Content) -> Result<()>,
) -> Result<(), Failure> {
    serve(async |event, invocation| {
        let batch: Batch = from_json("batch", event)?;
        let handle = async |record: Record| handled(&ctx, record, &step).await;
        Ok(to_json(&batch.by_group(&group, invocation, &SystemClock, handle).await)?)
    })
    .await
}

/// Serves dead-letter queues, whose messages may be of any shape.
///
/// # Errors
/// As [`run_step`].
pub async fn run_dead_letters<C>(
    ctx: C,
    step: impl AsyncFn(&C, DeadLetter) -> Result<()>,
) -> Result<(), Failure> {
    serve(async |event, invocation| {
        let batch: Batch = from_json("batch", event)?;
        let answer =
            batch.each(invocation, &SystemClock, async |record| step(&ctx, record.dead_letter()).await).await;
        Ok(to_json(&answer)?)
    })
    .await
}

/// Serves the API; a step's error is answered as a problem.
///
/// # Errors
/// As [`run_step`].
pub async fn run_http<C>(
    ctx: C,
    step: impl AsyncFn(&C, HttpRequest) -> Result<HttpResponse>,
) -> Result<(), Failure> {
    serve(async |event, invocation| answer(&ctx, event, invocation, &step).await).await
}

/// Serves a queue and the API.
///
/// # Errors
/// As [`run_step`].
pub async fn run_queue_and_http<C>(
    ctx: C,
    on_message: impl AsyncFn(&C, Content) -> Result<()>,
    on_request: impl AsyncFn(&C, HttpRequest) -> Result<HttpResponse>,
) -> Result<(), Failure> {
    serve(async |event, invocation| match is_batch(&event) {
        true => batch(&ctx, event, invocation, &on_message).await,
        false => answer(&ctx, event, invocation, &on_request).await,
    })
    .await
}

/// Serves a queue and a schedule.
///
/// # Errors
/// As [`run_step`].
pub async fn run_queue_and_schedule<C, O: Serialize>(
    ctx: C,
    on_message: impl AsyncFn(&C, Content) -> Result<()>,
    on_schedule: impl AsyncFn(&C) -> Result<O>,
) -> Result<(), Failure> {
    serve(async |event, invocation| match is_batch(&event) {
        true => batch(&ctx, event, invocation, &on_message).await,
        false => scheduled(&ctx, invocation, &on_schedule).await,
    })
    .await
}

/// Runs in a span of its own: it is about many requests, not about the one that it read last.
async fn scheduled<C, O: Serialize>(
    ctx: &C,
    invocation: &Invocation,
    step: &impl AsyncFn(&C) -> Result<O>,
) -> Result<Value, Failure> {
    let span = info_span!("schedule", invocation.id = invocation.id);
    Ok(to_json(&Box::pin(step(ctx).instrument(span)).await?)?)
}

fn is_batch(event: &Value) -> bool {
    event.get("Records").is_some()
}

async fn batch<C>(
    ctx: &C,
    event: Value,
    invocation: &Invocation,
    step: &impl AsyncFn(&C, Content) -> Result<()>,
) -> Result<Value, Failure> {
    let batch: Batch = from_json("batch", event)?;
    let handle = async |record: Record| handled(ctx, record, step).await;
    Ok(to_json(&batch.each(invocation, &SystemClock, handle).await)?)
}

async fn handled<C>(ctx: &C, record: Record, step: &impl AsyncFn(&C, Content) -> Result<()>) -> Result<()> {
    let content = record.content()?;
    if let Content::Job(Job::Message { promised: Some(id), .. }) = &content {
        about(&Slot::Request(id.clone()));
    }
    Box::pin(step(ctx, content)).await
}

async fn answer<C>(
    ctx: &C,
    event: Value,
    invocation: &Invocation,
    step: &impl AsyncFn(&C, HttpRequest) -> Result<HttpResponse>,
) -> Result<Value, Failure> {
    let event: http::Event = from_json("event", event)?;
    let response = match event.request() {
        Ok(request) => {
            Box::pin(step(ctx, request.of_invocation(&invocation.id))).await.unwrap_or_else(|error| {
                tracing::warn!(
                    error.code = error.code(),
                    error = crate::failure::recordable(&error),
                    "not done"
                );
                HttpResponse::of_error(&error, &invocation.id, SystemClock.now())
            })
        }
        Err(unusable) => HttpResponse::of_unusable(&unusable, &invocation.id),
    };
    Ok(to_json(&response)?)
}

fn from_json<T: DeserializeOwned>(what: &'static str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|e| not_the_shape(what, &e))
}

fn to_json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|e| Error::Broken(format!("output: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::time::Timestamp;
    use serde_json::json;

    fn invocation() -> Invocation {
        Invocation { id: "i".into(), deadline: Timestamp(i64::MAX) }
    }

    async fn check(body: &str, is_base64: bool, status: u16) {
        let event = json!({
            "httpMethod": "GET", "resource": "/", "headers": null, "body": body, "isBase64Encoded": is_base64,
        });
        let step = async |(): &(), request: HttpRequest| match request.body.as_slice() {
            b"refuse" => Err(Error::Refused("no".into())),
            _ => HttpResponse::json(200, &"done"),
        };
        let answered = answer(&(), event, &invocation(), &step).await.unwrap();
        assert_eq!(answered["statusCode"], status, "{body}");
    }

    #[tokio::test]
    async fn every_request_is_answered() {
        check("do", false, 200).await;
        check("refuse", false, 403).await;
        check("*", true, 400).await;
        check(&"x".repeat(countersign_core::message::MAX_BODY_BYTES + 1), false, 413).await;
    }

    #[tokio::test]
    async fn the_shape_of_an_event_says_who_wakes() {
        for (event, expected) in [
            (json!({"Records": []}), true),
            (json!({"httpMethod": "GET"}), false),
            (json!({"source": "aws.scheduler"}), false),
        ] {
            assert_eq!(is_batch(&event), expected, "{event}");
        }
        let step = async |(): &(), _: Content| Ok(());
        let empty = batch(&(), json!({"Records": []}), &invocation(), &step).await.unwrap();
        assert_eq!(empty, json!({"batchItemFailures": []}));
        let foreign = batch(&(), json!({"Records": 1}), &invocation(), &step).await.unwrap_err();
        assert_eq!(foreign.code(), "Countersign.Invalid");
    }
}
