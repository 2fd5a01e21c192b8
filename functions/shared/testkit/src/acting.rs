//! What people do: ask, send, press, take back. And what a test looks up.

use crate::{
    delivering::Delivery,
    people::{Company, chat_user},
    world::World,
};
use countersign_core::{
    Result,
    audit::{ADMIN_CHAIN, Entry, Happening, Head, verify},
    card::{CopyAddress, Press},
    change::{decode, put},
    gate::{Gate, Shown},
    ids::{IncidentId, MessageId, RequestId, ShownId, SubjectId},
    job::{Actor, AskerAnswer, Envelope, Job, Queue, Spot, Verdict},
    message::{Ask, Origin},
    person::{Delegation, Employment, Period, Person, link::subject_of},
    policy::break_glass::Emergency,
    ports::{Action, Clock, Expect, Ids, ReadStore, Salt, Write, WriteStore},
    request::Request,
    slot::{List, Slot},
    steps::record_decision::{Input, Sight},
    time::Timestamp,
};
use serde::{Serialize, de::DeserializeOwned};

/// What somebody presses on a gate's card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The card.
    pub shown: ShownId,
    /// The handle of whoever presses.
    pub who: String,
    /// How.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<String>,
}

impl World {
    /// The subject of a handle.
    #[must_use]
    pub fn subject(&self, handle: &str) -> SubjectId {
        subject_of(self.salt(), &Company::employee(handle))
    }

    fn queue(&self, queue: Queue, job: Job) {
        let mut state = self.state();
        let now = state.now;
        state.deliveries.put(Delivery::Queued(queue, Box::new(Envelope::job(job))), now);
    }

    /// Somebody writes to the desk; what was understood is shown, nothing is sent.
    pub fn write(&self, who: &str, text: &str) -> MessageId {
        self.write_in(who, text, None)
    }

    pub(crate) fn write_in(&self, who: &str, text: &str, emergency: Option<Emergency>) -> MessageId {
        let id = MessageId::derived(&["message", &self.fresh()]);
        let user = chat_user(who);
        let job = Job::Message {
            id: id.clone(),
            actor: Actor::Chat { user: user.clone() },
            origin: Origin::Chat { user },
            text: text.to_owned(),
            beneficiary: None,
            promised: None,
            emergency,
            asked_at: self.now(),
        };
        self.queue(Queue::Triage, job);
        id
    }

    /// Somebody answers to what was understood.
    pub fn answer(&self, who: &str, message: &MessageId, answer: AskerAnswer) {
        let actor = Actor::Chat { user: chat_user(who) };
        self.queue(Queue::Start, Job::Settle { message: message.clone(), actor, answer });
    }

    /// Somebody asks and sends; everything that follows at once happens. The id of the (first) request.
    pub fn ask(&self, who: &str, ask: Ask) -> RequestId {
        self.ask_in(who, ask, None)
    }

    /// As [`World::ask`], by break-glass in an incident.
    pub fn break_glass(&self, who: &str, ask: Ask, incident: &str) -> RequestId {
        self.ask_in(who, ask, Some(Self::emergency(incident)))
    }

    pub(crate) fn emergency(incident: &str) -> Emergency {
        let incident = IncidentId::new(incident).expect("an incident has a number");
        Emergency { incident, reason: "it is on fire".into() }
    }

    fn ask_in(&self, who: &str, ask: Ask, emergency: Option<Emergency>) -> RequestId {
        let text = ask.text.clone();
        self.understand(&text, vec![ask]);
        let message = self.write_in(who, &text, emergency);
        self.run();
        self.answer(who, &message, AskerAnswer::Send);
        self.run();
        RequestId::derived(&["request", message.as_str(), "0"])
    }

    /// What somebody sees to press on, newest first.
    #[must_use]
    pub fn card_of(&self, who: &str) -> Option<ShownId> {
        let button = self.state().chat.refusing_button(&chat_user(who))?;
        ShownId::new(button.value).ok()
    }

    /// Somebody presses on the newest card that somebody sees; whether there was one.
    pub fn press(&self, who: &str, verdict: Verdict, reason: Option<&str>) -> bool {
        let Some(shown) = self.card_of(who) else { return false };
        self.press_on(&Pressed { shown, who: who.into(), verdict, reason: reason.map(str::to_owned) });
        true
    }

    /// Somebody presses on a card, whoever's it is. The id of the vote.
    pub fn press_on(&self, pressed: &Pressed) -> String {
        let Input { id, actor, verdict, reason, cast_at, place, .. } = self.vote(pressed);
        let (vote, shown) = (id.clone(), pressed.shown.clone());
        self.queue(Queue::Decisions, Job::Vote { id, shown, actor, verdict, reason, cast_at, place });
        vote
    }

    /// The channel tells where a card is that somebody pressed.
    pub fn pressed_at(&self, who: &str, shown: &ShownId, address: &CopyAddress) {
        let (shown, actor) = (shown.clone(), Actor::Chat { user: chat_user(who) });
        self.queue(Queue::Messages, Job::Adopt { shown, actor, address: address.clone() });
    }

    /// The vote that a press makes.
    #[must_use]
    pub fn vote(&self, pressed: &Pressed) -> Input {
        Input {
            id: self.fresh(),
            sight: Sight::Card(pressed.shown.clone()),
            actor: Actor::Chat { user: chat_user(&pressed.who) },
            verdict: pressed.verdict.clone(),
            reason: pressed.reason.clone(),
            sign_in: None,
            cast_at: self.now(),
            place: None,
        }
    }

    /// For a week, somebody else may decide in somebody's place.
    pub fn delegate(&self, from: &str, to: &str) {
        self.delegate_for(from, to, 7 * 24 * 60);
    }

    /// For so many minutes, somebody else may decide in somebody's place.
    pub(crate) fn delegate_for(&self, from: &str, to: &str, minutes: i64) {
        let (from, to, now) = (self.subject(from), self.subject(to), self.now());
        let period = Period { from: now, to: Timestamp(now.0 + minutes * 60_000) };
        let delegation = Delegation { id: None, from: from.clone(), to, period, reason: None };
        let write = put(Slot::Delegation(from), Expect::Any, &delegation, None);
        self.state().commit(vec![write.expect("it has a JSON form")]).expect("nothing is expected");
    }

    /// Stores a record, whatever stood there.
    pub fn put(&self, slot: Slot, value: &impl Serialize) {
        let write = put(slot, Expect::Any, value, None).expect("the record has a JSON form");
        self.state().records.commit(vec![write]).expect("nothing is expected");
    }

    /// Takes a record away, as nobody should.
    pub fn forget(&self, slot: Slot) {
        let write = Write { slot, expect: Expect::Any, action: Action::Delete };
        self.state().records.commit(vec![write]).expect("nothing is expected");
    }

    /// Somebody is employed no more, as the product knows at once.
    pub fn leaves(&self, who: &str) {
        let slot = Slot::Person(self.subject(who));
        let mut person: Person = self.record(&slot).expect("the person is known");
        person.employment = Employment::Ended;
        self.put(slot, &person);
    }

    /// Somebody asks the requester something on a card, or answers on one. The id of what was said.
    pub fn say(&self, who: &str, shown: &ShownId, answers: bool, text: &str) -> String {
        let id = self.fresh();
        let (shown, actor, text) = (shown.clone(), Actor::Chat { user: chat_user(who) }, text.to_owned());
        let job = Job::Say { id: id.clone(), shown, actor, answers, text, cast_at: self.now(), place: None };
        self.queue(Queue::Decisions, job);
        id
    }

    /// What somebody sees to answer on, newest first.
    #[must_use]
    pub fn question_of(&self, who: &str) -> Option<ShownId> {
        let button = self.state().chat.button(&chat_user(who), Press::Answer)?;
        ShownId::new(button.value).ok()
    }

    /// Somebody says on a card that they are on it, or are not any more.
    pub fn take_on(&self, who: &str, shown: &ShownId, given_back: bool) {
        let actor = Actor::Chat { user: chat_user(who) };
        let of = Spot::Card { shown: shown.clone() };
        let job = Job::Claim { of, actor, given_back, cast_at: self.now(), place: None };
        self.queue(Queue::Decisions, job);
    }

    /// Somebody takes a request back.
    pub fn take_back(&self, who: &str, request: &RequestId) {
        let actor = Actor::Chat { user: chat_user(who) };
        let job = Job::Cancel { request: request.clone(), actor, cast_at: self.now(), place: None };
        self.queue(Queue::Decisions, job);
    }

    /// Copies every record to another store, whatever stands there.
    ///
    /// # Errors
    /// As [`WriteStore::commit`].
    pub async fn copy_to(&self, store: &impl WriteStore) -> Result<()> {
        let all = self.state().records.puts();
        for write in all {
            store.commit(vec![write]).await?;
        }
        Ok(())
    }

    /// A record, decoded.
    #[must_use]
    pub fn record<T: DeserializeOwned>(&self, slot: &Slot) -> Option<T> {
        let stored = self.state().records.get(slot)?;
        decode(stored).ok().map(|read| read.value)
    }

    /// A request.
    #[must_use]
    pub fn request(&self, id: &RequestId) -> Request {
        self.record(&Slot::Request(id.clone())).expect("the request is recorded")
    }

    /// A gate of a request.
    #[must_use]
    pub fn gate(&self, id: &RequestId, number: u32) -> Gate {
        self.record(&Slot::Gate(id.clone(), number)).expect("the gate is recorded")
    }

    /// Every request.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestId> {
        let state = self.state();
        let request = |slot: &Slot| match slot {
            Slot::Request(id) => Some(id.clone()),
            _ => None,
        };
        state.records.all.keys().filter_map(request).collect()
    }

    /// The cards of a gate that were shown to anybody.
    #[must_use]
    pub fn shown(&self, request: &RequestId, gate: u32) -> Vec<ShownId> {
        let slots: Vec<Slot> = self.state().records.all.keys().cloned().collect();
        let ids = slots.into_iter().filter_map(|slot| match &slot {
            Slot::Shown(id) => self.record::<Shown>(&slot).map(|shown| (id.clone(), shown)),
            _ => None,
        });
        ids.filter(|(_, shown)| shown.request == *request && shown.gate == gate).map(|(id, _)| id).collect()
    }

    /// The states that an execution entered.
    #[must_use]
    pub fn entered(&self, execution: &str) -> Vec<&'static str> {
        let state = self.state();
        state.engine.executions.get(execution).map(|e| e.entered.clone()).unwrap_or_default()
    }

    /// The headlines of everything that a person was sent or told.
    #[must_use]
    pub fn headlines(&self, who: &str) -> Vec<String> {
        self.state().chat.headlines(&chat_user(who))
    }

    /// What was done in the chain of administration, in order.
    ///
    /// # Panics
    /// If the chain is not whole.
    #[must_use]
    pub fn admin_actions(&self) -> Vec<String> {
        let entries = self.finish(self.list(&List::Audit(ADMIN_CHAIN.into()))).expect("the table answers");
        let entries = entries.into_iter().map(|one| Ok(decode::<Entry>(one)?.value));
        let entries: Vec<Entry> = entries.collect::<Result<_>>().expect("the chain decodes");
        let head: Head = self.record(&Slot::AdminHead).expect("something was done");
        assert_eq!(verify(ADMIN_CHAIN, &entries, &head), Ok(()));
        let action = |entry: &Entry| match &entry.what {
            Happening::Operated { action, .. } | Happening::ConfigChanged { action, .. } => action.clone(),
            other => format!("{other:?}"),
        };
        entries.iter().map(action).collect()
    }

    /// Work that is still owed.
    #[must_use]
    pub fn owed(&self) -> Vec<Slot> {
        let state = self.state();
        state.records.all.keys().filter(|slot| matches!(slot, Slot::Row(..))).cloned().collect()
    }
}
