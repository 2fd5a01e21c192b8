//! What a test asks of a world at its end: every invariant, and nothing left undone.

use crate::{
    chat::Posted,
    invariants::{Broken, History},
    world::World,
};
use countersign_core::{
    audit::{Entry, Happening},
    gate::{Ending, Shown},
    ids::{RequestId, ShownId},
    message::{Message, MessageStatus},
    request::{EffectKind, Outcome, Status},
    slot::{List, Slot},
};
use std::collections::BTreeMap;

impl World {
    /// All that is recorded of a request, with what was shown of it, and what must stand nowhere in it.
    #[must_use]
    pub fn history(&self, id: &RequestId) -> History {
        History { secrets: self.secrets(), ..self.recorded(id) }
    }

    pub(crate) fn recorded(&self, id: &RequestId) -> History {
        let mut history = self.finish(History::read(self, id)).expect("the store answers");
        let slots: Vec<Slot> = self.state().records.all.keys().cloned().collect();
        let shown = slots.iter().filter(|slot| matches!(slot, Slot::Shown(_)));
        let shown = shown.filter_map(|slot| self.record::<Shown>(slot));
        history.shown = shown.filter(|shown| shown.request == *id).collect();
        history
    }

    /// What must stand in the clear nowhere: the beginning of every token, names, what people wrote.
    fn secrets(&self) -> Vec<String> {
        let names = self.state().outside.employees.iter().map(|employee| employee.name.clone()).collect();
        let words = ["token-", "I need ", "for a customer", "because"].map(str::to_owned);
        [names, words.to_vec()].concat()
    }

    /// The audit chain of a request.
    #[must_use]
    pub fn chain(&self, id: &RequestId) -> Vec<Entry> {
        let stored = self.state().records.list(&List::Audit(id.as_str().to_owned()));
        stored.into_iter().filter_map(|entry| serde_json::from_value(entry.body).ok()).collect()
    }

    /// How many entries of a chain are as wanted.
    pub fn count(&self, id: &RequestId, wanted: impl Fn(&Happening) -> bool) -> usize {
        self.chain(id).iter().filter(|entry| wanted(&entry.what)).count()
    }

    /// How the gates of a request ended, in the order of their ends.
    #[must_use]
    pub fn endings(&self, id: &RequestId) -> Vec<(u32, Ending)> {
        let ending = |entry: &Entry| match entry.what {
            Happening::GateEnded { gate, ending, .. } => Some((gate, ending)),
            _ => None,
        };
        self.chain(id).iter().filter_map(ending).collect()
    }

    /// Every broken invariant of every request.
    #[must_use]
    pub fn broken(&self) -> Vec<(RequestId, Broken)> {
        let of = |id: RequestId| {
            let broken = self.history(&id).broken();
            broken.into_iter().map(move |broken| (id.clone(), broken))
        };
        let requests = self.requests();
        let discarded = requests.iter().filter(|id| self.is_discarded(id)).map(|id| {
            let how = "made of a message that was discarded".to_owned();
            (id.clone(), Broken { invariant: "I17", how })
        });
        let discarded: Vec<_> = discarded.collect();
        requests.into_iter().flat_map(of).chain(discarded).collect()
    }

    /// I17: of a discarded message no request is made.
    fn is_discarded(&self, id: &RequestId) -> bool {
        let message = self.record::<Message>(&Slot::Message(self.request(id).message));
        message.is_some_and(|message| message.status == MessageStatus::Discarded)
    }

    /// Nothing is broken, owed, on its way or dead.
    ///
    /// # Panics
    /// Otherwise, saying what.
    pub fn assert_sound(&self) {
        assert_eq!(self.broken(), [], "invariants");
        assert_eq!(self.owed(), [], "work still owed");
        let state = self.state();
        assert_eq!(state.deliveries.dead, [], "dead letters");
        assert!(state.deliveries.waiting.is_empty(), "on its way: {:?}", state.deliveries.waiting);
    }

    /// A request is over as said, with so many changes in the target system, and all is sound.
    ///
    /// # Panics
    /// Otherwise, saying what.
    pub fn assert_ended(&self, id: &RequestId, outcome: Outcome, granted: usize) {
        let request = self.request(id);
        assert_eq!(
            (request.status, request.outcome),
            (Status::Closed, Some(outcome)),
            "{:#?}",
            self.chain(id)
        );
        assert_eq!(self.state().outside.changed(EffectKind::Grant), granted, "changes in the target system");
        self.assert_sound();
        assert_eq!(self.pressable(id), [], "cards that can still be pressed");
    }

    /// The messages of a request's gates that have buttons now.
    #[must_use]
    pub fn pressable(&self, id: &RequestId) -> Vec<Posted> {
        let of_request = |value: &str| {
            let shown = ShownId::new(value).ok().and_then(|shown| self.record::<Shown>(&Slot::Shown(shown)));
            shown.is_some_and(|shown| shown.request == *id)
        };
        let posts: Vec<(String, Posted)> = {
            let state = self.state();
            state.chat.of_gates().map(|(value, posted)| (value.to_owned(), posted.clone())).collect()
        };
        let pressable =
            |(value, posted): &(String, Posted)| !posted.card.buttons.is_empty() && of_request(value);
        posts.into_iter().filter(pressable).map(|(_, posted)| posted).collect()
    }

    /// How many messages showed each card, by what its buttons carried.
    #[must_use]
    pub fn sent(&self) -> BTreeMap<String, usize> {
        let mut sent = BTreeMap::new();
        for (value, _) in self.state().chat.of_gates() {
            *sent.entry(value.to_owned()).or_default() += 1;
        }
        sent
    }
}
