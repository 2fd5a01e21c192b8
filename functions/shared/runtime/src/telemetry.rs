//! Logs as JSON lines and metrics in CloudWatch's embedded format, both on standard output; bodies are in neither.

use crate::clock::SystemClock;
use countersign_core::{ports::Clock, slot::Slot, time::Timestamp};
use serde_json::{Map, Value, json};
use tracing::level_filters::LevelFilter;
use tracing::{Span, Subscriber};
use tracing_subscriber::{
    filter::Targets, fmt::MakeWriter, layer::SubscriberExt, registry::LookupSpan, util::SubscriberInitExt,
};

/// The namespace of the metrics.
pub const NAMESPACE: &str = "Countersign";

/// Libraries speak from warnings on: below, they print requests and answers.
const LIBRARIES: LevelFilter = LevelFilter::WARN;
const PRODUCT: LevelFilter = LevelFilter::INFO;

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Milliseconds.
    Milliseconds,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
        }
    }
}

/// Begins to write logs. Called again, it does nothing.
pub fn start() {
    let _already_started = lines(std::io::stdout).try_init();
}

/// Whatever is logged, as one JSON object a line.
pub(crate) fn lines<W>(to: W) -> impl Subscriber + for<'a> LookupSpan<'a> + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(to);
    let levels = Targets::new().with_default(LIBRARIES).with_target("countersign", PRODUCT);
    tracing_subscriber::registry().with(levels).with(lines)
}

/// Names the request whose record, or gate, is read or written in the log lines of the message or call that is being handled,
/// for a message tells often only what was pressed. [`context!`](crate::context) calls it.
pub fn about(slot: &Slot) {
    if let Slot::Request(id) | Slot::Gate(id, _) = slot {
        Span::current().record("request.id", id.as_str());
    }
}

/// Records one value of a metric. Dimensions are few and fixed: never an id or a name of a person.
#[allow(clippy::print_stdout)]
pub fn metric(name: &str, unit: Unit, value: f64, dimensions: &[(&str, &str)]) {
    println!("{}", embedded(SystemClock.now(), name, unit, value, dimensions));
}

/// Embedded metric format: `docs.aws.amazon.com`, "CloudWatch embedded metric format specification".
fn embedded(now: Timestamp, name: &str, unit: Unit, value: f64, dimensions: &[(&str, &str)]) -> Value {
    let keys: Vec<&str> = dimensions.iter().map(|(key, _)| *key).collect();
    let mut line: Map<String, Value> =
        dimensions.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    line.insert(name.into(), json!(value));
    let metrics = json!([{"Name": name, "Unit": unit.name()}]);
    let directive = json!([{"Namespace": NAMESPACE, "Dimensions": [keys], "Metrics": metrics}]);
    line.insert("_aws".into(), json!({"Timestamp": now.0, "CloudWatchMetrics": directive}));
    Value::Object(line)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };
    use tracing::instrument::WithSubscriber;

    /// What was written, shared.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged while `done` runs, line by line.
    pub(crate) async fn lines_of(done: impl Future<Output = ()>) -> Vec<Value> {
        let written = Written::default();
        let to = written.clone();
        done.with_subscriber(lines(move || to.clone())).await;
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_metric_is_one_embedded_line() {
        let line =
            embedded(Timestamp(5), "MessagesFailed", Unit::Count, 2.0, &[("function", "send-messages")]);
        let metrics = json!([{"Name": "MessagesFailed", "Unit": "Count"}]);
        let directive =
            json!([{"Namespace": "Countersign", "Dimensions": [["function"]], "Metrics": metrics}]);
        let expected = json!({
            "MessagesFailed": 2.0, "function": "send-messages",
            "_aws": {"Timestamp": 5, "CloudWatchMetrics": directive},
        });
        assert_eq!(line, expected);
        assert!(!line.to_string().contains('\n'));
    }

    #[test]
    fn a_metric_without_dimensions_has_an_empty_set_of_them() {
        let line = embedded(Timestamp(5), "Oldest", Unit::Milliseconds, 1.5, &[]);
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
        assert_eq!(line["Oldest"], json!(1.5));
    }
}
