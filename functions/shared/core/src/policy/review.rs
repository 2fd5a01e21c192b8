//! Reviews: people look afterwards at what the policy approved by itself.

use super::{
    Stage,
    automatic::Automatic,
    break_glass::BreakGlass,
    decide::{Decided, Outcome},
};
use crate::{Error, Result, config::Config, digest::Digest, ids::RequestId, request::Request};
use serde::{Deserialize, Serialize};

/// Of how many the share is counted.
pub const WHOLE: u16 = 1_000;

/// Which automatic approvals are looked at afterwards, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// How many of [`WHOLE`].
    pub share: u16,
    /// Who looks.
    pub stage: Stage,
}

impl Sample {
    /// Whether a request is one of them: the same request always is or never, and nobody can choose.
    #[must_use]
    pub fn takes(&self, request: &RequestId) -> bool {
        is_sampled("sample", request, self.share)
    }
}

/// Whether a request is one of a sample of `share` of [`WHOLE`]; samples of other names are others.
pub(super) fn is_sampled(name: &str, request: &RequestId, share: u16) -> bool {
    let digest = Digest::of_text(&format!("{name}:{request}"));
    let number = digest.as_str().get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    number.is_none_or(|number| number % u64::from(WHOLE) < u64::from(share))
}

/// Who looks afterwards at a request that the policy approved, if anybody does: at every break-glass, else at a sample.
#[must_use]
pub fn stage_for(config: &Config, request: &Request) -> Option<Stage> {
    if request.incident.is_some() {
        let action = request.plan.as_ref()?.action.as_ref()?;
        let entitlement = config.catalog.entitlement(&action.application, Some(&action.entitlement))?;
        return entitlement.break_glass.as_ref().map(BreakGlass::review);
    }
    let sample = config.policy.automatic.as_ref().and_then(|Automatic { sample, .. }| sample.as_ref());
    sample.filter(|sample| sample.takes(&request.id)).map(|sample| sample.stage.clone())
}

/// The plan of a review: the stage that looks, over the action that was approved.
///
/// # Errors
/// [`Error::Broken`] where nothing was approved that anybody reviews.
pub fn plan(reviewed: &Request, config: &Config) -> Result<Decided> {
    let missing = || Error::Broken("a review of what nobody reviews".into());
    let stage = stage_for(config, reviewed).ok_or_else(missing)?;
    let mut plan = reviewed.plan.clone().ok_or_else(missing)?;
    plan.stages = vec![stage];
    Ok(Decided { outcome: Outcome::Review, plan, why_unsure: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn taken(share: u16) -> usize {
        let sample = Sample { share, stage: Stage::until("review", Span::parse("1d").unwrap()) };
        let id = |number: usize| RequestId::derived(&["request", &number.to_string()]);
        let takes = |number: &usize| {
            assert_eq!(sample.takes(&id(*number)), sample.takes(&id(*number)));
            sample.takes(&id(*number))
        };
        (0..10_000).filter(takes).count()
    }

    #[test]
    fn the_share_is_taken_and_the_same_request_always_or_never() {
        assert_eq!((taken(0), taken(WHOLE)), (0, 10_000));
        for (share, least, most) in [(20, 150, 250), (500, 4_800, 5_200)] {
            let count = taken(share);
            assert!((least..=most).contains(&count), "{share}: {count}");
        }
    }
}
