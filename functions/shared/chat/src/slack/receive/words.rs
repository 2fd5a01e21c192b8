//! Slack's way to write people, links and `&<>` in messages, turned back to plain text.

/// What a person sees of a message or command: links as text, `&<>` as they were typed. A mention stays `<@U…>`.
pub(super) fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(&unescaped(before));
        let token = after.split_once('>').and_then(|(inside, tail)| Some((seen(inside)?, tail)));
        if let Some((seen, tail)) = token {
            out.push_str(&seen);
            rest = tail;
        } else {
            out.push('<');
            rest = after;
        }
    }
    out.push_str(&unescaped(rest));
    out
}

/// The text without the mentions of `bot`, or, where the bot is not known, without the mention it begins with.
pub(super) fn without_mention(text: &str, bot: Option<&str>) -> String {
    let text = text.trim();
    let rest = match bot {
        Some(bot) => text.replace(&format!("<@{bot}>"), ""),
        None => text
            .strip_prefix("<@")
            .and_then(|after| after.split_once('>'))
            .map_or(text, |(_, rest)| rest)
            .into(),
    };
    rest.trim_start_matches([':', ',', ' ']).trim().to_owned()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn seen(inside: &str) -> Option<String> {
    let (target, label) = inside.split_once('|').unwrap_or((inside, ""));
    let label = Some(unescaped(label)).filter(|label| !label.is_empty());
    let target = unescaped(target);
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric());
    if let Some(id) = target.strip_prefix('@') {
        return is_id(id).then(|| format!("<@{id}>"));
    }
    if let Some(id) = target.strip_prefix('#') {
        return is_id(id).then(|| format!("#{}", label.as_deref().unwrap_or(id)));
    }
    if let Some(call) = target.strip_prefix('!') {
        return Some(label.unwrap_or_else(|| format!("@{}", call.split('^').next().unwrap_or(call))));
    }
    if let Some(address) = target.strip_prefix("mailto:").or(target.strip_prefix("tel:")) {
        return Some(label.unwrap_or_else(|| address.to_owned()));
    }
    (target.starts_with("https://") || target.starts_with("http://")).then(|| link(&target, label))
}

/// A label that is no part of the address stands beside it, so that neither is lost.
fn link(target: &str, label: Option<String>) -> String {
    match label {
        Some(label) if target.contains(&label) => label,
        Some(label) => format!("{label} ({target})"),
        None => target.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, wanted: &str) {
        assert_eq!(decoded(text), wanted, "{text}");
    }

    #[test]
    fn messages_become_what_people_see() {
        for (text, wanted) in [
            ("I need Salesforce", "I need Salesforce"),
            ("R&amp;D &lt;urgent&gt; a &amp;lt; b", "R&D <urgent> a &lt; b"),
            ("for <@U0EMMA> and <@U0BEN|ben>", "for <@U0EMMA> and <@U0BEN>"),
            ("<mailto:emma@harbour.example|emma@harbour.example>", "emma@harbour.example"),
            ("<mailto:emma@harbour.example>", "emma@harbour.example"),
            (
                "see <https://wiki.harbour.example/a?b=1&amp;c=2>",
                "see https://wiki.harbour.example/a?b=1&c=2",
            ),
            ("<http://harbour.example|harbour.example>", "harbour.example"),
            ("<https://evil.example|the wiki>", "the wiki (https://evil.example)"),
            ("in <#C0SALES|sales> or <#C0SALES>", "in #sales or #C0SALES"),
            ("<!here> <!subteam^S1|@crew> <!date^0^{date}|May>", "@here @crew May"),
            ("1 < 2 > 1", "1 < 2 > 1"),
            ("<@> <#x y> <ftp://x> <", "<@> <#x y> <ftp://x> <"),
            ("", ""),
        ] {
            check(text, wanted);
        }
    }

    #[test]
    fn the_bots_own_mention_is_left_out() {
        for (text, bot, wanted) in [
            ("<@U0BOT> I need Figma", Some("U0BOT"), "I need Figma"),
            ("hey <@U0BOT>, Figma for <@U0BEN>", Some("U0BOT"), "hey , Figma for <@U0BEN>"),
            ("<@U0BOT>: Figma", None, "Figma"),
            ("Figma for <@U0BEN>", None, "Figma for <@U0BEN>"),
            ("<@U0BOT>", Some("U0BOT"), ""),
        ] {
            assert_eq!(without_mention(text, bot), wanted, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_decodes(text in prop_oneof!["[<>|@#!&;a-z^:/]{0,60}", any::<String>()]) {
            let found = decoded(&text);
            prop_assert!(found.len() <= text.len() + 3 * text.matches('<').count());
        }
    }
}
