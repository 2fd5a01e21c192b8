//! Seats: reserved while a request waits, refused when none is free, free again at the end.

use crate::harness::{outside::Seat, stack::Stack};
use countersign_core::{audit::Happening, request::Outcome, slot::Slot};

const GROUP: &str = "app-salesforce-admin";

#[tokio::test]
async fn one_seat_is_reserved_exhausted_and_free_again() {
    let Some(stack) = Stack::open() else { return };
    let seats = ["jonas", "mia"].map(|handle| Seat { handle, group: GROUP });
    for seat in seats {
        stack.vacate(seat).await;
    }
    stack.remove(&Slot::Seats("gallery/curator".into())).await;
    let (jonas, mia, marcus) =
        (stack.person("jonas").await, stack.person("mia").await, stack.person("marcus").await);
    let first = jonas.asks("I need access to Gallery for the spring show").await;
    let (_, shown) = stack.shown(&first, 1).await;
    let reserved = |what: &Happening| matches!(what, Happening::SeatReserved { free: true });
    assert_eq!(stack.happened(&first, reserved).await.len(), 1);
    let second = mia.asks("I need access to Gallery for the spring show").await;
    stack.ended(&second, Outcome::Denied).await;
    mia.reads(&["All its seats are taken", second.as_str()]).await;
    marcus.approves_raw(&shown).await;
    stack.ended(&first, Outcome::Revoked).await;
    assert!(!stack.is_member(seats[0]).await);
    let third = mia.asks("I need access to Gallery for the autumn show").await;
    stack.approved_by(&third, "marcus").await;
    stack.ended(&third, Outcome::Revoked).await;
    for id in [first, second, third] {
        stack.holds(&id, &["spring show", "autumn show"]).await;
    }
}
