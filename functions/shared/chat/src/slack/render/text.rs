//! Text as Slack shows it: cut to a limit, escaped, with nothing in plain text that acts.

use super::letters::folded;
use crate::slack::limits::MAX_ID;
use countersign_core::{card::Span, person::ChatUser, time::Timestamp};
use serde_json::{Value, json};

const ELLIPSIS: &str = "…";
/// After a character that would begin emphasis: Slack then does not take it so.
const NO_EMPHASIS: char = '\u{200b}';
/// After the `@` of a word that would call everybody.
const NO_CALL: char = '\u{2060}';
const CALLS: [&str; 4] = ["channel", "here", "everyone", "group"];
/// The words for channels that cannot show an instant.
const MAX_DATE_WORDS: usize = 100;
const DATE_FORMAT: &str = "{date_short_pretty} at {time}";

/// A `plain_text` object of at most `limit` characters; `None` if nothing would be seen.
pub(crate) fn plain_object(text: &str, limit: usize) -> Option<Value> {
    let text = plain(text, limit);
    (!text.is_empty()).then(|| json!({"type": "plain_text", "text": text, "emoji": false}))
}

/// Text for a `plain_text` object, or beside the blocks, of at most `limit` characters.
pub(crate) fn plain(text: &str, limit: usize) -> String {
    fitted(limit, |to| to.harmless(text, Place::Plain))
}

/// Text for an input, which Slack does not escape, of at most `limit` characters.
pub(crate) fn raw(text: &str, limit: usize) -> String {
    fitted(limit, |to| cleaned(text).trim().chars().for_each(|c| to.piece(c.encode_utf8(&mut [0; 4]))))
}

/// A text object of at most `limit` characters, `plain_text` where that is enough; `None` if nothing would be seen.
pub(crate) fn object(spans: &[Span], limit: usize) -> Option<Value> {
    if let Some(words) = spans.iter().map(words).collect::<Option<String>>() {
        return plain_object(&words, limit);
    }
    let text = fitted(limit, |to| to.spans(spans));
    (!text.is_empty()).then(|| json!({"type": "mrkdwn", "text": text, "verbatim": true}))
}

fn words(span: &Span) -> Option<&str> {
    if let Span::Plain(text) = span { Some(text) } else { None }
}

/// A `mrkdwn` object of a name and, below it, its value, of at most `limit` characters.
pub(crate) fn field(name: &str, value: &[Span], limit: usize) -> Value {
    let text = fitted(limit, |to| {
        to.strong(name);
        to.piece("\n");
        to.spans(value);
    });
    let text = if text.is_empty() { "–".into() } else { text };
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// Whether this may stand in a mention.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// What is written, or, where that is too long, the first of it and `…`.
fn fitted(limit: usize, write: impl Fn(&mut Writer)) -> String {
    let mut whole = Writer::of(limit);
    write(&mut whole);
    if !whole.cut {
        return whole.out.trim().to_owned();
    }
    let mut part = Writer::of(limit.saturating_sub(ELLIPSIS.chars().count()));
    write(&mut part);
    format!("{}{ELLIPSIS}", part.out.trim_end())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Plain,
    Markup,
}

struct Writer {
    out: String,
    left: usize,
    cut: bool,
}

impl Writer {
    fn of(limit: usize) -> Self {
        Self { out: String::new(), left: limit, cut: false }
    }

    /// Writes all of a piece, or nothing of it and of what follows.
    fn piece(&mut self, piece: &str) {
        let count = piece.chars().count();
        if self.cut || count > self.left {
            self.cut = true;
            return;
        }
        self.left -= count;
        self.out.push_str(piece);
    }

    fn spans(&mut self, spans: &[Span]) {
        for span in spans {
            match span {
                Span::Plain(text) => self.harmless(text, Place::Markup),
                Span::Quote(text) => self.quote(text),
                Span::Strong(text) => self.strong(text),
                Span::Mention(user) => self.mention(user),
                Span::Instant(at, words) => self.instant(*at, words),
            }
        }
    }

    fn strong(&mut self, text: &str) {
        let text = cleaned(text).replace('\n', " ");
        let text = text.trim();
        if text.is_empty() || self.left < 3 {
            self.cut |= !text.is_empty();
            return;
        }
        let opened = !self.cut;
        self.piece("*");
        self.left = self.left.saturating_sub(1);
        self.harmless(text, Place::Markup);
        if opened {
            self.out.push('*');
        }
    }

    /// Each line of it marked, on lines of its own.
    fn quote(&mut self, text: &str) {
        for line in cleaned(text).trim().split('\n') {
            let broken = self.out.is_empty() || self.out.ends_with('\n');
            self.piece(if broken { "> " } else { "\n> " });
            self.harmless(line, Place::Markup);
        }
        self.piece("\n");
    }

    fn mention(&mut self, user: &ChatUser) {
        if is_id(&user.user) {
            self.piece(&format!("<@{}>", user.user));
        } else {
            self.harmless(&user.user, Place::Markup);
        }
    }

    fn instant(&mut self, at: i64, words: &str) {
        let words = plain(&words.replace('|', "/"), MAX_DATE_WORDS);
        let known = || Timestamp(at.saturating_mul(1000)).to_string();
        let words = if words.is_empty() { known() } else { words };
        self.piece(&format!("<!date^{at}^{DATE_FORMAT}|{words}>"));
    }

    /// Writes characters so that none of them acts, each whole.
    fn harmless(&mut self, text: &str, place: Place) {
        let text = cleaned(text);
        let mut rest = text.chars();
        let mut line_start = self.out.is_empty() || self.out.ends_with('\n');
        while let Some(c) = rest.next() {
            let piece = match c {
                '&' => "&amp;".into(),
                '<' => "&lt;".into(),
                '>' if line_start && place != Place::Plain => format!("{NO_EMPHASIS}&gt;"),
                '>' => "&gt;".into(),
                '@' if calls(rest.as_str()) => format!("@{NO_CALL}"),
                '*' | '_' | '~' | '`' if place != Place::Plain => format!("{c}{NO_EMPHASIS}"),
                c => c.to_string(),
            };
            line_start = c == '\n' || (line_start && c == ' ');
            self.piece(&piece);
        }
    }
}

/// The most characters that one is shown as, in a quote.
pub(crate) fn most_shown(c: char) -> usize {
    match clean(c) {
        None => 0,
        Some('&' | '<' | '>') => 5,
        Some('@' | '*' | '_' | '~' | '`') => 2,
        Some('\n') => "\n> ".len(),
        Some(_) => 1,
    }
}

fn calls(after: &str) -> bool {
    let word: String = after.chars().take_while(char::is_ascii_alphabetic).collect();
    CALLS.contains(&word.to_ascii_lowercase().as_str())
}

/// Line breaks as `\n`, no characters that are not seen, and a mark in place of those that would act on others.
fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().filter_map(clean).collect()
}

fn clean(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        // Marks that are never seen: of direction, of breaking, of variants that hide text (tags).
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' => None,
        // Overrides of direction, which make text read as another text.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => Some('\u{fffd}'),
        c if c.is_control() => Some('\u{fffd}'),
        c => Some(folded(c)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::person::ChannelKind;
    use proptest::prelude::*;

    fn user(id: &str) -> ChatUser {
        ChatUser { channel: ChannelKind::Slack, workspace: "T0HARBOUR".into(), user: id.into() }
    }

    fn marked(spans: &[Span], limit: usize) -> String {
        fitted(limit, |to| to.spans(spans))
    }

    fn check(spans: &[Span], limit: usize, wanted: &str) {
        assert_eq!(marked(spans, limit), wanted, "{spans:?} in {limit}");
    }

    #[test]
    fn what_acts_in_plain_text_is_made_harmless() {
        for (text, wanted) in [
            ("a & b <c>", "a &amp; b &lt;c&gt;"),
            (
                "<!channel> <@U0HELENA> <https://x.example|pay>",
                "&lt;!channel&gt; &lt;@U0HELENA&gt; &lt;https://x.example|pay&gt;",
            ),
            ("ask @channel, @Here", "ask @\u{2060}channel, @\u{2060}Here"),
            ("mail emma@harbour.example", "mail emma@harbour.example"),
            ("*bold* `code`", "*\u{200b}bold*\u{200b} `\u{200b}code`\u{200b}"),
            ("> quoted", "\u{200b}&gt; quoted"),
            ("a\r\nb\tc\u{2028}d", "a\nb c\nd"),
            ("\u{1b}[31mred\u{0}", "\u{fffd}[31mred\u{fffd}"),
            ("gpj.\u{202e}exe", "gpj.\u{fffd}exe"),
            ("hid\u{200b}den\u{e0041}\u{feff}", "hidden"),
            ("👩\u{200d}💻 ok", "👩\u{200d}💻 ok"),
        ] {
            check(&[Span::Plain(text.into())], 200, wanted);
        }
    }

    #[test]
    fn spans_become_markup() {
        check(&[Span::Strong("Admin of *all*".into())], 99, "*Admin of *\u{200b}all*\u{200b}*");
        check(&[Span::Strong("two\nlines ".into())], 99, "*two lines*");
        check(&[Span::Strong(" ".into())], 99, "");
        check(&[Span::Mention(user("U0EMMA"))], 99, "<@U0EMMA>");
        check(&[Span::Mention(user("U0> <!here"))], 99, "U0&gt; &lt;!here");
        check(&[Span::Instant(0, "a|b>".into())], 99, "<!date^0^{date_short_pretty} at {time}|a/b&gt;>");
        check(
            &[Span::Instant(0, String::new())],
            99,
            "<!date^0^{date_short_pretty} at {time}|1970-01-01T00:00:00Z>",
        );
    }

    #[test]
    fn no_line_of_a_quote_stands_outside_it() {
        let quote = |text: &str| [Span::Strong("Asked".into()), Span::Quote(text.into())];
        check(&quote("one"), 99, "*Asked*\n> one");
        check(&quote("one\n\u{2028}*Risk* none"), 99, "*Asked*\n> one\n> \n> *\u{200b}Risk*\u{200b} none");
        check(&quote("𝗔𝗽𝗽𝗿𝗼𝘃𝗲𝗱 by <@U0DANA>"), 99, "*Asked*\n> Approved by &lt;@U0DANA&gt;");
        check(&[Span::Quote("one".into()), Span::Plain("two".into())], 99, "> one\ntwo");
        check(&quote("one two"), 14, "*Asked*\n> one…");
    }

    #[test]
    fn long_text_is_cut_between_whole_pieces() {
        check(&[Span::Plain("abcde".into())], 5, "abcde");
        check(&[Span::Plain("abcdef".into())], 5, "abcd…");
        check(&[Span::Plain("ab&cdef".into())], 5, "ab…");
        check(&[Span::Strong("abcdef".into())], 6, "*abc*…");
        check(&[Span::Plain("Ask ".into()), Span::Mention(user("U0EMMA"))], 12, "Ask…");
        assert_eq!(plain("ääääää", 4), "äää…");
        assert_eq!(plain("", 4), "");
    }

    #[test]
    fn markup_is_used_only_where_it_is_needed() {
        assert_eq!(object(&[Span::Plain("a*".into()), Span::Plain("b".into())], 9).unwrap()["text"], "a*b");
        assert_eq!(object(&[Span::Strong("a".into())], 9).unwrap()["type"], "mrkdwn");
        assert_eq!(object(&[Span::Plain(" \u{200b}\n".into())], 9), None);
        assert_eq!(field("", &[], 9)["text"], "–");
        assert_eq!(field("Cost", &[Span::Plain("5".into())], 9)["text"], "*Cost*\n5");
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        let text = || prop_oneof!["[<>&*_`~@|^a-z \n]{0,40}", any::<String>()];
        let span = prop_oneof![
            text().prop_map(Span::Plain),
            text().prop_map(Span::Strong),
            text().prop_map(Span::Quote),
            text().prop_map(|id| Span::Mention(user(&id))),
            (any::<i64>(), text()).prop_map(|(at, words)| Span::Instant(at, words)),
        ];
        proptest::collection::vec(span, 0..6)
    }

    /// Takes away the only two forms that may hold `<`: our mentions and our dates.
    fn without_our_markup(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            out.push_str(before);
            let (inside, tail) = after.split_once('>').unwrap();
            let mention = inside.strip_prefix('@').is_some_and(is_id);
            assert!(mention || inside.starts_with("!date^"), "{inside}");
            rest = tail;
        }
        out + rest
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_acts_or_exceeds_its_limit(spans in spans(), limit in 1usize..200) {
            let text = marked(&spans, limit);
            prop_assert!(text.chars().count() <= limit);
            // What is left of our marks of quotes: `>` at the start of a line.
            let lines = text.split('\n').map(|line| line.strip_prefix('>').unwrap_or(line));
            let unquoted = lines.collect::<Vec<_>>().join("\n");
            prop_assert!(!without_our_markup(&unquoted).contains(['<', '>']));
            prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
        }

        #[test]
        fn no_plain_text_acts_or_exceeds_its_limit(text in any::<String>(), limit in 1usize..200) {
            let shown = plain(&text, limit);
            prop_assert!(shown.chars().count() <= limit);
            prop_assert!(!shown.contains(['<', '>']));
            prop_assert!(raw(&text, limit).chars().count() <= limit);
        }
    }
}
