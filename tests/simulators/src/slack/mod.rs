//! The Slack simulator.

use axum::Router;

use crate::faults::{self, Faults};
use crate::world::World;

/// What the Slack simulator is told at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Key of the `v0` request signatures.
    pub signing_secret: String,
    /// The bot token that Web API callers must present.
    pub bot_token: String,
}

/// All routes of the Slack simulator, with the shared control routes attached.
pub fn router(world: World, _settings: Settings) -> Router {
    faults::attach(Router::new(), Faults::new(world, faults::plain_error))
}
