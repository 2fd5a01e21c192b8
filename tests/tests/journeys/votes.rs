//! Who decides, and who cannot: twenty at once, and those who have an interest.

use crate::harness::{
    outside::Seat,
    person::Person,
    raw::shown,
    stack::Stack,
    waiting::{all, until},
};
use countersign_core::{
    audit::Happening,
    change::decode,
    gate::{Ending, Gate, Shown},
    ids::{RequestId, ShownId},
    job::Refusal,
    ports::ReadStore,
    request::Outcome,
    slot::Slot,
};
use serde_json::json;

/// What a person was told about votes that came second, word for word.
async fn told(person: &Person<'_>) -> Vec<String> {
    let messages = person.messages().await;
    let words = messages.iter().filter_map(|message| message["text"].as_str());
    words.filter(|words| words.starts_with("This was ")).map(str::to_owned).collect()
}

/// Whether the card was shown to whoever decided the gate.
async fn decided(stack: &Stack, gate: &Gate, card: &str) -> bool {
    let slot = Slot::Shown(ShownId::new(card).unwrap());
    let card: Shown = decode(stack.get(&slot).await.unwrap().unwrap()).unwrap().value;
    gate.deciders() == [card.recipient]
}

#[tokio::test]
async fn of_twenty_votes_at_once_one_decides() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "jonas", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let calls = stack.last_call("okta").await;
    let (jonas, marcus, priya) =
        (stack.person("jonas").await, stack.person("marcus").await, stack.person("priya").await);
    let id = jonas.asks("I need access to Mosaic for the product photos").await;
    let cards = [marcus.card("approve", id.as_str()).await, priya.card("approve", id.as_str()).await];
    let [his, hers] = cards.map(|card| shown(&card, "approve"));
    let vote = |number: usize| {
        let (voter, shown) = if number.is_multiple_of(2) { (&marcus, &his) } else { (&priya, &hers) };
        async move {
            match number % 4 < 2 {
                true => voter.approves_raw(shown).await,
                false => voter.denies_raw(shown, "The photos are not ours").await,
            }
        }
    };
    all((0..20).map(vote)).await;
    let ended = || async { stack.request(&id).await.and_then(|request| request.outcome) };
    let outcome = until("twenty votes have ended it", ended).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    let how = if gate.ending() == Some(Ending::Approved) { "approved" } else { "denied" };
    let voters = [("Marcus Weber", &marcus, &his), ("Priya Nair", &priya, &hers)];
    let won = all(voters.map(|(_, _, card)| decided(&stack, &gate, card))).await;
    let Some(winner) = won.iter().position(|won| *won).filter(|_| won != [true, true]) else {
        panic!("not one of the two decided: {gate:?}")
    };
    let words = format!("This was {how} already by {}.", voters[winner].0);
    for ((name, voter, _), won) in voters.into_iter().zip(won) {
        let lost = if won { 9 } else { 10 };
        let all_told = || async { Some(told(voter).await).filter(|told| told.len() >= lost) };
        let told = until(&format!("{name} is told of {lost} votes that lost"), all_told).await;
        // A queue may hand a vote over twice, and its loser is told twice then.
        assert!(told.iter().all(|told| *told == words), "{name} must be told {words:?}: {told:?}");
    }
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let votes = stack.happened(&id, |what| matches!(what, Happening::Voted { .. })).await;
    let ends = stack.happened(&id, |what| matches!(what, Happening::GateEnded { .. })).await;
    assert_eq!((votes.len(), ends.len()), (1, 1));
    let changed = stack.changes(seat, calls).await;
    match outcome {
        Outcome::Granted => assert_eq!(changed, [("PUT".to_owned(), 204)]),
        Outcome::Denied => assert_eq!(changed, []),
        other => panic!("{other:?}"),
    }
    assert_eq!(stack.is_member(seat).await, outcome == Outcome::Granted);
    stack.holds(&id, &["product photos", "The photos are not ours"]).await;
}

#[tokio::test]
async fn who_asks_cannot_approve_by_whatever_account() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "emma", group: "app-jira-member" };
    stack.vacate(seat).await;
    let (emma, alias, marcus) =
        (stack.person("emma").await, stack.account("U0EMMA2").await, stack.person("marcus").await);
    let id = emma.asks("I need access to Jira to follow the rollout").await;
    let card = shown(&marcus.card("approve", id.as_str()).await, "approve");
    for _ in 0..2 {
        emma.approves_raw(&card).await;
        alias.approves_raw(&card).await;
    }
    stack.refused(&id, Refusal::Requester).await;
    let both = || async {
        let words = "You asked for this, so you cannot decide on it";
        (emma.finds(&[words]).await.is_some() && alias.finds(&[words]).await.is_some()).then_some(())
    };
    until("both accounts are told", both).await;
    marcus.presses("approve", id.as_str()).await;
    stack.ended(&id, Outcome::Granted).await;
    let refusals = stack.happened(&id, |what| matches!(what, Happening::VoteRefused { .. })).await;
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["follow the rollout"]).await;
}

#[tokio::test]
async fn who_asks_cannot_approve_in_the_managers_place() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "dimitri", group: "app-notion-member" };
    stack.vacate(seat).await;
    let (dimitri, dana) = (stack.person("dimitri").await, stack.person("dana").await);
    let message = dimitri.says("I need access to Notion to keep the runbooks").await;
    dimitri.presses("send", message.as_str()).await;
    let id = RequestId::derived(&["request", message.as_str(), "0"]);
    let card = dana.card("approve", id.as_str()).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    let (manager, asker) = (&gate.candidates[0].subject, stack.request(&id).await.unwrap().requester);
    let slot = Slot::Delegation(manager.clone());
    let period = json!({"from": 0, "to": 4_102_444_800_000_i64});
    stack.put(&slot, &json!({"from": manager, "to": asker, "period": period})).await;
    dimitri.approves_raw(&shown(&card, "approve")).await;
    stack.refused(&id, Refusal::Requester).await;
    dimitri.reads(&["You asked for this, so you cannot decide on it"]).await;
    dana.presses_on(&card, "approve").await;
    stack.ended(&id, Outcome::Granted).await;
    stack.remove(&slot).await;
    let gate = stack.gate(&id, 1).await.unwrap();
    assert_eq!((gate.ending(), gate.deciders().as_slice()), (Some(Ending::Approved), &[manager.clone()][..]));
    let refusals = stack.happened(&id, |what| matches!(what, Happening::VoteRefused { .. })).await;
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    stack.holds(&id, &["keep the runbooks"]).await;
}
