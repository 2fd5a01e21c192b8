//! AES-256-GCM with a random nonce of 96 bits before the ciphertext.

use countersign_core::{Error, Result};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

pub(super) fn key(plain: &[u8]) -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, plain);
    key.map(LessSafeKey::new).map_err(|_| Error::Broken("a data key is not of 256 bits".into()))
}

pub(super) fn seal(key: &LessSafeKey, bound_to: &str, plain: &str) -> Result<Vec<u8>> {
    let failed = |_| Error::Broken("nothing can be encrypted".into());
    let mut nonce = [0; NONCE_LEN];
    SystemRandom::new().fill(&mut nonce).map_err(failed)?;
    let mut text = plain.as_bytes().to_vec();
    let unique = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(unique, Aad::from(bound_to), &mut text).map_err(failed)?;
    Ok([nonce.as_slice(), &text].concat())
}

pub(super) fn open(key: &LessSafeKey, bound_to: &str, mut sealed: Vec<u8>) -> Result<String> {
    let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>().ok_or_else(altered)?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = key.open_in_place(nonce, Aad::from(bound_to), text).map_err(|_| altered())?;
    String::from_utf8(plain.to_vec()).map_err(|_| altered())
}

pub(super) fn altered() -> Error {
    Error::Broken("sealed text is for somebody or something else, or was altered".into())
}
