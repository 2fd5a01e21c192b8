//! Does the next thing that somebody wants to do, if it can be done now.

use super::{
    Simulation,
    company::STRONG,
    moves::{Channel, Move, Who},
};
use crate::{acting::Pressed, engine::Stand, people::Company, trouble::Fault, witness::Cast, world::World};
use countersign_core::{
    Error,
    digest::Digest,
    gate::{Gate, Shown},
    ids::RequestId,
    job::{Actor, AskerAnswer, Verdict},
    message::{Ask, Message},
    policy::step_up::{MAX_SIGN_IN_AGE_MILLIS, SignIn},
    ports::{Clock, Ids},
    slot::Slot,
    steps::{
        automatic::{Switch, switch_automatic},
        operate::Order,
        record_decision::{Input, Sight, record_decision},
    },
    time::Timestamp,
};
use serde_json::Value;

/// How long somebody waits to be able to do something, and how often it is tried, in milliseconds.
const PATIENCE_MILLIS: i64 = 1_200_000;
const AGAIN_MILLIS: i64 = 20_000;

/// How a vote is cast.
struct Wish {
    who: Who,
    verdict: Verdict,
    channel: Channel,
    reason: bool,
}

impl Simulation<'_> {
    /// Tries the next thing; whether anything was done or given up.
    pub(super) fn act(&mut self) -> bool {
        let now = self.world.now();
        if self.script.not_before > now {
            return false;
        }
        let Some(next) = self.script.moves.front().cloned() else { return false };
        if self.perform(next) || now.since(self.script.since) > PATIENCE_MILLIS {
            self.script.moves.pop_front();
            let now = self.script.not_before.max(now);
            (self.script.since, self.script.not_before) = (now, now);
            return true;
        }
        self.script.not_before = Timestamp(now.0 + AGAIN_MILLIS);
        false
    }

    fn perform(&mut self, next: Move) -> bool {
        match next {
            Move::Ask(who, ask) => return self.ask(who, &ask, None),
            Move::BreakGlass(who, ask) => return self.ask(who, &ask, Some("INC-1")),
            Move::Vote { request, gate, who, verdict, channel, reason } => {
                return self.vote(request, gate, &Wish { who, verdict, channel, reason });
            }
            Move::Claim { request, gate, who, given_back, channel } => {
                return self.take_on(request, gate, &who, given_back, channel);
            }
            Move::Question { request, gate, who, channel } => {
                return self.question(request, gate, &who, channel);
            }
            Move::Answer { request, gate, question, who, channel } => {
                return self.answer(request, gate, question, &who, channel);
            }
            Move::SayAgain => self.say_again(),
            Move::Repeat => self.repeat(),
            Move::TakeBack(request, who) => {
                let Some(id) = self.request(request) else { return false };
                self.world.take_back(who, &id);
            }
            Move::Delegate(from, to, minutes) => self.delegate(from, to, minutes),
            Move::EndDelegation(from) => self.end_delegation(from),
            Move::Away(who, minutes) => self.away(who, minutes),
            Move::Back(who) => self.back(who),
            Move::Leave(who) => self.leave(who),
            Move::Sources(down) => self.sources(down),
            Move::Stop(request) => {
                let Some(id) = self.request(request) else { return false };
                self.stop_executions(&id);
            }
            Move::Redrive(request) => {
                let Some(id) = self.request(request) else { return false };
                self.redrive(&id);
            }
            Move::Automatic(switch) => self.switch_automatic(switch),
            Move::Freeze(function) => return self.freeze(function),
            Move::ShowAfter(millis) => self.world.state().outside.shows_after = millis,
            Move::RefuseNext => self.world.next("access.grant", Fault::refused(Error::Refused("no".into()))),
            Move::WaitForEnd(number, millis) => {
                let Some(id) = self.request(1) else { return false };
                let Some(gate) = self.world.record::<Gate>(&Slot::Gate(id, number)) else { return false };
                self.script.not_before = Timestamp(gate.deadline().0 + millis);
            }
            Move::Wait(seconds) => self.script.not_before = Timestamp(self.world.now().0 + seconds * 1_000),
        }
        true
    }

    /// First writes; then, once what was understood is recorded, sends.
    fn ask(&mut self, who: &'static str, ask: &Ask, incident: Option<&str>) -> bool {
        let Some((message, _)) = self.asked.iter().find(|(_, sent)| !sent).cloned() else {
            let text = format!("{} ({})", ask.text, self.asked.len());
            self.world.understand(&text, vec![Ask { text: text.clone(), ..ask.clone() }]);
            let message = self.world.write_in(who, &text, incident.map(World::emergency));
            self.asked.push((message, false));
            return false;
        };
        if self.world.record::<Message>(&Slot::Message(message.clone())).is_none() {
            return false;
        }
        for _ in 0..=usize::from(self.dice.happens(3_000)) {
            self.world.answer(who, &message, AskerAnswer::Send);
        }
        if let Some(last) = self.asked.last_mut() {
            last.1 = true;
        }
        true
    }

    /// The id that the n-th request has or will have, once it is recorded.
    fn request(&self, number: usize) -> Option<RequestId> {
        let (message, _) = self.asked.get(number.checked_sub(1)?)?;
        let id = RequestId::derived(&["request", message.as_str(), "0"]);
        self.world.state().records.get(&Slot::Request(id.clone())).map(|_| id)
    }

    fn vote(&mut self, request: usize, number: u32, wish: &Wish) -> bool {
        let Some((gate, who)) = self.at_gate(request, number, &wish.who) else { return false };
        match wish.channel {
            Channel::Card => self.press(&gate, who, wish),
            Channel::Api | Channel::StaleApi => self.call_api(&gate, who, wish),
        }
    }

    /// A gate that is there, and who does something at it.
    pub(super) fn at_gate(&mut self, request: usize, number: u32, who: &Who) -> Option<(Gate, &'static str)> {
        let id = self.request(request)?;
        let number = match number {
            0 => u32::try_from(self.dice.below(3)).unwrap_or(0) + 1,
            one => one,
        };
        let gate = self.world.record::<Gate>(&Slot::Gate(id.clone(), number))?;
        let who = self.voter(&id, &gate, who)?;
        Some((gate, who))
    }

    fn voter(&mut self, id: &RequestId, gate: &Gate, who: &Who) -> Option<&'static str> {
        match who {
            Who::Named(who) => Some(who),
            Who::Asked | Who::Former => {
                let former = matches!(who, Who::Former) && !gate.former.is_empty();
                let candidate = self.dice.one(if former { &gate.former } else { &gate.candidates })?;
                Company::handles().find(|handle| self.world.subject(handle) == candidate.subject)
            }
            Who::Requester => {
                let requester = self.world.request(id).requester;
                Company::handles().find(|handle| self.world.subject(handle) == requester)
            }
        }
    }

    /// Presses on any card that anybody was shown of the gate.
    fn press(&mut self, gate: &Gate, who: &'static str, wish: &Wish) -> bool {
        let cards = self.world.shown(&gate.request, gate.number);
        let Some(shown) = self.dice.one(&cards).cloned() else { return false };
        let Some(seen) = self.world.record::<Shown>(&Slot::Shown(shown.clone())) else { return false };
        let reason = wish.reason.then(|| "because".to_owned());
        let pressed = Pressed { shown, who: who.into(), verdict: wish.verdict.clone(), reason };
        let id = self.world.press_on(&pressed);
        self.cast(id, gate, who, seen.action);
        self.last = Some(pressed);
        true
    }

    fn call_api(&mut self, gate: &Gate, who: &'static str, wish: &Wish) -> bool {
        let world = self.world;
        let seen = match wish.channel {
            Channel::StaleApi => Digest::zero(),
            Channel::Card | Channel::Api => gate.action.clone(),
        };
        // Without the guard, what the caller saw is taken for what the gate is about.
        let told = if world.state().lacks(crate::guards::Guard::SeenDigest) {
            gate.action.clone()
        } else {
            seen.clone()
        };
        let id = world.fresh();
        self.cast(id.clone(), gate, who, seen);
        let input = Input {
            id,
            sight: Sight::Gate { request: gate.request.clone(), gate: gate.number, action: told },
            actor: Actor::Directory { id: Company::account(who) },
            verdict: wish.verdict.clone(),
            reason: wish.reason.then(|| "because".to_owned()),
            sign_in: self.sign_in(),
            cast_at: world.now(),
            place: None,
        };
        self.call("record-decision", async move { record_decision(world, input).await.map(|_| Value::Null) });
        true
    }

    /// How somebody who calls the API happens to have signed in.
    fn sign_in(&mut self) -> Option<SignIn> {
        let acr = (*self.dice.one(&[STRONG, STRONG, "password"])?).to_owned();
        let ago = *self.dice.one(&[0, 1_000, MAX_SIGN_IN_AGE_MILLIS, MAX_SIGN_IN_AGE_MILLIS + 1_000])?;
        let at = Timestamp(self.world.now().0 - ago);
        self.dice.happens(9_000).then_some(SignIn { at, acr })
    }

    fn cast(&self, id: String, gate: &Gate, who: &str, seen: Digest) {
        let by = self.world.subject(who);
        let cast = Cast { request: gate.request.clone(), gate: gate.number, by, seen };
        self.world.state().witness.cast.insert(id, cast);
    }

    /// The same click once more, on the card that may look otherwise by now.
    fn repeat(&mut self) {
        let Some(pressed) = self.last.clone() else { return };
        let Some(shown) = self.world.record::<Shown>(&Slot::Shown(pressed.shown.clone())) else { return };
        let id = self.world.press_on(&pressed);
        let gate = self.world.gate(&shown.request, shown.gate);
        self.cast(id, &gate, &pressed.who, shown.action);
    }

    fn switch_automatic(&mut self, of: Switch) {
        let world = self.world;
        let order = Order { of, operator: world.subject("ada"), reason: "for a while".into() };
        self.call("countersign", async move { switch_automatic(world, &order).await.map(|()| Value::Null) });
    }

    /// Known in the HR system at once, and here once that was read.
    fn leave(&self, who: &str) {
        let subject = self.world.subject(who);
        let mut state = self.world.state();
        let now = state.now;
        let id = Company::employee(who);
        if let Some(employee) = state.outside.employees.iter_mut().find(|employee| employee.id == id) {
            employee.active = false;
        }
        state.outside.unread = true;
        state.witness.left.insert(subject, now);
    }

    fn sources(&self, down: bool) {
        match down {
            true => self.world.down("hris.employees", Fault::refused(Error::unavailable("port"))),
            false => self.world.up("hris.employees"),
        }
    }

    fn executions(&self, id: &RequestId, wanted: impl Fn(Stand) -> bool) -> Vec<String> {
        let state = self.world.state();
        let of = state
            .engine
            .executions
            .iter()
            .filter(|(name, e)| name.starts_with(id.as_str()) && wanted(e.stand));
        of.map(|(name, _)| name.clone()).collect()
    }

    fn stop_executions(&self, id: &RequestId) {
        for name in self.executions(id, |stand| stand == Stand::Running) {
            self.world.abort(&name);
        }
    }

    fn redrive(&self, id: &RequestId) {
        for name in self.executions(id, |stand| matches!(stand, Stand::Failed | Stand::Aborted)) {
            if let Some(execution) = self.world.state().engine.executions.get_mut(&name) {
                execution.redrive();
            }
        }
    }
}
