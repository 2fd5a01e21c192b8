//! Approvers who give less than was asked.
#![allow(clippy::unwrap_used, reason = "tests end where they fail")]

use countersign_core::{
    Error,
    audit::Happening,
    budget::Ledger,
    card::{Input, ModalKind, Press},
    digest::Digest,
    gate::Ending,
    ids::RequestId,
    job::{Actor, Content, Job, Refusal, Verdict},
    message::Ask,
    policy::Then,
    reduction::Reduction,
    request::{Effect, EffectKind, Outcome, Status},
    slot::Slot,
    steps::{
        provision_access::{self, provision_access},
        send_messages::on_message,
    },
    time::Span,
};
use countersign_testkit::{Fault, World, access, chat_user};

fn span(text: &str) -> Option<Span> {
    Span::parse(text).ok()
}

fn less(entitlement: Option<&str>, duration: Option<&str>) -> Verdict {
    let duration = duration.and_then(span);
    Reduction { entitlement: entitlement.map(str::to_owned), duration }.verdict()
}

fn creator(duration: Option<&str>) -> Ask {
    access("tableau", Some("creator"), duration.and_then(span))
}

fn refusals(world: &World, id: &RequestId) -> Vec<Refusal> {
    let reason = |what: &Happening| match what {
        Happening::VoteRefused { reason, .. } => Some(*reason),
        _ => None,
    };
    world.chain(id).iter().filter_map(|entry| reason(&entry.what)).collect()
}

/// Marcus and then Felix vote; answers what is granted.
fn granted(ask: Ask, marcus: Verdict, felix: Verdict) -> (String, Option<Span>) {
    let world = World::harbour();
    let id = world.ask("emma", ask);
    for (who, verdict) in [("marcus", marcus), ("felix", felix)] {
        assert!(world.press(who, verdict, None), "{who} is asked");
        world.run();
    }
    let request = world.request(&id);
    let action = request.action().unwrap().clone();
    let held = world.state().outside.holds(&action.target.group, &action.target.user);
    assert!(held, "{action:?} is what the target holds");
    assert_eq!(request.plan.unwrap().action.unwrap().entitlement, "creator", "what was asked is kept");
    assert_eq!(request.times.expires.is_some(), action.duration.is_some());
    world.assert_sound();
    (action.entitlement, action.duration)
}

#[test]
fn the_strictest_of_all_stages_is_granted() {
    use Verdict::Approve;
    for (asked, marcus, felix, level, time) in [
        (None, Approve, Approve, "creator", None),
        (None, less(None, Some("1d")), Approve, "creator", Some("1d")),
        (Some("5d"), Approve, less(None, Some("8h")), "creator", Some("8h")),
        (Some("5d"), less(None, Some("2d")), less(None, Some("3d")), "creator", Some("2d")),
        (None, less(Some("viewer"), None), less(None, Some("2w")), "viewer", Some("2w")),
        (Some("1d"), Approve, less(Some("viewer"), None), "viewer", Some("1d")),
    ] {
        let cause = format!("{asked:?} {marcus:?} {felix:?}");
        let (entitlement, duration) = granted(creator(asked), marcus, felix);
        assert_eq!((entitlement.as_str(), duration), (level, time.and_then(span)), "{cause}");
    }
}

#[test]
fn a_grant_that_was_shortened_ends_so_and_costs_what_is_left() {
    let world = World::harbour();
    let id = world.ask("emma", creator(Some("5d")));
    world.press("marcus", less(Some("viewer"), Some("8h")), None);
    world.run();
    world.press("felix", Verdict::Approve, None);
    world.run();
    assert_eq!(world.request(&id).status, Status::Active);
    let spent = |what: &Happening| matches!(what, Happening::BudgetSpent { cents: 1_500 });
    assert_eq!(world.count(&id, spent), 1, "the lower level's price");
    world.advance(8 * 3_600 + 300);
    world.assert_ended(&id, Outcome::Revoked, 1);
    assert_eq!(world.state().outside.changed(EffectKind::Revocation), 1);
}

#[test]
fn a_lower_level_takes_no_seat_of_the_higher_one() {
    for (verdict, taken) in [(Verdict::Approve, 1), (less(Some("viewer"), None), 0)] {
        let world = World::configured(|config| {
            let tableau = config.catalog.applications.iter_mut().find(|one| one.name == "tableau").unwrap();
            for level in &mut tableau.entitlements {
                (level.monthly_cents, level.seats) = (0, (level.name == "creator").then_some(2));
            }
        });
        let id = world.ask("emma", creator(None));
        world.press("marcus", verdict, None);
        world.run();
        world.assert_ended(&id, Outcome::Granted, 1);
        let seats: Ledger = world.record(&Slot::Seats("tableau/creator".into())).unwrap();
        assert_eq!((seats.reserved.len(), seats.spent), (0, taken));
        assert_eq!(world.request(&id).seat.is_some(), taken == 1);
    }
}

#[test]
fn a_level_that_has_seats_is_no_lower_level() {
    let world = World::configured(|config| {
        let tableau = config.catalog.applications.iter_mut().find(|one| one.name == "tableau").unwrap();
        for level in tableau.entitlements.iter_mut().filter(|level| level.name == "viewer") {
            (level.monthly_cents, level.seats) = (0, Some(2));
        }
    });
    let id = world.ask("emma", creator(None));
    world.press("marcus", less(Some("viewer"), None), None);
    world.run();
    assert_eq!(refusals(&world, &id), [Refusal::NotLess]);
}

#[test]
fn nobody_gives_more_than_was_asked_and_nothing_that_is_held() {
    for (who, ask, verdict) in [
        ("emma", creator(Some("1d")), less(None, Some("2d"))),
        ("emma", creator(None), less(Some("creator"), None)),
        ("emma", creator(None), less(Some("admin"), None)),
        ("emma", access("tableau", None, None), less(Some("creator"), None)),
        ("grace", access("salesforce", Some("admin"), None), less(Some("standard"), None)),
    ] {
        let world = World::harbour();
        let id = world.ask(who, ask);
        world.press("marcus", verdict.clone(), None);
        world.run();
        assert_eq!(refusals(&world, &id), [Refusal::NotLess], "{verdict:?}");
        assert_eq!(world.gate(&id, 1).ending(), None);
        world.press("marcus", Verdict::Approve, None);
        world.run();
        assert_eq!(world.gate(&id, 1).ending(), Some(Ending::Approved));
        assert_eq!(world.broken(), []);
    }
}

/// Harbour Works, where the baseline's stage lets nobody give less, or needs a reason.
fn with_stage(edits: bool, reason_required: bool) -> World {
    World::configured(|config| {
        let Then::Stages(stages) = &mut config.policy.baseline.then else { return };
        for stage in stages {
            (stage.edits, stage.reason_required) = (edits, reason_required);
        }
    })
}

#[test]
fn a_stage_says_whether_less_may_be_given() {
    for (edits, refused) in [(true, vec![]), (false, vec![Refusal::VerdictNotOffered])] {
        let world = with_stage(edits, false);
        let id = world.ask("emma", access("jira", None, None));
        let offered = world.state().chat.button(&chat_user("marcus"), Press::ApproveWith).is_some();
        assert_eq!(offered, edits);
        world.press("marcus", less(None, Some("1d")), None);
        world.run();
        assert_eq!(refusals(&world, &id), refused);
        assert_eq!(world.broken(), []);
    }
}

#[test]
fn the_desk_reads_and_takes_nothing_away() {
    let world = World::harbour();
    let id = world.ask("emma", Ask { confidence: 300, ..access("figma", None, None) });
    world.press("dana", less(None, Some("1d")), None);
    world.run();
    assert_eq!(refusals(&world, &id), [Refusal::VerdictNotOffered]);
}

/// The fields of the modal that opens on a person's card.
fn fields(world: &World, who: &str) -> Vec<(String, bool, Vec<String>)> {
    let shown = world.card_of(who).unwrap();
    let actor = Actor::Chat { user: chat_user(who) };
    let job = Job::FillModal { external_id: "m".into(), modal: ModalKind::Approve, shown, actor };
    world.finish(on_message(world, Content::Job(job))).unwrap();
    let modal = world.state().chat.modals.last().unwrap().1.clone();
    let choices = |input: &Input| match input {
        Input::Select { choices, .. } => choices.iter().map(|(name, _)| name.clone()).collect(),
        _ => Vec::new(),
    };
    modal.fields.iter().map(|f| (f.name.clone(), f.optional, choices(&f.input))).collect()
}

#[test]
fn the_modal_offers_what_the_stage_and_the_catalog_allow() {
    let field = |name: &str, optional, choices: &[&str]| {
        (name.to_owned(), optional, choices.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    };
    let time = field("duration", true, &[]);
    for (edits, reason_required, expected) in [
        (
            true,
            false,
            vec![field("entitlement", true, &["viewer"]), time.clone(), field("reason", true, &[])],
        ),
        (true, true, vec![field("entitlement", true, &["viewer"]), time, field("reason", false, &[])]),
        (false, true, vec![field("reason", false, &[])]),
    ] {
        let world = with_stage(edits, reason_required);
        world.ask("emma", creator(None));
        assert_eq!(fields(&world, "marcus"), expected);
        let plain = world.state().chat.button(&chat_user("marcus"), Press::Approve).is_some();
        assert_eq!(plain, !reason_required, "who must say why is not offered a button that cannot work");
    }
}

/// Whether a card that somebody sees says this.
fn shows(world: &World, who: &str, words: &str) -> bool {
    let state = world.state();
    let posts = state.chat.of(&chat_user(who));
    posts.iter().any(|posted| format!("{:?}", posted.card.body).contains(words))
}

#[test]
fn every_card_tells_what_was_left() {
    let world = World::harbour();
    let id = world.ask("emma", creator(None));
    world.press("marcus", less(Some("viewer"), Some("8h")), None);
    world.run();
    let shows = |who, words| shows(&world, who, words);
    assert!(shows("marcus", "approved less: Viewer, for 8 hours"));
    assert!(shows("felix", "Viewer, for 8 hours (asked: Creator, without end)"));
    world.press("felix", Verdict::Approve, None);
    world.run();
    assert!(shows("emma", "Viewer, for 8 hours (asked: Creator, without end)"));
    assert_eq!(world.request(&id).status, Status::Active);
}

#[test]
fn who_voted_is_on_every_card_and_may_vote_otherwise() {
    let world = World::with_quorum(2);
    let id = world.ask("emma", access("salesforce", None, None));
    let shows = |who, words| shows(&world, who, words);
    world.press("marcus", Verdict::Approve, None);
    world.run();
    assert!(shows("marcus", "You approved") && shows("marcus", "You may change it"));
    assert!(!shows("felix", "You may change it") && shows("felix", "1 of 2 approvals so far"));
    world.press("marcus", Verdict::Deny, Some("on second thoughts"));
    world.run();
    assert!(shows("marcus", "You denied") && shows("felix", "0 of 2 approvals so far"));
    world.press("marcus", less(None, Some("1d")), None);
    world.run();
    world.press("felix", Verdict::Approve, None);
    world.run();
    let request = world.request(&id);
    assert_eq!(request.action().unwrap().duration, span("1d"), "the last word of each counts");
    assert_eq!(world.broken(), []);
}

#[test]
fn a_reduction_that_was_taken_back_takes_nothing_away() {
    let world = World::with_quorum(2);
    let id = world.ask("emma", access("salesforce", None, None));
    world.press("marcus", less(None, Some("1d")), None);
    world.run();
    world.press("marcus", Verdict::Approve, None);
    world.run();
    world.press("felix", Verdict::Approve, None);
    world.run();
    assert_eq!(world.request(&id).granted, None);
    world.assert_ended(&id, Outcome::Granted, 1);
}

#[test]
fn an_effect_beyond_what_was_left_is_refused() {
    let world = World::harbour();
    let id = world.ask("emma", access("jira", None, None));
    world.down("access.grant", Fault::refused(Error::unavailable("okta")));
    world.press("marcus", less(None, Some("1d")), None);
    world.run();
    let mut request = world.request(&id);
    let asked = request.plan.clone().unwrap().action.unwrap();
    request.granted = None;
    request.grant = Some(Effect::pending(asked.target.clone(), Digest::of(&asked).unwrap()));
    world.put(Slot::Request(id.clone()), &request);
    world.up("access.grant");
    let input = provision_access::Input { request: id, generation: 1 };
    let answer = world.finish(provision_access(&world, input));
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(world.state().outside.changed(EffectKind::Grant), 0);
}
