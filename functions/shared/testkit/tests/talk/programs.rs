//! The same through the API.

use super::*;

fn calls(world: &World, who: &str, of: Spot, answers: Option<u32>, text: &str) -> Result<Heard<u32>, String> {
    let saying = Saying {
        id: format!("{who}{answers:?}{}", text.len()),
        of,
        text: text.into(),
        actor: Actor::Directory { id: Company::account(who) },
        cast_at: world.now(),
        place: None,
    };
    world.run_as("record-decision");
    let heard = match answers {
        None => world.finish(ask_requester(world, saying)),
        some => world.finish(answer_question(world, saying, some)),
    };
    world.run();
    heard.map_err(|error| error.to_string())
}

fn reads(world: &World, who: &str, id: &RequestId) -> Value {
    let input =
        read_request::Input { request: id.clone(), actor: Actor::Directory { id: Company::account(who) } };
    let read = world.run_as("read-request").finish(read_request(world, input)).unwrap();
    read["gates"][0]["questions"].clone()
}

#[test]
fn programs_ask_answer_and_read_it() {
    let world = World::harbour();
    let id = asked(&world);
    let of = || Spot::Request { request: id.clone(), gate: Some(1) };
    for _ in 0..2 {
        assert_eq!(calls(&world, "marcus", of(), None, "because of what?"), Ok(Heard::Stands(1)));
    }
    let read = reads(&world, "emma", &id);
    assert_eq!((&read[0]["by"], &read[0]["text"]), (&json!("Marcus Weber"), &json!("because of what?")));
    assert_eq!(read[0]["answer"], json!(null));
    for number in [0, 2] {
        let heard = calls(&world, "emma", of(), Some(number), "because of the audit");
        assert_eq!(heard, Ok(Heard::Refused(Refusal::NoQuestion)), "{number}");
    }
    let heard = calls(&world, "marcus", of(), Some(1), "because of the audit");
    assert_eq!(heard, Ok(Heard::Refused(Refusal::NotTheRequester)));
    for _ in 0..2 {
        assert_eq!(calls(&world, "emma", of(), Some(1), "because of the audit"), Ok(Heard::Stands(1)));
    }
    for (who, words) in [("emma", true), ("marcus", true), ("aubrey", false), ("dana", false)] {
        let read = reads(&world, who, &id);
        assert_eq!(read[0]["answer"]["by"], "Emma Clarke");
        assert_eq!(
            read[0]["answer"]["text"],
            if words { json!("because of the audit") } else { json!(null) }
        );
        assert_eq!(read[0]["text"].is_string(), words, "{who}");
    }
    assert_eq!(calls(&world, "noah", of(), None, "because"), Err("request was not found".into()));
    for text in [String::new(), "x".repeat(MAX_REASON_CHARACTERS + 1), "a\u{7}".into()] {
        assert!(calls(&world, "marcus", of(), None, &text).is_err(), "{text:?}");
        assert!(calls(&world, "emma", of(), Some(1), &text).is_err(), "{text:?}");
    }
    assert_eq!(world.broken(), []);
}
