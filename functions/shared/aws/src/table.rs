//! The store ports over one DynamoDB table.

mod commit;
mod item;
mod keys;
mod statement;

pub use item::MAX_ITEM_BYTES;

use crate::{
    fault,
    service::{Service, operation},
    session::Session,
};
use aws_sdk_dynamodb::operation::{
    get_item::{GetItem, GetItemInput},
    query::{Query, QueryInput, builders::QueryInputBuilder},
};
use countersign_core::{
    Error, Result,
    outbox::Due,
    ports::{DueIndex, ReadStore, Stored, Write, WriteStore},
    slot::{List, Slot},
    time::Timestamp,
};
use item::{Attributes, number, text};
use statement::Statement;
use std::{collections::HashSet, sync::Arc};

operation!(aws_sdk_dynamodb::operation::get_item, GetItem, GetItemInput, GetItemOutput, GetItemError);
operation!(aws_sdk_dynamodb::operation::query, Query, QueryInput, QueryOutput, QueryError);

/// The most writes that are sent as one transaction.
pub const MAX_TRANSACTION: usize = 20;

const SERVICE: &str = "the table";
const DUE_INDEX: &str = "due";

/// One table. Every put makes the version of its record grow, whatever it expected.
///
/// A record that was deleted and put again begins at version 1: delete only what is never put again under
/// the same address, or what nobody writes by version.
#[derive(Clone, Debug)]
pub struct Table {
    service: Service,
    name: Arc<str>,
}

impl Table {
    /// The table of a name.
    #[must_use]
    pub fn new(session: &Session, name: &str) -> Self {
        Self { service: session.service("dynamodb"), name: name.into() }
    }

    async fn query(&self, range: keys::Range) -> Result<Vec<Attributes>> {
        let mut condition = String::from("PK = :pk");
        let query = QueryInput::builder().table_name(&*self.name).consistent_read(true);
        let query = query.expression_attribute_values(":pk", text(range.pk));
        let query = match range.prefix {
            Some(prefix) => {
                condition.push_str(" AND begins_with(SK, :prefix)");
                query.expression_attribute_values(":prefix", text(prefix))
            }
            None => query,
        };
        self.pages(query.key_condition_expression(condition), usize::MAX).await
    }

    /// The items of as many pages as hold `enough`, or of all there are.
    async fn pages(&self, query: QueryInputBuilder, enough: usize) -> Result<Vec<Attributes>> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let page = query.clone().set_exclusive_start_key(from).build();
            let page = self.service.call::<Query>(page).await;
            let page = page.map_err(|e| fault::of_repeatable(SERVICE, &e))?;
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() || items.len() >= enough {
                return Ok(items);
            }
        }
    }
}

impl ReadStore for Table {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        let key = item::key_attributes(&keys::of(slot));
        let wanted = GetItemInput::builder().table_name(&*self.name).set_key(Some(key)).consistent_read(true);
        let answer = self.service.call::<GetItem>(wanted.build()).await;
        let answer = answer.map_err(|e| fault::of_repeatable(SERVICE, &e))?;
        answer.item.as_ref().map(item::stored).transpose()
    }

    async fn list(&self, list: &List) -> Result<Vec<Stored>> {
        self.query(keys::range(list)).await?.iter().map(item::stored).collect()
    }
}

impl WriteStore for Table {
    /// One write goes alone, several as a transaction.
    ///
    /// What is known not to have been done is tried again a few times; a lost answer never is, so that
    /// [`Error::Conflict`] is never the caller's own write. After [`Error::Ambiguous`], read.
    async fn commit(&self, writes: Vec<Write>) -> Result<()> {
        let statements = statements(&writes)?;
        match <[Statement; 1]>::try_from(statements) {
            Ok([statement]) => self.write_one(statement).await,
            Err(statements) if statements.is_empty() => Ok(()),
            Err(statements) => self.write_all(statements).await,
        }
    }
}

impl DueIndex for Table {
    async fn due(&self, shard: u8, until: Timestamp, limit: usize) -> Result<Vec<Due>> {
        let page = i32::try_from(limit.clamp(1, 1000)).unwrap_or(1000);
        let query = QueryInput::builder().table_name(&*self.name).index_name(DUE_INDEX).limit(page);
        let query = query
            .key_condition_expression("due_shard = :shard AND due_at <= :until")
            .expression_attribute_values(":shard", text(shard.to_string()))
            .expression_attribute_values(":until", number(until.0));
        let found = self.pages(query, limit).await?;
        found.iter().take(limit).map(item::due).collect()
    }
}

/// The statements of the writes, refused before anything is sent if the table would refuse them.
fn statements(writes: &[Write]) -> Result<Vec<Statement>> {
    if writes.len() > MAX_TRANSACTION {
        let count = writes.len();
        return Err(Error::Broken(format!("a transaction of {count} writes, at most {MAX_TRANSACTION}")));
    }
    let mut seen = HashSet::new();
    if writes.iter().any(|write| !seen.insert(&write.slot)) {
        return Err(Error::Broken("a transaction writes one record twice".into()));
    }
    writes.iter().filter_map(|write| Statement::of(write).transpose()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::ports::{Action, Expect};

    fn writes(count: usize, same: bool) -> Vec<Write> {
        let slot = |i: usize| Slot::Quarantine(if same { "q".into() } else { i.to_string() });
        let write = |i| Write { slot: slot(i), expect: Expect::Any, action: Action::Delete };
        (0..count).map(write).collect()
    }

    #[test]
    fn a_transaction_is_checked_before_it_is_sent() {
        for (count, same, good) in [
            (0, false, true),
            (1, false, true),
            (MAX_TRANSACTION, false, true),
            (MAX_TRANSACTION + 1, false, false),
            (2, true, false),
        ] {
            assert_eq!(statements(&writes(count, same)).is_ok(), good, "{count} {same}");
        }
    }
}
