//! The small company of the models, and how far its one request has come when a model begins.

use super::{
    deeds::{Deed, Done},
    flights::Task,
};
use crate::{
    people,
    understanding::access,
    world::{BEGINNING, Ended, World},
};
use countersign_core::{
    config::Config,
    ids::RequestId,
    job::{AskerAnswer, Verdict},
    message::Ask,
    policy::{Approver, Stage, Then, WaitFor},
    ports::Clock,
    time::{Span, Timestamp},
    window::Window,
};

/// Emma asks, Marcus is her manager, Jonas stands in for him, Felix is Finance, Ada an admin.
const PEOPLE: [&str; 5] = ["emma", "marcus", "jonas", "felix", "ada"];
const GROUPS: [&str; 5] =
    ["finance", "countersign-desk", "countersign-admin", "app-aws-readonly", "app-aws-production"];
/// Who asks.
pub(super) const REQUESTER: &str = "emma";
/// The number of what was done before a model begins, beyond those of its deeds.
const FIRST: usize = 99;

/// A stage of ten minutes in which these decide.
pub(super) fn stage(id: &str, approvers: Vec<Approver>) -> Stage {
    Stage { approvers, ..Stage::until(id, minutes(10)) }
}

pub(super) fn minutes(count: u64) -> Span {
    Span::of_seconds(60 * count).expect("some minutes are a length of time")
}

pub(super) fn manager() -> Stage {
    stage("manager", vec![Approver::Manager])
}

pub(super) fn finance() -> Stage {
    stage("finance", vec![Approver::Group("finance".into())])
}

/// The company where these stages decide, and Jonas stands in for Marcus; and what is waited for then.
fn company(stages: Vec<Stage>, wait_for: Option<WaitFor>) -> World {
    let mut outside = people::outside(BEGINNING);
    let ids: Vec<String> = PEOPLE.map(people::Company::employee).into();
    let accounts: Vec<String> = PEOPLE.map(people::Company::account).into();
    outside.employees.retain(|employee| ids.contains(&employee.id));
    outside.accounts.retain(|account| accounts.contains(&account.id));
    outside.leave.clear();
    outside.groups.retain(|name, members| {
        members.retain(|member| accounts.contains(member));
        GROUPS.contains(&name.as_str())
    });
    let policy = |config: &mut Config| {
        config.policy.rules.clear();
        config.policy.automatic = None;
        config.policy.baseline.then = Then::Stages(stages);
        config.policy.baseline.wait_for = wait_for;
    };
    let mut chat = people::chat_accounts();
    chat.retain(|account| account.user == people::chat_user("emma"));
    World::company(outside, chat, policy)
}

/// A stage that reminds after five minutes.
pub(super) fn reminded() -> Stage {
    Stage { reminders: vec![minutes(5).into()], ..manager() }
}

/// What Emma wrote was understood, and she sends it.
pub(super) fn understood(stages: Vec<Stage>) -> (World, RequestId) {
    wanting(stages, "readonly", None)
}

fn wanting(stages: Vec<Stage>, entitlement: &str, duration: Option<Span>) -> (World, RequestId) {
    asking(company(stages, None), access("aws", Some(entitlement), duration))
}

fn asking(world: World, ask: Ask) -> (World, RequestId) {
    {
        let mut state = world.state();
        (state.wordless, state.witness.awake) = (true, true);
    }
    world.delegate("marcus", "jonas");
    world.set_clock(Timestamp(BEGINNING.0 + 120_000));
    let text = ask.text.clone();
    world.understand(&text, vec![ask]);
    let message = world.write(REQUESTER, &text);
    world.read_one();
    world.answer(REQUESTER, &message, AskerAnswer::Send);
    let request = RequestId::derived(&["request", message.as_str(), "0"]);
    (world, request)
}

/// A request that was just sent: its execution is owed to be started.
pub(super) fn sent(stages: Vec<Stage>) -> (World, RequestId) {
    let (world, request) = understood(stages);
    world.read_one();
    (world, request)
}

/// A request whose execution is about to wait at the first gate.
pub(super) fn entering(stages: Vec<Stage>) -> (World, RequestId) {
    let (world, request) = sent(stages);
    world.run_until("AwaitDecision");
    (world, request)
}

/// A request whose first gate waits for people.
pub(super) fn waiting(stages: Vec<Stage>) -> (World, RequestId) {
    let (world, request) = understood(stages);
    world.run();
    (world, request)
}

/// A request for access from half an hour on for half an hour, whose first gate waits for people.
pub(super) fn later(stages: Vec<Stage>) -> (World, RequestId) {
    let at = |count: u64| Some(BEGINNING.plus(minutes(count)));
    let window = Window { starts: at(30), ends: at(60) };
    let ask = Ask { window, ..access("aws", Some("readonly"), Some(minutes(30))) };
    let (world, request) = asking(company(stages, None), ask);
    world.run();
    (world, request)
}

/// A request whose first gate waits for people, and which then waits for the next hour, or no longer than these minutes.
pub(super) fn conditional(stages: Vec<Stage>, within: u64) -> (World, RequestId) {
    let wait_for = WaitFor {
        says: "the next hour".into(),
        groups: Vec::new(),
        when: Some("time.hour != 8".into()),
        within: minutes(within),
        check_every: minutes(45),
    };
    let (world, request) = asking(company(stages, Some(wait_for)), access("aws", Some("readonly"), None));
    world.run();
    (world, request)
}

/// The same, for an hour of an entitlement.
pub(super) fn boxed(stages: Vec<Stage>, entitlement: &str) -> (World, RequestId) {
    let (world, request) = wanting(stages, entitlement, Some(minutes(60)));
    world.run();
    (world, request)
}

/// A request that was approved, for so many minutes or for good, and whose change is about to be made.
pub(super) fn approved(stages: Vec<Stage>, duration: u64) -> (World, RequestId) {
    let (world, request) = wanting(stages, "readonly", (duration > 0).then(|| minutes(duration)));
    world.run();
    vote(&world, &request, 1, "marcus");
    world.run_until("ProvisionAccess");
    (world, request)
}

/// A request whose first stage Marcus has approved, and whose second waits for people.
pub(super) fn half(stages: Vec<Stage>) -> (World, RequestId) {
    let (world, request) = waiting(stages);
    vote(&world, &request, 1, "marcus");
    world.run();
    (world, request)
}

/// A request of Emma's that Marcus, Jonas and Finance may decide, where Jonas's time in Marcus's place runs out, and Felix
/// of Finance stands in for Emma.
pub(super) fn interested() -> (World, RequestId) {
    let approvers = [manager().approvers, finance().approvers].concat();
    let (world, request) = waiting(vec![Stage { approvers, ..reminded() }]);
    world.delegate_for("marcus", "jonas", 4);
    world.delegate("emma", "felix");
    world.set_clock(Timestamp(world.now().0 + 120_000));
    (world, request)
}

fn vote(world: &World, request: &RequestId, gate: u32, who: &'static str) {
    let deed = Deed::Vote(who, gate, Verdict::Approve);
    let Done::Wakes(Task::Message(waiting)) = deed.perform(FIRST, world, request) else { return };
    assert!(matches!(world.deliver(&waiting.what), Ended::Answered(Ok(()))), "it is handled");
}
