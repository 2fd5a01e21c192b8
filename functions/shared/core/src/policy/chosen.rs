//! Approvers that an expression names: found when a request is planned, so that the plan names them for good.

use super::{Approver, OnExpiry, Stage, select::Court};
use crate::Result;

impl Stage {
    /// Every list of approvers that the stage names.
    fn lists(&mut self) -> impl Iterator<Item = &mut Vec<Approver>> {
        let panels = self.all_of.iter_mut().flat_map(|panel| [&mut panel.approvers, &mut panel.fallback]);
        let escalated = self.escalation.iter_mut().map(|escalation| &mut escalation.to);
        let further = match &mut self.on_expiry {
            OnExpiry::Escalate(further) => Some(&mut further.to),
            _ => None,
        };
        [&mut self.approvers, &mut self.fallback].into_iter().chain(panels).chain(escalated).chain(further)
    }
}

/// Puts in the place of each expression whom it names. One without an answer names nobody: the stage's fallback is asked,
/// else the desk, so that nobody is spared. Returns whether each had an answer.
pub(super) fn resolve(court: &Court<'_>, stages: &mut [Stage]) -> bool {
    let mut answered = true;
    for list in stages.iter_mut().flat_map(Stage::lists) {
        let named = std::mem::take(list).into_iter().flat_map(|approver| match &approver {
            Approver::Expression(text) => found(court, text).unwrap_or_else(|_| {
                answered = false;
                Vec::new()
            }),
            _ => vec![approver],
        });
        for approver in named.collect::<Vec<_>>() {
            if !list.contains(&approver) {
                list.push(approver);
            }
        }
    }
    answered
}

fn found(court: &Court<'_>, text: &str) -> Result<Vec<Approver>> {
    court.names(text)?.iter().map(|name| Approver::parse(name)).collect()
}
