//! A chain that goes on while it is verified is whole all the same.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_core::{
    job::Verdict,
    steps::{
        record_decision::record_decision,
        verify_audit::{Verified, verify_request},
    },
};
use countersign_testkit::{Pressed, World, access};
use std::{future::Future, pin::Pin};

/// So often that a vote is recorded while one of them reads.
const READINGS: usize = 20;

type Racing<'a> = Pin<Box<dyn Future<Output = countersign_core::Result<Vec<String>>> + 'a>>;

#[test]
fn a_chain_that_grows_meanwhile_has_no_flaw() {
    for seed in 0..60 {
        let world = World::harbour();
        let id = world.ask("emma", access("salesforce", None, None));
        let shown = world.card_of("marcus").unwrap();
        let vote = Pressed { shown, who: "marcus".into(), verdict: Verdict::Approve, reason: None };
        let input = world.vote(&vote);
        let verifies: Racing<'_> = Box::pin(async {
            let mut verified = Verified::default();
            for _ in 0..READINGS {
                verify_request(&world, &id, &mut verified).await?;
            }
            assert_eq!(verified.chains, READINGS);
            Ok(verified.flaws.iter().map(|(_, flaw)| flaw.what.to_owned()).collect())
        });
        let votes: Racing<'_> = Box::pin(async {
            record_decision(&world, input).await?;
            Ok(Vec::new())
        });
        for found in world.race(seed, vec![verifies, votes]) {
            assert_eq!(found, Ok(Vec::<String>::new()), "seed {seed}");
        }
    }
}
