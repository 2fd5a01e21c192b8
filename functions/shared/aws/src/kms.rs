//! Data keys from KMS, bound to their owner by the encryption context.

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
    vault::{DataKey, KeyService},
};
use aws_sdk_kms::{
    operation::{
        decrypt::{Decrypt, DecryptError, DecryptInput},
        generate_data_key::{GenerateDataKey, GenerateDataKeyError as NoKey, GenerateDataKeyInput},
    },
    primitives::Blob,
    types::DataKeySpec,
};
use countersign_core::{Error, Result};

operation!(aws_sdk_kms::operation::decrypt, Decrypt, DecryptInput, DecryptOutput, DecryptError);
operation!(
    aws_sdk_kms::operation::generate_data_key,
    GenerateDataKey,
    GenerateDataKeyInput,
    GenerateDataKeyOutput,
    GenerateDataKeyError
);

const SERVICE: &str = "the key service";
const OWNER: &str = "owner";

/// One KMS key that wraps the data keys of all owners.
#[derive(Clone, Debug)]
pub struct KmsKeys {
    service: Service,
    key_id: String,
}

impl KmsKeys {
    /// The key of an id, alias or ARN.
    #[must_use]
    pub fn new(session: &Session, key_id: &str) -> Self {
        Self { service: session.service("kms"), key_id: key_id.into() }
    }
}

impl KeyService for KmsKeys {
    async fn generate(&self, owner: &str) -> Result<DataKey> {
        let wanted = GenerateDataKeyInput::builder().key_id(&self.key_id).key_spec(DataKeySpec::Aes256);
        let answer =
            self.service.call::<GenerateDataKey>(wanted.encryption_context(OWNER, owner).build()).await;
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
        let wanted = DecryptInput::builder().key_id(&self.key_id).ciphertext_blob(Blob::new(wrapped));
        let answer = self.service.call::<Decrypt>(wanted.encryption_context(OWNER, owner).build()).await;
        let answer = answer.map_err(|e| match e.as_service_error() {
            Some(DecryptError::DisabledException(_) | DecryptError::KmsInvalidStateException(_)) => {
                Error::unavailable(SERVICE)
            }
            _ => fault::of_repeatable(SERVICE, &e),
        })?;
        Ok(answer.plaintext.map(Blob::into_inner).unwrap_or_default())
    }
}
