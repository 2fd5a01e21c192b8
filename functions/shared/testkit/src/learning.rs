//! A trainer by script, and learned models in memory.

use crate::world::World;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_core::{
    Error, Result,
    change::{decode, put, read},
    config::Config,
    digest::Digest,
    learning::{ActiveModel, Course, Golden, Labelled, Trained},
    ports::{Expect, ReadModels, ReadStore, Trainer, WriteModels, WriteStore},
    slot::{List, Slot},
    steps::learn_triage::{Change, Known, Occasion, Report, learn_triage, measure_triage},
};

/// A batch with a text that has this word does harm; so does one with the name of the shipped model.
pub const POISON: &str = "poison";

/// What a scripted model is: what it was made of, word by word.
fn model(learned: &[&Labelled]) -> String {
    let lines = learned.iter().map(|one| format!("{} = {}\n", one.text, one.label));
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines.concat()
}

impl Trainer for World {
    fn base(&self) -> String {
        self.state().base.clone()
    }

    fn train(&self, _: &Config, course: &Course) -> Result<Trained> {
        let base = self.base();
        let is_harmful =
            |one: &Labelled| one.text.contains(POISON) || (!base.is_empty() && one.text.contains(&base));
        let is_good = |batch: &Vec<Labelled>| !batch.iter().any(is_harmful);
        let batches = course.batches.iter().filter(|batch| is_good(batch)).flatten();
        let learned: Vec<&Labelled> = course.in_force.iter().chain(batches).collect();
        let model = format!("{base}\n{}", model(&learned));
        Ok(Trained {
            harmless: course.batches.iter().map(is_good).collect(),
            together: false,
            version: Digest::of_text(&model),
            model: model.into_bytes(),
            golden: Golden { before: 900, after: 901 },
        })
    }
}

impl ReadModels for World {
    async fn model(&self, version: &Digest) -> Result<Vec<u8>> {
        let parts = self.list(&List::ModelParts(version.as_str().to_owned())).await?;
        let part = parts.into_iter().next().ok_or(Error::NotFound("model"))?;
        let damaged = |_| Error::Broken("a part of a model is damaged".into());
        STANDARD.decode(decode::<String>(part)?.value).map_err(damaged)
    }

    async fn in_force(&self) -> Result<Option<Digest>> {
        let active = read::<ActiveModel>(self, &Slot::ActiveModel).await?;
        Ok(active.and_then(|active| active.value.version))
    }
}

impl WriteModels for World {
    async fn keep(&self, version: &Digest, model: &[u8]) -> Result<()> {
        let slot = Slot::ModelPart(version.as_str().to_owned(), 1);
        self.commit(vec![put(slot, Expect::Any, &STANDARD.encode(model), None)?]).await
    }
}

impl World {
    /// What `learn-triage` does at night, or by the hour.
    ///
    /// # Errors
    /// As [`learn_triage`].
    pub async fn learn(&self, only_full: bool) -> Result<Report> {
        let known = Known::read(self).await?;
        learn_triage(self, &known, Occasion { only_full }).await
    }

    /// How it measures what triage may do.
    ///
    /// # Errors
    /// As [`measure_triage`].
    pub async fn measure(&self) -> Result<Change> {
        measure_triage(self, &mut Known::read(self).await?).await
    }

    /// Another model ships from now on.
    pub fn ship(&self, base: &str) {
        base.clone_into(&mut self.state().base);
    }
}
