//! Data keys from KMS, bound to their owner by the encryption context.

use crate::vault::{DataKey, KeyService};
use crate::{fault, session::Session};
use aws_sdk_kms::{
    Client,
    operation::{decrypt::DecryptError, generate_data_key::GenerateDataKeyError as NoKey},
    primitives::Blob,
    types::DataKeySpec,
};
use countersign_core::{Error, Result};

const SERVICE: &str = "the key service";
const OWNER: &str = "owner";

/// One KMS key that wraps the data keys of all owners.
#[derive(Clone, Debug)]
pub struct KmsKeys {
    client: Client,
    key_id: String,
}

impl KmsKeys {
    /// The key of an id, alias or ARN.
    #[must_use]
    pub fn new(session: &Session, key_id: &str) -> Self {
        Self { client: Client::new(session.config()), key_id: key_id.into() }
    }
}

impl KeyService for KmsKeys {
    async fn generate(&self, owner: &str) -> Result<DataKey> {
        let request = self.client.generate_data_key().key_id(&self.key_id).key_spec(DataKeySpec::Aes256);
        let answer = request.encryption_context(OWNER, owner).send().await;
        let answer = answer.map_err(|e| match e.as_service_error() {
            Some(NoKey::DisabledException(_) | NoKey::KmsInvalidStateException(_)) => {
                Error::unavailable(SERVICE)
            }
            _ => fault::of_repeatable(SERVICE, &e),
        })?;
        let plain = answer.plaintext.map(Blob::into_inner).unwrap_or_default();
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner).unwrap_or_default();
        Ok(DataKey { plain, wrapped })
    }

    async fn unwrap(&self, owner: &str, wrapped: &[u8]) -> Result<Vec<u8>> {
        let request = self.client.decrypt().key_id(&self.key_id).ciphertext_blob(Blob::new(wrapped));
        let answer = request.encryption_context(OWNER, owner).send().await;
        let answer = answer.map_err(|e| match e.as_service_error() {
            Some(DecryptError::DisabledException(_) | DecryptError::KmsInvalidStateException(_)) => {
                Error::unavailable(SERVICE)
            }
            _ => fault::of_repeatable(SERVICE, &e),
        })?;
        Ok(answer.plaintext.map(Blob::into_inner).unwrap_or_default())
    }
}
