//! What every phrase has in every language.

use super::{
    Phrase::{self, *},
    *,
};
use std::collections::BTreeSet;

/// As long as titles of the shipped catalog are.
const WHAT: &str = "Salesforce, Standard user";
const OTHER: &str = "GitHub, Maintainer";
/// What a channel shows of a headline, a button, and a button that confirms.
const HEADLINE: usize = 150;
const BUTTON: usize = 75;
const CONFIRM: usize = 30;

const OUTCOMES: [Outcome; 10] = [
    Outcome::Granted,
    Outcome::Served,
    Outcome::Revoked,
    Outcome::Denied,
    Outcome::Expired,
    Outcome::Cancelled,
    Outcome::Failed,
    Outcome::Unknown,
    Outcome::AlreadyHeld,
    Outcome::Joined,
];
const STATUSES: [Status; 7] = [
    Status::Received,
    Status::Waiting,
    Status::Approved,
    Status::Provisioning,
    Status::Active,
    Status::Revoking,
    Status::Closed,
];

fn headlines() -> Vec<Phrase<'static>> {
    let mut all = vec![
        OneQuestion,
        Understood,
        BeingSent,
        Sent,
        Discarded,
        OnItsWay(WHAT),
        Waiting(WHAT),
        ReadAs(WHAT),
        SettingUp(WHAT),
        BeginsLater(WHAT),
        Active(WHAT),
        WentWrong(WHAT),
        LeadDecided(WHAT),
        TimeOver(WHAT),
        TimeOverButKept(WHAT),
        NeverConfirmed(WHAT),
        RightlyGiven(WHAT),
        WronglyGiven(WHAT),
        NeverReviewed(WHAT),
        NoAnswer(WHAT),
        Unanswered(WHAT),
        Unmet(WHAT),
        TooLate(WHAT),
        EndedEarly(WHAT),
        Ended(None, WHAT),
    ];
    all.extend(OUTCOMES.map(|outcome| Ended(Some(outcome), WHAT)));
    all
}

const BUTTONS: [Phrase<'static>; 6] = [Phrase::Send, SendToDesk, Discard, Yes, Me, TakeBack];

/// Every phrase, with what stands in it.
fn with_all(look: impl Fn(Phrase<'_>)) {
    let (incident, id) = (IncidentId::derived(&["i"]), RequestId::derived(&["r"]));
    let week = Span::of_days(7);
    let others = [
        BreakGlass(&incident),
        What,
        HowLong,
        From,
        Until,
        Why,
        For,
        SomethingElse,
        DeskReads,
        ReadByDesk(WHAT),
        NotSure(WHAT),
        Nobody,
        Somebody,
        WithoutEnd,
        Lasting(week),
        DidYouMean(WHAT),
        WhichApplication,
        WhichLevel,
        Whom,
        TakenBackBy,
        Begins,
        Ends,
        EndsByItself,
        Once(WHAT, week),
        ButLess,
        GrantedAndAsked(WHAT, OTHER),
        ReallyTakeBack,
        Phrase::Request(&id),
    ];
    let leads = OUTCOMES.map(|outcome| Lead(Some(outcome), Status::Closed));
    let leads = leads.into_iter().chain(STATUSES.map(|status| Lead(None, status)));
    headlines().into_iter().chain(BUTTONS).chain(others).chain(leads).for_each(look);
}

fn said(phrase: Phrase<'_>) -> [String; 4] {
    Language::ALL.map(|language| phrase.say(language))
}

#[test]
fn every_phrase_is_looked_at() {
    let seen = std::cell::RefCell::new(BTreeSet::new());
    with_all(|phrase| {
        let name = format!("{phrase:?}");
        seen.borrow_mut().insert(name.split('(').next().unwrap_or_default().to_owned());
    });
    let source = include_str!("../phrases.rs");
    let (_, after) = source.split_once("enum Phrase<'a> {").unwrap();
    let (phrases, _) = after.split_once("\n}").unwrap();
    let names = phrases.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("///"));
    let names: BTreeSet<String> =
        names.map(|line| line.split(['(', ',']).next().unwrap_or_default().to_owned()).collect();
    assert_eq!(*seen.borrow(), names);
}

#[test]
fn languages_differ_in_every_phrase() {
    with_all(|phrase| {
        let said = said(phrase);
        let distinct = BTreeSet::from(said.clone());
        assert_eq!(distinct.len(), 4, "{said:#?}");
    });
}

#[test]
fn what_stands_in_a_phrase_stands_in_every_language_and_nothing_is_left_open() {
    with_all(|phrase| {
        let debugged = format!("{phrase:?}");
        for said in said(phrase) {
            assert!(!said.contains(['{', '}']), "{said}");
            for what in [WHAT, OTHER].into_iter().filter(|what| debugged.contains(*what)) {
                assert_eq!(said.matches(what).count(), 1, "{said}");
            }
            assert!(!said.contains("  "), "{said}");
        }
    });
}

/// What is added to other words begins or ends in every language as in English.
#[test]
fn spaces_at_the_ends_are_those_of_english() {
    with_all(|phrase| {
        let ends = |text: &str| text.ends_with(' ');
        let begins = |text: &str| text.starts_with([' ', ',']);
        let [english, others @ ..] = said(phrase);
        for other in others {
            assert_eq!((begins(&english), ends(&english)), (begins(&other), ends(&other)), "{other:?}");
        }
    });
}

#[test]
fn phrases_fit_into_their_places() {
    let check = |phrases: &[Phrase<'_>], limit| {
        for said in phrases.iter().flat_map(|phrase| said(*phrase)) {
            assert!(said.chars().count() <= limit, "{limit}: {said}");
        }
    };
    check(&headlines(), HEADLINE);
    check(&BUTTONS, BUTTON);
    check(&[TakeBack], CONFIRM);
}

/// Before these a French text has a space that does not break; the other languages have none.
#[test]
fn marks_stand_as_each_language_has_them() {
    with_all(|phrase| {
        let [english, german, french, spanish] = said(phrase);
        for text in [english, german, spanish] {
            assert!(!text.contains('\u{a0}'), "{text}");
        }
        let before = french.chars().zip(french.chars().skip(1));
        let bare =
            before.filter(|(before, mark)| matches!(mark, ':' | ';' | '?' | '!') && *before != '\u{a0}');
        assert_eq!(bare.count(), 0, "{french}");
    });
}
