//! The workflows over Step Functions.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_sfn::operation::start_execution::{StartExecution, StartExecutionError, StartExecutionInput};
use countersign_core::{Error, Result, ports::Workflows};
use serde_json::Value;
use std::collections::BTreeMap;

operation!(
    aws_sdk_sfn::operation::start_execution,
    StartExecution,
    StartExecutionInput,
    StartExecutionOutput,
    StartExecutionError
);

/// The state machines that a function may start, by the name of their definition.
#[derive(Clone, Debug)]
pub struct StateMachines {
    service: Service,
    arns: BTreeMap<String, String>,
}

impl StateMachines {
    /// State machines by definition (`access-request`) and ARN.
    #[must_use]
    pub fn new(session: &Session, arns: BTreeMap<String, String>) -> Self {
        Self { service: session.service("states"), arns }
    }
}

impl Workflows for StateMachines {
    /// Names are unique per request and generation, so an execution of that name, even a closed one, is ours.
    async fn start(&self, definition: &str, name: &str, input: &Value) -> Result<()> {
        let arn = self.arns.get(definition).ok_or_else(unknown)?;
        let execution = StartExecutionInput::builder().state_machine_arn(arn).name(name);
        let started = self.service.call::<StartExecution>(execution.input(input.to_string()).build()).await;
        let Err(error) = started else { return Ok(()) };
        match error.as_service_error() {
            Some(StartExecutionError::ExecutionAlreadyExists(_)) => Ok(()),
            Some(StartExecutionError::ExecutionLimitExceeded(_)) => {
                Err(Error::unavailable("the workflow service"))
            }
            _ => Err(fault::of_repeatable("the workflow service", &error)),
        }
    }
}

fn unknown() -> Error {
    Error::invalid("definition", "must be a workflow that this function may start".into())
}
