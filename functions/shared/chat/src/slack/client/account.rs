//! An account of the workspace as `users.list` writes it.

use countersign_core::person::{ChannelKind, ChatAccount, ChatUser};
use serde_json::Value;

/// Slack's own account, in every workspace; not marked as a bot.
const SLACKBOT: &str = "USLACKBOT";

/// Anything that makes an account no regular one.
const MARKS: [&str; 6] =
    ["deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "is_workflow_bot"];

pub(super) fn read(member: &Value, team: &str) -> Option<ChatAccount> {
    let text =
        |pointer: &str| member.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let user = text("/id")?;
    let home = text("/team_id").unwrap_or_default();
    let marked = |name: &&str| member.get(*name) == Some(&Value::Bool(true));
    let regular = home == team && user != SLACKBOT && !MARKS.iter().any(marked);
    Some(ChatAccount {
        user: ChatUser { channel: ChannelKind::Slack, workspace: home.to_owned(), user: user.to_owned() },
        mail: text("/profile/email").map(str::to_owned),
        regular,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(more: Value, regular: bool) {
        let mut member = json!({
            "id": "U0EMMA", "team_id": "T0HARBOUR", "deleted": false, "is_bot": false, "is_restricted": false,
            "profile": {"email": "emma@harbour.example", "real_name": "Emma Clarke"}, "color": "9f69e7",
        });
        member.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let account = read(&member, "T0HARBOUR").unwrap();
        assert_eq!(account.regular, regular, "{member}");
        assert_eq!(account.mail.as_deref(), Some("emma@harbour.example"));
    }

    #[test]
    fn only_people_of_the_workspace_are_regular() {
        check(json!({}), true);
        for name in MARKS {
            check(json!({name: true}), false);
        }
        check(json!({"team_id": "T0OTHER"}), false);
        check(json!({"team_id": null}), false);
        check(json!({"id": "USLACKBOT"}), false);
        assert_eq!(read(&json!({"team_id": "T0HARBOUR"}), "T0HARBOUR"), None);
        assert_eq!(read(&json!({"id": "U0B", "team_id": "T0HARBOUR"}), "T0HARBOUR").unwrap().mail, None);
    }
}
