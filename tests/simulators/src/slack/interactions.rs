//! The payloads of interactions: who did what, where.

use serde_json::{Value, json};

use super::deliver::Outgoing;
use super::directory::{APP_ID, extend, name_of, user_name};
use crate::world::{SLACK_TEAM, SlackAccount};

/// The old shared token, which Slack still sends and nobody should check.
pub(super) const VERIFICATION_TOKEN: &str = "verification-token-not-for-use";
/// Subdomain of the workspace.
pub(super) const TEAM_DOMAIN: &str = "harbour-works";

/// What all interactions of one kind by one person carry.
pub(super) fn base(kind: &str, account: &SlackAccount) -> Value {
    let name = user_name(account);
    json!({
        "type": kind, "token": VERIFICATION_TOKEN, "api_app_id": APP_ID,
        "team": {"id": SLACK_TEAM, "domain": TEAM_DOMAIN},
        "user": {"id": account.id, "username": name, "name": name, "team_id": SLACK_TEAM},
        "enterprise": null, "is_enterprise_install": false,
    })
}

/// The same with further properties.
pub(super) fn with(mut payload: Value, more: Value) -> Value {
    extend(&mut payload, more);
    payload
}

/// A conversation as payloads carry it.
pub(super) fn channel_json(id: &str) -> Value {
    json!({"id": id, "name": name_of(id)})
}

/// The request that carries a payload.
pub(super) fn outgoing(user: &str, payload: &Value) -> Outgoing {
    Outgoing::form("interaction", "/slack/interactions", user, &[("payload", &payload.to_string())])
}
