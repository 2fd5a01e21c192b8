//! One fault: which calls it hits, how often, and what happens to them.

use serde::{Deserialize, Serialize};

use super::Action;

/// Longest pattern of a rule, in bytes.
pub const LONGEST_PATTERN: usize = 500;

/// A fault as it is switched on by `POST /_simulator/faults`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only calls with this method; any, if absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls whose path starts like this or, with a `*`, whose whole path fits the pattern.
    #[serde(default = "any_path")]
    pub path: String,
    /// Only calls with this text in path, query (decoded or not) or body.
    #[serde(default, rename = "match")]
    pub only: Option<String>,
    /// Lets this many fitting calls pass first.
    #[serde(default)]
    pub skip: u64,
    /// Hits this many calls; all, if absent.
    #[serde(default)]
    pub times: Option<u64>,
    /// What happens.
    pub action: Action,
}

/// One call, as rules see it.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) body: &'a str,
}

impl Rule {
    pub(super) fn fits(&self, call: &Call<'_>) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(call.method))
            && path_fits(&self.path, call.path)
            && self.only.as_ref().is_none_or(|text| call.mentions(text))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let longest = self.path.len().max(self.only.as_ref().map_or(0, String::len));
        if longest > LONGEST_PATTERN {
            return Err(format!("a pattern must be at most {LONGEST_PATTERN} bytes"));
        }
        Ok(())
    }
}

impl Call<'_> {
    fn mentions(&self, text: &str) -> bool {
        self.path.contains(text)
            || self.query.contains(text)
            || decoded(self.query).contains(text)
            || self.body.contains(text)
    }
}

fn any_path() -> String {
    "/".to_owned()
}

fn path_fits(pattern: &str, path: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return true };
    for piece in pieces {
        let Some(found) = rest.split_once(piece) else { return false };
        rest = found.1;
    }
    rest.ends_with(last)
}

fn decoded(query: &str) -> String {
    let mut bytes = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped =
            if *first == b'%' { tail.get(..2).and_then(|pair| hex::decode(pair).ok()) } else { None };
        rest = if escaped.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
        let plain = vec![if *first == b'+' { b' ' } else { *first }];
        bytes.extend(escaped.unwrap_or(plain));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
