//! AWS's JSON protocols, spoken plainly.

use super::stack::Stack;
use countersign_core::ids::RequestId;
use serde_json::{Value, json};

/// The workflows, by their definitions' names.
const WORKFLOWS: [(&str, &str); 3] = [
    ("access-request", "AccessRequestWorkflowArn"),
    ("desk-request", "DeskRequestWorkflowArn"),
    ("grant-lifecycle", "GrantLifecycleWorkflowArn"),
];

impl Stack {
    async fn aws(&self, service: &str, version: &str, target: &str, input: &Value) -> (u16, Value) {
        let scope = format!("Credential=test/20260101/us-east-1/{service}/aws4_request");
        let answer = self
            .http
            .post(self.address("aws"))
            .header("x-amz-target", target)
            .header("content-type", format!("application/x-amz-json-{version}"))
            .header("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"))
            .body(input.to_string())
            .send()
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn aws_ok(&self, service: &str, version: &str, target: &str, input: &Value) -> Value {
        let (status, answer) = self.aws(service, version, target, input).await;
        assert_eq!(status, 200, "{target}: {answer}");
        answer
    }

    /// One operation of DynamoDB.
    pub(crate) async fn dynamodb(&self, operation: &str, input: &Value) -> Value {
        self.aws_ok("dynamodb", "1.0", &format!("DynamoDB_20120810.{operation}"), input).await
    }

    /// One operation of Step Functions.
    pub(crate) async fn states(&self, operation: &str, input: &Value) -> Value {
        self.aws_ok("states", "1.0", &format!("AWSStepFunctions.{operation}"), input).await
    }

    /// Puts a message on a queue of an output; answers the id that the queue gave it.
    pub(crate) async fn send(&self, queue: &str, body: &str) -> String {
        let input = json!({"QueueUrl": self.output(queue), "MessageBody": body});
        let sent = self.aws_ok("sqs", "1.0", "AmazonSQS.SendMessage", &input).await;
        sent["MessageId"].as_str().unwrap().to_owned()
    }

    /// Puts messages on a queue of an output in one call; answers the ids that the queue gave them.
    pub(crate) async fn send_batch(&self, queue: &str, bodies: &[String]) -> Vec<String> {
        let entries = bodies
            .iter()
            .zip(0..)
            .map(|(body, id): (_, u32)| json!({"Id": id.to_string(), "MessageBody": body}));
        let input = json!({"QueueUrl": self.output(queue), "Entries": entries.collect::<Vec<_>>()});
        let sent = self.aws_ok("sqs", "1.0", "AmazonSQS.SendMessageBatch", &input).await;
        let ids = sent["Successful"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["MessageId"].as_str().unwrap().into());
        ids.collect()
    }

    /// What lies on any queue, being handled or not, as the engine shows it without receiving it.
    pub(crate) async fn queued(&self) -> Vec<String> {
        let known = self.aws_ok("sqs", "1.0", "AmazonSQS.ListQueues", &json!({})).await;
        let mut lying = Vec::new();
        for queue in known["QueueUrls"].as_array().unwrap() {
            let path = format!("/_aws/sqs/messages?ShowInvisible=true&QueueUrl={}", queue.as_str().unwrap());
            let request =
                self.http.get(format!("{}{path}", self.address("aws"))).header("accept", "application/json");
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            let found: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
            let found = &found["ReceiveMessageResponse"]["ReceiveMessageResult"];
            lying.extend((!found.is_null()).then(|| found.to_string()));
        }
        lying
    }

    /// Wakes a function as a schedule does, and answers what it said.
    pub(crate) async fn invoke(&self, function: &str, event: &Value) -> Value {
        let path = format!("/2015-03-31/functions/countersign-{function}/invocations");
        let (status, answer) = self.call("POST", "aws", &path, event).await;
        assert_eq!(status, 200, "{function}: {answer}");
        answer
    }

    /// Finds what is due, as every minute.
    pub(crate) async fn sweep(&self) {
        self.invoke("sweep-due", &json!({})).await;
    }

    /// The address of an execution, by its definition and its name.
    pub(crate) fn execution(&self, workflow: &str, name: &str) -> String {
        let (_, output) = WORKFLOWS.iter().find(|(known, _)| *known == workflow).unwrap();
        format!("{}:{name}", self.output(output).replace(":stateMachine:", ":execution:"))
    }

    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`; `None` before it was started.
    pub(crate) async fn status(&self, execution: &str) -> Option<String> {
        let target = "AWSStepFunctions.DescribeExecution";
        let (status, answer) = self.aws("states", "1.0", target, &json!({"executionArn": execution})).await;
        (status == 200).then(|| answer["status"].as_str().unwrap().to_owned())
    }

    /// All events of an execution.
    pub(crate) async fn history(&self, execution: &str) -> Vec<Value> {
        let (mut events, mut next) = (Vec::new(), Value::Null);
        loop {
            let mut input = json!({"executionArn": execution, "maxResults": 1000});
            if !next.is_null() {
                input["nextToken"] = next;
            }
            let page = self.states("GetExecutionHistory", &input).await;
            events.extend(page["events"].as_array().unwrap().iter().cloned());
            next = page["nextToken"].clone();
            if next.is_null() {
                return events;
            }
        }
    }

    /// The names of the states that an execution entered, in order.
    pub(crate) async fn entered(&self, execution: &str) -> Vec<String> {
        let events = self.history(execution).await;
        let name = |event: &Value| event["stateEnteredEventDetails"]["name"].as_str().map(str::to_owned);
        events.iter().filter_map(name).collect()
    }

    /// The task tokens that were handed out in an execution.
    pub(crate) async fn tokens(&self, execution: &str) -> Vec<String> {
        let token = |event: &Value| {
            let parameters = event["taskScheduledEventDetails"]["parameters"].as_str()?;
            let parameters: Value = serde_json::from_str(parameters).ok()?;
            parameters["Payload"]["token"].as_str().map(str::to_owned)
        };
        self.history(execution).await.iter().filter_map(token).collect()
    }

    /// The execution of a request's first generation, as an access request.
    pub(crate) fn access_execution(&self, id: &RequestId) -> String {
        self.execution("access-request", &format!("{id}.1"))
    }
}
