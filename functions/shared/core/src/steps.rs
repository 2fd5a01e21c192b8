//! The use cases, one per file, and the few moves that several of them share.
//!
//! A step takes a context that has the capabilities its bounds name, and its input; it can be repeated at any time.

pub mod activate_config;
pub mod ask_approvers;
pub mod automatic;
pub mod closing;
pub mod committing;
pub mod delegating;
pub mod effect;
mod escalating;
mod expiring;
pub mod export_requests;
pub mod gather_context;
mod holding;
pub mod identifying;
pub mod joining;
pub mod learn_triage;
pub mod open_review;
pub mod opening;
pub mod operate;
pub mod pacing;
mod passing;
pub mod plan_approvals;
pub mod provision_access;
pub mod quarantine_message;
pub mod read_request;
pub mod receive_request;
pub mod record_decision;
pub mod replay_triage;
pub mod reroute_gate;
pub mod resolving;
pub mod revoke_access;
pub mod rollback_model;
mod sealing;
mod seats;
pub mod send_messages;
pub mod settle_execution;
pub mod spend_token;
pub mod start_workflow;
mod starting;
pub mod sweep_due;
pub mod sync_people;
pub mod triage_request;
pub mod trust_reviewer;
pub mod two_persons;
pub mod verify_audit;
pub mod withdraw_config;
