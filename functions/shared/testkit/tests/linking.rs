//! Accounts and addresses lead to the one person who alone has them; where two match, to nobody, and the desk is told.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    ids::SubjectId,
    job::Actor,
    person::{Ambiguity, ChatAccount, ChatUser, DirectoryAccount, Person},
    slot::Slot,
    steps::{
        identifying::{subject_by_mail, subject_of},
        sync_people::sync_people,
    },
};
use countersign_testkit::{Company, World, chat_user};

fn sync(world: &World) {
    world.run_as("sync-people").finish(sync_people(world)).unwrap();
    world.sweep();
    world.advance(60);
}

fn by_mail(world: &World, mail: &str) -> Option<SubjectId> {
    world.finish(subject_by_mail(world, mail)).unwrap()
}

fn by_chat(world: &World, user: ChatUser) -> Option<SubjectId> {
    world.finish(subject_of(world, &Actor::Chat { user })).unwrap()
}

fn by_account(world: &World, id: &str) -> Option<SubjectId> {
    world.finish(subject_of(world, &Actor::Directory { id: id.into() })).unwrap()
}

fn account<'a>(state: &'a mut countersign_testkit::State, handle: &str) -> &'a mut DirectoryAccount {
    let id = Company::account(handle);
    state.outside.accounts.iter_mut().find(|account| account.id == id).unwrap()
}

/// What the desk is told from now on.
fn told(world: &World, before: usize) -> Vec<String> {
    let all = world.headlines("dana");
    all.into_iter().skip(before).collect()
}

/// Something is found twice from now on: who is linked to what no more, and what the desk is told, once.
fn check(change: fn(&World), unlinked: fn(&World) -> Option<SubjectId>, what: Ambiguity) {
    let world = World::harbour();
    let emma = world.subject("emma");
    assert_eq!(unlinked(&world), Some(emma.clone()), "{what:?}");
    let before = world.headlines("dana").len();
    change(&world);
    for _ in 0..2 {
        sync(&world);
        assert_eq!(unlinked(&world), None, "{what:?} leads to nobody");
        let said = told(&world, before);
        let matter = format!("The desk is needed: two matches {}", what.name().replace('-', " "));
        assert!(said.iter().all(|line| *line == matter), "{said:?}");
        let people: Vec<Person> =
            ["emma", "noah"].map(|who| world.record(&Slot::Person(world.subject(who))).unwrap()).into();
        let concerned = people.iter().filter(|person| person.ambiguous.contains(&what)).count();
        assert!(concerned > 0 && said.len() == concerned, "once for each person: {said:?}");
    }
    assert_eq!(by_account(&world, "nobody"), None);
}

#[test]
fn what_two_claim_is_nobodys_and_the_desk_hears_of_it_once() {
    check(
        |world| {
            let mail = "emma@harbour.example".into();
            account(&mut world.state(), "noah").mails.push(mail);
        },
        |world| by_mail(world, "emma@harbour.example"),
        Ambiguity::SharedMailAddress,
    );
    check(
        |world| {
            let mut state = world.state();
            let twin = DirectoryAccount { id: "00utwin".into(), ..account(&mut state, "emma").clone() };
            state.outside.accounts.push(twin);
        },
        |world| by_account(world, &Company::account("emma")),
        Ambiguity::SeveralDirectoryAccounts,
    );
    check(
        |world| {
            let mut state = world.state();
            let known = state.chat.accounts.iter().find(|one| one.user == chat_user("emma")).unwrap().clone();
            let user = ChatUser { user: "U0TWIN".into(), ..known.user.clone() };
            state.chat.accounts.push(ChatAccount { user, ..known });
        },
        |world| by_chat(world, chat_user("emma")),
        Ambiguity::SeveralChatAccounts,
    );
}

#[test]
fn what_is_nobodys_any_more_leads_to_nobody_and_may_become_somebody_elses() {
    let world = World::harbour();
    let (emma, noah) = (world.subject("emma"), world.subject("noah"));
    let alias = "e.clarke@harbour.example";
    assert_eq!(by_mail(&world, alias), Some(emma.clone()));
    account(&mut world.state(), "emma").mails.retain(|mail| mail != alias);
    sync(&world);
    assert_eq!(by_mail(&world, alias), None, "the address was given up");
    account(&mut world.state(), "noah").mails.push(alias.into());
    sync(&world);
    assert_eq!(by_mail(&world, alias), Some(noah));
    assert_eq!(by_chat(&world, chat_user("emma")), Some(emma), "all else stays");
}
