//! Files that begin with a magic word and end with the SHA-256 of all before.

use crate::format::LoadError;
use sha2::{Digest, Sha256};

const CHECKSUM_BYTES: usize = 32;

/// What stands between the magic word and the checksum, if both are right.
pub(crate) fn verified<'a>(bytes: &'a [u8], magic: &[u8]) -> Result<&'a [u8], LoadError> {
    if !bytes.starts_with(magic) {
        return Err(LoadError::NotAModel);
    }
    let length = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or(LoadError::WrongLength)?;
    let (body, checksum) = bytes.split_at_checked(length).ok_or(LoadError::WrongLength)?;
    if Sha256::digest(body).as_slice() != checksum {
        return Err(LoadError::Damaged);
    }
    body.get(magic.len()..).ok_or(LoadError::WrongLength)
}

/// The bytes with their checksum behind them.
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&bytes);
    bytes.extend(checksum);
    bytes
}

/// The checksum of a sealed file, in hexadecimal.
pub(crate) fn of_sealed(bytes: &[u8]) -> String {
    hex::encode(bytes.get(bytes.len().saturating_sub(CHECKSUM_BYTES)..).unwrap_or_default())
}

/// That a number is the expected one.
pub(crate) fn number(found: u32, expected: u32, error: fn(u32) -> LoadError) -> Result<(), LoadError> {
    if found == expected { Ok(()) } else { Err(error(found)) }
}
