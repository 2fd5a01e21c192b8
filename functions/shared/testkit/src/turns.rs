//! What functions are woken for: the reader of a message, the present state of an execution.

use crate::{
    delivering::Delivery,
    engine::{Execution, Stand},
    world::{Ended, World},
};
use countersign_core::{
    Error, Result,
    job::{Content, Queue},
    ports::Clock,
    steps::{
        ask_approvers::ask_approvers,
        gather_context::gather_context,
        plan_approvals::plan_approvals,
        provision_access::provision_access,
        record_decision,
        revoke_access::revoke_access,
        send_messages,
        settle_execution::{Death, Input as Dead, settle_execution},
        spend_token, start_workflow, sync_people, triage_request,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{future::Future, pin::Pin};

/// A step under way.
pub(crate) type Step<'w, T> = Pin<Box<dyn Future<Output = Result<T>> + 'w>>;

/// A function at work.
pub(crate) struct Woken<'w, T> {
    pub(crate) function: &'static str,
    pub(crate) step: Step<'w, T>,
}

/// A function at work for a state, and which entry into it that is.
pub(crate) struct Turn<'w> {
    pub(crate) woken: Woken<'w, Value>,
    pub(crate) entry: u64,
}

fn woken<'w, T>(function: &'static str, step: impl Future<Output = Result<T>> + 'w) -> Woken<'w, T> {
    Woken { function, step: Box::pin(step) }
}

impl World {
    /// The function that reads a message, or hears of a death.
    pub(crate) fn reader(&self, what: &Delivery) -> Woken<'_, ()> {
        match what {
            Delivery::Queued(queue, envelope) => self.queue_reader(*queue, envelope.content.clone()),
            Delivery::Died(name, stand) => {
                let death = if *stand == Stand::Aborted { Death::Aborted } else { Death::Failed };
                let dead = Dead { name: name.clone(), death };
                woken("settle-execution", async { settle_execution(self, dead).await.map(drop) })
            }
        }
    }

    fn queue_reader(&self, queue: Queue, content: Content) -> Woken<'_, ()> {
        match queue {
            Queue::Triage => woken("triage-request", triage_request::on_message(self, content)),
            Queue::Start => woken("start-workflow", start_workflow::on_message(self, content)),
            Queue::Decisions => woken("record-decision", record_decision::on_message(self, content)),
            Queue::Tokens => woken("spend-token", spend_token::on_message(self, content)),
            Queue::Messages => woken("send-messages", send_messages::on_message(self, content)),
            Queue::People => woken("sync-people", sync_people::on_message(self, content)),
        }
    }

    /// Begins the present state of an execution; a choice is made at once and wakes nobody.
    pub(crate) fn turn(&self, name: &str) -> Option<Turn<'_>> {
        let execution = self.begin_state(name)?;
        Some(Turn { woken: self.woken_for(&execution), entry: execution.entry })
    }

    /// The function of the state that an execution is in.
    pub(crate) fn woken_for(&self, execution: &Execution) -> Woken<'_, Value> {
        let input = |field: &str| execution.input.get(field).cloned().unwrap_or_default();
        let both = json!({"request": input("request"), "generation": input("generation")});
        match execution.state {
            "GatherContext" => woken("gather-context", parsed(both, |i| gather_context(self, i))),
            "PlanApprovals" => woken("plan-approvals", parsed(both, |i| plan_approvals(self, i))),
            "ProvisionAccess" => woken("provision-access", parsed(both, |i| provision_access(self, i))),
            "RevokeAccess" => woken("revoke-access", parsed(both, |i| revoke_access(self, i))),
            _ => {
                let payload = json!({
                    "request": input("request"), "generation": input("generation"), "gate": execution.gate,
                    "token": execution.token, "redrive": execution.redrive, "round": execution.turn,
                    "retry": execution.retry, "end": execution.wake.last().copied().unwrap_or(0),
                });
                woken("ask-approvers", parsed(payload, |input| ask_approvers(self, input)))
            }
        }
    }

    /// The execution in the state that a function is now woken for; a choice goes on.
    pub(crate) fn begin_state(&self, name: &str) -> Option<Execution> {
        let mut state = self.state();
        let now = state.now;
        let token = state.engine.token(name);
        let execution = state.engine.executions.get_mut(name)?;
        if !execution.begin(token, now) {
            execution.go(execution.choose());
            let stand = execution.stand;
            if stand == Stand::Failed {
                state.deliveries.put(Delivery::Died(name.to_owned(), stand), now);
            }
            return None;
        }
        Some(execution.clone())
    }

    /// The function of an entry into a state has ended; after a later entry that is of no interest.
    pub(crate) fn turned(&self, name: &str, entry: u64, ended: Ended<Value>) {
        let now = self.now();
        let mut state = self.state();
        let Some(execution) = state.engine.executions.get_mut(name) else { return };
        if execution.entry != entry || execution.stand != Stand::Running {
            return;
        }
        match ended {
            Ended::Answered(Ok(output)) => execution.end_task(&output),
            Ended::Answered(Err(error)) => execution.fail(Some(&error), now),
            Ended::Died => execution.fail(None, now),
        }
        if execution.stand == Stand::Failed {
            state.deliveries.put(Delivery::Died(name.to_owned(), Stand::Failed), now);
        }
    }
}

/// Reads a function's input, runs its step and writes its output, as the function itself does.
async fn parsed<I: DeserializeOwned, O: Serialize, F: Future<Output = Result<O>>>(
    input: Value,
    step: impl FnOnce(I) -> F,
) -> Result<Value> {
    let input = serde_json::from_value(input).map_err(|e| Error::invalid("input", e.to_string()))?;
    let output = step(input).await?;
    serde_json::to_value(output).map_err(|e| Error::Broken(e.to_string()))
}
