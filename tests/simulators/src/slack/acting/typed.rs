//! What Slack makes of the text that a person types: entities and mentions.

use crate::slack::directory::user_name;
use crate::world::SlackAccount;

/// Longest text that a person can send, in characters.
pub(super) const LONGEST_TYPED: usize = 12_000;

/// The text as applications get it; commands carry the name in a mention too.
pub(super) fn as_sent(accounts: &[SlackAccount], text: &str, in_command: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut at_start = true;
    while let Some(first) = rest.chars().next() {
        if let Some((account, length)) = mention(accounts, rest, at_start) {
            out.push_str(&written(account, in_command));
            rest = rest.get(length..).unwrap_or_default();
            at_start = false;
            continue;
        }
        match first {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
        at_start = first.is_whitespace() || first == '(';
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    out
}

fn written(account: &SlackAccount, in_command: bool) -> String {
    match in_command {
        true => format!("<@{}|{}>", account.id, user_name(account)),
        false => format!("<@{}>", account.id),
    }
}

/// Who is mentioned at the start of `text`, and how many bytes that takes.
fn mention<'a>(
    accounts: &'a [SlackAccount],
    text: &str,
    at_start: bool,
) -> Option<(&'a SlackAccount, usize)> {
    if let Some(inner) = text.strip_prefix("<@") {
        let (id, _) = inner.split_once('>')?;
        let account = accounts.iter().find(|account| account.id == id)?;
        return Some((account, id.len() + 3));
    }
    let name = text.strip_prefix('@').filter(|_| at_start)?;
    let length = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(name.len());
    let name = name.get(..length)?;
    let account = accounts.iter().find(|account| user_name(account) == name)?;
    Some((account, length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn typed_text_becomes_what_slack_sends() {
        let accounts = World::seeded().unwrap().slack_accounts();
        for (typed, message, command) in [
            ("plain", "plain", "plain"),
            ("a & b <c>", "a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
            ("for @emma, please", "for <@U0EMMA>, please", "for <@U0EMMA|emma>, please"),
            ("<@U0EMMA>", "<@U0EMMA>", "<@U0EMMA|emma>"),
            ("<@U0NOBODY>", "&lt;@U0NOBODY&gt;", "&lt;@U0NOBODY&gt;"),
            ("emma@harbour.example", "emma@harbour.example", "emma@harbour.example"),
            ("mail@emma", "mail@emma", "mail@emma"),
            ("<!channel> ü", "&lt;!channel&gt; ü", "&lt;!channel&gt; ü"),
        ] {
            assert_eq!(as_sent(&accounts, typed, false), message);
            assert_eq!(as_sent(&accounts, typed, true), command);
        }
    }
}
