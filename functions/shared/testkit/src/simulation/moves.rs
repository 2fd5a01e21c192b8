//! What people do in a simulation, one thing after the other, each as soon as it can be done.

use countersign_core::{job::Verdict, message::Ask, steps::automatic::Switch, time::Timestamp};
use std::collections::VecDeque;

/// Who presses.
#[derive(Clone, Debug)]
pub(super) enum Who {
    /// This person.
    Named(&'static str),
    /// Anybody whom the gate asks.
    Asked,
    /// Anybody whom it asked before and asks no more, if there is somebody; else whom it asks.
    Former,
    /// Whoever asked for it.
    Requester,
}

/// How a button or a program votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// On a card that somebody was shown.
    Card,
    /// Through the API, for the action that the gate is about.
    Api,
    /// Through the API, for another action.
    StaleApi,
}

/// One thing that is done.
#[derive(Clone, Debug)]
pub(super) enum Move {
    /// Somebody asks, and sends what was understood.
    Ask(&'static str, Ask),
    /// Somebody breaks the glass.
    BreakGlass(&'static str, Ask),
    /// Somebody votes at a gate of a request, both counted from 1; at 0, at any gate so far.
    Vote { request: usize, gate: u32, who: Who, verdict: Verdict, channel: Channel, reason: bool },
    /// Somebody takes a gate of a request on, or gives it back; both counted as for a vote.
    Claim { request: usize, gate: u32, who: Who, given_back: bool, channel: Channel },
    /// Somebody asks the requester something; gate and request are counted as for a vote.
    Question { request: usize, gate: u32, who: Who, channel: Channel },
    /// Somebody answers a question of a gate, counted from 1; at 0, any.
    Answer { request: usize, gate: u32, question: u32, who: Who, channel: Channel },
    /// What was last said at a gate comes once more.
    SayAgain,
    /// The last click comes once more.
    Repeat,
    /// Somebody takes a request back.
    TakeBack(usize, &'static str),
    /// For some minutes somebody else decides in somebody's place.
    Delegate(&'static str, &'static str, i64),
    /// Somebody's delegation is ended.
    EndDelegation(&'static str),
    /// Somebody is away for some minutes.
    Away(&'static str, i64),
    /// Somebody is back earlier.
    Back(&'static str),
    /// Somebody leaves the company.
    Leave(&'static str),
    /// The HR system answers nobody, or answers again.
    Sources(bool),
    /// An operator stops the executions of a request.
    Stop(usize),
    /// An operator begins a dead execution's state anew.
    Redrive(usize),
    /// This function is given up while it is at work, and goes on a while later.
    Freeze(&'static str),
    /// The target shows each change so many milliseconds later.
    ShowAfter(i64),
    /// The target refuses the next change for good.
    RefuseNext,
    /// An operator stops automatic approval, or allows it again.
    Automatic(Switch),
    /// Nothing is done until so many milliseconds after a gate's deadline (of the first request), or before it.
    WaitForEnd(u32, i64),
    /// Nothing is done for so many seconds.
    Wait(i64),
}

/// What is still to be done, and since when the next thing is tried.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) moves: VecDeque<Move>,
    pub(super) not_before: Timestamp,
    pub(super) since: Timestamp,
}

impl Script {
    pub(super) fn new(moves: Vec<Move>, now: Timestamp) -> Self {
        Self { moves: moves.into(), not_before: now, since: now }
    }

    pub(super) fn is_played(&self) -> bool {
        self.moves.is_empty()
    }

    /// When the next thing can be tried.
    pub(super) fn next_time(&self) -> Option<Timestamp> {
        (!self.moves.is_empty()).then_some(self.not_before)
    }
}
