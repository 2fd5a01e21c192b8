//! Verifies, and reports what was found.

use countersign_core::{
    Result,
    ports::{Clock, ReadStore},
    steps::verify_audit::{Verified, verify_in_turn},
};
use countersign_runtime::telemetry::{Unit, metric};

/// How many days back the chains are verified each time.
const DAYS: u16 = 92;

/// Verifies the chains of the last [`DAYS`] days, and the older ones in turn.
///
/// # Errors
/// As [`verify_in_turn`].
pub(crate) async fn verify<C: ReadStore + Clock>(ctx: &C) -> Result<Verified> {
    let verified = verify_in_turn(ctx, DAYS).await?;
    for (chain, flaw) in &verified.flaws {
        tracing::error!(request.id = chain, sequence = flaw.sequence, flaw = flaw.what, "audit chain broken");
    }
    #[allow(clippy::cast_precision_loss, reason = "a count of flaws fits a double")]
    metric("CountersignAuditFlaws", Unit::Count, verified.flaws.len() as f64, &[]);
    Ok(verified)
}
