//! The language of a message, by its small words.

use serde::{Deserialize, Serialize};

use crate::features;

/// The languages that the shipped examples cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Too short to tell, or another language.
    Other,
}

const ENGLISH: &[&str] = &[
    "the", "i", "a", "to", "my", "is", "and", "need", "please", "for", "can", "you", "of", "it", "have",
    "we", "this", "me", "access", "with", "not", "get", "how", "what",
];
const GERMAN: &[&str] = &[
    "ich", "der", "die", "das", "und", "für", "bitte", "ist", "nicht", "mein", "meine", "ein", "eine",
    "einen", "brauche", "zugriff", "zugang", "wie", "kann", "mit", "auf", "zu", "den", "wir", "hallo",
];
const FRENCH: &[&str] = &[
    "je", "le", "la", "les", "un", "une", "pour", "mon", "ma", "est", "pas", "et", "besoin", "accès",
    "bonjour", "vous", "nous", "s'il", "merci", "comment", "du", "des", "ne", "plus", "à", "j",
];
const SPANISH: &[&str] = &[
    "el", "la", "los", "un", "una", "para", "mi", "es", "no", "y", "necesito", "acceso", "por", "favor",
    "hola", "que", "de", "me", "cómo", "puedo", "se", "con", "en",
];

/// The language with the most of its small words in a lower-case text.
pub(crate) fn detect(lower: &str) -> Language {
    let lists = [
        (Language::English, ENGLISH),
        (Language::German, GERMAN),
        (Language::French, FRENCH),
        (Language::Spanish, SPANISH),
    ];
    let count = |list: &[&str]| features::words(lower).filter(|word| list.contains(word)).count();
    let mut counted: Vec<(usize, Language)> =
        lists.iter().map(|(language, list)| (count(list), *language)).collect();
    counted.sort_by_key(|(hits, _)| usize::MAX - hits);
    match counted.as_slice() {
        [(best, language), (second, _), ..] if best > second => *language,
        _ => Language::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Language) {
        assert_eq!(detect(text), expected, "{text:?}");
    }

    #[test]
    fn small_words_tell() {
        check("i need access to the sales board", Language::English);
        check("ich brauche bitte zugriff auf salesforce", Language::German);
        check("bonjour, j'ai besoin d'un accès pour le projet", Language::French);
        check("hola, necesito acceso para el informe", Language::Spanish);
        check("salesforce", Language::Other);
        check("", Language::Other);
    }
}
