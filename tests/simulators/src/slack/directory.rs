//! Who and what is in the workspace: accounts, conversations, and their API shapes.

use serde_json::{Value, json};

use crate::world::{SLACK_TEAM, SlackAccount, World};

/// Id of the application.
pub const APP_ID: &str = "A0COUNTERSIGN";
/// Id of the application's bot.
pub const BOT_ID: &str = "B0COUNTERSIGN";
/// User id of the application's bot.
pub const BOT_USER: &str = "U0COUNTERSIGN";
/// Slack's own messenger.
pub(super) const SLACKBOT: &str = "USLACKBOT";

/// A public channel.
pub(super) struct Channel {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) has_bot: bool,
    pub(super) archived: bool,
    pub(super) guests: bool,
}

/// All public channels.
pub(super) const CHANNELS: &[Channel] = &[
    Channel { id: "C0GENERAL", name: "general", has_bot: true, archived: false, guests: false },
    Channel { id: "C0ITHELP", name: "it-help", has_bot: true, archived: false, guests: true },
    Channel { id: "C0SALES", name: "sales", has_bot: false, archived: false, guests: false },
    Channel { id: "C0LAUNCH", name: "launch-2019", has_bot: true, archived: true, guests: false },
];

/// The channel with this id or name (with or without `#`).
pub(super) fn channel(id_or_name: &str) -> Option<&'static Channel> {
    let name = id_or_name.trim_start_matches('#');
    CHANNELS.iter().find(|channel| channel.id == id_or_name || channel.name == name)
}

/// The conversation between the bot and this user.
pub(super) fn dm_of(user: &str) -> String {
    format!("D{}", user.get(1..).unwrap_or_default())
}

/// The account with this id, the deactivated ones included.
pub(super) fn account(world: &World, id: &str) -> Option<SlackAccount> {
    world.slack_accounts().into_iter().find(|account| account.id == id)
}

/// Whose conversation with the bot this is.
pub(super) fn account_of_dm(world: &World, channel: &str) -> Option<SlackAccount> {
    account(world, &format!("U{}", channel.strip_prefix('D')?))
}

/// Whether this account can read the conversation.
pub(super) fn can_see(account: &SlackAccount, channel_id: &str) -> bool {
    channel_id == dm_of(&account.id)
        || channel(channel_id).is_some_and(|channel| channel.guests || !account.is_restricted)
}

/// Name of a conversation as payloads carry it.
pub(super) fn name_of(channel_id: &str) -> &'static str {
    channel(channel_id).map_or("directmessage", |channel| channel.name)
}

/// The user name (the part that a person types after `@`).
pub(super) fn user_name(account: &SlackAccount) -> String {
    account.handle.clone().unwrap_or_else(|| account.id.trim_start_matches("U0").to_lowercase())
}

/// An account as `users.info` shows it.
pub(super) fn user_json(account: &SlackAccount) -> Value {
    let (first, last) = account.name.split_once(' ').unwrap_or((&account.name, ""));
    let mut user = json!({
        "id": account.id, "team_id": SLACK_TEAM, "name": user_name(account), "deleted": account.deleted,
        "profile": {
            "title": account.title, "phone": "", "real_name": account.name,
            "real_name_normalized": account.name, "display_name": user_name(account),
            "display_name_normalized": user_name(account), "email": account.mail,
            "first_name": first, "last_name": last, "team": SLACK_TEAM,
            "status_text": "", "status_emoji": "", "fields": null,
        },
        "is_bot": false, "is_app_user": false, "updated": 1_700_000_000,
    });
    if !account.deleted {
        extend(
            &mut user,
            json!({
                "color": "4bbe2e", "real_name": account.name, "tz": "Europe/London",
                "tz_label": "Greenwich Mean Time", "tz_offset": 0, "is_admin": false, "is_owner": false,
                "is_primary_owner": false, "is_restricted": account.is_restricted,
                "is_ultra_restricted": false, "is_email_confirmed": true,
            }),
        );
    }
    user
}

/// The application's own user.
pub(super) fn bot_json() -> Value {
    json!({
        "id": BOT_USER, "team_id": SLACK_TEAM, "name": "countersign", "deleted": false,
        "real_name": "Countersign", "is_bot": true, "is_app_user": false, "is_admin": false,
        "is_owner": false, "is_primary_owner": false, "is_restricted": false, "is_ultra_restricted": false,
        "tz": "America/Los_Angeles", "tz_label": "Pacific Standard Time", "tz_offset": -28_800,
        "updated": 1_700_000_000,
        "profile": {
            "real_name": "Countersign", "display_name": "", "api_app_id": APP_ID, "bot_id": BOT_ID,
            "always_active": true, "team": SLACK_TEAM,
        },
    })
}

/// Adds the properties of `more` to `value`.
pub(super) fn extend(value: &mut Value, more: Value) {
    if let (Some(object), Value::Object(more)) = (value.as_object_mut(), more) {
        object.extend(more);
    }
}
