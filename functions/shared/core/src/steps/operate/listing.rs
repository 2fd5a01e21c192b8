//! Looking for what needs a person is recorded like everything else that an operator does.

use super::{by, must_operate};
use crate::{
    Result,
    audit::{Happening, operated},
    digest::Digest,
    ids::SubjectId,
    ports::{Clock, Configs, WriteStore},
    steps::{activate_config::admin_entry, committing::until_first},
};
use std::fmt;

/// What an operator wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Messages that were brought back too.
    pub all: bool,
    /// The requests of how many days, today included.
    pub days: u16,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = if self.all { "all messages" } else { "waiting messages" };
        write!(f, "{messages}, requests of {} days", self.days)
    }
}

/// Records who looks, and for what, before anything is shown.
///
/// # Errors
/// [`crate::Error::Refused`] for anybody but an admin; as the ports.
pub async fn note_listing<C>(ctx: &C, operator: &SubjectId, filter: Filter) -> Result<()>
where
    C: WriteStore + Clock + Configs,
{
    must_operate(ctx, operator).await?;
    let of = filter.to_string();
    let subject = Digest::of(&of)?;
    let what = Happening::Operated { action: operated::LIST.into(), subject, of: Some(of), reason: None };
    until_first(|| async { ctx.commit(admin_entry(ctx, by(operator), what.clone()).await?).await }).await
}
