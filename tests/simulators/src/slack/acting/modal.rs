//! What a person does with an open modal: submit it or close it.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Acting, Done, Refusal, told};
use crate::slack::blocks::check_view;
use crate::slack::deliver::Outcome;
use crate::slack::interactions::{base, outgoing, with};
use crate::slack::state::State;
use crate::slack::values;

/// What Slack tells a person whose modal could not be handled.
const TROUBLE: &str = "We had some trouble connecting. Try again?";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Submit {
    view_id: String,
    /// Block id, action id, value.
    #[serde(default)]
    values: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Close {
    view_id: String,
    /// Whether the whole stack is closed at once.
    #[serde(default)]
    all: bool,
}

/// Submits a modal and shows what the application makes of it.
pub(super) async fn submit(acting: Acting<Submit>) -> Done {
    let (user, id, now_ms) = (&acting.account.id, &acting.input.view_id, acting.slack.now_ms());
    let payload = acting.slack.change(|state| {
        let view = state.views.find(id).filter(|view| view.user == *user);
        let view = view.ok_or(Refusal::missing("the modal"))?;
        let entered = values::entered(view.blocks(), &acting.input.values).map_err(Refusal::bad)?;
        let unfit = values::unfit(view.blocks(), &entered);
        if !unfit.is_empty() {
            let why = format!("Slack's own client asks for a fitting input in: {}", unfit.join(", "));
            return Err(Refusal(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
        view.errors.clear();
        view.trouble = None;
        let payload = with(base("view_submission", &acting.account), json!({"view": view.json(entered)}));
        Ok(with(payload, json!({"trigger_id": state.trigger(now_ms, user), "response_urls": []})))
    })?;
    let outcome = acting.slack.deliver(outgoing(user, &payload)).await;
    let shown = acting.slack.change(|state| {
        let answered =
            answer(&outcome).and_then(|answer| honour(state, now_ms, &acting.input.view_id, user, &answer));
        if answered.is_none()
            && let Some(view) = state.views.find(&acting.input.view_id)
        {
            view.trouble = Some(TROUBLE.to_owned());
        }
        answered
    });
    told(&outcome, json!({"shown": shown.unwrap_or("trouble")}))
}

/// What the application asked for; nothing, if it failed.
fn answer(outcome: &Outcome) -> Option<Value> {
    if !outcome.is_ok() {
        return None;
    }
    if outcome.body.trim().is_empty() {
        return Some(json!({}));
    }
    serde_json::from_str(&outcome.body).ok()
}

/// Does what the application asked for and names it; nothing, if that makes no sense.
fn honour(state: &mut State, now_ms: i64, id: &str, user: &str, answer: &Value) -> Option<&'static str> {
    match answer.get("response_action").and_then(Value::as_str) {
        None => {
            state.views.close(user, id);
            Some("closed")
        }
        Some("clear") => {
            state.views.clear(user);
            Some("cleared")
        }
        Some("errors") => show_errors(state, id, answer.get("errors")?),
        Some("update") => {
            let (mut body, hash) = (acceptable(answer)?, state.ids.hash(now_ms));
            state.fill_in(&mut body);
            state.views.find(id)?.replace(body, hash);
            Some("updated")
        }
        Some("push") => {
            let below = state.views.find(id)?.clone();
            let view = state.new_view(now_ms, user, acceptable(answer)?, Some(&below));
            state.views.push(view).then_some("pushed")
        }
        Some(_) => None,
    }
}

fn acceptable(answer: &Value) -> Option<Value> {
    let view = answer.get("view")?;
    check_view(view).is_empty().then(|| view.clone())
}

// Slack shows errors only where the block is an input of this view, and gives up otherwise.
fn show_errors(state: &mut State, id: &str, errors: &Value) -> Option<&'static str> {
    let view = state.views.find(id)?;
    let errors: BTreeMap<String, String> = serde_json::from_value(errors.clone()).ok()?;
    let is_input = |id: &String| {
        let fits = |block: &&Value| {
            block.get("type").is_some_and(|kind| kind == "input")
                && block.get("block_id").is_some_and(|block| block == id)
        };
        view.blocks().iter().find(fits).is_some()
    };
    if errors.is_empty() || !errors.keys().all(is_input) {
        return None;
    }
    view.errors = errors;
    Some("errors")
}

/// Closes a modal; the application is told if it wanted to be.
pub(super) async fn close(acting: Acting<Close>) -> Done {
    let (user, input) = (&acting.account.id, &acting.input);
    let (view, all) = acting.slack.change(|state| {
        let view = state.views.find(&input.view_id).filter(|view| view.user == *user);
        let view = view.ok_or(Refusal::missing("the modal"))?.clone();
        let all = input.all || view.flag("clear_on_close");
        if all {
            state.views.clear(user);
        } else {
            state.views.close(user, &view.id);
        }
        Ok((view, all))
    })?;
    if !view.flag("notify_on_close") {
        return Ok(axum::Json(json!({"status": null, "outcome": "not_told"})));
    }
    let payload =
        with(base("view_closed", &acting.account), json!({"view": view.untouched(), "is_cleared": all}));
    let outcome = acting.slack.deliver(outgoing(user, &payload)).await;
    told(&outcome, json!({}))
}
