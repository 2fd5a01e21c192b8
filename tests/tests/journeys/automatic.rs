//! Automatic approval: the policy decides up to its cap, people beyond it.

use crate::harness::{outside::Seat, stack::Stack};
use countersign_core::{
    audit::{By, Happening},
    request::Outcome,
    slot::Slot,
};

const GROUP: &str = "app-github-write";

#[tokio::test]
async fn beyond_the_cap_of_an_access_the_desk_decides() {
    let Some(stack) = Stack::open() else { return };
    let seats = ["chloe", "ravi"].map(|handle| Seat { handle, group: GROUP });
    for seat in seats {
        stack.vacate(seat).await;
    }
    stack.remove(&Slot::Automatic(format!("target:okta:{GROUP}"))).await;
    let (chloe, ravi, dana) =
        (stack.person("chloe").await, stack.person("ravi").await, stack.person("dana").await);
    let first = chloe.asks("I need access to Quill for the style guide").await;
    stack.ended(&first, Outcome::Granted).await;
    assert!(stack.gate(&first, 1).await.is_none(), "nobody was asked");
    let planned = stack.happened(&first, |what| matches!(what, Happening::Planned { .. })).await;
    assert!(matches!(&planned[0].by, By::Policy { policy } if policy.starts_with("policy:")), "{planned:#?}");
    let second = ravi.asks("I need access to Quill for the style guide").await;
    dana.reads(&["the cap of this access is reached", second.as_str()]).await;
    dana.presses("approve", second.as_str()).await;
    stack.ended(&second, Outcome::Granted).await;
    for (seat, id) in seats.into_iter().zip([first, second]) {
        assert!(stack.is_member(seat).await, "{seat:?}");
        stack.holds(&id, &["style guide"]).await;
    }
}
