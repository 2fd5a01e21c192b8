//! Learned models in the store, in parts that fit into a record.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use countersign_core::{
    Error, Result,
    change::{decode, put, read},
    digest::Digest,
    learning::ActiveModel,
    ports::{Expect, ReadModels, ReadStore, WriteModels, WriteStore},
    slot::{List, Slot},
};

/// Bytes of a part; as text it is a third longer, and fits into a record.
const PART_BYTES: usize = 240 * 1024;

/// Keeps models in a store.
#[derive(Clone, Debug)]
pub struct TableModels<S>(pub S);

impl<S: ReadStore> ReadModels for TableModels<S> {
    async fn model(&self, version: &Digest) -> Result<Vec<u8>> {
        let parts = self.0.list(&List::ModelParts(version.as_str().to_owned())).await?;
        if parts.is_empty() {
            return Err(Error::NotFound("model"));
        }
        let mut model = Vec::with_capacity(parts.len() * PART_BYTES);
        for part in parts {
            let text: String = decode(part)?.value;
            let damaged = |_| Error::Broken("a part of a model is damaged".into());
            BASE64.decode_vec(text, &mut model).map_err(damaged)?;
        }
        Ok(model)
    }

    async fn in_force(&self) -> Result<Option<Digest>> {
        let active = read::<ActiveModel>(&self.0, &Slot::ActiveModel).await?;
        Ok(active.and_then(|active| active.value.version))
    }
}

impl<S: WriteStore> WriteModels for TableModels<S> {
    async fn keep(&self, version: &Digest, model: &[u8]) -> Result<()> {
        for (number, part) in (1..).zip(model.chunks(PART_BYTES)) {
            let slot = Slot::ModelPart(version.as_str().to_owned(), number);
            self.0.commit(vec![put(slot, Expect::Any, &BASE64.encode(part), None)?]).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::ports::{Action, Stored, Write};
    use serde_json::{Value, json};
    use std::{collections::BTreeMap, sync::Mutex};

    /// A store of parts, which remembers how long the longest record is.
    #[derive(Default)]
    struct Parts(Mutex<BTreeMap<u32, Value>>);

    impl ReadStore for Parts {
        async fn get(&self, _: &Slot) -> Result<Option<Stored>> {
            Ok(None)
        }

        async fn list(&self, _: &List) -> Result<Vec<Stored>> {
            let parts = self.0.lock().unwrap();
            Ok(parts.values().map(|body| Stored { version: 1, body: body.clone() }).collect())
        }
    }

    impl WriteStore for Parts {
        async fn commit(&self, writes: Vec<Write>) -> Result<()> {
            for write in writes {
                let (Slot::ModelPart(_, number), Action::Put(body, None)) = (write.slot, write.action) else {
                    panic!("only parts are kept");
                };
                assert!(body.to_string().len() < crate::table::MAX_ITEM_BYTES);
                self.0.lock().unwrap().insert(number, body);
            }
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_model_comes_back_as_it_was_kept() {
        let version = Digest::zero();
        for length in [1, PART_BYTES, PART_BYTES + 1, 3 * PART_BYTES + 7] {
            let models = TableModels(Parts::default());
            assert_eq!(models.model(&version).await, Err(Error::NotFound("model")));
            let file: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            for _ in 0..2 {
                models.keep(&version, &file).await.unwrap();
                assert!(models.model(&version).await.unwrap() == file, "{length}");
            }
            models.0.0.lock().unwrap().insert(1, json!("no base 64"));
            let damaged = models.model(&version).await;
            assert!(matches!(damaged, Err(Error::Broken(_))), "{length}");
        }
        assert_eq!(TableModels(Parts::default()).in_force().await, Ok(None));
    }
}
