//! Who may read a request: those concerned, and those who see all; anybody else is told what an unknown id is told.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use countersign_core::{
    Error,
    ids::RequestId,
    job::Actor,
    message::Ask,
    steps::read_request::{Input, read_request},
};
use countersign_testkit::{Company, World, access};

fn reads(world: &World, who: &str, id: &RequestId) -> Result<bool, Error> {
    let input = Input { request: id.clone(), actor: Actor::Directory { id: Company::account(who) } };
    world.run_as("read-request").finish(read_request(world, input)).map(|read| read["id"] == id.as_str())
}

#[test]
fn those_concerned_and_those_who_see_all_read_a_request_and_nobody_else_does() {
    let world = World::harbour();
    let for_emma = Ask { beneficiary: Some("<@U0EMMA>".into()), ..access("salesforce", None, None) };
    let id = world.ask("felix", for_emma);
    for (who, reason) in [
        ("felix", "asked and filed it"),
        ("emma", "is to get it"),
        ("marcus", "is asked to decide"),
        ("dana", "is of the desk"),
        ("ada", "is an admin"),
        ("aubrey", "is an auditor"),
    ] {
        assert_eq!(reads(&world, who, &id), Ok(true), "{who} {reason}");
    }
    let unknown = RequestId::derived(&["nothing"]);
    let told = reads(&world, "ada", &unknown);
    assert_eq!(told, Err(Error::NotFound("request")));
    for who in ["noah", "helena", "fiona", "priya"] {
        assert_eq!(reads(&world, who, &id), told, "{who} is told the same as of an unknown one");
    }
}
