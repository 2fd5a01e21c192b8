//! The companies that simulations happen in: the shipped configuration with short times, and policies made by chance.

use crate::world::{Dice, World};
use countersign_core::{
    config::Config,
    policy::{
        Approver, Escalation, Further, Lapse, Match, Mode, OnExpiry, Panel, Rule, Stage, Then, Unverified,
        WaitFor, automatic::Automatic, lint::lint, review::Sample, step_up::StepUp,
    },
    time::Span,
};
use std::sync::OnceLock;

/// How many companies have a policy made by chance.
const MADE: usize = 24;
/// The sign-in that stages need, where they need one.
pub(super) const STRONG: &str = "phr";

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

fn after(count: usize) -> Lapse {
    Lapse::Clock(minutes(count))
}

/// A stage that ends after so many minutes and waits as long as that for an answer at the most.
fn stage_of(id: &str, count: usize) -> Stage {
    Stage { answer_within: minutes(count.min(40)), ..Stage::until(id, minutes(count)) }
}

/// All stages end within hours. For Notion those who say nothing are passed over, for Jira the first stage is.
fn shorten(config: &mut Config) {
    let policy = &mut config.policy;
    policy.automatic = Some(Automatic {
        window: minutes(60),
        per_person: Some(1),
        per_target: Some(2),
        overall: Some(3),
        beyond: Vec::new(),
        sample: Some(Sample {
            share: 500,
            stage: Stage { approvers: vec![Approver::Role("security".into())], ..stage_of("review", 90) },
        }),
    });
    let ruled = policy.rules.iter_mut().map(|rule| &mut rule.then).chain([&mut policy.baseline.then]);
    let ruled = ruled.filter_map(|then| match then {
        Then::Stages(stages) => Some(stages),
        Then::Automatic | Then::Deny(_) => None,
    });
    for stage in [&mut policy.desk, &mut policy.finance].into_iter().chain(ruled.flatten()) {
        stage.expires_after = after(180);
        stage.reminders = vec![after(30)];
        stage.warning = Some(after(15));
        for (number, escalation) in (1..).zip(&mut stage.escalation) {
            escalation.after = after(60 * number);
        }
        stage.answer_within = minutes(40);
    }
    let viewers =
        rule_for("tableau", vec![Stage { approvers: vec![Approver::Manager], ..stage_of("manager", 180) }]);
    let viewers = Rule {
        id: "viewers".into(),
        matches: Match { entitlement: vec!["viewer".into()], ..viewers.matches.clone() },
        wait_for: Some(waiting()),
        ..viewers
    };
    policy.rules.splice(0..0, [passing_on(), skipping(), signing_in(), of_two(), viewers]);
    for application in &mut config.catalog.applications {
        if application.name == "netsuite" {
            for entitlement in &mut application.entitlements {
                (entitlement.seats, entitlement.monthly_cents) = (Some(1), 0);
            }
        }
        for entitlement in &mut application.entitlements {
            entitlement.longest = entitlement.longest.map(|_| minutes(240));
            if let Some(rule) = &mut entitlement.break_glass {
                (rule.longest, rule.review_within) = (minutes(30), minutes(90));
            }
        }
    }
}

/// The manager, then in their place the manager's manager, then Security and the desk in their order.
fn passing_on() -> Rule {
    let step = |count, to, mode| Escalation { after: after(count), to, mode };
    let security_then_desk = vec![Approver::Role("security".into()), Approver::Role("desk".into())];
    let stage = Stage {
        approvers: vec![Approver::Manager],
        escalation: vec![
            step(60, vec![Approver::ManagersManager], Mode::Replace),
            step(80, security_then_desk, Mode::Next),
        ],
        ..stage_of("manager", 180)
    };
    rule_for("notion", vec![stage])
}

/// A stage that need not be decided; one that asks others at its end; and one that cancels what nobody decides.
fn skipping() -> Rule {
    let further = Further { to: vec![Approver::Role("security".into())], within: after(30) };
    let first = Stage {
        approvers: vec![Approver::Manager],
        on_expiry: OnExpiry::Skip,
        mandatory: false,
        ..stage_of("manager", 30)
    };
    let second = Stage {
        approvers: vec![Approver::Owner],
        on_expiry: OnExpiry::Escalate(further),
        ..stage_of("owner", 60)
    };
    let third = Stage {
        approvers: vec![Approver::Role("desk".into())],
        on_expiry: OnExpiry::Cancel,
        ..stage_of("desk", 60)
    };
    rule_for("jira", vec![first, second, third])
}

/// Decided only after a fresh sign-in.
fn signing_in() -> Rule {
    let step_up = Some(StepUp { acr: vec![STRONG.into()] });
    rule_for(
        "zendesk",
        vec![Stage { approvers: vec![Approver::Manager], step_up, ..stage_of("manager", 180) }],
    )
}

/// Two of Finance must approve writing access to code.
fn of_two() -> Rule {
    let stage = Stage {
        approvers: vec![Approver::Group("finance".into())],
        approve_at: 2,
        deny_at: 2,
        ..stage_of("finance", 180)
    };
    let rule = rule_for("github", vec![stage]);
    Rule {
        id: "of-two".into(),
        matches: Match { entitlement: vec!["write".into()], ..rule.matches.clone() },
        ..rule
    }
}

fn rule_for(application: &str, stages: Vec<Stage>) -> Rule {
    Rule {
        id: application.into(),
        matches: Match { application: vec![application.into()], ..Match::default() },
        when: None,
        unverified: Unverified::Proceed,
        then: Then::Stages(stages),
        wait_for: None,
    }
}

/// What begins in the second hour of a simulation, if it is waited for so long.
fn waiting() -> WaitFor {
    WaitFor {
        says: "the hour".into(),
        groups: Vec::new(),
        when: Some("time.hour != 8".into()),
        within: minutes(90),
        check_every: minutes(15),
    }
}

/// Another baseline: one to three stages with people, thresholds and times by chance.
fn invent(config: &mut Config, dice: &mut Dice) {
    let stages = (0..=dice.below(3)).map(|number| stage(number, dice)).collect();
    config.policy.baseline.then = Then::Stages(stages);
    config.policy.baseline.wait_for = dice.happens(2_000).then(waiting);
    config.policy.minimum_confidence = 600;
    config.catalog.budgets.confirm_up_to_cents = *dice.one(&[1_000, 5_000, 100_000]).unwrap_or(&5_000);
}

fn stage(number: usize, dice: &mut Dice) -> Stage {
    if dice.happens(3_000) {
        let all_of = (0..2).map(|_| panel(dice)).collect();
        let (escalation, on_expiry) = (escalation(60, dice), on_expiry(dice));
        let mandatory = on_expiry != OnExpiry::Skip;
        let until = stage_of("", 60);
        return Stage { id: format!("stage-{number}"), all_of, escalation, on_expiry, mandatory, ..until };
    }
    let approvers = (0..=dice.below(2)).map(|_| approver(dice)).collect();
    let expires = *dice.one(&[20, 60, 180]).unwrap_or(&60);
    let escalation = escalation(expires, dice);
    let made = Stage {
        id: format!("stage-{number}"),
        approvers,
        fallback: vec![Approver::Role("desk".into())],
        approve_at: u32::from(dice.happens(3_000)) + 1,
        deny_at: u32::from(dice.happens(3_000)) + 1,
        reminders: if dice.happens(5_000) { vec![after(expires / 4)] } else { Vec::new() },
        escalation,
        warning: dice.happens(3_000).then(|| after(5)),
        on_expiry: on_expiry(dice),
        reason_required: dice.happens(2_000),
        edits: dice.happens(7_000),
        questions: *dice.one(&[0, 1, 2, 3]).unwrap_or(&2),
        answer_within: minutes(*dice.one(&[5, 20, 60]).unwrap_or(&20)),
        step_up: dice.happens(1_500).then(|| StepUp { acr: vec![STRONG.into()] }),
        ..stage_of("", expires)
    };
    Stage { mandatory: made.on_expiry != OnExpiry::Skip, ..made }
}

fn on_expiry(dice: &mut Dice) -> OnExpiry {
    match dice.below(8) {
        0 => OnExpiry::Cancel,
        1 => OnExpiry::Escalate(Further { to: vec![approver(dice)], within: after(20) }),
        2 | 3 => OnExpiry::Skip,
        _ => OnExpiry::Expire,
    }
}

/// None, one or two steps within so many minutes.
fn escalation(expires: usize, dice: &mut Dice) -> Vec<Escalation> {
    let steps = *dice.one(&[0, 0, 1, 2]).unwrap_or(&0);
    let step = |number: usize| {
        let mode = *dice.one(&[Mode::Add, Mode::Replace, Mode::Next]).unwrap_or(&Mode::Add);
        let to = (0..=dice.below(2)).map(|_| approver(dice)).collect();
        Escalation { after: after(expires * number / 6), to, mode }
    };
    (1..=steps).map(step).collect()
}

fn panel(dice: &mut Dice) -> Panel {
    let approvers = (0..=dice.below(2)).map(|_| approver(dice)).collect();
    let fallback = vec![Approver::Role("desk".into())];
    Panel { approvers, fallback, approve_at: 1, deny_at: u32::from(dice.happens(3_000)) + 1 }
}

fn approver(dice: &mut Dice) -> Approver {
    let group = |name: &str| Approver::Group(name.to_owned());
    let all = [
        Approver::Manager,
        Approver::ManagersManager,
        Approver::Peers,
        Approver::Owner,
        Approver::Role("desk".into()),
        Approver::Role("security".into()),
        group("finance"),
        Approver::Person("nora@harbour.example".into()),
    ];
    dice.one(&all).cloned().unwrap_or(Approver::Manager)
}
