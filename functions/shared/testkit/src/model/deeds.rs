//! What people and operators do in a model, each deed once at most, at any time.

use super::{flights::Task, situation::Situation, starts::REQUESTER};
use crate::{
    delivering::{Delivery, Waiting},
    engine::Stand,
    guards::Guard,
    people::Company,
    witness::Cast,
    world::World,
};
use countersign_core::{
    audit::By,
    change::put,
    config::{ActiveConfig, Config},
    digest::Digest,
    gate::{Gate, Shown},
    ids::{RequestId, ShownId},
    job::{Actor, Envelope, Job, Queue, Spot, Verdict},
    person::{Employment, Person},
    ports::{Clock, Configs, Expect},
    request::Request,
    slot::Slot,
    steps::{
        activate_config::{Why, activate_config},
        operate::Order,
        record_decision::{Input, Sight},
        withdraw_config::withdraw_config,
    },
};

/// One deed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Somebody votes at a gate, for what was shown there.
    Vote(&'static str, u32, Verdict),
    /// Somebody votes at a gate, through the API, for another action than it is about.
    StaleVote(&'static str, u32),
    /// Somebody asks the requester something at a gate.
    Ask(&'static str, u32),
    /// Somebody answers the question of a number at a gate.
    Reply(&'static str, u32, u32),
    /// Somebody says at a gate that they are on it.
    TakeOn(&'static str, u32),
    /// Somebody gives a gate back.
    GiveBack(&'static str, u32),
    /// Somebody takes the request back.
    TakeBack(&'static str),
    /// An operator stops the execution.
    Stop,
    /// An operator begins an execution anew that was stopped or has failed.
    Redrive,
    /// Another policy is made the active one, and the first is withdrawn.
    Withdraw,
    /// Somebody is not employed any more, and the product has read it.
    Leave(&'static str),
    /// Somebody is not employed any more, which the HR system knows.
    LeaveUnseen(&'static str),
}

/// What a deed comes to.
pub(super) enum Done {
    /// It was done at once.
    AtOnce,
    /// A function is woken for it.
    Wakes(Task),
}

impl Deed {
    /// Whether it can be done now.
    pub(super) fn is_possible(&self, situation: &Situation, request: &RequestId) -> bool {
        let state = &situation.state;
        let stands = |wanted: fn(Stand) -> bool| state.engine.executions.values().any(|e| wanted(e.stand));
        let gate = |number: u32| state.value::<Gate>(&Slot::Gate(request.clone(), number));
        let open = |number: u32| gate(number).filter(|gate| gate.ending().is_none());
        match self {
            Self::Vote(_, gate, _)
            | Self::StaleVote(_, gate)
            | Self::Ask(_, gate)
            | Self::TakeOn(_, gate)
            | Self::GiveBack(_, gate) => open(*gate).is_some(),
            Self::Reply(_, gate, number) => {
                open(*gate).is_some_and(|gate| gate.questions.len() >= *number as usize)
            }
            Self::TakeBack(_) | Self::Withdraw | Self::Leave(_) | Self::LeaveUnseen(_) => {
                // Afterwards it changes nothing.
                state
                    .value::<Request>(&Slot::Request(request.clone()))
                    .is_some_and(|request| request.outcome.is_none())
            }
            Self::Stop => stands(|stand| stand == Stand::Running),
            Self::Redrive => stands(|stand| matches!(stand, Stand::Aborted | Stand::Failed)),
        }
    }

    /// Whether it wakes a function at once.
    pub(super) fn wakes(&self) -> bool {
        !matches!(self, Self::Stop | Self::Redrive | Self::Withdraw | Self::Leave(_) | Self::LeaveUnseen(_))
    }

    /// Does it.
    pub(super) fn perform(&self, number: usize, world: &World, request: &RequestId) -> Done {
        match self {
            Self::Vote(who, gate, verdict) => vote(number, world, request, (who, *gate, verdict)),
            Self::StaleVote(who, gate) => stale_vote(number, world, request, (who, *gate)),
            Self::Ask(who, gate) => say(number, world, request, (who, *gate, None)),
            Self::Reply(who, gate, question) => say(number, world, request, (who, *gate, Some(*question))),
            Self::TakeOn(who, gate) => take_on(world, request, (who, *gate), false),
            Self::GiveBack(who, gate) => take_on(world, request, (who, *gate), true),
            Self::TakeBack(who) => {
                let request = request.clone();
                let job = Job::Cancel { request, actor: actor(who), cast_at: world.now(), place: None };
                woken(world, job)
            }
            Self::Stop => {
                for name in executions(world, |stand| stand == Stand::Running) {
                    world.abort(&name);
                }
                Done::AtOnce
            }
            Self::Redrive => {
                for name in executions(world, |stand| matches!(stand, Stand::Aborted | Stand::Failed)) {
                    if let Some(execution) = world.state().engine.executions.get_mut(&name) {
                        execution.redrive();
                    }
                }
                Done::AtOnce
            }
            Self::Withdraw => withdraw(world),
            Self::Leave(who) => leave(world, who),
            Self::LeaveUnseen(who) => leave_unseen(world, who),
        }
    }
}

fn actor(who: &str) -> Actor {
    Actor::Directory { id: Company::account(who) }
}

fn woken(world: &World, job: Job) -> Done {
    let what = Delivery::Queued(Queue::Decisions, Box::new(Envelope::job(job)));
    Done::Wakes(Task::Message(Waiting { what, visible_at: world.now(), receives: 0 }))
}

fn executions(world: &World, wanted: impl Fn(Stand) -> bool) -> Vec<String> {
    let state = world.state();
    state.engine.executions.iter().filter(|(_, e)| wanted(e.stand)).map(|(name, _)| name.clone()).collect()
}

/// A vote on a card; where no cards are sent, the voter has one all the same.
fn vote(
    number: usize,
    world: &World,
    request: &RequestId,
    (who, gate, verdict): (&str, u32, &Verdict),
) -> Done {
    let shown = card(world, request, (who, gate, None));
    let id = cast(number, world, request, (who, gate, world.gate(request, gate).action));
    // A denial has a reason; an approval needs none.
    let reason = (*verdict == Verdict::Deny).then(|| "because".to_owned());
    let (actor, verdict, cast_at) = (actor(who), verdict.clone(), world.now());
    woken(world, Job::Vote { id, shown, actor, verdict, reason, cast_at, place: None })
}

/// The card of a gate, or of a question there, by which it is the same for everybody.
fn card(world: &World, request: &RequestId, (who, gate, question): (&str, u32, Option<u32>)) -> ShownId {
    let shown = ShownId::derived(&["shown", &gate.to_string(), &question.unwrap_or(0).to_string()]);
    if world.record::<Shown>(&Slot::Shown(shown.clone())).is_none() {
        let Gate { action, opened_at: at, .. } = world.gate(request, gate);
        let (request, recipient) = (request.clone(), world.subject(who));
        let card = Shown { request, gate, recipient, action, context: None, question, at };
        world.put(Slot::Shown(shown.clone()), &card);
    }
    shown
}

fn say(
    number: usize,
    world: &World,
    request: &RequestId,
    (who, gate, answers): (&str, u32, Option<u32>),
) -> Done {
    let shown = card(world, request, (who, gate, answers));
    let id = cast(number, world, request, (who, gate, Digest::zero()));
    // Without the guard, whoever answers is taken for who asked for it.
    let taken = answers.is_some() && world.state().lacks(Guard::RequesterAnswers);
    let (actor, answers) = (actor(if taken { REQUESTER } else { who }), answers.is_some());
    let text = "why?".to_owned();
    woken(world, Job::Say { id, shown, actor, answers, text, cast_at: world.now(), place: None })
}

fn take_on(world: &World, request: &RequestId, (who, gate): (&str, u32), given_back: bool) -> Done {
    let of = Spot::Card { shown: card(world, request, (who, gate, None)) };
    woken(world, Job::Claim { of, actor: actor(who), given_back, cast_at: world.now(), place: None })
}

fn stale_vote(number: usize, world: &World, request: &RequestId, (who, gate): (&str, u32)) -> Done {
    let id = cast(number, world, request, (who, gate, Digest::zero()));
    // Without the guard, what was seen is taken for what the gate is about.
    let lacking = world.state().lacks(Guard::SeenDigest);
    let action = if lacking { world.gate(request, gate).action } else { Digest::zero() };
    let input = Input {
        id,
        sight: Sight::Gate { request: request.clone(), gate, action },
        actor: actor(who),
        verdict: Verdict::Approve,
        reason: None,
        sign_in: None,
        cast_at: world.now(),
        place: None,
    };
    Done::Wakes(Task::Call(input.into()))
}

/// Remembers how a vote, or a word, is meant. Its id.
fn cast(number: usize, world: &World, request: &RequestId, (who, gate, seen): (&str, u32, Digest)) -> String {
    let id = format!("vote-{number}");
    let cast = Cast { request: request.clone(), gate, by: world.subject(who), seen };
    world.state().witness.cast.insert(id.clone(), cast);
    id
}

fn withdraw(world: &World) -> Done {
    let active: ActiveConfig = world.record(&Slot::ActiveConfig).expect("a configuration is active");
    let pinned = world.finish(world.pinned(&active.version));
    let mut config = Config::clone(&pinned.expect("it is stored"));
    config.policy.id = format!("{}-2", config.policy.id);
    let by = By::Function { name: "testkit".into() };
    world
        .finish(activate_config(world, &config, &by, &Why::default()))
        .expect("the configuration has no finding");
    let order = Order { of: active.version, operator: world.subject("ada"), reason: "it was wrong".into() };
    world.finish(withdraw_config(world, &order)).expect("an admin may");
    Done::AtOnce
}

fn leave(world: &World, who: &str) -> Done {
    let slot = Slot::Person(world.subject(who));
    let mut person: Person = world.record(&slot).expect("a person is known");
    person.employment = Employment::Ended;
    let write = put(slot, Expect::Any, &person, None).expect("it has a JSON form");
    world.state().commit(vec![write]).expect("nothing is expected");
    Done::AtOnce
}

fn leave_unseen(world: &World, who: &str) -> Done {
    let (id, subject) = (Company::employee(who), world.subject(who));
    let mut state = world.state();
    let now = state.now;
    for employee in state.outside.employees.iter_mut().filter(|employee| employee.id == id) {
        employee.active = false;
    }
    state.outside.unread = true;
    state.witness.left.insert(subject, now);
    Done::AtOnce
}
