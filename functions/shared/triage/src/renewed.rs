//! Triage by the model in force: another one is taken over while the program runs.

use crate::{classifier::LoadError, port::Embedded};
use countersign_core::{Error, digest::Digest, ports::ReadModels};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The model in force, as of the last look.
pub struct Renewed(Mutex<State>);

struct State {
    model: Arc<Embedded>,
    /// The version that the model is, should be, or stands for; none for the one that ships.
    version: Option<Digest>,
}

impl Renewed {
    /// The model that ships, until somebody has looked which one is in force.
    pub fn shipped() -> Self {
        Self(Mutex::new(State { model: Arc::new(Embedded::shipped()), version: None }))
    }

    /// The model that texts are read by now.
    pub fn current(&self) -> Arc<Embedded> {
        self.state().model.clone()
    }

    /// Looks which model is in force, and takes it over. One that is damaged or not there is
    /// taken over as well: nothing is understood by it, so that people read everything. In the place of one that was made
    /// for another build is the one that ships, until what was learned is judged again. While nobody says which one is
    /// in force, the last known one stays. Answers whether a model was taken over.
    pub async fn renew(&self, models: &impl ReadModels) -> bool {
        let Ok(version) = models.in_force().await else { return false };
        if self.has(version.as_ref()) {
            return false;
        }
        let model = match &version {
            None => Embedded::shipped(),
            Some(wanted) => match models.model(wanted).await {
                Ok(bytes) => Embedded::of_version(wanted, bytes),
                Err(Error::NotFound(_) | Error::Broken(_)) => Embedded::of_version(wanted, Vec::new()),
                Err(_) => return false,
            },
        };
        let is_of_another_build = model.fault().is_some_and(LoadError::is_of_another_build);
        let model = if is_of_another_build { Embedded::shipped() } else { model };
        let mut state = self.state();
        (state.model, state.version) = (Arc::new(model), version);
        true
    }

    /// Whether this version is at work; one that cannot be read is fetched again.
    fn has(&self, version: Option<&Digest>) -> bool {
        let state = self.state();
        state.version.as_ref() == version && state.model.fault().is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
