//! SHA-256 digests over canonical JSON (RFC 8785) and over lists of strings.

use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 digest, 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of a value's canonical JSON.
    ///
    /// # Errors
    /// [`Error::Broken`] when the value has no JSON form (a map with keys that are not strings).
    pub fn of(value: &impl Serialize) -> Result<Self> {
        let bytes = canonical(value)?;
        Ok(Self(hex(&Sha256::digest(bytes))))
    }

    /// The digest of a text as it stands; of canonical JSON it is that of the value.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        Self(hex(&Sha256::digest(text)))
    }

    /// What comes before the first entry of a chain: 64 zeros.
    #[must_use]
    pub fn zero() -> Self {
        Self("0".repeat(64))
    }

    /// A digest that came from outside.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless it is 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self> {
        let good = text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| Error::invalid("digest", "must be 64 lower-case hexadecimal digits".into()))
    }

    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Canonical JSON (RFC 8785) of a value.
///
/// # Errors
/// [`Error::Broken`] when the value has no JSON form.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json_canonicalizer::to_vec(value).map_err(|e| Error::Broken(format!("no canonical JSON: {e}")))
}

/// The first 26 base-32 digits (130 bits) of the digest of `parts`, each preceded by its length.
#[must_use]
pub fn short(parts: &[&str]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let bits = hasher.finalize();
    let digit = |i: usize| {
        let value = (0..5).fold(0, |value, b| (value << 1) | bit(&bits, i * 5 + b));
        char::from(ALPHABET.get(value).copied().unwrap_or(b'a'))
    };
    (0..26).map(digit).collect()
}

fn bit(bytes: &[u8], index: usize) -> usize {
    bytes.get(index / 8).map_or(0, |byte| usize::from(byte >> (7 - index % 8) & 1))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn order_of_keys_does_not_matter() {
        let one = Digest::of(&json!({"b": 1, "a": [true, null]})).unwrap();
        let two = Digest::of(&json!({"a": [true, null], "b": 1})).unwrap();
        assert_eq!(one, two);
    }

    #[test]
    fn the_empty_object_has_the_published_digest() {
        let known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(Digest::of(&json!({})).unwrap().as_str(), known);
    }

    #[test]
    fn only_hexadecimal_digests_parse() {
        assert!(Digest::parse(Digest::zero().as_str()).is_ok());
        for bad in ["", "0", &"0".repeat(63), &"G".repeat(64), &"A".repeat(64)] {
            assert!(Digest::parse(bad).is_err(), "{bad}");
        }
    }
}
