//! The texts of what people corrected, as far as they can still be read.

use super::MAX_KEPT;
use crate::{
    Error, Result,
    change::{Versioned, read, read_request},
    gate::Example,
    learning::Labelled,
    ports::{ReadStore, Vault},
    slot::Slot,
    steps::record_decision::open_words,
};

/// The newest of all.
pub(super) fn newest<T>(mut all: Vec<T>) -> Vec<T> {
    all.split_off(all.len().saturating_sub(MAX_KEPT))
}

/// The texts of examples; what was erased is left out.
pub(super) async fn texts<'a, C: ReadStore + Vault>(
    ctx: &C,
    examples: Vec<&'a Example>,
) -> Result<Vec<(&'a Example, Labelled)>> {
    let mut all = Vec::with_capacity(examples.len());
    for example in examples {
        match text(ctx, example).await {
            Ok(text) => all.push((example, Labelled { text, label: example.label.clone() })),
            // Erased, or sealed with a key that is: what nobody can read is not learned from.
            Err(Error::NotFound(_) | Error::Broken(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(all)
}

async fn text<C: ReadStore + Vault>(ctx: &C, example: &Example) -> Result<String> {
    let request = read_request(ctx, &example.request).await?.value;
    let slot = Slot::Words(example.request.clone());
    let Versioned { value: sealed, .. } =
        read::<String>(ctx, &slot).await?.ok_or(Error::NotFound("words"))?;
    Ok(open_words(ctx, &request, &sealed).await?.text)
}
