//! The ports by name, as [`crate::context!`] takes them: what each needs of the environment, and how it is built.

#[cfg(feature = "okta")]
pub mod access;
#[cfg(feature = "oidc")]
pub mod bearers;
#[cfg(feature = "chat")]
pub mod chat;
#[cfg(feature = "dynamodb")]
pub mod configs;
#[cfg(feature = "okta")]
pub mod directory;
#[cfg(feature = "dynamodb")]
pub mod due;
#[cfg(feature = "bamboohr")]
pub mod hris;
#[cfg(feature = "dynamodb")]
pub mod models;
#[cfg(feature = "sqs")]
pub mod queues;
#[cfg(feature = "dynamodb")]
pub mod reads;
pub mod salt;
#[cfg(feature = "bedrock")]
pub mod second;
#[cfg(feature = "chat")]
pub mod slack;
#[cfg(feature = "sfn")]
pub mod tokens;
#[cfg(feature = "triage")]
pub mod trainer;
#[cfg(feature = "triage")]
pub mod triage;
#[cfg(feature = "kms")]
pub mod vault;
#[cfg(feature = "sfn")]
pub mod workflows;
#[cfg(feature = "dynamodb")]
pub mod writes;

#[doc(hidden)]
pub use serde_json::Value as Json;
