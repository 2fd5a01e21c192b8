//! The table in memory keeps the contract of every store.

use countersign_testkit::{World, contract};

#[test]
fn the_table_in_memory_keeps_the_contract() {
    let world = World::empty();
    world
        .finish(async {
            contract::store(World::empty).await;
            Ok(())
        })
        .unwrap();
}
