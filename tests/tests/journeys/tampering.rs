//! The audit trail of what has ended: whoever changes it in the table is found out, until all is as it was recorded.

use crate::harness::{outside::Seat, stack::Stack, waiting::until};
use countersign_core::{audit::ADMIN_CHAIN, request::Outcome};
use serde_json::{Value, json};

/// Does something to an entry of a chain in the table.
enum Tampering {
    /// Changes what it says.
    Says(fn(&mut Value)),
    /// Takes it away.
    Removes,
}

use Tampering::{Removes, Says};

/// What is done to an entry, at which place from the end, and how it is called.
const TAMPERING: [(Tampering, usize, &str); 5] = [
    (Says(|entry| entry["at"] = json!(entry["at"].as_i64().unwrap() + 1)), 3, "an entry was altered"),
    (Says(|entry| entry["by"] = json!({"by": "function", "name": "nobody"})), 2, "an entry was altered"),
    (Says(|entry| entry["previous"] = entry["hash"].clone()), 2, "an entry does not follow the one before"),
    (Removes, 3, "an entry is missing or out of order"),
    (Removes, 1, "the chain ends elsewhere than recorded"),
];

impl Tampering {
    async fn with(&self, stack: &Stack, item: &Value) {
        let Says(changed) = self else { return stack.erase(item).await };
        let mut item = item.clone();
        let mut entry: Value = serde_json::from_str(item["body"]["S"].as_str().unwrap()).unwrap();
        changed(&mut entry);
        item["body"]["S"] = json!(entry.to_string());
        stack.store(&item).await;
    }
}

/// What the daily verification of all chains answers, logs and counts.
struct Verification {
    flaws: Vec<Value>,
    logged: Vec<Value>,
    counted: f64,
}

impl Verification {
    async fn of(stack: &Stack) -> Self {
        let before = stack.log("verify-audit").len();
        let answer = stack.invoke("verify-audit", &json!({})).await;
        let counts = |said: &Vec<Value>| said.iter().any(|line| !line["CountersignAuditFlaws"].is_null());
        let look = || async { Some(stack.log("verify-audit").split_off(before)).filter(counts) };
        let said = until("flaws are counted", look).await;
        let flaws = answer["flaws"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
        let counted = said.iter().find_map(|line| line["CountersignAuditFlaws"].as_f64());
        let logged = said.into_iter().filter(|line| line["message"] == "audit chain broken").collect();
        Self { flaws, logged, counted: counted.unwrap() }
    }

    /// The first bad sequence number of a chain and what is wrong there, as it is answered and logged.
    fn of_chain(&self, chain: &str) -> Vec<Value> {
        let answered = self.flaws.iter().filter(|flaw| flaw[0] == chain);
        let answered = answered.map(|flaw| json!([flaw[1]["sequence"], flaw[1]["what"]]));
        let logged =
            self.logged.iter().filter(|line| line["request.id"] == chain && line["level"] == "ERROR");
        answered.chain(logged.map(|line| json!([line["sequence"], line["flaw"]]))).collect()
    }
}

#[tokio::test]
async fn what_is_changed_in_a_chain_is_found_until_it_is_put_back() {
    let Some(stack) = Stack::open() else { return };
    let seat = Seat { handle: "grace", group: "app-figma-editor" };
    stack.vacate(seat).await;
    let id = stack.person(seat.handle).await.sends("I need access to Figma for the regatta posters").await;
    stack.approved_by(&id, "marcus").await;
    stack.ended(&id, Outcome::Granted).await;
    stack.until_status(&stack.access_execution(&id), "SUCCEEDED").await;
    let verify = ["audit", "verify", id.as_str()];
    let chain = stack.chain(id.as_str()).await;
    assert!(chain.len() > 4, "{chain:?}");
    for (tampering, place, what) in TAMPERING {
        stack.operate(&verify);
        let item = &chain[chain.len() - place];
        tampering.with(&stack, item).await;
        let (holds, said) = stack.runs(&verify);
        stack.store(item).await;
        let flaw = format!("chain {id}, sequence {}: {what}", chain.len() - place + 1);
        assert!(!holds && said.contains(&flaw), "{flaw:?} is missing: {said}");
    }
    stack.operate(&verify);

    let [(altered, place, what), ..] = &TAMPERING;
    let (entry, first) = (&chain[chain.len() - place], &stack.chain(ADMIN_CHAIN).await[0]);
    altered.with(&stack, entry).await;
    altered.with(&stack, first).await;
    let found = Verification::of(&stack).await;
    stack.store(entry).await;
    stack.store(first).await;
    let sound = Verification::of(&stack).await;
    for (chain, sequence) in [(id.as_str(), chain.len() - place + 1), (ADMIN_CHAIN, 1)] {
        let flaw = json!([sequence, what]);
        assert_eq!(found.of_chain(chain), [flaw.clone(), flaw], "{chain}: {:?}", found.flaws);
        assert_eq!(sound.of_chain(chain), Vec::<Value>::new(), "{chain}");
    }
    for verification in [&found, &sound] {
        assert_eq!(verification.counted, verification.flaws.len() as f64);
    }
}
