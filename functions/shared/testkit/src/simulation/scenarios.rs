//! What is played: for every second seed one of the fixed scenarios, for the others whatever chance makes up.

use super::{
    company,
    moves::{Channel, Move, Script, Who},
};
use crate::{
    understanding::access,
    world::{Dice, World},
};
use Verdict::{Approve, Deny};
use countersign_core::{job::Verdict, message::Ask, ports::Clock, time::Span};

/// How late a slow target shows a change, in milliseconds: within the time that it is given.
const SLOW_MILLIS: i64 = 8_000;

/// A name, and what is done.
type Scenario = (&'static str, fn() -> Vec<Move>);

/// The fixed scenarios.
pub(super) const FIXED: [Scenario; 17] = [
    ("approved", approved),
    ("denied", denied),
    ("two stages", two_stages),
    ("the same person twice", same_person),
    ("for a time", for_a_time),
    ("read by the desk", read_by_the_desk),
    ("rerouted", rerouted),
    ("nobody answers", nobody_answers),
    ("just before the end", just_before_the_end),
    ("taken back while two press", taken_back),
    ("filed by an approver", filed_by_an_approver),
    ("a delegate who is the requester's", delegates),
    ("gone before the vote", gone_before_the_vote),
    ("gone after the vote", gone_after_the_vote),
    ("a slow target", slow_target),
    ("stopped and begun again", stopped),
    ("machines that freeze", frozen),
];

/// The world and the script of a seed.
pub(super) fn of(seed: u64, dice: &mut Dice) -> (World, Script) {
    let fixed = FIXED.get(usize::try_from(seed / 2).unwrap_or(0) % FIXED.len());
    let (world, moves) = match fixed.filter(|_| seed.is_multiple_of(2)) {
        Some((_, moves)) => (company::harbour(), moves()),
        None => (if dice.happens(7_000) { company::made(dice) } else { company::harbour() }, invented(dice)),
    };
    let now = world.now();
    (world, Script::new(moves, now))
}

/// The name of what a seed plays.
#[must_use]
pub fn name(seed: u64) -> &'static str {
    let fixed = FIXED.get(usize::try_from(seed / 2).unwrap_or(0) % FIXED.len());
    fixed.filter(|_| seed.is_multiple_of(2)).map_or("made by chance", |(name, _)| name)
}

fn vote(gate: u32, who: &'static str, verdict: Verdict, channel: Channel) -> Move {
    let reason = verdict == Deny;
    Move::Vote { request: 1, gate, who: Who::Named(who), verdict, channel, reason }
}

fn press(gate: u32, who: &'static str, verdict: Verdict) -> Move {
    vote(gate, who, verdict, Channel::Card)
}

fn salesforce() -> Ask {
    access("salesforce", None, None)
}

fn unsure() -> Ask {
    Ask { confidence: 300, ..access("figma", None, None) }
}

fn approved() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        vote(1, "marcus", Approve, Channel::StaleApi),
        press(1, "emma", Approve),
        press(1, "marcus", Approve),
        Move::Repeat,
        Move::Wait(400),
        Move::Repeat,
    ]
}

fn denied() -> Vec<Move> {
    vec![Move::Ask("emma", salesforce()), press(1, "marcus", Deny), press(1, "marcus", Approve)]
}

fn two_stages() -> Vec<Move> {
    let dear = access("tableau", Some("creator"), None);
    vec![
        Move::Ask("emma", dear),
        press(1, "marcus", Approve),
        press(2, "felix", Approve),
        vote(2, "fiona", Deny, Channel::Api),
    ]
}

/// Felix decides the first stage in Marcus's place, and is of Finance, which decides the second.
fn same_person() -> Vec<Move> {
    vec![
        Move::Delegate("marcus", "felix", 120),
        Move::Ask("emma", access("tableau", Some("creator"), None)),
        press(1, "felix", Approve),
        press(2, "felix", Approve),
        vote(2, "felix", Approve, Channel::Api),
        Move::Wait(120),
        press(2, "fiona", Approve),
    ]
}

fn for_a_time() -> Vec<Move> {
    let boxed = access("salesforce", None, Span::of_seconds(1_800).ok());
    vec![Move::Ask("emma", boxed), press(1, "marcus", Approve), Move::Wait(1_900), Move::Wait(600)]
}

fn read_by_the_desk() -> Vec<Move> {
    vec![Move::Ask("emma", unsure()), press(1, "dana", Approve), press(2, "marcus", Approve)]
}

fn rerouted() -> Vec<Move> {
    let other = Verdict::Correct {
        intent: "hardware.request".into(),
        application: None,
        entitlement: None,
        duration: None,
    };
    vec![Move::Ask("emma", unsure()), press(1, "dana", other), press(2, "dimitri", Approve)]
}

fn nobody_answers() -> Vec<Move> {
    vec![Move::Ask("emma", salesforce()), Move::Wait(3 * 3_600 + 120), press(1, "marcus", Approve)]
}

fn just_before_the_end() -> Vec<Move> {
    let mut moves = vec![Move::Ask("emma", salesforce())];
    for millis in [-300, 0, 20, 60, 150, 400] {
        moves.extend([Move::WaitForEnd(1, millis), vote(1, "marcus", Approve, Channel::Api)]);
    }
    moves
}

fn taken_back() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::ShowAfter(SLOW_MILLIS),
        press(1, "marcus", Approve),
        vote(1, "marcus", Approve, Channel::Api),
        Move::TakeBack(1, "emma"),
        Move::Wait(5),
        Move::TakeBack(1, "emma"),
        Move::Wait(20),
        Move::TakeBack(1, "noah"),
        Move::TakeBack(1, "emma"),
    ]
}

/// Felix asks for Emma, and Finance, which he is of, must decide.
fn filed_by_an_approver() -> Vec<Move> {
    let for_emma = Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("tableau", Some("creator"), None) };
    vec![
        Move::Ask("felix", for_emma),
        press(1, "marcus", Approve),
        press(2, "felix", Approve),
        vote(2, "felix", Approve, Channel::Api),
        Move::Wait(60),
        press(2, "fiona", Approve),
    ]
}

fn delegates() -> Vec<Move> {
    vec![
        Move::Delegate("marcus", "jonas", 90),
        Move::Ask("emma", salesforce()),
        Move::Delegate("emma", "jonas", 60),
        Move::Wait(120),
        press(1, "jonas", Approve),
        vote(1, "jonas", Approve, Channel::Api),
        Move::Wait(120),
        press(1, "marcus", Approve),
    ]
}

/// The HR system answers nobody for hours, so what is known of Marcus is old when he votes.
fn gone_before_the_vote() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(60),
        Move::Sources(true),
        Move::Leave("marcus"),
        Move::Wait(2 * 3_600),
        press(1, "marcus", Approve),
        Move::Wait(600),
        Move::Sources(false),
    ]
}

/// Marcus approves the first stage and leaves; then Finance approves the second.
fn gone_after_the_vote() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("tableau", Some("creator"), None)),
        press(1, "marcus", Approve),
        Move::Wait(60),
        Move::Leave("marcus"),
        Move::Wait(1_200),
        press(2, "felix", Approve),
        Move::Wait(600),
        Move::Vote {
            request: 1,
            gate: 3,
            who: Who::Asked,
            verdict: Approve,
            channel: Channel::Card,
            reason: true,
        },
    ]
}

fn slow_target() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::ShowAfter(SLOW_MILLIS),
        press(1, "marcus", Approve),
        Move::Wait(90),
    ]
}

fn stopped() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(2),
        Move::Stop(1),
        Move::Wait(1),
        Move::Redrive(1),
        press(1, "marcus", Approve),
        Move::Redrive(1),
        Move::Wait(200),
        Move::Redrive(1),
    ]
}

/// Every function on the way is given up once and goes on later, beside the one that took its place.
fn frozen() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("tableau", Some("creator"), None)),
        Move::Freeze("plan-approvals"),
        Move::Freeze("ask-approvers"),
        press(1, "marcus", Approve),
        Move::Freeze("record-decision"),
        press(2, "fiona", Approve),
        Move::Freeze("provision-access"),
        Move::Freeze("provision-access"),
        Move::Wait(90),
    ]
}

/// One or two requests, and anything that anybody might do.
fn invented(dice: &mut Dice) -> Vec<Move> {
    let requests = 1 + usize::from(dice.happens(3_000));
    let mut moves: Vec<Move> = Vec::new();
    for _ in 0..requests {
        moves.push(asking(dice));
    }
    for _ in 0..(3 + dice.below(9)) {
        moves.push(anything(1 + dice.below(requests), dice));
        if dice.happens(4_000) {
            let seconds = *dice.one(&[1, 5, 40, 300, 1_500, 4_000]).unwrap_or(&1);
            moves.push(Move::Wait(seconds));
        }
    }
    moves.push(Move::Sources(false));
    moves
}

fn asking(dice: &mut Dice) -> Move {
    let who = *dice.one(&["emma", "marcus", "ben", "otto", "felix", "priya"]).unwrap_or(&"emma");
    let (application, level) = *dice
        .one(&[
            ("salesforce", None),
            ("salesforce", Some("admin")),
            ("tableau", Some("creator")),
            ("figma", None),
            ("aws", Some("production")),
            ("github", Some("read")),
            ("netsuite", None),
        ])
        .unwrap_or(&("figma", None));
    let duration = dice.happens(3_000).then(|| Span::of_seconds(900).ok()).flatten();
    let confidence = if dice.happens(8_000) { 930 } else { 300 };
    let beneficiary = dice.happens(2_000).then(|| "<@U0BEN>".to_owned());
    Move::Ask(who, Ask { confidence, beneficiary, ..access(application, level, duration) })
}

fn anything(request: usize, dice: &mut Dice) -> Move {
    let somebody = *dice.one(&["marcus", "helena", "priya", "jonas", "dana", "ben"]).unwrap_or(&"marcus");
    match dice.below(20) {
        0 => Move::Repeat,
        1 => Move::TakeBack(request, "emma"),
        2 => Move::TakeBack(request, somebody),
        3 => Move::Delegate("marcus", "jonas", 60),
        4 => Move::Delegate("emma", somebody, 60),
        5 => Move::Leave(somebody),
        6 => Move::Sources(dice.happens(5_000)),
        7 => Move::ShowAfter(if dice.happens(5_000) { SLOW_MILLIS } else { 0 }),
        8 if dice.happens(3_000) => Move::Stop(request),
        8 => Move::Redrive(request),
        9 if dice.happens(3_000) => Move::RefuseNext,
        9 => Move::Freeze(
            dice.one(&["start-workflow", "ask-approvers", "spend-token"]).copied().unwrap_or("spend-token"),
        ),
        _ => voting(request, somebody, dice),
    }
}

fn voting(request: usize, somebody: &'static str, dice: &mut Dice) -> Move {
    let who = match dice.below(10) {
        0 => Who::Requester,
        1 => Who::Named(somebody),
        _ => Who::Asked,
    };
    let channel =
        *dice.one(&[Channel::Card, Channel::Card, Channel::Api, Channel::StaleApi]).unwrap_or(&Channel::Card);
    let verdict = if dice.happens(8_000) { Approve } else { Deny };
    let gate = u32::try_from(dice.below(4)).unwrap_or(0);
    Move::Vote { request, gate, who, verdict, channel, reason: dice.happens(8_000) }
}
