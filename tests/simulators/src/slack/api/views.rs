//! Opening and changing modals.

use serde_json::{Value, json};

use super::args::Args;
use super::{Answer, ApiError};
use crate::slack::blocks::{LARGEST_VIEW, check_view};
use crate::slack::state::{Slack, State};
use crate::slack::views::View;

fn view(args: &Args) -> Result<Value, ApiError> {
    let view = args.structure("view", "invalid_arguments")?.ok_or(ApiError::missing("view"))?;
    if view.to_string().len() > LARGEST_VIEW {
        return Err(ApiError::new("view_too_large"));
    }
    let problems = check_view(&view);
    if problems.is_empty() { Ok(view) } else { Err(ApiError::explained("invalid_arguments", problems)) }
}

fn unique_external_id(state: &mut State, body: &Value, own: Option<&str>) -> Result<(), ApiError> {
    let id = body.get("external_id").and_then(Value::as_str).unwrap_or_default();
    match state.views.find_external(id) {
        Some(view) if own != Some(&view.id) => Err(ApiError::new("duplicate_external_id")),
        _ => Ok(()),
    }
}

fn shown(view: &View) -> Value {
    json!({"view": view.untouched()})
}

fn use_trigger(state: &mut State, args: &Args, now_ms: i64) -> Result<String, ApiError> {
    let id = args.text("trigger_id");
    if id.is_empty() {
        return Err(ApiError::missing("trigger_id"));
    }
    state.triggers.exchange(&id, now_ms).map_err(ApiError::new)
}

pub(super) fn open(slack: &Slack, args: &Args) -> Answer {
    let body = view(args)?;
    let now_ms = slack.now_ms();
    slack.change(|state| {
        unique_external_id(state, &body, None)?;
        let user = use_trigger(state, args, now_ms)?;
        let view = state.new_view(now_ms, &user, body, None);
        let answer = shown(&view);
        state.views.open(view);
        Ok(answer)
    })
}

pub(super) fn push(slack: &Slack, args: &Args) -> Answer {
    let body = view(args)?;
    let now_ms = slack.now_ms();
    slack.change(|state| {
        unique_external_id(state, &body, None)?;
        let user = use_trigger(state, args, now_ms)?;
        let below = state.views.of(&user).last().cloned().ok_or(ApiError::new("not_found"))?;
        let view = state.new_view(now_ms, &user, body, Some(&below));
        let answer = shown(&view);
        if state.views.push(view) { Ok(answer) } else { Err(ApiError::new("push_limit_reached")) }
    })
}

pub(super) fn update(slack: &Slack, args: &Args) -> Answer {
    let mut body = view(args)?;
    let now_ms = slack.now_ms();
    let (id, external) = (args.text("view_id"), args.text("external_id"));
    if id.is_empty() && external.is_empty() {
        return Err(ApiError::missing("view_id"));
    }
    slack.change(|state| {
        let hash = state.ids.hash(now_ms);
        state.fill_in(&mut body);
        let found = if id.is_empty() { state.views.find_external(&external) } else { state.views.find(&id) };
        let found = found.ok_or(ApiError::new("not_found"))?;
        let expected = args.text("hash");
        if !expected.is_empty() && expected != found.hash {
            return Err(ApiError::new("hash_conflict"));
        }
        let own = found.id.clone();
        unique_external_id(state, &body, Some(&own))?;
        let view = state.views.find(&own).ok_or(ApiError::new("not_found"))?;
        view.replace(body, hash);
        Ok(shown(view))
    })
}
