//! What the functions did on a stack, held against what their roles allow: nothing enforces IAM there.
//!
//! The last test needs a stack that has been used (`countersign up`, then the journeys), whose folder
//! `COUNTERSIGN_E2E` names.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

mod derived;
mod granted;
mod needs;
mod operated;
mod recorded;
mod samples;
mod spare;
mod stack;

use countersign_tests::{
    files,
    template::{PATH, Template},
};
use granted::wanting;
use recorded::{Done, done};

/// The roles as they are shipped.
fn shipped() -> Template {
    Template::parse(files::read(PATH)).unwrap()
}

#[tokio::test]
async fn what_the_functions_did_is_what_their_roles_allow() {
    let Some((recorded, outputs)) = stack::used().await else { return };
    let template = shipped();
    let all = done(&template, &recorded, &outputs);
    assert!(!all.is_empty(), "the functions of this stack did nothing: use it first");
    let wanting: Vec<_> = all.iter().filter_map(|done| wanting(&template, done)).collect();
    assert!(wanting.is_empty(), "roles allow too little:\n{}", wanting.join("\n"));
    println!("{} accesses are allowed; allowed, but not used in this run:", all.len());
    spare::unused(&template, &all).iter().for_each(|line| println!("  {line}"));
}
