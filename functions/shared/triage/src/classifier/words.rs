//! The static word-piece table: one vector per piece of a word, and the mean of them for a text.
//!
//! The file: `CSPIECES`, format (u32), provenance (text), pieces (u32); each piece (text) in the order of its bytes;
//! one scale (f32) per piece; [`DIMENSIONS`] signed bytes per piece; the SHA-256 of all before. A text is its length
//! (u32) and its bytes. A piece that continues a word begins with `##`.

use super::checksum;
use super::encoder::unit;
use super::layout::Reader;
use super::load_error::LoadError;
use crate::features;
use bytes::Bytes;

/// The length of a vector.
pub(crate) const DIMENSIONS: usize = 256;
const MAGIC: &[u8] = b"CSPIECES";
const FORMAT: u32 = 1;
const MAX_PIECES: usize = 1 << 17;
const MAX_PIECE_BYTES: usize = 128;
const MAX_PROVENANCE_BYTES: usize = 64 << 10;
/// Longer words carry no meaning that a table could know.
const MAX_WORD_BYTES: usize = 48;

/// A vector of a text or a piece; of length one, or all zero.
pub(crate) type Vector = [f32; DIMENSIONS];

/// Word pieces with their vectors.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// In the order of their bytes.
    pieces: Vec<Bytes>,
    scales: Vec<f32>,
    /// Signed bytes, as they lie in the file.
    rows: Bytes,
}

impl Table {
    /// Reads the bytes of a table.
    pub(crate) fn load(bytes: &Bytes) -> Result<Self, LoadError> {
        Self::read(checksum::verified(bytes, MAGIC)?)
    }

    /// Reads a table that is part of the program; its checksum is held by a test.
    pub(crate) fn of_program(bytes: &'static [u8]) -> Result<Self, LoadError> {
        Self::read(checksum::framed(&Bytes::from_static(bytes), MAGIC)?)
    }

    fn read(content: Bytes) -> Result<Self, LoadError> {
        let mut reader = Reader(content);
        checksum::number(reader.u32()?, FORMAT, LoadError::UnknownFormat)?;
        reader.text(MAX_PROVENANCE_BYTES, "provenance")?;
        let count = reader.count(MAX_PIECES, "pieces")?;
        let mut piece = || {
            let length = reader.count(MAX_PIECE_BYTES, "piece")?;
            reader.take(length)
        };
        let pieces: Vec<Bytes> = (0..count).map(|_| piece()).collect::<Result<_, _>>()?;
        let scales = reader.f32s(count, "scale")?;
        let rows = reader.items(count, DIMENSIONS)?;
        reader.end()?;
        if !pieces.is_sorted_by(|a, b| a < b) {
            return Err(LoadError::Malformed("order of pieces"));
        }
        Ok(Self { pieces, scales, rows })
    }

    /// The mean of the vectors of a lower-cased text's pieces, brought to length one.
    pub(crate) fn vector(&self, lower: &str) -> Vector {
        let mut sum = [0.0; DIMENSIONS];
        for word in features::words(lower).filter(|word| word.len() <= MAX_WORD_BYTES) {
            for piece in self.split(word) {
                self.add(piece, &mut sum);
            }
        }
        unit(sum)
    }

    fn add(&self, piece: usize, sum: &mut Vector) {
        let row = self.rows.get(piece * DIMENSIONS..(piece + 1) * DIMENSIONS).unwrap_or_default();
        let scale = self.scales.get(piece).copied().unwrap_or_default();
        for (total, value) in sum.iter_mut().zip(row) {
            *total += scale * f32::from(value.cast_signed());
        }
    }

    /// The pieces of a word, the longest first that fits at each place; none where one place has no piece.
    fn split(&self, word: &str) -> Vec<usize> {
        let mut pieces = Vec::new();
        let mut rest = word;
        while !rest.is_empty() {
            let start = if rest.len() == word.len() { "" } else { "##" };
            let Some((piece, length)) = self.longest(start, rest) else { return Vec::new() };
            pieces.push(piece);
            rest = rest.get(length..).unwrap_or_default();
        }
        pieces
    }

    fn longest(&self, start: &str, rest: &str) -> Option<(usize, usize)> {
        let mut key = format!("{start}{rest}");
        while key.len() > start.len() {
            if let Ok(piece) = self.pieces.binary_search_by(|piece| piece.as_ref().cmp(key.as_bytes())) {
                return Some((piece, key.len() - start.len()));
            }
            key.pop();
        }
        None
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::classifier::layout::Writer;

    /// The file of a table of some pieces, each with a one at a place of its own.
    fn file(pieces: &[&str]) -> Bytes {
        let mut pieces = pieces.to_vec();
        pieces.sort_unstable();
        let mut out = Writer(MAGIC.to_vec());
        out.count(FORMAT as usize);
        out.text("{}");
        out.count(pieces.len());
        pieces.iter().for_each(|piece| out.text(piece));
        out.f32s(&vec![1.0 / 127.0; pieces.len()]);
        let mut rows = vec![0; pieces.len() * DIMENSIONS];
        for at in 0..pieces.len() {
            rows[at * DIMENSIONS + at] = 127;
        }
        out.0.extend(rows);
        checksum::sealed(out.0).into()
    }

    pub(crate) fn table(pieces: &[&str]) -> Table {
        Table::load(&file(pieces)).unwrap()
    }

    fn check(word: &str, expected: &[&str]) {
        let table = table(&["a", "access", "##ible", "##i", "##b", "##ü", "in"]);
        let split: Vec<Bytes> = table.split(word).into_iter().map(|at| table.pieces[at].clone()).collect();
        assert_eq!(split, expected, "{word}");
    }

    #[test]
    fn the_longest_piece_wins_and_an_unknown_one_drops_the_word() {
        check("access", &["access"]);
        check("accessible", &["access", "##ible"]);
        check("aib", &["a", "##i", "##b"]);
        check("inü", &["in", "##ü"]);
        check("ible", &[]);
        check("accessx", &[]);
        check("", &[]);
    }

    #[test]
    fn a_text_has_length_one_and_the_middle_of_its_words() {
        let table = table(&["access", "need"]);
        let vector = table.vector("need access, access");
        let squares: f32 = vector.iter().map(|value| value * value).sum();
        assert!((squares - 1.0).abs() < 1e-5);
        assert!(vector[0] > vector[1] && vector[1] > 0.0);
        assert_eq!(table.vector("nothing known"), [0.0; DIMENSIONS]);
    }

    /// Of each row the first two texts are nearer to each other than to the third.
    #[test]
    fn the_shipped_table_knows_what_is_alike() {
        let bytes = crate::classifier::shipped_table();
        let table = Table::load(&Bytes::from_static(bytes)).unwrap();
        let provenance = String::from_utf8_lossy(&bytes[..4_000]);
        assert!(provenance.contains("\"licence\": \"Apache-2.0\""), "{provenance}");
        let cosine = |one: &str, other: &str| -> f32 {
            table.vector(one).iter().zip(table.vector(other)).map(|(a, b)| a * b).sum()
        };
        for [one, like, unlike] in [
            ["laptop", "notebook computer", "vacation"],
            ["vacation", "a holiday", "my screen is broken"],
            ["salary", "paycheck amount", "printer"],
            ["wifi is down", "no internet connection", "sign the contract"],
        ] {
            assert!(cosine(one, like) > cosine(one, unlike) + 0.05, "{one}");
        }
    }

    #[test]
    fn no_damage_is_read() {
        let bytes = file(&["access", "need"]);
        for at in (0..bytes.len()).step_by(7) {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 1;
            assert!(Table::load(&damaged.into()).is_err(), "{at}");
            assert!(Table::load(&bytes.slice(..at)).is_err(), "{at}");
        }
    }
}
