//! The companies that simulations happen in: the shipped configuration with short times, and policies made by chance.

use crate::world::{Dice, World};
use countersign_core::{
    config::Config,
    policy::{Approver, Escalation, Stage, Then, lint::lint},
    time::Span,
};
use std::sync::OnceLock;

/// How many companies have a policy made by chance.
const MADE: usize = 24;

/// The shipped configuration, but that nobody waits for days.
pub(super) fn harbour() -> World {
    static SHORT: OnceLock<World> = OnceLock::new();
    SHORT.get_or_init(|| World::configured(shorten)).like()
}

/// One of the companies whose policy was made by chance.
pub(super) fn made(dice: &mut Dice) -> World {
    static WORLDS: [OnceLock<World>; MADE] = [const { OnceLock::new() }; MADE];
    let number = dice.below(MADE);
    let world = WORLDS.get(number).map(|world| world.get_or_init(|| of_chance(number)).like());
    world.unwrap_or_else(harbour)
}

fn of_chance(number: usize) -> World {
    World::configured(|config| {
        let mut dice = Dice(number as u64 + 1);
        let shipped = config.clone();
        loop {
            *config = shipped.clone();
            shorten(config);
            invent(config, &mut dice);
            if lint(config).is_empty() {
                return;
            }
        }
    })
}

fn minutes(count: usize) -> Span {
    Span::of_seconds(60 * count as u64).expect("some minutes are a length of time")
}

/// All stages end within hours.
fn shorten(config: &mut Config) {
    let policy = &mut config.policy;
    let ruled = policy.rules.iter_mut().map(|rule| &mut rule.then).chain([&mut policy.baseline.then]);
    let ruled = ruled.filter_map(|then| match then {
        Then::Stages(stages) => Some(stages),
        Then::Automatic | Then::Deny(_) => None,
    });
    for stage in [&mut policy.desk, &mut policy.finance].into_iter().chain(ruled.flatten()) {
        stage.expires_after = minutes(180);
        stage.reminders = vec![minutes(30)];
        stage.warning = Some(minutes(15));
        if let Some(escalation) = &mut stage.escalation {
            escalation.after = minutes(60);
        }
    }
    for application in &mut config.catalog.applications {
        for entitlement in &mut application.entitlements {
            entitlement.longest = entitlement.longest.map(|_| minutes(240));
        }
    }
}

/// Another baseline: one to three stages with people, thresholds and times by chance.
fn invent(config: &mut Config, dice: &mut Dice) {
    let stages = (0..=dice.below(3)).map(|number| stage(number, dice)).collect();
    config.policy.baseline.then = Then::Stages(stages);
    config.policy.minimum_confidence = 600;
    config.catalog.budgets.confirm_up_to_cents = *dice.one(&[1_000, 5_000, 100_000]).unwrap_or(&5_000);
}

fn stage(number: usize, dice: &mut Dice) -> Stage {
    let approvers = (0..=dice.below(2)).map(|_| approver(dice)).collect();
    let expires = *dice.one(&[20, 60, 180]).unwrap_or(&60);
    let escalation =
        dice.happens(4_000).then(|| Escalation { after: minutes(expires / 3), to: vec![approver(dice)] });
    Stage {
        id: format!("stage-{number}"),
        approvers,
        fallback: vec![Approver::Role("desk".into())],
        approve_at: u32::from(dice.happens(3_000)) + 1,
        deny_at: 1,
        reminders: if dice.happens(5_000) { vec![minutes(expires / 4)] } else { Vec::new() },
        escalation,
        warning: dice.happens(3_000).then(|| minutes(5)),
        reason_required: dice.happens(2_000),
        ..Stage::until("", minutes(expires))
    }
}

fn approver(dice: &mut Dice) -> Approver {
    let group = |name: &str| Approver::Group(name.to_owned());
    let all = [
        Approver::Manager,
        Approver::ManagersManager,
        Approver::Owner,
        Approver::Role("desk".into()),
        Approver::Role("security".into()),
        group("finance"),
        Approver::Person("nora@harbour.example".into()),
    ];
    dice.one(&all).cloned().unwrap_or(Approver::Manager)
}
