//! Files that begin with a magic word and end with the SHA-256 of all before.

use super::load_error::LoadError;
use bytes::Bytes;
use sha2::{Digest, Sha256};

const CHECKSUM_BYTES: usize = 32;

/// What stands between the magic word and the checksum, if both are right.
pub(crate) fn verified(bytes: &Bytes, magic: &[u8]) -> Result<Bytes, LoadError> {
    let content = framed(bytes, magic)?;
    let (body, checksum) = bytes.split_at(magic.len() + content.len());
    if Sha256::digest(body).as_slice() == checksum { Ok(content) } else { Err(LoadError::Damaged) }
}

/// What stands between the magic word and the checksum, of bytes that somebody else has verified.
pub(crate) fn framed(bytes: &Bytes, magic: &[u8]) -> Result<Bytes, LoadError> {
    if !bytes.starts_with(magic) {
        return Err(LoadError::NotAModel);
    }
    let end = bytes.len().checked_sub(CHECKSUM_BYTES).filter(|end| *end >= magic.len());
    Ok(bytes.slice(magic.len()..end.ok_or(LoadError::WrongLength)?))
}

/// The bytes with their checksum behind them.
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

/// The checksum of a sealed file.
pub(crate) fn of_sealed(bytes: &[u8]) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(CHECKSUM_BYTES)..).unwrap_or_default()
}

/// That a number is the expected one.
pub(crate) fn number(found: u32, expected: u32, error: fn(u32) -> LoadError) -> Result<(), LoadError> {
    if found == expected { Ok(()) } else { Err(error(found)) }
}
