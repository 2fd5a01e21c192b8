//! What is played: for every second seed one of the fixed scenarios, for the others whatever chance makes up.

use super::{
    company, conversations,
    invented::invented,
    moves::{Channel, Move, Script, Who},
    silence::{
        begins_later, cancelled_by_silence, just_before_the_end, nobody_answers, passed_on, skipped,
        waits_for_something,
    },
    voting,
};
use crate::{
    understanding::access,
    world::{Dice, World},
};
use Verdict::{Approve, Deny};
use countersign_core::{
    job::Verdict, message::Ask, ports::Clock, reduction::Reduction, steps::automatic::Switch, time::Span,
};

/// How late a slow target shows a change, in milliseconds: within the time that it is given.
pub(super) const SLOW_MILLIS: i64 = 8_000;

/// A name, and what is done.
type Scenario = (&'static str, fn() -> Vec<Move>);

/// The fixed scenarios.
pub(super) const FIXED: [Scenario; 35] = [
    ("approved", approved),
    ("approved for less", for_less),
    ("denied", denied),
    ("two stages", two_stages),
    ("the same person twice", voting::same_person),
    ("one voice for two", voting::one_voice),
    ("thought better of", voting::thought_better),
    ("for a time", for_a_time),
    ("for a time and for good", for_a_time_and_for_good),
    ("read by the desk", read_by_the_desk),
    ("rerouted", rerouted),
    ("nobody answers", nobody_answers),
    ("just before the end", just_before_the_end),
    ("passed on, step by step", passed_on),
    ("a stage that nobody must decide", skipped),
    ("cancelled by silence", cancelled_by_silence),
    ("begins later", begins_later),
    ("waits for something", waits_for_something),
    ("taken back while two press", taken_back),
    ("filed by an approver", voting::filed_by_an_approver),
    ("a delegate who is the requester's", delegates),
    ("with a fresh sign-in", voting::signed_in_anew),
    ("gone before the vote", gone_before_the_vote),
    ("gone after the vote", gone_after_the_vote),
    ("a slow target", slow_target),
    ("stopped and begun again", stopped),
    ("machines that freeze", frozen),
    ("beyond the caps of the policy", beyond_the_caps),
    ("by break-glass", by_break_glass),
    ("one seat for two", one_seat_for_two),
    ("a delegation that runs out", runs_out),
    ("away and back", away_and_back),
    ("on it", conversations::on_it),
    ("asked and answered", conversations::answered),
    ("asked and not answered", conversations::not_answered),
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

pub(super) fn vote(gate: u32, who: &'static str, verdict: Verdict, channel: Channel) -> Move {
    let reason = verdict == Deny;
    Move::Vote { request: 1, gate, who: Who::Named(who), verdict, channel, reason }
}

pub(super) fn press(gate: u32, who: &'static str, verdict: Verdict) -> Move {
    vote(gate, who, verdict, Channel::Card)
}

pub(super) fn salesforce() -> Ask {
    access("salesforce", None, None)
}

pub(super) fn unsure() -> Ask {
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

pub(super) fn less(entitlement: Option<&str>, seconds: u64) -> Verdict {
    let duration = Span::of_seconds(seconds).ok();
    Reduction { entitlement: entitlement.map(str::to_owned), duration }.verdict()
}

/// The first stage leaves less time, the second a lower level; what is more than was asked is refused.
fn for_less() -> Vec<Move> {
    vec![
        Move::Ask("emma", access("tableau", Some("creator"), Span::of_seconds(3_600).ok())),
        press(1, "marcus", less(None, 7_200)),
        press(1, "marcus", less(None, 1_800)),
        press(2, "felix", less(Some("viewer"), 2_400)),
        Move::Repeat,
        Move::Wait(2_000),
        Move::Wait(600),
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

fn for_a_time() -> Vec<Move> {
    let boxed = access("salesforce", None, Span::of_seconds(1_800).ok());
    vec![Move::Ask("emma", boxed), press(1, "marcus", Approve), Move::Wait(1_900), Move::Wait(600)]
}

/// Both were asked for before the first was approved; the end of one must leave the other.
fn for_a_time_and_for_good() -> Vec<Move> {
    let boxed = access("salesforce", None, Span::of_seconds(1_800).ok());
    let approves = |request| Move::Vote {
        request,
        gate: 1,
        who: Who::Named("marcus"),
        verdict: Approve,
        channel: Channel::Card,
        reason: false,
    };
    vec![
        Move::Ask("emma", salesforce()),
        Move::Ask("emma", boxed),
        approves(2),
        approves(1),
        Move::Wait(1_900),
        Move::Wait(600),
    ]
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

/// Jonas decides for Marcus, but not once the time of that is over.
fn runs_out() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(40),
        Move::Delegate("marcus", "jonas", 20),
        Move::Wait(1_500),
        press(1, "jonas", Approve),
        vote(1, "jonas", Approve, Channel::Api),
        Move::Wait(120),
        press(1, "marcus", Approve),
    ]
}

/// Others are asked while Marcus is away; then it is his again.
fn away_and_back() -> Vec<Move> {
    vec![
        Move::Ask("emma", salesforce()),
        Move::Wait(40),
        Move::Away("marcus", 40),
        Move::Wait(1_200),
        Move::Delegate("marcus", "jonas", 15),
        Move::Wait(1_800),
        vote(1, "jonas", Approve, Channel::Api),
        press(1, "helena", Approve),
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

/// Two of one access are approved automatically within the hour, and none once that is stopped.
fn beyond_the_caps() -> Vec<Move> {
    let code = || access("github", Some("read"), None);
    let mut moves: Vec<Move> = ["ben", "chloe", "ravi"].map(|who| Move::Ask(who, code())).into();
    moves.extend([
        vote_on(3, "dana"),
        Move::Automatic(Switch::Stop),
        Move::Wait(4_000),
        Move::Ask("yuki", code()),
        vote_on(4, "dana"),
        Move::Automatic(Switch::Allow),
    ]);
    moves
}

/// Security may, Sales may not.
fn by_break_glass() -> Vec<Move> {
    let production = || access("aws", Some("production"), None);
    vec![
        Move::BreakGlass("sofia", production()),
        Move::BreakGlass("emma", production()),
        Move::Wait(1_900),
        Move::TakeBack(1, "sofia"),
    ]
}

fn one_seat_for_two() -> Vec<Move> {
    let boxed = || access("netsuite", None, Span::of_seconds(1_800).ok());
    vec![
        Move::Ask("emma", boxed()),
        Move::Ask("noah", boxed()),
        vote_on(1, "marcus"),
        vote_on(2, "marcus"),
        Move::Wait(2_400),
        Move::Ask("olivia", boxed()),
        Move::TakeBack(3, "olivia"),
        Move::Ask("jonas", boxed()),
        vote_on(4, "marcus"),
    ]
}

fn vote_on(request: usize, who: &'static str) -> Move {
    Move::Vote {
        request,
        gate: 1,
        who: Who::Named(who),
        verdict: Approve,
        channel: Channel::Card,
        reason: false,
    }
}
