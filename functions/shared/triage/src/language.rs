//! The language of a message, by its small words.

use countersign_core::language::Language;

use crate::features;

const ENGLISH: &[&str] = &[
    "the", "i", "a", "to", "my", "is", "and", "need", "please", "for", "can", "you", "of", "it", "have",
    "we", "this", "me", "access", "with", "not", "get", "how", "what", "no", "on", "in", "at", "from", "our",
    "are", "do", "does", "new", "am", "im",
];
const GERMAN: &[&str] = &[
    "ich", "der", "die", "das", "und", "für", "bitte", "ist", "nicht", "mein", "meine", "ein", "eine",
    "einen", "brauche", "zugriff", "zugang", "wie", "kann", "mit", "auf", "zu", "den", "wir", "hallo", "es",
    "im", "am", "mir", "mich", "von", "vom", "hat", "meinen", "meinem", "noch", "sich", "habe", "in",
    "unser", "unsere", "wurde", "uns", "neue", "neuen", "zum", "zur", "dem",
];
const FRENCH: &[&str] = &[
    "je", "le", "la", "les", "un", "une", "pour", "mon", "ma", "est", "pas", "et", "besoin", "accès",
    "bonjour", "vous", "nous", "merci", "comment", "du", "des", "ne", "plus", "à", "j", "de", "que", "en",
    "mes", "sur", "dans", "avec", "pouvez", "au", "ce", "notre", "se", "d", "on",
];
const SPANISH: &[&str] = &[
    "el", "la", "los", "un", "una", "para", "mi", "es", "no", "y", "necesito", "acceso", "por", "favor",
    "hola", "que", "de", "me", "cómo", "puedo", "se", "con", "en", "del", "mis", "al", "puede", "tengo",
    "lo", "mes", "su", "como", "quiero",
];

/// The language with the most of its small words in a lower-case text; none where it is too short to tell, or another.
pub(crate) fn detect(lower: &str) -> Option<Language> {
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
        [(best, language), (second, _), ..] if best > second => Some(*language),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: impl Into<Option<Language>>) {
        assert_eq!(detect(text), expected.into(), "{text:?}");
    }

    #[test]
    fn small_words_tell() {
        check("i need access to the sales board", Language::English);
        check("ich brauche bitte zugriff auf salesforce", Language::German);
        check("bonjour, j'ai besoin d'un accès pour le projet", Language::French);
        check("hola, necesito acceso para el informe", Language::Spanish);
        check("merci de retirer mes droits dans netsuite", Language::French);
        check("olvidé la contraseña de mi cuenta", Language::Spanish);
        check("no emails on my phone", Language::English);
        check("no network, meeting room 4", None);
        check("salesforce", None);
        check("", None);
    }
}
