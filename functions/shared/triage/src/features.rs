//! Feature specification 1: hashed word and character n-grams of a lower-cased, masked text.

/// The number written into a model; a model made with another specification is refused.
pub(crate) const FEATURE_SPEC: u16 = 1;
/// How many buckets the hashes fall into.
pub(crate) const BUCKETS: usize = 1 << 15;
/// Longer words are cut: beyond this they carry noise, not meaning.
const MAX_WORD_CHARS: usize = 32;
const WORD_SEED: u64 = 0x77_6f72_6473;
const CHAR_SEED: u64 = 0x63_6861_7273;
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// One non-zero feature: its bucket and its value.
pub(crate) type Feature = (u16, f32);

/// The words of a text: its runs of letters and digits.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// A 32-bit hash of a word, for the vocabulary of a model.
pub(crate) fn word_hash(word: &str) -> u32 {
    (fnv(WORD_SEED, word.as_bytes()) >> 32) as u32
}

/// The features of a text, sorted by bucket. Each group has length one before they are added.
pub(crate) fn extract(lower: &str) -> Vec<Feature> {
    let words: Vec<&str> = words(lower).map(shorten).collect();
    let mut features = normalised(word_grams(&words));
    features.extend(normalised(char_grams(&words)));
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

fn word_grams(words: &[&str]) -> Vec<u16> {
    let single = words.iter().map(|word| bucket(WORD_SEED, word.as_bytes()));
    let pairs = words.windows(2).map(|pair| bucket(WORD_SEED, pair.join(" ").as_bytes()));
    single.chain(pairs).collect()
}

fn char_grams(words: &[&str]) -> Vec<u16> {
    let mut buckets = Vec::new();
    for word in words {
        let padded = format!(" {word} ");
        let starts: Vec<usize> = padded.char_indices().map(|(at, _)| at).chain([padded.len()]).collect();
        for length in 2..=5 {
            let ends = starts.iter().skip(length);
            let grams = starts.iter().zip(ends).filter_map(|(from, to)| padded.get(*from..*to));
            buckets.extend(grams.map(|gram| bucket(CHAR_SEED, gram.as_bytes())));
        }
    }
    buckets
}

fn normalised(mut buckets: Vec<u16>) -> Vec<Feature> {
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

fn bucket(seed: u64, bytes: &[u8]) -> u16 {
    let hash = fnv(seed, bytes);
    ((hash ^ (hash >> 32)) & (BUCKETS as u64 - 1)) as u16
}

/// FNV-1a, 64 bits, from a seeded offset.
fn fnv(seed: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_OFFSET ^ seed, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> (usize, u64, i64) {
        let features = extract(text);
        let buckets = features.iter().fold(0, |sum, f| sum * 31 % 1_000_003 + u64::from(f.0));
        let values: f32 = features.iter().map(|f| f.1).sum();
        (features.len(), buckets, (values * 1000.0) as i64)
    }

    #[test]
    fn the_specification_is_frozen() {
        for (text, expected) in GOLDEN {
            assert_eq!(
                digest(text),
                *expected,
                "{text:?}: a change here needs a new FEATURE_SPEC and a new model"
            );
        }
    }

    #[test]
    fn long_words_are_cut_and_buckets_are_sorted() {
        let long = "a".repeat(MAX_WORD_CHARS + 100);
        assert_eq!(extract(&long), extract(&"a".repeat(MAX_WORD_CHARS)));
        assert!(extract("i need a laptop for the new analyst").is_sorted_by(|a, b| a.0 < b.0));
    }

    const GOLDEN: &[(&str, (usize, u64, i64))] = &[
        ("", (0, 0, 0)),
        ("i need salesforce", (60, 175010, 9652)),
        ("für müller, bitte! zugriff für müller", (83, 203571, 11075)),
    ];
}
