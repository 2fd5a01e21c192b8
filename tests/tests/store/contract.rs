//! The suite that the table in memory passes too.

use super::{stack::Stack, table};

#[tokio::test]
async fn the_table_keeps_the_contract_of_every_store() {
    let Some(stack) = Stack::open() else { return };
    let name = "contract";
    let table = table::make(&stack, name).await;
    countersign_testkit::contract::store(|| table.clone()).await;
    table::drop(&stack, name).await;
}
