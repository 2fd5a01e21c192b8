//! The records in the table, read as they are stored.

use super::stack::Stack;
use countersign_core::{
    Error, Result,
    audit::{Entry, Happening},
    change::{decode, read_request},
    gate::{Example, Gate},
    ids::RequestId,
    ports::{ReadStore, Stored},
    request::Request,
    slot::{List, Slot},
};
use serde_json::{Value, json};

/// The keys of the records that the journeys look at. Written down here once more on purpose: who changes the
/// adapter's keys changes what is stored.
fn keys(slot: &Slot) -> (String, String) {
    match slot {
        Slot::Message(id) => (format!("MESSAGE#{id}"), "MESSAGE".into()),
        Slot::Request(id) => (format!("REQUEST#{id}"), "REQUEST".into()),
        Slot::Words(id) => (format!("REQUEST#{id}"), "WORDS".into()),
        Slot::Context(id) => (format!("REQUEST#{id}"), "CONTEXT".into()),
        Slot::Gate(id, number) => (format!("GATE#{id}"), format!("{number:010}")),
        Slot::Shown(id) => (format!("SHOWN#{id}"), "SHOWN".into()),
        Slot::Delegation(who) => (format!("DELEGATION#{who}"), "DELEGATION".into()),
        Slot::Automatic(scope) => (format!("AUTOMATIC#{scope}"), "TALLY".into()),
        Slot::Budget(centre) => (format!("BUDGET#{centre}"), "BUDGET".into()),
        Slot::Asked(digest) => (format!("ASKED#{digest}"), "ASKED".into()),
        Slot::Seats(of) => (format!("SEATS#{of}"), "SEATS".into()),
        Slot::Quarantine(id) => ("QUARANTINE".into(), id.clone()),
        Slot::Example(id, gate) => ("EXAMPLE".into(), format!("{id}#{gate:010}")),
        Slot::ModelPart(version, part) => (format!("MODEL#{version}"), format!("{part:010}")),
        Slot::ActiveModel => ("MODEL#ACTIVE".into(), "ACTIVE".into()),
        other => panic!("no journey looks at {other:?}"),
    }
}

fn partition(list: &List) -> String {
    match list {
        List::Audit(chain) => format!("AUDIT#{chain}"),
        List::Rows(owner) => format!("OUTBOX#{owner}"),
        List::Copies(id, _) => format!("COPY#{id}"),
        List::Gates(id) => format!("GATE#{id}"),
        List::Inbox(who) => format!("INBOX#{who}"),
        List::Own(who) => format!("OWN#{who}"),
        List::Lessons => "LESSON".into(),
        List::ModelParts(version) => format!("MODEL#{version}"),
        other => panic!("no journey looks at {other:?}"),
    }
}

fn stored(item: &Value) -> Result<Stored> {
    let field = |name: &str, kind: &str| item[name][kind].as_str().ok_or_else(|| Error::Broken(name.into()));
    let version = field("version", "N")?.parse().map_err(|_| Error::Broken("version".into()))?;
    let body = serde_json::from_str(field("body", "S")?).map_err(|e| Error::Broken(e.to_string()))?;
    Ok(Stored { version, body })
}

impl ReadStore for Stack {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        let (pk, sk) = keys(slot);
        let key = json!({"PK": {"S": pk}, "SK": {"S": sk}});
        let input = json!({"TableName": self.output("TableName"), "Key": key, "ConsistentRead": true});
        let answer = self.dynamodb("GetItem", &input).await;
        answer.get("Item").map(stored).transpose()
    }

    async fn list(&self, list: &List) -> Result<Vec<Stored>> {
        let mut input = json!({
            "TableName": self.output("TableName"), "ConsistentRead": true,
            "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition(list)}},
        });
        let mut items = Vec::new();
        loop {
            let page = self.dynamodb("Query", &input).await;
            for item in page["Items"].as_array().into_iter().flatten() {
                items.push(stored(item)?);
            }
            match page.get("LastEvaluatedKey") {
                Some(last) => input["ExclusiveStartKey"] = last.clone(),
                None => return Ok(items),
            }
        }
    }
}

impl Stack {
    /// A request as it stands, once it is recorded.
    pub(crate) async fn request(&self, id: &RequestId) -> Option<Request> {
        match read_request(self, id).await {
            Ok(found) => Some(found.value),
            Err(Error::NotFound(_)) => None,
            Err(other) => panic!("{other}"),
        }
    }

    /// A gate as it stands, once it is recorded.
    pub(crate) async fn gate(&self, id: &RequestId, number: u32) -> Option<Gate> {
        let found = self.get(&Slot::Gate(id.clone(), number)).await.unwrap()?;
        Some(decode(found).unwrap().value)
    }

    /// What the desk said of a request at its first gate.
    pub(crate) async fn example(&self, id: &RequestId) -> Example {
        let found = self.get(&Slot::Example(id.clone(), 1)).await.unwrap().expect("no example was kept");
        decode(found).unwrap().value
    }

    /// The audit chain of a request.
    pub(crate) async fn audit(&self, id: &RequestId) -> Vec<Entry> {
        let found = self.list(&List::Audit(id.as_str().to_owned())).await.unwrap();
        found.into_iter().map(|entry| decode(entry).unwrap().value).collect()
    }

    /// The happenings of a request that fit.
    pub(crate) async fn happened(&self, id: &RequestId, fits: impl Fn(&Happening) -> bool) -> Vec<Entry> {
        self.audit(id).await.into_iter().filter(|entry| fits(&entry.what)).collect()
    }

    /// Everything that stands in the table, item by item as it is stored.
    pub(crate) async fn records(&self) -> Vec<String> {
        let mut input = json!({"TableName": self.output("TableName"), "ConsistentRead": true});
        let mut found = Vec::new();
        loop {
            let page = self.dynamodb("Scan", &input).await;
            found.extend(page["Items"].as_array().unwrap().iter().map(Value::to_string));
            match page.get("LastEvaluatedKey") {
                Some(last) => input["ExclusiveStartKey"] = last.clone(),
                None => return found,
            }
        }
    }

    /// An audit chain item by item, as it is stored.
    pub(crate) async fn chain(&self, chain: &str) -> Vec<Value> {
        let input = json!({
            "TableName": self.output("TableName"), "ConsistentRead": true, "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition(&List::Audit(chain.to_owned()))}},
        });
        self.dynamodb("Query", &input).await["Items"].as_array().unwrap().clone()
    }

    /// Puts an item as it is, whatever stands there.
    pub(crate) async fn store(&self, item: &Value) {
        self.dynamodb("PutItem", &json!({"TableName": self.output("TableName"), "Item": item})).await;
    }

    /// Takes an item away.
    pub(crate) async fn erase(&self, item: &Value) {
        let key = json!({"PK": item["PK"], "SK": item["SK"]});
        self.dynamodb("DeleteItem", &json!({"TableName": self.output("TableName"), "Key": key})).await;
    }

    /// Puts a record, as a test seeds it.
    pub(crate) async fn put(&self, slot: &Slot, body: &Value) {
        let (pk, sk) = keys(slot);
        let item = json!({
            "PK": {"S": pk}, "SK": {"S": sk}, "version": {"N": "1"}, "body": {"S": body.to_string()},
        });
        self.store(&item).await;
    }

    /// Removes a record that a test seeded.
    pub(crate) async fn remove(&self, slot: &Slot) {
        let (pk, sk) = keys(slot);
        self.erase(&json!({"PK": {"S": pk}, "SK": {"S": sk}})).await;
    }
}
