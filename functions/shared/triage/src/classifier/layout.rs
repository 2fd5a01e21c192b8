//! Reading and writing little-endian bytes, with every length checked. What is read is a part of the file, not a copy.

use super::load_error::LoadError;
use bytes::Bytes;

/// Bytes that are still to be read.
#[derive(Debug, Clone)]
pub(crate) struct Reader(pub(crate) Bytes);

impl Reader {
    /// The next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> Result<Bytes, LoadError> {
        if length > self.0.len() {
            return Err(LoadError::WrongLength);
        }
        Ok(self.0.split_to(length))
    }

    /// The next `count` items of `size` bytes each.
    pub(crate) fn items(&mut self, count: usize, size: usize) -> Result<Bytes, LoadError> {
        self.take(count.checked_mul(size).ok_or(LoadError::WrongLength)?)
    }

    /// A number of items that is at most `most`.
    pub(crate) fn count(&mut self, most: usize, what: &'static str) -> Result<usize, LoadError> {
        let count = self.u32()? as usize;
        if count <= most { Ok(count) } else { Err(LoadError::Malformed(what)) }
    }

    pub(crate) fn u32(&mut self) -> Result<u32, LoadError> {
        self.array().map(u32::from_le_bytes)
    }

    /// A finite number.
    pub(crate) fn f64(&mut self, what: &'static str) -> Result<f64, LoadError> {
        let value = self.array().map(f64::from_le_bytes)?;
        if value.is_finite() { Ok(value) } else { Err(LoadError::Malformed(what)) }
    }

    /// `N` finite numbers.
    pub(crate) fn f64s<const N: usize>(&mut self, what: &'static str) -> Result<[f64; N], LoadError> {
        let mut values = [0.0; N];
        for value in &mut values {
            *value = self.f64(what)?;
        }
        Ok(values)
    }

    /// `count` finite numbers.
    pub(crate) fn f32s(&mut self, count: usize, what: &'static str) -> Result<Vec<f32>, LoadError> {
        let bytes = self.items(count, size_of::<f32>())?;
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(LoadError::Malformed(what))
        }
    }

    /// `count` numbers.
    pub(crate) fn u32s(&mut self, count: usize) -> Result<Vec<u32>, LoadError> {
        let bytes = self.items(count, size_of::<u32>())?;
        Ok(bytes.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
    }

    /// A text behind its length of at most `most` bytes.
    pub(crate) fn text(&mut self, most: usize, what: &'static str) -> Result<String, LoadError> {
        let length = self.count(most, what)?;
        String::from_utf8(self.take(length)?.to_vec()).map_err(|_| LoadError::Malformed(what))
    }

    /// That nothing is left.
    pub(crate) fn end(&self) -> Result<(), LoadError> {
        if self.0.is_empty() { Ok(()) } else { Err(LoadError::WrongLength) }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        self.take(N)?.as_ref().try_into().map_err(|_| LoadError::WrongLength)
    }
}

/// Bytes that are being written, the reverse of [`Reader`].
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn count(&mut self, count: usize) {
        self.0.extend((count as u32).to_le_bytes());
    }

    pub(crate) fn f64s(&mut self, values: impl IntoIterator<Item = f64>) {
        self.0.extend(values.into_iter().flat_map(f64::to_le_bytes));
    }

    pub(crate) fn f32s(&mut self, values: &[f32]) {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn u32s(&mut self, values: &[u32]) {
        self.0.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend(text.as_bytes());
    }
}
