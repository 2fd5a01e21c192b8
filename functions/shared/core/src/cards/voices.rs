//! What people have said at a gate so far, and what approvers left of what was asked.

use super::{View, phrases::Phrase, strong, who};
use crate::{
    card::{Span, Text},
    gate::{Gate, Vote},
    ids::SubjectId,
    job::Verdict,
    reduction::Reduction,
    request::PlannedAction,
};

impl View<'_> {
    /// Who has voted so far at a gate that waits for more, as `reader` reads it.
    pub(super) fn votes_so_far(&self, gate: &Gate, reader: &SubjectId) -> Vec<Text> {
        let line = |(voter, vote): (&SubjectId, &Vote)| {
            let said = match vote.verdict {
                Verdict::Deny => "denied",
                Verdict::Correct { .. } => "corrected",
                Verdict::Approve | Verdict::ApproveLess(_) => "approved",
            };
            if voter == reader {
                let change = match gate.was_passed_on(reader) {
                    true => ". That still counts.",
                    false => ". You may change it until it is decided: your last word counts.",
                };
                return vec![strong(format!("You {said}")), Span::Plain(change.into())];
            }
            vec![who(self.names, voter), Span::Plain(format!(" {said}"))]
        };
        let mut lines: Vec<Text> = gate.votes.iter().map(line).collect();
        let approvals = gate.votes.values().filter(|vote| vote.verdict != Verdict::Deny).count();
        if !lines.is_empty() {
            let needed = gate.stage.approve_at;
            lines.push(vec![Span::Plain(format!("{approvals} of {needed} approvals so far"))]);
        }
        lines
    }

    /// What each approver of a gate left of what was asked.
    pub(super) fn left_by_each(&self, gate: &Gate) -> Vec<Text> {
        let left = gate.votes.iter().filter_map(|(voter, vote)| Some((voter, vote.verdict.reduction()?)));
        left.map(|(voter, reduction)| {
            vec![who(self.names, voter), Span::Plain(format!(" approved less: {}", self.left(reduction)))]
        })
        .collect()
    }

    fn left(&self, reduction: &Reduction) -> String {
        let application = self.request.application.as_deref().unwrap_or_default();
        let level = reduction.entitlement.as_deref().map(|name| self.level(application, name));
        let time = reduction.duration.map(|span| format!("for {}", span.in_words()));
        [level, time].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn level(&self, application: &str, name: &str) -> String {
        let found = self.config.catalog.entitlement(application, Some(name));
        found.map_or_else(|| name.to_owned(), |level| level.title.clone())
    }

    /// What is granted and what was asked, where approvers left less.
    pub(super) fn granted_and_asked(&self) -> Option<Text> {
        let granted = self.request.granted.as_ref()?;
        let asked = self.request.plan.as_ref()?.action.as_ref()?;
        let whole = |action: &PlannedAction| {
            let time = self.say(action.duration.map_or(Phrase::WithoutEnd, Phrase::Lasting));
            format!("{}, {time}", self.level(&action.application, &action.entitlement))
        };
        let words = self.say(Phrase::GrantedAndAsked(&whole(granted), &whole(asked)));
        Some(vec![strong(self.say(Phrase::ButLess)), Span::Plain(words)])
    }
}
