//! What chance makes people do.

use super::{
    moves::{Channel, Move, Who},
    scenarios::{SLOW_MILLIS, less},
};
use crate::{
    understanding::access,
    world::{BEGINNING, Dice},
};
use countersign_core::{
    job::Verdict::{Approve, Deny},
    message::Ask,
    steps::automatic::Switch,
    time::{Span, Timestamp},
    window::Window,
};

/// One or two requests, and anything that anybody might do.
pub(super) fn invented(dice: &mut Dice) -> Vec<Move> {
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
    let window = within(dice);
    let duration = duration.or(window.ends.and_then(|_| Span::of_seconds(9_000).ok()));
    Move::Ask(who, Ask { confidence, beneficiary, window, ..access(application, level, duration) })
}

/// Now and then something begins later, or ends at a time.
fn within(dice: &mut Dice) -> Window {
    let mut at = |seconds: &[i64]| {
        let after = dice.one(seconds).copied().filter(|_| dice.happens(1_500));
        after.map(|after| Timestamp(BEGINNING.0 + after * 1_000))
    };
    Window { starts: at(&[60, 900, 5_400]), ends: at(&[1_200, 7_200, 9_000]) }
}

fn anything(request: usize, dice: &mut Dice) -> Move {
    let somebody = *dice.one(&["marcus", "helena", "priya", "jonas", "dana", "ben"]).unwrap_or(&"marcus");
    match dice.below(30) {
        0 if dice.happens(2_000) => {
            Move::Automatic(if dice.happens(5_000) { Switch::Stop } else { Switch::Allow })
        }
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
        10 => Move::EndDelegation(dice.one(&["marcus", "emma"]).unwrap_or(&"marcus")),
        11 => Move::Away(somebody, *dice.one(&[10, 60, 300]).unwrap_or(&60)),
        12 => Move::Back(somebody),
        24 | 25 => claiming(request, somebody, dice),
        26 | 27 => talking(request, somebody, dice),
        28 => answering(request, dice),
        29 => Move::SayAgain,
        13 => Move::Delegate(somebody, dice.one(&["mia", "marcus", "felix"]).unwrap_or(&"mia"), 30),
        _ => voting(request, somebody, dice),
    }
}

fn claiming(request: usize, somebody: &'static str, dice: &mut Dice) -> Move {
    let channel = *dice.one(&[Channel::Card, Channel::Api]).unwrap_or(&Channel::Card);
    let gate = u32::try_from(dice.below(4)).unwrap_or(0);
    Move::Claim { request, gate, who: anybody(somebody, dice), given_back: dice.happens(3_000), channel }
}

fn talking(request: usize, somebody: &'static str, dice: &mut Dice) -> Move {
    let channel = *dice.one(&[Channel::Card, Channel::Api]).unwrap_or(&Channel::Card);
    let gate = u32::try_from(dice.below(4)).unwrap_or(0);
    Move::Question { request, gate, who: anybody(somebody, dice), channel }
}

fn answering(request: usize, dice: &mut Dice) -> Move {
    let channel = *dice.one(&[Channel::Card, Channel::Api]).unwrap_or(&Channel::Card);
    let who = if dice.happens(7_000) { Who::Requester } else { Who::Asked };
    let (gate, question) = (dice.below(4), dice.below(3));
    let number = |count: usize| u32::try_from(count).unwrap_or(0);
    Move::Answer { request, gate: number(gate), question: number(question), who, channel }
}

fn anybody(somebody: &'static str, dice: &mut Dice) -> Who {
    match dice.below(10) {
        0 => Who::Requester,
        1 => Who::Named(somebody),
        2 => Who::Former,
        _ => Who::Asked,
    }
}

fn voting(request: usize, somebody: &'static str, dice: &mut Dice) -> Move {
    let who = anybody(somebody, dice);
    let channel =
        *dice.one(&[Channel::Card, Channel::Card, Channel::Api, Channel::StaleApi]).unwrap_or(&Channel::Card);
    let verdict = match dice.below(10) {
        0 => less(None, 600),
        1 => less(Some("standard"), 5_000),
        2 | 3 => Deny,
        _ => Approve,
    };
    let gate = u32::try_from(dice.below(4)).unwrap_or(0);
    Move::Vote { request, gate, who, verdict, channel, reason: dice.happens(8_000) }
}
