//! How statements are sent, and what the table's answers mean.

use super::{
    SERVICE, Table,
    item::key_attributes,
    statement::{Kind, Statement},
};
use crate::{fault, service::operation};
use aws_sdk_dynamodb::{
    operation::{
        delete_item::{DeleteItem, DeleteItemError, DeleteItemInput},
        transact_write_items::{TransactWriteItems, TransactWriteItemsError, TransactWriteItemsInput},
        update_item::{UpdateItem, UpdateItemError, UpdateItemInput},
    },
    types::{ConditionCheck, Delete, TransactWriteItem, Update, error::TransactionCanceledException},
};
use countersign_core::{Error, Result};
use std::{collections::HashMap, future::Future, time::Duration};

operation!(
    aws_sdk_dynamodb::operation::delete_item,
    DeleteItem,
    DeleteItemInput,
    DeleteItemOutput,
    DeleteItemError
);
operation!(
    aws_sdk_dynamodb::operation::update_item,
    UpdateItem,
    UpdateItemInput,
    UpdateItemOutput,
    UpdateItemError
);
operation!(
    aws_sdk_dynamodb::operation::transact_write_items,
    TransactWriteItems,
    TransactWriteItemsInput,
    TransactWriteItemsOutput,
    TransactWriteItemsError
);

const PAUSES: [Duration; 2] = [Duration::from_millis(25), Duration::from_millis(75)];

impl Table {
    pub(super) async fn write_one(&self, statement: Statement) -> Result<()> {
        match statement.kind {
            Kind::Update(ref update) => patiently(|| self.update(&statement, update)).await,
            Kind::Delete => patiently(|| self.delete(&statement)).await,
            Kind::Check => self.write_all(vec![statement]).await,
        }
    }

    pub(super) async fn write_all(&self, statements: Vec<Statement>) -> Result<()> {
        let items: Result<Vec<_>> = statements.into_iter().map(|s| self.transact_item(s)).collect();
        let items = items?;
        patiently(|| self.transact(items.clone())).await
    }

    // The SDK must not try a write again by itself: it would hide that an earlier try may have been done.

    async fn update(&self, statement: &Statement, update: &str) -> Result<()> {
        let item = UpdateItemInput::builder()
            .table_name(&*self.name)
            .set_key(Some(key_attributes(&statement.key)))
            .update_expression(update)
            .set_condition_expression(statement.condition.clone())
            .set_expression_attribute_names(some(&statement.names))
            .set_expression_attribute_values(some(&statement.values));
        let answer = self.service.call_once::<UpdateItem>(item.build()).await;
        answer.map(drop).map_err(|e| match e.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(_)) => Error::Conflict,
            _ => fault::of_write(SERVICE, &e),
        })
    }

    async fn delete(&self, statement: &Statement) -> Result<()> {
        let item = DeleteItemInput::builder()
            .table_name(&*self.name)
            .set_key(Some(key_attributes(&statement.key)))
            .set_condition_expression(statement.condition.clone())
            .set_expression_attribute_names(some(&statement.names))
            .set_expression_attribute_values(some(&statement.values));
        let answer = self.service.call_once::<DeleteItem>(item.build()).await;
        answer.map(drop).map_err(|e| match e.as_service_error() {
            Some(DeleteItemError::ConditionalCheckFailedException(_)) => Error::Conflict,
            _ => fault::of_write(SERVICE, &e),
        })
    }

    async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<()> {
        let items = TransactWriteItemsInput::builder().set_transact_items(Some(items)).build();
        let answer = self.service.call_once::<TransactWriteItems>(items).await;
        answer.map(drop).map_err(|e| match e.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(why)) => of_cancelled(&codes(why)),
            _ => fault::of_write(SERVICE, &e),
        })
    }

    fn transact_item(&self, statement: Statement) -> Result<TransactWriteItem> {
        let Statement { key, kind, condition, names, values } = statement;
        let (table, key) = (self.name.to_string(), Some(key_attributes(&key)));
        let (names, values) = (some(&names), some(&values));
        let item = TransactWriteItem::builder();
        let item = match kind {
            Kind::Update(update) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(key)
                    .update_expression(update)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(not_built)?,
            ),
            Kind::Delete => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(key)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(not_built)?,
            ),
            Kind::Check => item.condition_check(
                ConditionCheck::builder()
                    .table_name(table)
                    .set_key(key)
                    .set_condition_expression(condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()
                    .map_err(not_built)?,
            ),
        };
        Ok(item.build())
    }
}

/// Tries again only what is known not to have been done.
async fn patiently<F: Future<Output = Result<()>>>(call: impl Fn() -> F) -> Result<()> {
    for pause in PAUSES {
        match call().await {
            Err(Error::Unavailable { .. }) => tokio::time::sleep(pause).await,
            other => return other,
        }
    }
    call().await
}

fn codes(why: &TransactionCanceledException) -> Vec<&str> {
    why.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect()
}

fn of_cancelled(codes: &[&str]) -> Error {
    let not_now = |code: &&str| {
        ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"].contains(code)
    };
    if codes.contains(&"ConditionalCheckFailed") {
        return Error::Conflict;
    }
    if codes.iter().any(not_now) {
        return Error::unavailable(SERVICE);
    }
    Error::Broken(format!("{SERVICE} cancelled a transaction: {}", codes.join(" ")))
}

fn not_built(_: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::Broken("a statement for the table is incomplete".into())
}

/// The table refuses empty maps.
fn some<V: Clone>(map: &HashMap<String, V>) -> Option<HashMap<String, V>> {
    (!map.is_empty()).then(|| map.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn check(codes: &[&str], expected: &Error) {
        assert_eq!(&of_cancelled(codes), expected, "{codes:?}");
    }

    #[test]
    fn a_cancelled_transaction_says_why() {
        let later = Error::unavailable(SERVICE);
        check(&["None", "ConditionalCheckFailed"], &Error::Conflict);
        check(&["TransactionConflict", "ConditionalCheckFailed"], &Error::Conflict);
        check(&["None", "TransactionConflict"], &later);
        check(&["ThrottlingError"], &later);
        check(&["ProvisionedThroughputExceeded", "None"], &later);
        let broken = Error::Broken("the table cancelled a transaction: ValidationError".into());
        check(&["ValidationError"], &broken);
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_was_not_done_is_tried_again() {
        let later = || Err(Error::unavailable(SERVICE));
        let unknown = || Err(Error::Ambiguous { service: SERVICE, erred: false });
        for (answers, expected, calls) in [
            (vec![Ok(())], Ok(()), 1),
            (vec![later(), Ok(())], Ok(()), 2),
            (vec![later(), Err(Error::Conflict), Ok(())], Err(Error::Conflict), 2),
            (vec![unknown(), Ok(())], unknown(), 1),
            (vec![later(), later(), later(), Ok(())], later(), 3),
        ] {
            let left = RefCell::new(answers.clone().into_iter());
            let made = RefCell::new(0);
            let call = || {
                *made.borrow_mut() += 1;
                std::future::ready(left.borrow_mut().next().unwrap())
            };
            assert_eq!(patiently(call).await, expected, "{answers:?}");
            assert_eq!(*made.borrow(), calls, "{answers:?}");
        }
    }
}
