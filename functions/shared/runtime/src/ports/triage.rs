//! Triage by the model in force: the one that ships, until another one was fetched.

use super::models;
use crate::{base::Base, env};
use countersign_core::{
    Result, config::Config, message::Ask, policy::autonomy::Certified, ports::Triage, time::Timestamp,
};
use countersign_triage::renewed::Renewed;
use tracing::error;

/// What it needs of the environment.
pub const NEEDS: &[&str] = &[env::TABLE];

/// The adapter.
pub struct Adapter {
    renewed: Renewed,
    models: models::Adapter,
}

/// Builds it. Without a good model it understands nothing, and the desk reads every message.
///
/// # Errors
/// [`countersign_core::Error`] if the environment does not allow it.
pub async fn build(base: &Base) -> Result<Adapter> {
    let (renewed, models) = (Renewed::shipped(), models::build(base).await?);
    report(&renewed);
    Ok(Adapter { renewed, models })
}

impl Triage for Adapter {
    fn understand(&self, config: &Config, text: &str, now: Timestamp) -> Vec<Ask> {
        self.renewed.current().understand(config, text, now)
    }

    fn version(&self) -> String {
        self.renewed.current().version()
    }

    fn certified(&self) -> Vec<Certified> {
        self.renewed.current().certified()
    }

    async fn renew(&self) {
        if self.renewed.renew(&self.models).await {
            report(&self.renewed);
        }
    }
}

fn report(renewed: &Renewed) {
    let model = renewed.current();
    match model.fault() {
        Some(fault) => error!(error = %fault, "no model to triage by"),
        None => tracing::info!(model = model.version(), "triage reads by this model"),
    }
}
