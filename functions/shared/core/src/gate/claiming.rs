//! "I'm on it": somebody who may decide says that they are about to. A courtesy, no lock.

use super::{
    Gate,
    seating::{all_taken, panels_of},
};
use crate::{
    ids::SubjectId,
    job::Refusal,
    time::{Span, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The longest that somebody is on it without another word, in seconds.
pub const CLAIM_SECONDS: u64 = 28_800;
/// How often a gate is taken on at most, so that nobody fills its chain with that.
pub const MAX_TAKINGS: u32 = 20;

/// Who is on it, as last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Who; nobody once it was given back, or answered.
    pub by: Option<SubjectId>,
    /// When the last word about it came in; an older one that comes later changes nothing.
    pub at: Timestamp,
    /// When it lapses by itself.
    pub until: Timestamp,
    /// How often the gate was taken on.
    pub takings: u32,
}

impl Gate {
    /// Takes the gate on for `who`, from whoever had it: for [`CLAIM_SECONDS`], at most half of what is left to the deadline.
    /// Answers whether that is new: it is not for who is on it already, nor for a word older than the last one.
    ///
    /// # Errors
    /// [`Refusal::NotOpen`] once it ended or its deadline passed, [`Refusal::AnsweredAlready`] for who has voted,
    /// [`Refusal::TakenTooOften`] after [`MAX_TAKINGS`].
    pub fn claim(&mut self, who: &SubjectId, cast_at: Timestamp, now: Timestamp) -> Result<bool, Refusal> {
        self.must_be_open(cast_at, now)?;
        if self.votes.contains_key(who) {
            return Err(Refusal::AnsweredAlready);
        }
        let older = self.claim.as_ref().is_some_and(|claim| cast_at <= claim.at);
        if older || self.claimed_by(now) == Some(who) {
            return Ok(false);
        }
        let takings = self.claim.as_ref().map_or(0, |claim| claim.takings) + 1;
        if takings > MAX_TAKINGS {
            return Err(Refusal::TakenTooOften);
        }
        let length = Span::of_seconds(CLAIM_SECONDS).map_or(i64::MAX, Span::millis);
        let until = Timestamp(now.0 + length.min(self.deadline().since(now) / 2));
        self.claim = Some(Claim { by: Some(who.clone()), at: cast_at, until, takings });
        Ok(true)
    }

    /// Gives back what `who` has taken on, also after it lapsed. Answers whether there was anything to give back.
    pub fn give_back(&mut self, who: &SubjectId, cast_at: Timestamp) -> bool {
        match &mut self.claim {
            Some(claim) if claim.by.as_ref() == Some(who) && cast_at > claim.at => {
                (claim.by, claim.at) = (None, cast_at);
                true
            }
            _ => false,
        }
    }

    /// Who is on it at `now`.
    #[must_use]
    pub fn claimed_by(&self, now: Timestamp) -> Option<&SubjectId> {
        self.claim.as_ref().filter(|claim| now < claim.until)?.by.as_ref()
    }

    /// Who alone need be reminded at `now`: who is on it and is asked, where their approval would be the last that is missing.
    #[must_use]
    pub fn left_to(&self, now: Timestamp) -> Option<&SubjectId> {
        let who = self.claimed_by(now)?;
        let panels = panels_of(&self.candidates).remove(who)?;
        let approving = self.votes.values().filter(|vote| !vote.denies()).map(|vote| &vote.panels);
        all_taken(&self.stage.seats(), approving.chain([&panels])).then_some(who)
    }

    /// Whoever has voted is not about to.
    pub(super) fn is_done_by(&mut self, voter: &SubjectId) {
        if let Some(claim) = self.claim.as_mut().filter(|claim| claim.by.as_ref() == Some(voter)) {
            claim.by = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        digest::Digest,
        gate::{Candidate, GateKind, GateStatus},
        ids::{MessageId, RequestId},
        message::Origin,
        policy::{Approver, Stage},
        request::Request,
    };

    fn who(name: &str) -> SubjectId {
        SubjectId::derived(&[name])
    }

    /// An open gate that asks Dana and Dimitri for a day.
    fn gate() -> Gate {
        let (id, emma) = (RequestId::derived(&["r"]), who("emma"));
        let message = MessageId::derived(&["m"]);
        let request = Request::received(id, message, emma.clone(), emma, Origin::Api, Timestamp(0));
        let stage = Stage::until("desk", Span::parse("1d").unwrap());
        let opened = Gate::next(&request, GateKind::Desk, &stage, Digest::zero(), Timestamp(0));
        let one = |name| Candidate {
            subject: who(name),
            approver: Approver::Role("desk".into()),
            acting_for: None,
            panel: 0,
            basis: None,
        };
        let wakes = Gate::waits_until(Timestamp(86_400_000));
        Gate { status: GateStatus::Open, candidates: vec![one("dana"), one("dimitri")], wakes, ..opened }
    }

    /// Who takes it on (`+`) or gives it back (`-`), and the hour in which that was said, in the order in which it comes.
    fn check(words: &[(&str, i64)], holder: Option<&str>) {
        let mut gate = gate();
        for (number, (word, hour)) in (1..).zip(words) {
            let (said, now) = (Timestamp(hour * 3_600_000), Timestamp(10 * 3_600_000 + number));
            match word.split_at(1) {
                ("+", name) => drop(gate.claim(&who(name), said, now).unwrap()),
                (_, name) => drop(gate.give_back(&who(name), said)),
            }
        }
        let found = gate.claimed_by(Timestamp(11 * 3_600_000));
        assert_eq!(found, holder.map(who).as_ref(), "{words:?}");
    }

    #[test]
    fn the_last_word_counts_in_whatever_order_words_come() {
        check(&[], None);
        check(&[("+dana", 1)], Some("dana"));
        check(&[("+dana", 1), ("+dana", 1)], Some("dana"));
        check(&[("+dana", 1), ("+dimitri", 2)], Some("dimitri"));
        check(&[("+dimitri", 2), ("+dana", 1)], Some("dimitri"));
        check(&[("+dana", 1), ("-dana", 2)], None);
        check(&[("+dana", 1), ("-dana", 2), ("+dana", 1)], None);
        check(&[("+dana", 1), ("-dana", 2), ("+dana", 3)], Some("dana"));
        check(&[("+dana", 3), ("-dana", 2)], Some("dana"));
        check(&[("+dana", 1), ("-dimitri", 2)], Some("dana"));
        check(&[("-dana", 1)], None);
    }

    #[test]
    fn it_lapses_after_half_of_what_is_left_and_eight_hours_at_the_most() {
        let hour = 3_600_000;
        for (now, until) in [(0, 8), (2, 10), (8, 16), (12, 18), (22, 23)] {
            let mut gate = gate();
            let now = Timestamp(now * hour);
            assert_eq!(gate.claim(&who("dana"), now, now), Ok(true));
            let until = Timestamp(until * hour);
            assert_eq!(gate.claim.as_ref().unwrap().until, until);
            assert_eq!(gate.claimed_by(Timestamp(until.0 - 1)), Some(&who("dana")));
            assert_eq!(gate.claimed_by(until), None);
        }
    }

    #[test]
    fn it_is_taken_on_only_while_it_is_open_and_only_so_often() {
        let late = Timestamp(86_400_000);
        assert_eq!(gate().claim(&who("dana"), late, Timestamp(0)), Err(Refusal::NotOpen));
        assert_eq!(gate().claim(&who("dana"), Timestamp(0), late), Err(Refusal::NotOpen));
        let opening = Gate { status: GateStatus::Opening, ..gate() };
        assert_eq!(opening.clone().claim(&who("dana"), Timestamp(0), Timestamp(0)), Err(Refusal::NotOpen));
        let mut gate = gate();
        for number in 0..i64::from(MAX_TAKINGS) {
            let name = if number % 2 == 0 { "dana" } else { "dimitri" };
            assert_eq!(gate.claim(&who(name), Timestamp(number + 1), Timestamp(number + 1)), Ok(true));
        }
        let next = Timestamp(1_000);
        assert_eq!(gate.claim(&who("dana"), next, next), Err(Refusal::TakenTooOften));
        assert!(gate.give_back(&who("dimitri"), next), "what is held can be given back");
    }
}
