//! The languages in which the product speaks to whoever asks.

use serde::{Deserialize, Serialize};

/// A language of the fixed texts. Where none was recognised it is English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::French, Self::Spanish];

    /// Whether it is what goes without saying.
    #[must_use]
    pub fn is_english(&self) -> bool {
        *self == Self::English
    }
}
