//! The features of a lower-cased text: hashed word 1-2-grams and character 2-5-grams.
//!
//! A gram falls into the bucket of its FNV-1a hash, seeded per group; its value is `1 + ln(count)`, and each group has
//! length one. Nothing depends on other texts, so that what was learned stays right while more is learned.

/// The number of this way of counting and of weighing (`encoder.rs`), written into a model: a model made with another one
/// is refused.
pub(crate) const SPECIFICATION: u32 = 3;
/// How many buckets the hashes fall into: a power of two.
pub(crate) const BUCKETS: u32 = 1 << 18;
/// Longer words are cut: beyond this they carry noise, not meaning.
const MAX_WORD_CHARS: usize = 32;
const WORD_SEED: u64 = 0x77_6f72_6473;
const CHAR_SEED: u64 = 0x63_6861_7273;
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// One non-zero feature: its bucket and its value.
pub(crate) type Feature = (u32, f32);

/// The words of a text: its runs of letters and digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A 32-bit hash of a word, for the vocabulary of a model.
fn word_hash(word: &str) -> u32 {
    (fnv(WORD_SEED, word.as_bytes()) >> 32) as u32
}

/// 32-bit hashes of the words of a text, and of its pairs of neighbouring words.
pub(crate) fn vocabulary(lower: &str) -> (Vec<u32>, Vec<u32>) {
    let words: Vec<&str> = words(lower).map(shorten).collect();
    let pairs = words.windows(2).map(|pair| (pair_hash(pair) >> 32) as u32).collect();
    (words.into_iter().map(word_hash).collect(), pairs)
}

/// The features of a text, sorted by bucket. Each group has length one before they are added.
pub(crate) fn extract(lower: &str) -> Vec<Feature> {
    let words: Vec<&str> = words(lower).map(shorten).collect();
    let mut features = normalised(word_grams(&words).map(bucket).collect());
    features.extend(normalised(char_grams(&words).map(bucket).collect()));
    features.sort_unstable_by_key(|feature| feature.0);
    features.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    features
}

fn shorten(word: &str) -> &str {
    word.char_indices().nth(MAX_WORD_CHARS).and_then(|(at, _)| word.get(..at)).unwrap_or(word)
}

const fn bucket(hash: u64) -> u32 {
    ((hash ^ (hash >> 32)) & (BUCKETS as u64 - 1)) as u32
}

fn word_grams(words: &[&str]) -> impl Iterator<Item = u64> {
    let single = words.iter().map(|word| fnv(WORD_SEED, word.as_bytes()));
    single.chain(words.windows(2).map(pair_hash))
}

fn pair_hash(pair: &[&str]) -> u64 {
    fnv(WORD_SEED, pair.join(" ").as_bytes())
}

fn char_grams(words: &[&str]) -> impl Iterator<Item = u64> {
    words.iter().flat_map(|word| {
        let padded = format!(" {word} ");
        let starts: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
        let spans = (2..=5).flat_map(|length| starts.iter().zip(starts.iter().skip(length)));
        let grams = spans.filter_map(|(from, to)| padded.get(*from..*to));
        grams.map(|gram| fnv(CHAR_SEED, gram.as_bytes())).collect::<Vec<u64>>()
    })
}

fn normalised(mut buckets: Vec<u32>) -> Vec<Feature> {
    buckets.sort_unstable();
    let runs = buckets.chunk_by(|a, b| a == b);
    let mut features: Vec<Feature> =
        runs.filter_map(|run| Some((*run.first()?, 1.0 + libm::logf(run.len() as f32)))).collect();
    let length = features.iter().map(|feature| feature.1 * feature.1).sum::<f32>().sqrt();
    for feature in &mut features {
        feature.1 /= length;
    }
    features
}

/// FNV-1a, 64 bits, from a seeded offset.
fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_OFFSET ^ seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    /// Buckets and values of a text in full, by their digest.
    fn line(text: &str) -> String {
        let features = extract(text);
        let mut digest = Sha256::new();
        for (bucket, value) in &features {
            digest.update(bucket.to_le_bytes());
            digest.update(value.to_bits().to_le_bytes());
        }
        format!("{SPECIFICATION} {} {} {text}", features.len(), hex::encode(&digest.finalize()[..8]))
    }

    #[test]
    fn the_specification_is_frozen() {
        let golden = include_str!("../tests/golden/features.txt");
        assert!(golden.lines().count() >= 10);
        for expected in golden.lines() {
            let text = expected.splitn(4, ' ').nth(3).unwrap();
            assert_eq!(line(text), expected, "a change here needs a new number and new models");
        }
    }

    #[test]
    fn long_words_are_cut_and_buckets_are_sorted() {
        let long = "a".repeat(MAX_WORD_CHARS + 100);
        assert_eq!(extract(&long), extract(&"a".repeat(MAX_WORD_CHARS)));
        assert!(extract("i need a laptop for the new analyst").is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn each_group_has_length_one() {
        for (text, groups) in [("", 0.0), ("a", 2.0), ("i need salesforce", 2.0)] {
            let squares: f32 = extract(text).iter().map(|feature| feature.1 * feature.1).sum();
            assert!((squares - groups).abs() < 1e-3, "{text:?}: {squares}");
        }
    }
}
