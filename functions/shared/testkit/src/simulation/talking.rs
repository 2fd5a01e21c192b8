//! What people say at a gate beside their votes.

use super::{
    Simulation,
    moves::{Channel, Who},
};
use crate::{guards::Guard, people::Company, witness::Cast};
use countersign_core::{
    digest::Digest,
    gate::{Gate, Shown},
    ids::{RequestId, ShownId},
    job::{Actor, Spot},
    ports::{Clock, Ids},
    slot::Slot,
    steps::record_decision::{Claiming, Saying, answer_question, ask_requester, claim},
};
use serde_json::Value;

/// What somebody says.
#[derive(Clone, Debug)]
pub(super) struct Words {
    who: &'static str,
    shown: ShownId,
    answers: bool,
    text: String,
}

impl Simulation<'_> {
    /// Says on any card that anybody was shown of the gate, or as a program, who is on it.
    pub(super) fn take_on(
        &mut self,
        request: usize,
        number: u32,
        who: &Who,
        given_back: bool,
        channel: Channel,
    ) -> bool {
        let Some((gate, who)) = self.at_gate(request, number, who) else { return false };
        let world = self.world;
        if channel == Channel::Card {
            let cards = world.shown(&gate.request, gate.number);
            let Some(shown) = self.dice.one(&cards) else { return false };
            world.take_on(who, shown, given_back);
            return true;
        }
        let of = Spot::Request { request: gate.request, gate: Some(gate.number) };
        let actor = Actor::Directory { id: Company::account(who) };
        let claiming = Claiming { of, actor, given_back, cast_at: world.now(), place: None };
        self.call("record-decision", async move { claim(world, claiming).await.map(|_| Value::Null) });
        true
    }

    /// Asks the requester something.
    pub(super) fn question(&mut self, request: usize, number: u32, who: &Who, channel: Channel) -> bool {
        let Some((gate, who)) = self.at_gate(request, number, who) else { return false };
        match channel {
            Channel::Card => {
                let cards = self.cards(&gate, |shown| shown.question.is_none());
                let Some(shown) = self.dice.one(&cards).cloned() else { return false };
                self.say(Words { who, shown, answers: false, text: "because of what?".into() });
            }
            Channel::Api | Channel::StaleApi => self.call_to_say(&gate, who, None),
        }
        true
    }

    /// Answers a question, on a card that shows one or as a program.
    pub(super) fn answer(
        &mut self,
        request: usize,
        number: u32,
        question: u32,
        who: &Who,
        channel: Channel,
    ) -> bool {
        let Some((gate, who)) = self.at_gate(request, number, who) else { return false };
        if gate.questions.is_empty() {
            return false;
        }
        match channel {
            Channel::Card => {
                let wanted =
                    |asked: Option<u32>| asked.is_some_and(|asked| question == 0 || asked == question);
                let cards = self.cards(&gate, |shown| wanted(shown.question));
                let Some(shown) = self.dice.one(&cards).cloned() else { return false };
                self.say(Words { who, shown, answers: true, text: "because of the audit".into() });
            }
            Channel::Api | Channel::StaleApi => {
                let number =
                    if question == 0 { 1 + self.dice.below(gate.questions.len()) as u32 } else { question };
                self.call_to_say(&gate, who, Some(number));
            }
        }
        true
    }

    /// The same form once more.
    pub(super) fn say_again(&mut self) {
        if let Some(words) = self.said.clone() {
            self.say(words);
        }
    }

    fn say(&mut self, words: Words) {
        let Some(shown) = self.world.record::<Shown>(&Slot::Shown(words.shown.clone())) else { return };
        let who = if words.answers { self.taken_for(&shown.request, words.who) } else { words.who };
        let id = self.world.say(who, &words.shown, words.answers, &words.text);
        self.meant(id, &shown.request, shown.gate, words.who);
        self.said = Some(words);
    }

    /// The cards of a gate that were shown to anybody and are as wanted.
    fn cards(&self, gate: &Gate, wanted: impl Fn(&Shown) -> bool) -> Vec<ShownId> {
        let mut cards = self.world.shown(&gate.request, gate.number);
        cards.retain(|id| {
            self.world.record::<Shown>(&Slot::Shown(id.clone())).is_some_and(|one| wanted(&one))
        });
        cards
    }

    fn call_to_say(&mut self, gate: &Gate, who: &'static str, answers: Option<u32>) {
        let (world, id) = (self.world, self.world.fresh());
        self.meant(id.clone(), &gate.request, gate.number, who);
        let who = if answers.is_some() { self.taken_for(&gate.request, who) } else { who };
        let saying = Saying {
            id,
            of: Spot::Request { request: gate.request.clone(), gate: Some(gate.number) },
            text: "because of the audit".into(),
            actor: Actor::Directory { id: Company::account(who) },
            cast_at: world.now(),
            place: None,
        };
        self.call("record-decision", async move {
            let heard = match answers {
                None => ask_requester(world, saying).await,
                some => answer_question(world, saying, some).await,
            };
            heard.map(|_| Value::Null)
        });
    }

    /// Without the guard, whoever answers is taken for who asked for it.
    fn taken_for(&self, request: &RequestId, who: &'static str) -> &'static str {
        if !self.world.state().lacks(Guard::RequesterAnswers) {
            return who;
        }
        let requester = self.world.request(request).requester;
        Company::handles().find(|handle| self.world.subject(handle) == requester).unwrap_or(who)
    }

    fn meant(&self, id: String, request: &RequestId, gate: u32, who: &str) {
        let by = self.world.subject(who);
        let cast = Cast { request: request.clone(), gate, by, seen: Digest::zero() };
        self.world.state().witness.cast.insert(id, cast);
    }
}
