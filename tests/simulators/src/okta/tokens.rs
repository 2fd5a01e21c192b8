//! The words of a search expression.

use super::Refusal;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, tail) = match first {
            '(' => (Token::Open, rest.strip_prefix('(').unwrap_or_default()),
            ')' => (Token::Close, rest.strip_prefix(')').unwrap_or_default()),
            '"' => quoted(rest)?,
            _ => {
                let end = rest.find([' ', '(', ')', '"']).unwrap_or(rest.len());
                let (word, tail) = rest.split_at(end);
                (Token::Word(word.to_owned()), tail)
            }
        };
        tokens.push(token);
        rest = tail.trim_start();
    }
    Ok(tokens)
}

fn quoted(text: &str) -> Result<(Token, &str), Refusal> {
    let mut inner = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((Token::Text(inner), text.get(at + 1..).unwrap_or_default())),
            '\\' => inner.extend(characters.next().map(|escaped| escaped.1)),
            plain => inner.push(plain),
        }
    }
    Err(Refusal::search("a text that does not end"))
}
