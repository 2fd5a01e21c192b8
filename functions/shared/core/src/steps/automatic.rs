//! Counts automatic approvals, and stops and allows them.

use super::{
    activate_config::admin_entry,
    committing::until_first,
    operate::{Order, allowed},
};
use crate::{
    Result,
    audit::{By, Happening, operated},
    change::{Change, put, read},
    config::Config,
    digest::Digest,
    ids::SubjectId,
    policy::{
        automatic::{Scope, Stop, Tally, caps, held_back},
        decide::{Decided, Outcome},
    },
    ports::{Action, Clock, Configs, Expect, KeyOwner, ReadStore, Vault, Write, WriteStore},
    slot::Slot,
    time::Timestamp,
};

/// Why an automatic approval is left to people while nobody allows it.
const STOPPED: &str = "stopped";
/// The purpose under which the reason of a stop is sealed.
const PURPOSE: &str = "stop-automatic";

/// A tally that an automatic approval counts against, as it was read.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    scope: Scope,
    cap: Option<u32>,
    tally: Tally,
    expect: Expect,
}

/// What was decided, or people in its place where automatic approval is stopped or beyond a cap; and what to count.
pub(super) async fn guarded(
    ctx: &impl ReadStore,
    decided: Decided,
    requester: &SubjectId,
    config: &Config,
    now: Timestamp,
) -> Result<(Decided, Vec<Counter>)> {
    let Some(action) = decided.plan.action.as_ref().filter(|_| decided.outcome == Outcome::Automatic) else {
        return Ok((decided, Vec::new()));
    };
    let mut counters = Vec::new();
    for (scope, cap) in caps(&config.policy, requester, action) {
        let mut counter = counter(ctx, scope, cap).await?;
        if let Some(why) = counter.full(config, now) {
            return Ok((held_back(decided, &config.policy, why), Vec::new()));
        }
        counters.push(counter);
    }
    Ok((decided, counters))
}

async fn counter(ctx: &impl ReadStore, scope: Scope, cap: Option<u32>) -> Result<Counter> {
    let stored = read::<Tally>(ctx, &Slot::Automatic(scope.key())).await?;
    let (tally, expect) = stored
        .map_or((Tally::default(), Expect::Absent), |found| (found.value, Expect::Version(found.version)));
    Ok(Counter { scope, cap, tally, expect })
}

impl Counter {
    /// Why one more is not approved, if it is not.
    fn full(&mut self, config: &Config, now: Timestamp) -> Option<&'static str> {
        if self.tally.stopped.is_some() {
            return Some(STOPPED);
        }
        let (cap, caps) = (self.cap?, config.policy.automatic.as_ref()?);
        (!self.tally.has_room(cap, caps.window, now)).then(|| self.scope.name())
    }

    /// Counts one more; where nothing is capped, only sees that nobody has stopped it meanwhile.
    fn counted(mut self, now: Timestamp) -> Result<Write> {
        let slot = Slot::Automatic(self.scope.key());
        if self.cap.is_none() {
            return Ok(Write { slot, expect: self.expect, action: Action::Check });
        }
        self.tally.approved.push(now);
        put(slot, self.expect, &self.tally, None)
    }
}

/// Counts an automatic approval in the transaction that gives it.
pub(super) fn count(change: &mut Change, counters: Vec<Counter>) -> Result<()> {
    for counter in counters {
        let write = counter.counted(change.now())?;
        change.write(write);
    }
    Ok(())
}

/// Whether the policy may approve by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// It may not, until somebody allows it.
    Stop,
    /// It may.
    Allow,
}

impl Switch {
    fn name(self) -> &'static str {
        match self {
            Self::Stop => operated::STOP_AUTOMATIC,
            Self::Allow => operated::ALLOW_AUTOMATIC,
        }
    }
}

/// Stops or allows automatic approval, from the next planning on. Repeated, it changes nothing.
///
/// # Errors
/// [`crate::Error::Refused`] for anybody but an admin, [`crate::Error::Invalid`] without a reason; as the ports.
pub async fn switch_automatic<C>(ctx: &C, order: &Order<Switch>) -> Result<()>
where
    C: WriteStore + Clock + Configs + Vault,
{
    allowed(ctx, order).await?;
    until_first(|| attempt(ctx, order)).await
}

async fn attempt<C: WriteStore + Clock + Vault>(ctx: &C, order: &Order<Switch>) -> Result<()> {
    let Counter { scope, mut tally, expect, .. } = counter(ctx, Scope::Overall, None).await?;
    if tally.stopped.is_some() == (order.of == Switch::Stop) {
        return Ok(());
    }
    let reason = ctx.seal(&KeyOwner::System, PURPOSE, &order.reason).await?;
    let subject = Digest::of(&reason)?;
    tally.stopped = match order.of {
        Switch::Stop => Some(Stop { by: order.operator.clone(), at: ctx.now(), reason }),
        Switch::Allow => None,
    };
    let by = By::Person { subject: order.operator.clone(), via: "operator".into() };
    let what = Happening::Operated { action: order.of.name().into(), subject, of: None, reason: None };
    let mut writes = vec![put(Slot::Automatic(scope.key()), expect, &tally, None)?];
    writes.extend(admin_entry(ctx, by, what).await?);
    ctx.commit(writes).await
}
