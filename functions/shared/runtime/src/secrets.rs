//! The secrets that a function needs from its start, read together: one call however many there are.

use crate::env::{BAMBOOHR_SECRET_ID, Env, OKTA_SECRET_ID, SLACK_SECRET_ID};
use countersign_aws::{secrets::Secrets, session::Session};
use countersign_core::{Error, Result};
use std::{collections::BTreeMap, fmt, sync::OnceLock};

/// The variables that name secrets.
const NAMES: [&str; 3] = [BAMBOOHR_SECRET_ID, OKTA_SECRET_ID, SLACK_SECRET_ID];

/// The secrets of a start. Its `Debug` prints none.
#[derive(Clone)]
pub(crate) struct AtStart {
    store: Secrets,
    ids: Vec<String>,
    texts: OnceLock<BTreeMap<String, String>>,
}

impl fmt::Debug for AtStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtStart").field("ids", &self.ids).finish_non_exhaustive()
    }
}

impl AtStart {
    /// Those that `needs` names in the environment; none is read yet.
    pub(crate) fn of(env: &Env, needs: &[&[&str]], session: &Session) -> Self {
        let needed = NAMES.into_iter().filter(|name| needs.iter().any(|names| names.contains(name)));
        let ids = needed.filter_map(|name| Some(env.get(name).ok()?.to_owned())).collect();
        Self { store: Secrets::new(session), ids, texts: OnceLock::new() }
    }

    /// Who asks BambooHR asks other systems as well.
    #[cfg(feature = "bamboohr")]
    async fn read(&self) -> Result<BTreeMap<String, String>> {
        self.store.texts(&self.ids).await
    }

    /// Who asks one system carries no second operation.
    #[cfg(not(feature = "bamboohr"))]
    async fn read(&self) -> Result<BTreeMap<String, String>> {
        let mut texts = BTreeMap::new();
        for id in &self.ids {
            texts.insert(id.clone(), self.store.text(id).await?);
        }
        Ok(texts)
    }

    /// Where they are read again.
    pub(crate) fn store(&self) -> Secrets {
        self.store.clone()
    }

    /// The text of one of them; the first who asks reads them all.
    ///
    /// # Errors
    /// As [`Secrets::texts`]; [`Error::Broken`] for one that is not among them.
    pub(crate) async fn text(&self, id: &str) -> Result<String> {
        if self.texts.get().is_none() {
            let read = self.read().await?;
            self.texts.get_or_init(|| read);
        }
        let text = self.texts.get().and_then(|texts| texts.get(id));
        text.cloned()
            .ok_or_else(|| Error::Broken(format!("the secret {id} is not one that this function needs")))
    }
}
