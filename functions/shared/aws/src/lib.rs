//! AWS behind the ports: the only crate that names its SDK, one feature per service, so that a function links what it needs.
#![cfg_attr(
    not(any(feature = "dynamodb", feature = "kms", feature = "secrets", feature = "sfn", feature = "sqs")),
    allow(dead_code, unused, reason = "without any service, nobody asks")
)]

mod address;
#[cfg(feature = "bedrock")]
pub mod bedrock;
#[cfg(any(feature = "dynamodb", feature = "kms"))]
mod cache;
#[cfg(feature = "dynamodb")]
pub mod configs;
mod connector;
#[cfg(any(feature = "dynamodb", feature = "kms", feature = "secrets", feature = "sfn", feature = "sqs"))]
mod fault;
#[cfg(feature = "kms")]
pub mod kms;
#[cfg(feature = "dynamodb")]
pub mod models;
#[cfg(feature = "sqs")]
pub mod queues;
#[cfg(feature = "secrets")]
pub mod secrets;
mod service;
pub mod session;
#[cfg(feature = "dynamodb")]
pub mod table;
#[cfg(feature = "sfn")]
pub mod tokens;
#[cfg(feature = "kms")]
pub mod vault;
#[cfg(feature = "sfn")]
pub mod workflows;
