//! Which words of a text speak for a class: those without which it would be less probable.

use super::Classifier;
use super::guess::Guess;
use super::logistic::log_odds;
use crate::{features, message};

/// More words than this of a text are not weighed one by one.
const MAX_WEIGHED: usize = 60;
/// More words than this are not told.
const MAX_TOLD: usize = 3;
/// Shorter words hold a sentence together and say little.
const LEAST_CHARS: usize = 3;
/// A word that changes the log-odds by less says nothing.
const LEAST: f64 = 0.2;

impl Classifier {
    /// The words of a text that speak most for a class, the strongest first; none where nothing stands out.
    pub(crate) fn words_for(&self, text: &str, class: &str) -> Vec<String> {
        let words: Vec<&str> = features::words(text).take(MAX_WEIGHED).collect();
        let odds = |words: &[&str]| odds_of(&self.guesses_of(&words.join(" ")), class);
        let whole = odds(&words);
        let mut different = words.clone();
        different.sort_unstable();
        different.dedup();
        let weigh = |word: &&str| {
            let others: Vec<&str> = words.iter().copied().filter(|other| other != word).collect();
            whole - odds(&others)
        };
        let mut weighed: Vec<(f64, &str)> = different.iter().map(|word| (weigh(word), *word)).collect();
        let is_told = |word: &str| word.chars().count() >= LEAST_CHARS && !message::is_mask(word);
        weighed.retain(|(weight, word)| *weight >= LEAST && is_told(word));
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
        weighed.into_iter().take(MAX_TOLD).map(|(_, word)| word.to_owned()).collect()
    }
}

fn odds_of(guesses: &[Guess], class: &str) -> f64 {
    guesses.iter().find(|guess| guess.intent == class).map_or(0.0, |guess| log_odds(guess.probability))
}
