//! Okta's `search` and `filter` expressions, evaluated on the JSON that would be answered.

use serde_json::Value;

use super::Refusal;
use super::tokens::{Token, tokens};

/// Longest expression, in bytes.
pub const LONGEST_SEARCH: usize = 2_000;
/// Deepest nesting of parentheses.
pub const DEEPEST_SEARCH: usize = 10;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Search {
    All(Vec<Search>),
    Any(Vec<Search>),
    Test { path: String, operator: Operator, operand: Value },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    StartsWith,
    Contains,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Present,
}

impl Search {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > LONGEST_SEARCH {
            return Err(Refusal::search(format!("longer than {LONGEST_SEARCH} bytes")));
        }
        let mut parser = Parser { tokens: tokens(text)?.into_iter().peekable(), depth: 0 };
        let search = parser.any()?;
        match parser.tokens.next() {
            None => Ok(search),
            Some(token) => Err(Refusal::search(format!("unexpected {token:?}"))),
        }
    }

    pub(super) fn fits(&self, value: &Value) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.fits(value)),
            Self::Any(parts) => parts.iter().any(|part| part.fits(value)),
            Self::Test { path, operator: Operator::NotEqual, operand } => {
                !found(value, path).iter().any(|value| Operator::Equal.holds(value, operand))
            }
            Self::Test { path, operator, operand } => {
                found(value, path).iter().any(|value| operator.holds(value, operand))
            }
        }
    }
}

impl Operator {
    fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "sw" => Self::StartsWith,
            "co" => Self::Contains,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "pr" => Self::Present,
            _ => return None,
        })
    }

    fn holds(self, value: &Value, operand: &Value) -> bool {
        let (Some(have), Some(want)) = (spelled(value), spelled(operand)) else {
            return self == Self::Present && !value.is_null();
        };
        match self {
            Self::Equal => have == want,
            Self::NotEqual => have != want,
            Self::StartsWith => have.starts_with(&want),
            Self::Contains => have.contains(&want),
            Self::Greater => have > want,
            Self::GreaterOrEqual => have >= want,
            Self::Less => have < want,
            Self::LessOrEqual => have <= want,
            Self::Present => true,
        }
    }
}

// Okta compares without regard to case; its dates sort as text.
fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_lowercase()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// All values at a dotted path; an array stands for each of its members.
fn found<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    if let Value::Array(members) = value {
        return members.iter().flat_map(|member| found(member, path)).collect();
    }
    if path.is_empty() {
        return vec![value];
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    value.get(first).map_or_else(Vec::new, |inner| found(inner, rest))
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Search, Refusal> {
        let mut parts = vec![self.all()?];
        while self.takes("or") {
            parts.push(self.all()?);
        }
        Ok(Search::Any(parts))
    }

    fn all(&mut self) -> Result<Search, Refusal> {
        let mut parts = vec![self.one()?];
        while self.takes("and") {
            parts.push(self.one()?);
        }
        Ok(Search::All(parts))
    }

    fn one(&mut self) -> Result<Search, Refusal> {
        match self.tokens.next() {
            Some(Token::Open) => self.nested(),
            Some(Token::Word(path)) => self.test(path),
            other => Err(Refusal::search(format!("expected an attribute, not {other:?}"))),
        }
    }

    fn nested(&mut self) -> Result<Search, Refusal> {
        self.depth += 1;
        if self.depth > DEEPEST_SEARCH {
            return Err(Refusal::search(format!("nested deeper than {DEEPEST_SEARCH}")));
        }
        let inner = self.any()?;
        self.depth -= 1;
        match self.tokens.next() {
            Some(Token::Close) => Ok(inner),
            _ => Err(Refusal::search("a parenthesis that does not end")),
        }
    }

    fn test(&mut self, path: String) -> Result<Search, Refusal> {
        let Some(Token::Word(name)) = self.tokens.next() else {
            return Err(Refusal::search(format!("expected an operator after {path}")));
        };
        let operator =
            Operator::named(&name).ok_or_else(|| Refusal::search(format!("unknown operator {name}")))?;
        let operand = if operator == Operator::Present { Value::Null } else { self.operand()? };
        Ok(Search::Test { path, operator, operand })
    }

    fn operand(&mut self) -> Result<Value, Refusal> {
        match self.tokens.next() {
            Some(Token::Text(text)) => Ok(Value::String(text)),
            Some(Token::Word(word)) => {
                serde_json::from_str(&word).map_err(|_| Refusal::search(format!("{word} needs quotes")))
            }
            other => Err(Refusal::search(format!("expected a value, not {other:?}"))),
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let fits = |token: &Token| matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        self.tokens.next_if(fits).is_some()
    }
}
