//! The file of a classifier: little-endian, every length checked, a SHA-256 at its end.
//!
//! `CSCLASSI`, format, feature specification (u32 each), provenance (text); the labels (count, texts); temperature,
//! assumed share, threshold (f64 each), the calibration and what is certified (f64 each); the rows of the head; the vocabulary (two counts with
//! sorted hashes); the stored examples; the word-piece table behind its length (0: none; 32: the SHA-256 of the one that
//! is part of the program); the SHA-256 of all before.

use super::calibration::Calibration;
use super::certify::Certificate;
use super::encoder::FEATURES;
use super::guess::OUT_OF_SCOPE;
use super::layout::{Reader, Writer};
use super::load_error::LoadError;
use super::neighbours::Neighbours;
use super::rows::Rows;
use super::signals::Vocabulary;
use super::training::Pieces;
use super::words::Table;
use super::{Classifier, checksum, shipped_table};
use crate::features::SPECIFICATION;
use bytes::Bytes;

/// The most bytes of a classifier's file.
pub const MAX_CLASSIFIER_BYTES: usize = 64 << 20;
const MAGIC: &[u8] = b"CSCLASSI";
const FORMAT: u32 = 2;
/// More classes than people can tell apart are taken for damage.
pub(crate) const MAX_CLASSES: usize = 1024;
const MAX_LABEL_BYTES: usize = 255;
const MAX_PROVENANCE_BYTES: usize = 64 << 10;
const MAX_HASHES: usize = 1 << 22;

/// Writes a classifier with its pieces; its `version` and `table` are not looked at.
pub(crate) fn encode(classifier: &Classifier, pieces: Pieces<'_>) -> Vec<u8> {
    let mut out = Writer(MAGIC.to_vec());
    out.u32s(&[FORMAT, SPECIFICATION]);
    out.text(&classifier.provenance);
    out.count(classifier.labels.len());
    classifier.labels.iter().for_each(|label| out.text(label));
    out.f64s([classifier.temperature, classifier.assumed_share, classifier.threshold]);
    classifier.calibration.write(&mut out);
    classifier.certificate.write(&mut out);
    classifier.rows.write(&mut out);
    for hashes in [&classifier.vocabulary.words, &classifier.vocabulary.pairs] {
        out.count(hashes.len());
        out.u32s(hashes);
    }
    classifier.neighbours.write(&mut out);
    let table = match pieces {
        Pieces::None => &[],
        Pieces::Carried(table) => table,
        Pieces::Shipped => checksum::of_sealed(shipped_table()),
    };
    out.count(table.len());
    out.0.extend(table);
    checksum::sealed(out.0)
}

/// Reads a classifier.
pub(crate) fn decode(bytes: &Bytes) -> Result<Classifier, LoadError> {
    if bytes.len() > MAX_CLASSIFIER_BYTES {
        return Err(LoadError::WrongLength);
    }
    read(checksum::verified(bytes, MAGIC)?, bytes)
}

/// Reads a classifier that is part of the program.
pub(crate) fn decode_of_program(bytes: &'static [u8]) -> Result<Classifier, LoadError> {
    let bytes = Bytes::from_static(bytes);
    read(checksum::framed(&bytes, MAGIC)?, &bytes)
}

fn read(content: Bytes, file: &[u8]) -> Result<Classifier, LoadError> {
    let mut reader = Reader(content);
    checksum::number(reader.u32()?, FORMAT, LoadError::UnknownFormat)?;
    checksum::number(reader.u32()?, SPECIFICATION, LoadError::UnknownFeatures)?;
    let provenance = reader.text(MAX_PROVENANCE_BYTES, "provenance")?;
    let labels = read_labels(&mut reader)?;
    let [temperature, assumed_share, threshold] = reader.f64s("numbers")?;
    let calibration = Calibration::read(&mut reader)?;
    let certificate = Certificate::read(&mut reader)?;
    let rows = Rows::read(&mut reader, FEATURES, labels.len())?;
    let vocabulary = Vocabulary { words: read_hashes(&mut reader)?, pairs: read_hashes(&mut reader)? };
    let neighbours = Neighbours::read(&mut reader)?;
    let table = read_table(&mut reader)?;
    reader.end()?;
    if temperature <= 0.0 || !(0.0..1.0).contains(&assumed_share) {
        return Err(LoadError::Malformed("numbers"));
    }
    Ok(Classifier {
        labels,
        provenance,
        version: hex::encode(checksum::of_sealed(file)),
        table,
        rows,
        temperature,
        vocabulary,
        neighbours,
        calibration,
        certificate,
        assumed_share,
        threshold,
    })
}

fn read_table(reader: &mut Reader) -> Result<Option<Table>, LoadError> {
    let length = reader.u32()? as usize;
    let table = reader.take(length)?;
    let own = checksum::of_sealed(shipped_table());
    match length {
        0 => Ok(None),
        _ if table == own => Table::of_program(shipped_table()).map(Some),
        _ if length == own.len() => Err(LoadError::UnknownTable),
        _ => Table::load(&table).map(Some),
    }
}

fn read_labels(reader: &mut Reader) -> Result<Vec<String>, LoadError> {
    let count = reader.count(MAX_CLASSES, "labels")?;
    let labels: Vec<String> =
        (0..count).map(|_| reader.text(MAX_LABEL_BYTES, "label")).collect::<Result<_, _>>()?;
    let known = labels.iter().any(|label| label == OUT_OF_SCOPE);
    if known && labels.len() > 1 && labels.is_sorted_by(|a, b| a < b) {
        Ok(labels)
    } else {
        Err(LoadError::Malformed("labels"))
    }
}

fn read_hashes(reader: &mut Reader) -> Result<Vec<u32>, LoadError> {
    let count = reader.count(MAX_HASHES, "vocabulary")?;
    let hashes = reader.u32s(count)?;
    if hashes.is_sorted() { Ok(hashes) } else { Err(LoadError::Malformed("vocabulary")) }
}
