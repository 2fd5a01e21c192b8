//! The waiting tasks of Step Functions. A token is in no error, no log and no `Debug`.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_sfn::operation::send_task_success::{
    SendTaskSuccess, SendTaskSuccessError as Refused, SendTaskSuccessInput,
};
use countersign_core::{
    Error, Result,
    ports::{Spent, TaskTokens},
};
use serde_json::Value;

operation!(
    aws_sdk_sfn::operation::send_task_success,
    SendTaskSuccess,
    SendTaskSuccessInput,
    SendTaskSuccessOutput,
    SendTaskSuccessError
);

/// Completes waiting tasks.
#[derive(Clone, Debug)]
pub struct StepFunctionsTokens {
    service: Service,
}

impl StepFunctionsTokens {
    /// The waiting tasks of the account.
    #[must_use]
    pub fn new(session: &Session) -> Self {
        Self { service: session.service("states") }
    }
}

impl TaskTokens for StepFunctionsTokens {
    async fn succeed(&self, token: &str, output: &Value) -> Result<Spent> {
        let success = SendTaskSuccessInput::builder().task_token(token).output(output.to_string()).build();
        let Err(error) = self.service.call::<SendTaskSuccess>(success).await else { return Ok(Spent::Taken) };
        if error.as_service_error().is_some_and(is_closed) {
            return Ok(Spent::Closed);
        }
        match fault::of_repeatable("the workflow service", &error) {
            broken @ Error::Broken(_) if is_bad_output(error.as_service_error()) => Err(broken),
            _ => Err(Error::unavailable("the workflow service")),
        }
    }
}

fn is_closed(refused: &Refused) -> bool {
    matches!(refused, Refused::TaskTimedOut(_) | Refused::TaskDoesNotExist(_) | Refused::InvalidToken(_))
}

fn is_bad_output(refused: Option<&Refused>) -> bool {
    matches!(refused, Some(Refused::InvalidOutput(_)))
}
