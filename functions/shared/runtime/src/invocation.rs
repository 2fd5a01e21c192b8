//! One invocation: its id, its deadline, its log line.

use crate::{Failure, clock::SystemClock, telemetry};
use countersign_core::{Error, ids::RequestId, ports::Clock, time::Timestamp};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use std::time::Duration;
use tracing::{Instrument, info, info_span, warn};

/// Which invocation this is and until when it may take.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) id: String,
    pub(crate) deadline: Timestamp,
}

impl Invocation {
    /// The same, with so much less time.
    pub(crate) fn ending_earlier(&self, by: Duration) -> Self {
        let less = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        Self { id: self.id.clone(), deadline: Timestamp(self.deadline.0.saturating_sub(less)) }
    }

    /// Whether less than `reserve` is left.
    pub(crate) fn is_nearly_over(&self, clock: &impl Clock, reserve: Duration) -> bool {
        self.deadline.since(clock.now()) < i64::try_from(reserve.as_millis()).unwrap_or(i64::MAX)
    }
}

/// Serves invocations until the environment is taken down.
pub(crate) async fn serve(
    handle: impl AsyncFn(Value, &Invocation) -> Result<Value, Failure>,
) -> Result<(), Failure> {
    telemetry::start();
    let handle = &handle;
    let service = service_fn(move |event: LambdaEvent<Value>| async move {
        let LambdaEvent { payload, context } = event;
        let deadline = Timestamp(i64::try_from(context.deadline).unwrap_or(i64::MAX));
        let invocation = Invocation { id: context.request_id, deadline };
        Box::pin(observed(payload, &invocation, handle)).await
    });
    lambda_runtime::run(service).await.map_err(|error| Failure::of_runtime(&error))
}

async fn observed(
    event: Value,
    invocation: &Invocation,
    handle: &impl AsyncFn(Value, &Invocation) -> Result<Value, Failure>,
) -> Result<Value, Failure> {
    let request = request_of(&event);
    let span = info_span!("invocation", invocation.id = invocation.id, request.id = request);
    let began = SystemClock.now();
    async {
        let answer = Box::pin(handle(event, invocation)).await;
        let duration_ms = SystemClock.now().since(began);
        match &answer {
            Ok(_) => info!(duration_ms, "handled"),
            Err(failure) => warn!(duration_ms, error.code = failure.code(), error = %failure, "failed"),
        }
        answer
    }
    .instrument(span)
    .await
}

/// The product's request that a workflow's input speaks of.
fn request_of(event: &Value) -> Option<String> {
    let id = event.get("request")?.as_str()?;
    RequestId::new(id).ok().map(String::from)
}

pub(crate) fn not_the_shape(what: &'static str, error: &serde_json::Error) -> Error {
    let why = format!("is not in its shape (line {}, column {})", error.line(), error.column());
    Error::invalid(what, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct At(i64);

    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp(self.0)
        }
    }

    #[test]
    fn time_runs_out_a_reserve_before_the_deadline() {
        let invocation = Invocation { id: String::new(), deadline: Timestamp(10_000) };
        for (now, over) in [(0, false), (7000, false), (7001, true), (20_000, true)] {
            assert_eq!(invocation.is_nearly_over(&At(now), Duration::from_secs(3)), over, "{now}");
        }
    }

    #[test]
    fn what_may_take_long_is_begun_only_with_more_time_left() {
        let longer = crate::queue::READING_RESERVE.saturating_sub(crate::queue::RESERVE);
        let invocation = Invocation { id: String::new(), deadline: Timestamp(30_000) }.ending_earlier(longer);
        for (now, over) in [(0, false), (14_000, false), (14_001, true)] {
            assert_eq!(invocation.is_nearly_over(&At(now), crate::queue::RESERVE), over, "{now}");
        }
    }

    #[test]
    fn only_identifiers_are_taken_into_the_log() {
        for (event, expected) in [
            (json!({"request": "R-1", "generation": 1}), Some("R-1")),
            (json!({"request": "give me <b>all</b>"}), None),
            (json!({"request": 1}), None),
            (json!([]), None),
        ] {
            assert_eq!(request_of(&event).as_deref(), expected, "{event}");
        }
    }
}
