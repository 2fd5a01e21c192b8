//! I4: an approved change is made once. Whoever has the claim gives it back, is unsure, or is done, before another claims.

use super::{Check, broken};
use countersign_core::{
    audit::{Entry, Happening},
    ids::AttemptId,
    request::EffectKind,
};

/// What is known of the claims of one kind so far.
#[derive(Default)]
struct Claims<'a> {
    holder: Option<&'a AttemptId>,
    done: bool,
    over: bool,
}

/// I4: claims of a kind follow one another, each ended before the next; one is confirmed at most; nothing is claimed
/// after that or once it is given up.
///
/// # Errors
/// The first entry that breaks it.
pub(super) fn happen_once(entries: &[Entry]) -> Check {
    for kind in [EffectKind::Grant, EffectKind::Revocation] {
        let mut claims = Claims::default();
        for entry in entries {
            if !claims.follows(kind, &entry.what) {
                return broken("I4", format!("entry {}: {kind:?} out of turn", entry.sequence));
            }
        }
    }
    Ok(())
}

impl<'a> Claims<'a> {
    /// Takes the next entry, if it may come next.
    fn follows(&mut self, kind: EffectKind, what: &'a Happening) -> bool {
        match what {
            Happening::EffectClaimed { effect, attempt, .. } if *effect == kind => {
                let free = self.holder.is_none() && !self.done && !self.over;
                self.holder = Some(attempt);
                free
            }
            Happening::EffectReturned { effect, attempt } if *effect == kind => {
                self.holder.take() == Some(attempt)
            }
            Happening::EffectUncertain { effect, attempt } if *effect == kind => self.holder == Some(attempt),
            Happening::EffectConfirmed { effect, attempt } if *effect == kind => {
                let first = !std::mem::replace(&mut self.done, true);
                first && self.holder.take() == Some(attempt)
            }
            Happening::EffectGivenUp { effect, .. } if *effect == kind => {
                self.over = true;
                !self.done
            }
            _ => true,
        }
    }
}

/// The last claim of a grant that was not given back, by its entry.
pub(super) fn standing_claim(entries: &[Entry]) -> Option<u64> {
    entries.iter().fold(None, |standing, entry| match &entry.what {
        Happening::EffectClaimed { effect: EffectKind::Grant, .. } => Some(entry.sequence),
        Happening::EffectReturned { effect: EffectKind::Grant, .. } => None,
        _ => standing,
    })
}
