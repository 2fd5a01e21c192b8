//! Tables of the tests' own, with the shape that the template gives the product's.

use super::stack::Stack;
use countersign_aws::{
    session::{Session, Settings},
    table::Table,
};
use countersign_tests::{
    files,
    template::{PATH, Template},
};
use serde_json::{Value, json};

/// What makes a table what it is: its keys and its index.
const SHAPE: [&str; 4] = ["AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema"];

/// Makes an empty table and opens it as a function does.
pub(crate) async fn make(stack: &Stack, name: &str) -> Table {
    let template = Template::parse(files::read(PATH)).unwrap();
    let shipped = template.resource("Table").unwrap();
    let mut wanted: Value =
        SHAPE.iter().map(|part| ((*part).to_owned(), shipped.property(part).clone())).collect();
    wanted["TableName"] = json!(name);
    stack.dynamodb("CreateTable", &wanted).await;
    let settings = Settings {
        region: "us-east-1".into(),
        access_key_id: "test".into(),
        secret_access_key: "test".into(),
        session_token: None,
        endpoint_url: Some(stack.address("aws").to_owned()),
    };
    Table::new(&Session::open(settings).unwrap(), name)
}

/// Removes a table.
pub(crate) async fn drop(stack: &Stack, name: &str) {
    stack.dynamodb("DeleteTable", &json!({"TableName": name})).await;
}
