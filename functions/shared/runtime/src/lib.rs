//! What every function needs to run: environment, clock, telemetry, the shapes of events, and the ports wired to AWS.
//!
//! A function says what it may do with [`context!`], then hands the context and one step to a `run_…`:
//!
//! ```ignore
//! countersign_runtime::context!(Context: writes, vault, tokens);
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Failure> {
//!     run_queue(Context::open().await?, spend_token).await
//! }
//! ```

pub mod base;
pub mod clock;
mod context;
pub mod env;
pub mod failure;
pub mod http;
pub mod identifiers;
mod invocation;
pub mod ports;
pub mod queue;
#[cfg(feature = "outside")]
pub mod renewed;
mod run;
#[cfg(feature = "outside")]
mod secrets;
pub mod telemetry;

#[doc(hidden)]
pub use countersign_core as core;
pub use failure::Failure;
pub use run::{
    run_dead_letters, run_http, run_queue, run_queue_and_http, run_queue_and_schedule, run_queue_by_group,
    run_reading_queue, run_schedule, run_step,
};
