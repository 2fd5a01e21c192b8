//! Calls to AWS on this machine that the product itself has no use for, in AWS's own JSON, unsigned.

use crate::failure::{Done, Failure};
use countersign_core::ports::Ids;
use countersign_runtime::identifiers::RandomIds;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

/// A function may take this long to answer: one that reads all people takes seconds.
const INVOCATION: Duration = Duration::from_secs(120);

/// LocalStack at an address.
#[derive(Clone, Debug)]
pub(crate) struct LocalAws {
    client: Client,
    address: String,
}

impl LocalAws {
    pub(crate) fn at(address: &str) -> Done<Self> {
        Ok(Self { client: crate::local::http::client()?, address: address.to_owned() })
    }

    /// Creates a secret or gives it a new value.
    pub(crate) async fn put_secret(&self, name: &str, value: &Value) -> Done {
        let (text, token) = (value.to_string(), RandomIds::default().fresh());
        let created = json!({"Name": name, "SecretString": text, "ClientRequestToken": token});
        match self.json("secretsmanager", "secretsmanager.CreateSecret", &created).await {
            Err(failure) if failure.to_string().contains("ResourceExists") => {}
            made => return made.map(drop),
        }
        let changed = json!({"SecretId": name, "SecretString": text, "ClientRequestToken": token});
        self.json("secretsmanager", "secretsmanager.PutSecretValue", &changed).await.map(drop)
    }

    /// Calls a function and waits for its answer.
    pub(crate) async fn invoke(&self, function: &str) -> Done<Value> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.address);
        let request = self.client.post(url).timeout(INVOCATION).json(&json!({}));
        let response = signed_for("lambda", request).send().await?;
        let failed =
            response.headers().contains_key("x-amz-function-error") || !response.status().is_success();
        let answer: Value = response.json().await?;
        if failed {
            let why = answer.get("errorMessage").or(answer.get("message")).and_then(Value::as_str);
            let why = format!("{function} failed: {}", why.unwrap_or("it said nothing"));
            return Err(
                Failure::new(why).advising(format!("Its log: {}/_countersign/logs/{function}", self.address))
            );
        }
        Ok(answer)
    }

    /// The names of the states that an execution entered, in order.
    pub(crate) async fn states(&self, machine: &str, name: &str) -> Done<Vec<String>> {
        let arn = format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"));
        let call = json!({"executionArn": arn, "maxResults": 1000});
        let history = self.json("states", "AWSStepFunctions.GetExecutionHistory", &call).await?;
        let events = history.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let entered = |event: &Value| {
            event.pointer("/stateEnteredEventDetails/name").and_then(Value::as_str).map(str::to_owned)
        };
        Ok(events.iter().filter_map(entered).collect())
    }

    async fn json(&self, service: &str, target: &str, body: &Value) -> Done<Value> {
        let request = self.client.post(&self.address).header("X-Amz-Target", target);
        let request = request.header("Content-Type", "application/x-amz-json-1.1").body(body.to_string());
        let response = signed_for(service, request).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        if !status.is_success() {
            let code = answer.get("__type").and_then(Value::as_str).unwrap_or("no reason given");
            return Err(Failure::new(format!("{target}: {status}, {code}")));
        }
        Ok(answer)
    }
}

/// LocalStack reads the service from the credential's scope and checks no signature.
fn signed_for(service: &str, request: RequestBuilder) -> RequestBuilder {
    let scope = format!("test/20260101/us-east-1/{service}/aws4_request");
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
    request.header("Authorization", header)
}
