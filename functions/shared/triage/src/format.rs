//! The file of a model: a flat little-endian layout with a header and a SHA-256 at its end.
//!
//! `CSTRIAGE`, format, feature specification, classes, rows, words (u32 each), temperature (f32); per class
//! a length byte, its label and its bias (f32); the bitmap of used buckets; per row a scale (f32) and one
//! signed byte per class; the sorted word hashes (u32 each); the SHA-256 of all before.

use sha2::{Digest, Sha256};

use crate::features::SMALL;

const MAGIC: &[u8] = b"CSTRIAGE";
const FORMAT: u32 = 1;
/// How many buckets the features fall into.
pub(crate) const BUCKETS: usize = SMALL.buckets as usize;
const CHECKSUM_BYTES: usize = 32;
/// More classes than a desk can tell apart are taken for damage.
const MAX_CLASSES: usize = 256;
/// A bigger model does not belong into a function's start.
pub(crate) const MAX_MODEL_BYTES: usize = 4 << 20;

/// Why bytes are not a model that this build can use. Another try with the same bytes fails the same way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes do not begin as a model does.
    #[error("not a triage model")]
    NotAModel,
    /// Written in a layout that this build does not read.
    #[error("model layout {0} is not supported")]
    UnknownFormat(u32),
    /// Made with features that this build does not compute.
    #[error("feature specification {0} is not supported")]
    UnknownFeatures(u32),
    /// Shorter or longer than its header says, or over the size limit.
    #[error("the model has the wrong length")]
    WrongLength,
    /// The content does not match its checksum.
    #[error("the model is damaged")]
    Damaged,
    /// The checksum fits but a value is impossible.
    #[error("the model is malformed: {0}")]
    Malformed(&'static str),
}

/// What a model file holds, in memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) temperature: f32,
    pub(crate) labels: Vec<String>,
    pub(crate) biases: Vec<f32>,
    pub(crate) used: Vec<u64>,
    pub(crate) scales: Vec<f32>,
    /// Signed bytes, kept as they lie in the file.
    pub(crate) weights: Vec<u8>,
    pub(crate) words: Vec<u32>,
}

/// Writes parameters as the bytes of a file. A label is cut at 255 bytes.
pub(crate) fn encode(parameters: &Parameters) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let counts = [parameters.labels.len(), parameters.scales.len(), parameters.words.len()];
    let header = [FORMAT, SMALL.number].into_iter().chain(counts.map(|count| count as u32));
    out.extend(header.flat_map(u32::to_le_bytes));
    out.extend(parameters.temperature.to_le_bytes());
    for (label, bias) in parameters.labels.iter().zip(&parameters.biases) {
        let bytes: Vec<u8> = label.bytes().take(255).collect();
        out.push(bytes.len() as u8);
        out.extend(bytes);
        out.extend(bias.to_le_bytes());
    }
    out.extend(parameters.used.iter().flat_map(|block| block.to_le_bytes()));
    out.extend(parameters.scales.iter().flat_map(|scale| scale.to_le_bytes()));
    out.extend(&parameters.weights);
    out.extend(parameters.words.iter().flat_map(|word| word.to_le_bytes()));
    let checksum = Sha256::digest(&out);
    out.extend(checksum);
    out
}

/// Reads the bytes of a file and its checksum, which is its version.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Parameters, String), LoadError> {
    if !bytes.starts_with(MAGIC) {
        return Err(LoadError::NotAModel);
    }
    if bytes.len() > MAX_MODEL_BYTES {
        return Err(LoadError::WrongLength);
    }
    let body_length = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(LoadError::WrongLength)?;
    let (body, checksum) = bytes.split_at_checked(body_length).ok_or(LoadError::WrongLength)?;
    let mut reader = Reader(body.get(MAGIC.len()..).ok_or(LoadError::WrongLength)?);
    check_number(reader.u32()?, FORMAT, LoadError::UnknownFormat)?;
    check_number(reader.u32()?, SMALL.number, LoadError::UnknownFeatures)?;
    if Sha256::digest(body).as_slice() != checksum {
        return Err(LoadError::Damaged);
    }
    let parameters = read_parameters(&mut reader)?;
    check(&parameters)?;
    Ok((parameters, hex::encode(checksum)))
}

fn check_number(found: u32, expected: u32, error: fn(u32) -> LoadError) -> Result<(), LoadError> {
    if found == expected { Ok(()) } else { Err(error(found)) }
}

fn read_parameters(reader: &mut Reader<'_>) -> Result<Parameters, LoadError> {
    let (classes, rows, words) = (reader.u32()? as usize, reader.u32()? as usize, reader.u32()? as usize);
    if classes == 0 || classes > MAX_CLASSES || rows > BUCKETS {
        return Err(LoadError::Malformed("counts"));
    }
    let temperature = reader.f32()?;
    let mut labels = Vec::with_capacity(classes);
    let mut biases = Vec::with_capacity(classes);
    for _ in 0..classes {
        labels.push(reader.label()?);
        biases.push(reader.f32()?);
    }
    let used =
        reader.take(BUCKETS / 8)?.as_chunks().0.iter().map(|block| u64::from_le_bytes(*block)).collect();
    let scales =
        reader.take(rows * 4)?.as_chunks().0.iter().map(|scale| f32::from_le_bytes(*scale)).collect();
    let weights = reader.take(rows * classes)?.to_vec();
    let words = words.checked_mul(4).ok_or(LoadError::Malformed("counts"))?;
    let words = reader.take(words)?.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    if !reader.0.is_empty() {
        return Err(LoadError::WrongLength);
    }
    Ok(Parameters { temperature, labels, biases, used, scales, weights, words })
}

fn check(parameters: &Parameters) -> Result<(), LoadError> {
    let used: usize = parameters.used.iter().map(|block| block.count_ones() as usize).sum();
    if used != parameters.scales.len() {
        return Err(LoadError::Malformed("rows"));
    }
    if !(parameters.temperature.is_finite() && parameters.temperature > 0.0) {
        return Err(LoadError::Malformed("temperature"));
    }
    if !parameters.biases.iter().chain(&parameters.scales).all(|value| value.is_finite()) {
        return Err(LoadError::Malformed("weights"));
    }
    if !parameters.words.is_sorted() {
        return Err(LoadError::Malformed("words"));
    }
    Ok(())
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], LoadError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(LoadError::WrongLength)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        self.take(N)?.try_into().map_err(|_| LoadError::WrongLength)
    }

    fn u32(&mut self) -> Result<u32, LoadError> {
        self.array().map(u32::from_le_bytes)
    }

    fn f32(&mut self) -> Result<f32, LoadError> {
        self.array().map(f32::from_le_bytes)
    }

    fn label(&mut self) -> Result<String, LoadError> {
        let [length] = self.array()?;
        let bytes = self.take(usize::from(length))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| LoadError::Malformed("label"))
    }
}
