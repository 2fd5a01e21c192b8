//! What people and applications write is shown as they wrote it, and never becomes markup of the page.

use serde_json::{Value, json};

use crate::{browser::browse, screen::Screen, workspace::Workspace};

/// A text object as an application sends it, and what a person then reads.
const SENT: [(&str, &str, &str); 9] = [
    ("plain_text", "R&amp;D &lt;b&gt;bold&lt;/b&gt;", "R&D <b>bold</b>"),
    ("plain_text", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    ("plain_text", "*bold* _soft_ `code` &lt;!channel&gt;", "*bold* _soft_ `code` <!channel>"),
    ("plain_text", "&amp;lt; stays", "&lt; stays"),
    ("mrkdwn", "a &amp; b &lt;i&gt; c &amp;amp;", "a & b <i> c &amp;"),
    (
        "mrkdwn",
        "*\u{200b}bold*\u{200b} `\u{200b}code`\u{200b}",
        "*\u{200b}bold*\u{200b} `\u{200b}code`\u{200b}",
    ),
    ("mrkdwn", "*strong* <@U0MARCUS>", "strong @Marcus Weber"),
    ("mrkdwn", "*Admin of *\u{200b}all*\u{200b}*", "Admin of *\u{200b}all*\u{200b}"),
    ("mrkdwn", "<javascript:alert(1)|press me>", "press me"),
];

/// What a person types.
const TYPED: [&str; 4] = [
    "<b>x</b> & <script>document.title = 'taken'</script>",
    "*bold* _soft_ ~gone~ `code`",
    "<!channel> <!here> &lt;",
    "> no quote",
];

/// The texts of the last messages, their emphasised parts, and whether anything of them became an element.
async fn shown(screen: &Screen, count: usize) -> Value {
    let there = format!("document.querySelectorAll('.section-text').length === {count}");
    screen.holds("all is shown", &there).await;
    screen
        .run(
            "const all = [...document.querySelectorAll('.section-text')];
             const made = all.flatMap((node) => [...node.querySelectorAll('*')].map((child) => child.tagName));
             return { texts: all.map((node) => node.textContent), made, title: document.title };",
        )
        .await
}

#[tokio::test]
async fn words_of_an_application_are_shown_as_they_were_meant() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("words", &address, |screen| async move {
        let section = |(kind, text, _): &(&str, &str, &str)| json!({"type": "section", "text": {"type": kind, "text": text}});
        let blocks: Vec<_> = SENT.iter().map(section).collect();
        workspace.posts("words", Value::Array(blocks)).await;
        screen.open("U0EMMA").await;
        let shown = shown(&screen, SENT.len()).await;
        assert_eq!(shown["texts"], json!(SENT.map(|(_, _, read)| read)));
        assert_eq!(shown["made"], json!(["STRONG", "SPAN", "STRONG"]));
    })
    .await;
}

#[tokio::test]
async fn words_of_a_person_are_shown_as_they_were_typed() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("typed", &address, |screen| async move {
        screen.open("U0EMMA").await;
        for typed in TYPED {
            screen.writes(typed).await;
        }
        let shown = shown(&screen, TYPED.len()).await;
        assert_eq!(shown["texts"], json!(TYPED));
        assert_eq!(shown["made"], json!([]));
        assert_eq!(shown["title"], "Harbour Works: a simulated Slack");
    })
    .await;
}
