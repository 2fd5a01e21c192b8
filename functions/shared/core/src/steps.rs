//! The use cases, one per file, and the few moves that several of them share.
//!
//! A step takes a context that has the capabilities its bounds name, and its input; it can be repeated at any time.

pub mod ask_approvers;
pub mod closing;
pub mod committing;
pub mod effect;
pub mod identifying;
pub mod opening;
pub mod plan_approvals;
pub mod provision_access;
pub mod record_decision;
pub mod revoke_access;
pub mod send_messages;
pub mod settle_execution;
pub mod spend_token;
pub mod start_workflow;
pub mod sweep_due;
pub mod triage_request;
