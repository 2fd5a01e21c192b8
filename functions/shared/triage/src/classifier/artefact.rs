//! The file of a classifier: little-endian, every length checked, a SHA-256 at its end.
//!
//! `CSCLASSI`, format, feature specification (u32 each), provenance (text); the labels (count, texts); temperature,
//! assumed share, threshold (f64 each) and the calibration; the rows of the head; the vocabulary (two counts with
//! sorted hashes); the stored examples; the length of the word-piece table (0: none) and the table; the SHA-256.

use super::bytes::{Reader, Writer};
use super::calibration::Calibration;
use super::encoder::FEATURES;
use super::neighbours::Neighbours;
use super::rows::Rows;
use super::signals::Vocabulary;
use super::words::Table;
use super::{Classifier, checksum};
use crate::features::LARGE;
use crate::format::LoadError;
use crate::model::OUT_OF_SCOPE;

/// The most bytes of a classifier's file.
pub const MAX_CLASSIFIER_BYTES: usize = 64 << 20;
const MAGIC: &[u8] = b"CSCLASSI";
const FORMAT: u32 = 1;
/// More classes than people can tell apart are taken for damage.
pub(crate) const MAX_CLASSES: usize = 1024;
const MAX_LABEL_BYTES: usize = 255;
const MAX_PROVENANCE_BYTES: usize = 64 << 10;
const MAX_HASHES: usize = 1 << 22;

/// Writes a classifier; its `version` is not looked at.
pub(crate) fn encode(classifier: &Classifier) -> Vec<u8> {
    let mut out = Writer(MAGIC.to_vec());
    out.u32s(&[FORMAT, LARGE.number]);
    out.text(&classifier.provenance);
    out.count(classifier.labels.len());
    classifier.labels.iter().for_each(|label| out.text(label));
    out.f64s([classifier.temperature, classifier.assumed_share, classifier.threshold]);
    classifier.calibration.write(&mut out);
    classifier.rows.write(&mut out);
    for hashes in [&classifier.vocabulary.words, &classifier.vocabulary.pairs] {
        out.count(hashes.len());
        out.u32s(hashes);
    }
    classifier.neighbours.write(&mut out);
    let table = classifier.table.as_ref().map(Table::encode).unwrap_or_default();
    out.count(table.len());
    out.0.extend(table);
    checksum::sealed(out.0)
}

/// Reads a classifier.
pub(crate) fn decode(bytes: &[u8]) -> Result<Classifier, LoadError> {
    if bytes.len() > MAX_CLASSIFIER_BYTES {
        return Err(LoadError::WrongLength);
    }
    let mut reader = Reader(checksum::verified(bytes, MAGIC)?);
    checksum::number(reader.u32()?, FORMAT, LoadError::UnknownFormat)?;
    checksum::number(reader.u32()?, LARGE.number, LoadError::UnknownFeatures)?;
    let provenance = reader.text(MAX_PROVENANCE_BYTES, "provenance")?;
    let labels = read_labels(&mut reader)?;
    let [temperature, assumed_share, threshold] = reader.f64s("numbers")?;
    let calibration = Calibration::read(&mut reader)?;
    let rows = Rows::read(&mut reader, FEATURES, labels.len())?;
    let vocabulary = Vocabulary { words: read_hashes(&mut reader)?, pairs: read_hashes(&mut reader)? };
    let neighbours = Neighbours::read(&mut reader)?;
    let length = reader.u32()? as usize;
    let table = reader.take(length)?;
    let table = if table.is_empty() { None } else { Some(Table::load(table)?) };
    reader.end()?;
    if temperature <= 0.0 || !(0.0..1.0).contains(&assumed_share) {
        return Err(LoadError::Malformed("numbers"));
    }
    let version = checksum::of_sealed(bytes);
    Ok(Classifier {
        labels,
        provenance,
        version,
        table,
        rows,
        temperature,
        vocabulary,
        neighbours,
        calibration,
        assumed_share,
        threshold,
    })
}

fn read_labels(reader: &mut Reader<'_>) -> Result<Vec<String>, LoadError> {
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

fn read_hashes(reader: &mut Reader<'_>) -> Result<Vec<u32>, LoadError> {
    let count = reader.count(MAX_HASHES, "vocabulary")?;
    let hashes = reader.u32s(count)?;
    if hashes.is_sorted() { Ok(hashes) } else { Err(LoadError::Malformed("vocabulary")) }
}
