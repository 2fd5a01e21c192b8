//! What speaks for and against acting on a classification, as numbers that a regression can weigh.

use super::encoder::Encoded;
use super::guess::softmax;
use super::neighbours::{Neighbours, to_bytes};
use crate::features;

/// How many signals there are.
pub(crate) const SIGNALS: usize = 12;

/// The signals of one text, in the order that [`signals`] gives them.
pub(crate) type Signals = [f64; SIGNALS];

/// The words and pairs of words that training has seen, as sorted hashes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Vocabulary {
    pub(crate) words: Vec<u32>,
    pub(crate) pairs: Vec<u32>,
}

impl Vocabulary {
    /// All that stands in these texts.
    pub(crate) fn of(texts: &[Encoded]) -> Self {
        let sorted = |hashes: fn(&Encoded) -> &Vec<u32>| {
            let mut all: Vec<u32> = texts.iter().flat_map(hashes).copied().collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        Self { words: sorted(|text| &text.words), pairs: sorted(|text| &text.pairs) }
    }

    /// Whether a lower-case word stands in one of the texts.
    pub(crate) fn knows(&self, word: &str) -> bool {
        let (words, _) = features::vocabulary(word);
        words.iter().all(|hash| self.words.binary_search(hash).is_ok())
    }
}

/// What a classification rests on.
pub(crate) struct Seen<'a> {
    pub(crate) text: &'a Encoded,
    pub(crate) scores: &'a [f32],
    pub(crate) temperature: f64,
    /// The class of what is out of scope.
    pub(crate) outside: usize,
}

/// The class in scope that scores highest.
pub(crate) fn best_in_scope(scores: &[f32], outside: usize) -> usize {
    let inside = scores.iter().enumerate().filter(|(class, _)| *class != outside);
    inside.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0))).map_or(outside, |(class, _)| class)
}

/// The signals of a classification.
pub(crate) fn signals(seen: &Seen<'_>, vocabulary: &Vocabulary, neighbours: &Neighbours) -> Signals {
    let probabilities = softmax(seen.scores, seen.temperature as f32);
    let best = best_in_scope(seen.scores, seen.outside);
    let of = |class: usize| probabilities.get(class).copied().unwrap_or_default().max(1e-9);
    let others = (0..probabilities.len()).filter(|class| *class != best && *class != seen.outside);
    let second = others.map(of).fold(1e-9, f64::max);
    let near = neighbours.nearness(&to_bytes(&seen.text.vector), best, seen.outside);
    [
        super::logistic::log_odds(of(best)),
        libm::log(of(best) / second),
        probabilities.iter().map(|p| -p * libm::log(p.max(1e-12))).sum(),
        log_sum_exp(seen.scores),
        seen.scores.get(best).copied().map_or(0.0, f64::from),
        libm::log(of(seen.outside)),
        unseen(&seen.text.words, &vocabulary.words),
        unseen(&seen.text.pairs, &vocabulary.pairs),
        near.mean,
        near.nearest,
        near.agreeing,
        near.outside,
    ]
}

fn log_sum_exp(scores: &[f32]) -> f64 {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = scores.iter().map(|score| libm::exp(f64::from(score - top))).sum();
    if top.is_finite() { f64::from(top) + libm::log(sum) } else { 0.0 }
}

/// The share of hashes that are not known; 1 where there are none, since nothing is then familiar.
fn unseen(hashes: &[u32], known: &[u32]) -> f64 {
    let unknown = hashes.iter().filter(|hash| known.binary_search(hash).is_err()).count();
    if hashes.is_empty() { 1.0 } else { unknown as f64 / hashes.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::encoder::encode;

    fn of(text: &str, scores: &[f32]) -> Signals {
        let vocabulary = Vocabulary::of(&[encode(None, "reset my password")]);
        let text = encode(None, text);
        let seen = Seen { text: &text, scores, temperature: 1.0, outside: 2 };
        signals(&seen, &vocabulary, &Neighbours::default())
    }

    #[test]
    fn a_clear_and_familiar_text_stands_out() {
        let (clear, unclear) =
            (of("reset my password", &[5.0, 0.0, 0.0]), of("open the pod", &[0.2, 0.0, 0.1]));
        let [odds, margin, entropy, _, top, outside, words, pairs, ..] = clear;
        assert!(odds > unclear[0] && margin > unclear[1] && entropy < unclear[2] && top > unclear[4]);
        assert!(outside < unclear[5]);
        assert_eq!((words, pairs, unclear[6], unclear[7]), (0.0, 0.0, 1.0, 1.0));
    }

    #[test]
    fn absurd_input_gives_finite_signals() {
        for text in ["", "\u{1f600}", &"x ".repeat(5_000)] {
            assert!(of(text, &[0.0, 1e9, -1e9]).iter().all(|signal| signal.is_finite()), "{text:?}");
        }
    }
}
