//! Long words of people over several paragraphs: Slack takes only so many characters in one.

use super::text::most_shown;
use crate::slack::limits::MAX_SECTION;
use countersign_core::card::{Span, Text};

/// Kept free for what stands before the words of a person in their paragraph.
const LEAD: usize = 200;

/// The paragraph, or several where a quote in it is too long for one.
pub(super) fn paragraphs(text: &[Span]) -> Vec<Text> {
    let mut pages = vec![Text::new()];
    for span in text {
        let parts = match span {
            Span::Quote(words) => parts(words).into_iter().map(Span::Quote).collect(),
            other => vec![other.clone()],
        };
        for (number, part) in parts.into_iter().enumerate() {
            match pages.last_mut().filter(|_| number == 0) {
                Some(page) => page.push(part),
                None => pages.push(vec![part]),
            }
        }
    }
    pages
}

/// The words in order, each part short enough however it is escaped, cut between words where there are any.
fn parts(words: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let (mut part, mut shown) = (String::new(), 0);
    for c in words.chars() {
        if shown + most_shown(c) > MAX_SECTION - LEAD {
            let kept = part.rfind([' ', '\n']).map_or(part.len(), |at| at + 1);
            let rest = part.split_off(kept);
            parts.push(std::mem::replace(&mut part, rest));
            shown = part.chars().map(most_shown).sum();
        }
        shown += most_shown(c);
        part.push(c);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::render::text::object;
    use countersign_core::message::MAX_TEXT_CHARACTERS;

    fn check(words: &str, pages: usize) {
        let text = vec![Span::Strong("Asked:".into()), Span::Quote(words.into())];
        let found = paragraphs(&text);
        assert_eq!(found.len(), pages, "{} characters", words.chars().count());
        let quoted = found.iter().flatten().filter_map(|span| match span {
            Span::Quote(part) => Some(part.as_str()),
            _ => None,
        });
        assert_eq!(quoted.collect::<String>(), words);
        for page in &found {
            let shown = object(page, MAX_SECTION).unwrap();
            assert!(!shown["text"].as_str().unwrap().contains('…'), "{page:?}");
        }
    }

    #[test]
    fn the_longest_text_that_is_taken_can_be_read_to_its_end() {
        check("short", 1);
        check(&"ä".repeat(MAX_TEXT_CHARACTERS), 2);
        check(&"word ".repeat(MAX_TEXT_CHARACTERS / 5), 2);
        check(&"&".repeat(MAX_TEXT_CHARACTERS), 8);
        check(&"a\n".repeat(MAX_TEXT_CHARACTERS / 2), 3);
        check(&format!("word {}", ">".repeat(MAX_TEXT_CHARACTERS - 5)), 9);
    }
}
