//! What every store must keep, as one suite: run against the table in memory and against the real one.

use countersign_core::{
    Error,
    gate::InboxEntry,
    ids::{RequestId, SubjectId},
    ports::{Action, DueIndex, Expect, Write, WriteStore},
    slot::{List, SHARDS, Slot},
    time::Timestamp,
};
use serde_json::{Value, json};

/// Runs the whole suite; `make` gives an empty store, or one whose records do not meet the suite's.
///
/// # Panics
/// Where the store breaks the contract, saying how.
pub async fn store<S: WriteStore + DueIndex>(make: impl Fn() -> S) {
    versions_grow(&make()).await;
    conditions_hold(&make()).await;
    all_or_nothing(&make()).await;
    lists_are_in_order(&make()).await;
    lists_have_no_end(&make()).await;
    addresses_do_not_meet(&make()).await;
    the_due_index_follows(&make()).await;
    only_so_many_at_once(&make()).await;
}

fn id(text: &str) -> RequestId {
    RequestId::derived(&["contract", text])
}

fn request(text: &str) -> Slot {
    Slot::Request(id(text))
}

fn put(slot: Slot, expect: Expect, body: Value) -> Write {
    Write { slot, expect, action: Action::Put(body, None) }
}

fn write(slot: Slot, expect: Expect, action: Action) -> Vec<Write> {
    vec![Write { slot, expect, action }]
}

async fn body(store: &impl WriteStore, slot: &Slot) -> Option<Value> {
    store.get(slot).await.expect("the store reads").map(|stored| stored.body)
}

async fn version(store: &impl WriteStore, slot: &Slot) -> Option<u64> {
    store.get(slot).await.expect("the store reads").map(|stored| stored.version)
}

async fn versions_grow(store: &impl WriteStore) {
    let slot = request("versions");
    assert_eq!(body(store, &slot).await, None, "nothing stands there at first");
    let mut last = 0;
    for (number, expect) in [Expect::Absent, Expect::Any, Expect::Any].into_iter().enumerate() {
        let value = json!({"number": number, "text": "ü 🎉 \"'\\", "list": [1, null, true, {"a": -1.5}]});
        store.commit(vec![put(slot.clone(), expect, value.clone())]).await.expect("the store writes");
        assert_eq!(body(store, &slot).await, Some(value), "what was written is read");
        let now = version(store, &slot).await.unwrap_or(0);
        assert!(now > last, "each put makes the version grow: {last} {now}");
        last = now;
    }
    let check = write(slot.clone(), Expect::Version(last), Action::Check);
    store.commit(check).await.expect("the check holds");
    assert_eq!(version(store, &slot).await, Some(last), "a check leaves the version");
}

async fn conditions_hold(store: &impl WriteStore) {
    let slot = request("conditions");
    let cases = |stands: Option<u64>| {
        let wrong = stands.unwrap_or(0) + 7;
        [
            (Expect::Absent, stands.is_none()),
            (Expect::Version(wrong), false),
            (Expect::Version(stands.unwrap_or(1)), stands.is_some()),
        ]
    };
    for round in 0..2 {
        let stands = version(store, &slot).await;
        for (expect, holds) in cases(stands) {
            let check = write(slot.clone(), expect, Action::Check);
            let expected = if holds { Ok(()) } else { Err(Error::Conflict) };
            assert_eq!(store.commit(check).await, expected, "round {round}: check {expect:?} of {stands:?}");
            if !holds {
                let puts = vec![put(slot.clone(), expect, json!("wrong"))];
                assert_eq!(store.commit(puts).await, Err(Error::Conflict), "put {expect:?} of {stands:?}");
                let delete = write(slot.clone(), expect, Action::Delete);
                assert_eq!(
                    store.commit(delete).await,
                    Err(Error::Conflict),
                    "delete {expect:?} of {stands:?}"
                );
            }
        }
        if round == 0 {
            store
                .commit(vec![put(slot.clone(), Expect::Absent, json!("there"))])
                .await
                .expect("it was absent");
        }
    }
    let stands = version(store, &slot).await.unwrap_or(0);
    store.commit(write(slot.clone(), Expect::Version(stands), Action::Delete)).await.expect("it stands");
    assert_eq!(body(store, &slot).await, None, "what was deleted is gone");
    store.commit(write(slot.clone(), Expect::Any, Action::Delete)).await.expect("deleting nothing is fine");
    store.commit(vec![put(slot, Expect::Absent, json!("again"))]).await.expect("a deleted place is absent");
}

async fn all_or_nothing(store: &impl WriteStore) {
    let (first, second) = (request("all"), request("nothing"));
    store.commit(vec![put(second.clone(), Expect::Absent, json!(1))]).await.expect("it was absent");
    let writes =
        vec![put(first.clone(), Expect::Absent, json!(1)), put(second.clone(), Expect::Absent, json!(2))];
    assert_eq!(store.commit(writes).await, Err(Error::Conflict), "one condition does not hold");
    assert_eq!(body(store, &first).await, None, "nothing was written");
    assert_eq!(body(store, &second).await, Some(json!(1)), "nothing was changed");
    let twice = vec![put(first.clone(), Expect::Any, json!(1)), put(first, Expect::Any, json!(2))];
    assert!(store.commit(twice).await.is_err(), "one record is not written twice at once");
    assert_eq!(store.commit(Vec::new()).await, Ok(()), "nothing to write is no error");
}

async fn lists_are_in_order(store: &impl WriteStore) {
    let owner = id("ordered");
    for sequence in [10_u64, 2, 1, 100, 9] {
        let slot = Slot::Audit(owner.as_str().to_owned(), sequence);
        store.commit(vec![put(slot, Expect::Absent, json!(sequence))]).await.expect("it was absent");
        let gate = u32::try_from(sequence).unwrap_or(0);
        let gates = vec![put(Slot::Gate(owner.clone(), gate), Expect::Absent, json!(gate))];
        store.commit(gates).await.expect("it was absent");
    }
    for list in [List::Audit(owner.as_str().to_owned()), List::Gates(owner.clone())] {
        let read = store.list(&list).await.expect("the store lists");
        let read: Vec<_> = read.into_iter().map(|stored| stored.body).collect();
        assert_eq!(read, [json!(1), json!(2), json!(9), json!(10), json!(100)], "{list:?} is in order");
    }
    let nothing = store.list(&List::Gates(id("nobody"))).await.expect("the store lists");
    assert_eq!(nothing, [], "a list of nothing is empty");
}

/// More than one page of the real table holds.
async fn lists_have_no_end(store: &impl WriteStore) {
    let who = SubjectId::derived(&["contract", "inbox"]);
    let large = "x".repeat(20_000);
    for number in 0..60 {
        let entry = InboxEntry { request: id("many"), gate: number, since: Timestamp(0) };
        let value = json!({"entry": entry, "filling": large});
        let slot = Slot::Inbox(who.clone(), id("many"), number);
        store.commit(vec![put(slot, Expect::Any, value)]).await.expect("the store writes");
    }
    let read = store.list(&List::Inbox(who)).await.expect("the store lists");
    assert_eq!(read.len(), 60, "a list is read to its end");
}

async fn addresses_do_not_meet(store: &impl WriteStore) {
    let (one, who) = (id("meet"), SubjectId::derived(&["contract", "meet"]));
    let text = one.as_str().to_owned();
    let slots = [
        Slot::Request(one.clone()),
        Slot::Words(one.clone()),
        Slot::Context(one.clone()),
        Slot::Gate(one.clone(), 1),
        Slot::Audit(text.clone(), 1),
        Slot::Row(text.clone(), "news:Ended".into()),
        Slot::Copy(one.clone(), 1, who.clone()),
        Slot::Copy(one.clone(), 11, who.clone()),
        Slot::Inbox(who.clone(), one.clone(), 1),
        Slot::Own(who.clone(), one.clone()),
        Slot::Day("2026-11-23".into(), 3, one.clone()),
        Slot::Person(who.clone()),
        Slot::Profile(who.clone()),
        Slot::Delegation(who.clone()),
        Slot::SubjectKey(who.clone()),
        Slot::Identity(text.clone()),
        Slot::Group(text.clone()),
        Slot::Automatic(text.clone()),
        Slot::Asked(text.clone()),
        Slot::Budget(text.clone()),
        Slot::Seats(text.clone()),
        Slot::Withdrawn(text.clone()),
        Slot::Holding(text.clone()),
        Slot::Idempotency(text.clone()),
        Slot::Quarantine(text.clone()),
        Slot::Example(one.clone(), 1),
        Slot::Lesson(u64::MAX),
        Slot::ModelPart(text.clone(), 1),
        Slot::ModelPart(text, 11),
    ];
    for (number, slot) in slots.iter().enumerate() {
        let writes = vec![put(slot.clone(), Expect::Absent, json!(number))];
        assert_eq!(store.commit(writes).await, Ok(()), "{slot:?} has a place of its own");
    }
    for (number, slot) in slots.iter().enumerate() {
        assert_eq!(body(store, slot).await, Some(json!(number)), "{slot:?}");
    }
    let copies = store.list(&List::Copies(one, 1)).await.expect("the store lists");
    assert_eq!(copies.len(), 1, "the copies of gate 1 are not those of gate 11");
}

async fn the_due_index_follows(store: &(impl WriteStore + DueIndex)) {
    let slot = request("due");
    let at = |due| Action::Put(json!("due"), due);
    for (due, until, found) in [
        (Some(Timestamp(500)), 499, false),
        (Some(Timestamp(500)), 500, true),
        (Some(Timestamp(900)), 899, false),
        (None, i64::MAX, false),
        (Some(Timestamp(100)), 1_000, true),
    ] {
        store.commit(write(slot.clone(), Expect::Any, at(due))).await.expect("the store writes");
        let listed = shards_with(store, &slot, until).await;
        let expected = if found { vec![due] } else { Vec::new() };
        let since: Vec<_> = listed.iter().map(|(_, since)| Some(*since)).collect();
        assert_eq!(since, expected, "in one shard, with its time: {due:?} until {until}");
    }
    store.commit(write(slot.clone(), Expect::Any, Action::Delete)).await.expect("the store writes");
    assert_eq!(shards_with(store, &slot, 1_000).await, [], "what is deleted is not due");
    the_oldest_come_first(store).await;
}

/// In which shards of the index a record is, and since when it is due there.
async fn shards_with(store: &impl DueIndex, slot: &Slot, until: i64) -> Vec<(u8, Timestamp)> {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        let listed = store.due(shard, Timestamp(until), 100).await.expect("the index answers");
        found.extend(listed.into_iter().filter(|due| due.slot == *slot).map(|due| (shard, due.due_at)));
    }
    found
}

async fn the_oldest_come_first(store: &(impl WriteStore + DueIndex)) {
    let row = |n: i64| Slot::Row(id("due").as_str().to_owned(), format!("row:{n}"));
    for n in [3_i64, 1, 2] {
        let action = Action::Put(json!(n), Some(Timestamp(n)));
        store.commit(write(row(n), Expect::Any, action)).await.expect("the store writes");
    }
    let found = shards_with(store, &row(1), 3).await;
    let [(shard, _)] = found.as_slice() else { panic!("in one shard: {found:?}") };
    let listed = store.due(*shard, Timestamp(3), 2).await.expect("the index answers");
    let times: Vec<_> = listed.iter().map(|due| due.due_at.0).collect();
    assert_eq!(times, [1, 2], "the oldest come first, and no more than asked for");
}

async fn only_so_many_at_once(store: &impl WriteStore) {
    let writes = |count: usize| -> Vec<Write> {
        (0..count).map(|n| put(request(&format!("many {n}")), Expect::Any, json!(n))).collect()
    };
    assert_eq!(store.commit(writes(20)).await, Ok(()), "20 writes are taken");
    assert!(store.commit(writes(21)).await.is_err(), "21 writes are not");
}
