//! What sample calls of Slack become.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests end where they fail"
)]

use countersign_chat::slack::{Path, Received, Reply, limits, receive};
use countersign_core::{Error, Result, digest::canonical, message::MAX_BODY_BYTES};
use samples::{NOW, TEAM, address, samples};
use serde_json::Value;
use std::fs;

mod samples;

/// The body as Slack sends it: interactions are JSON in a form.
fn body(case: &str) -> Vec<u8> {
    let read = |kind: &str| fs::read_to_string(samples().join(format!("{case}.{kind}")));
    let text = read("txt").or_else(|_| read("json")).expect(case);
    if address(case) == Path::Interactions {
        return form_urlencoded::Serializer::new(String::new()).append_pair("payload", &text).finish().into();
    }
    text.into()
}

fn read(case: &str) -> Result<Received> {
    receive(address(case), &body(case), TEAM, NOW)
}

/// One line for each thing that a call leads to.
fn told(case: &str, found: Result<Received>) -> String {
    let found = match found {
        Ok(found) => found,
        Err(error) => return format!("{case}\n  {}\n", error.code()),
    };
    let open = found.open.iter().map(|open| format!("opens {}", modal(&open.view)));
    let jobs = found.jobs.iter().map(|(queue, job)| {
        format!("{} {}", queue.name(), sorted(&short(&serde_json::to_value(job).unwrap())))
    });
    let reply = match &found.reply {
        Reply::Empty => None,
        Reply::Json(body) => Some(format!("answers {}", sorted(body))),
    };
    let lines: Vec<_> = open.chain(jobs).chain(reply).map(|line| format!("  {line}\n")).collect();
    format!("{case}\n{}", if lines.is_empty() { "  nothing\n".into() } else { lines.concat() })
}

/// JSON with its names in order, whatever the order in memory.
fn sorted(value: &Value) -> String {
    String::from_utf8(canonical(value).unwrap()).unwrap()
}

/// The job with each account as one word.
fn short(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.contains_key("workspace") => {
            format!("{}/{}", map["workspace"].as_str().unwrap(), map["user"].as_str().unwrap()).into()
        }
        Value::Object(map) => map.iter().map(|(name, inner)| (name.clone(), short(inner))).collect(),
        other => other.clone(),
    }
}

fn modal(view: &Value) -> String {
    let names: Vec<_> =
        view["blocks"].as_array().unwrap().iter().filter_map(|b| b["block_id"].as_str()).collect();
    let first = view["blocks"][1]["element"]["initial_value"].as_str().unwrap_or_default();
    format!("{} {:?} {names:?} {first:?}", view["callback_id"], view["private_metadata"].as_str().unwrap())
}

fn all(prefixes: &[&str]) -> String {
    let names = fs::read_dir(samples()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<String> =
        names.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    cases.retain(|case| prefixes.iter().any(|prefix| case.starts_with(prefix)));
    cases.sort();
    cases.iter().map(|case| told(case, read(case))).collect()
}

#[test]
fn commands_ask_and_list() {
    insta::assert_snapshot!(all(&["command-", "ssl-"]), @r#"
    command-ask
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"asked_at":1763818330000,"beneficiary":null,"id":"hdwwma622y4cnvahxnbwxfgceh","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"promised":null,"text":"I need Salesforce for the Q3 reports, with <R&D> for <@U0NOAH>"}
    command-ask-alone
      opens "ask" "" ["text", "beneficiary"] ""
    command-desk-break-glass
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"asked_at":1763818330000,"beneficiary":null,"emergency":{"incident":"INC-7","reason":"the shop is down"},"id":"rbwneeyzhj2x3ypoyhblpfgmot","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"promised":null,"text":"AWS production because the shop is down"}
    command-desk-break-glass-without-reason
      answers {"response_type":"ephemeral","text":"`/ask` and what you need, in your own words: I read it and show you what I understood.\n`/ask` alone opens a form, where you can also ask for somebody else.\n`/desk mine` lists what you asked for.\n`/desk waiting` lists what waits for you.\n`/desk claim` with the id of a request says that you are on it; `/desk release` gives it back.\n`/desk delegate @mia until Friday` lets somebody decide in your place; `/desk delegate off` ends it.\n`/desk break-glass INC-1 AWS production because the shop is down` takes access in an incident: with its number, what you need, and why after _because_."}
    command-desk-claim
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"cast_at":1763818330000,"job":"claim","of":{"gate":null,"request":"r-1","spot":"request"},"place":"C0SALES"}
    command-desk-claim-of-nothing
      answers {"response_type":"ephemeral","text":"`/ask` and what you need, in your own words: I read it and show you what I understood.\n`/ask` alone opens a form, where you can also ask for somebody else.\n`/desk mine` lists what you asked for.\n`/desk waiting` lists what waits for you.\n`/desk claim` with the id of a request says that you are on it; `/desk release` gives it back.\n`/desk delegate @mia until Friday` lets somebody decide in your place; `/desk delegate off` ends it.\n`/desk break-glass INC-1 AWS production because the shop is down` takes access in an incident: with its number, what you need, and why after _because_."}
    command-desk-help
      answers {"response_type":"ephemeral","text":"`/ask` and what you need, in your own words: I read it and show you what I understood.\n`/ask` alone opens a form, where you can also ask for somebody else.\n`/desk mine` lists what you asked for.\n`/desk waiting` lists what waits for you.\n`/desk claim` with the id of a request says that you are on it; `/desk release` gives it back.\n`/desk delegate @mia until Friday` lets somebody decide in your place; `/desk delegate off` ends it.\n`/desk break-glass INC-1 AWS production because the shop is down` takes access in an incident: with its number, what you need, and why after _because_."}
    command-desk-mine
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"job":"list","listing":"mine","place":"D0EMMA"}
    command-desk-release
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"cast_at":1763818330000,"given_back":true,"job":"claim","of":{"gate":null,"request":"r-1","spot":"request"},"place":"C0SALES"}
    command-desk-waiting
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"job":"list","listing":"waiting","place":"C0SALES"}
    command-other-workspace
      Countersign.Refused
    ssl-check
      nothing
    "#);
}

#[test]
fn events_by_people_are_asks() {
    insta::assert_snapshot!(all(&["event-", "url-"]), @r#"
    event-channel-message
      nothing
    event-connected-workspace
      Countersign.Refused
    event-mention
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"asked_at":1763818330000,"beneficiary":null,"id":"ywpoagfztqsbhjyohdzm2mliy3","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"promised":null,"text":"Tableau for <@U0NOAH> until Friday"}
    event-mention-without-words
      messages {"job":"tell","notice":{"notice":"not_taken","why":"Your text is empty; say in a few words what you need."},"place":"C0SALES","to":"T0HARBOUR/U0EMMA"}
    event-message
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"asked_at":1763818330000,"beneficiary":null,"id":"ywpoagfztqsbhjyohdzm2mliy3","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"promised":null,"text":"I need Figma, see the wiki (https://wiki.harbour.example/design)"}
    event-message-changed
      nothing
    event-message-too-long
      messages {"job":"tell","notice":{"notice":"not_taken","why":"Your text has 4001 characters, at most 4000 are taken; shorten it."},"place":"D0EMMA","to":"T0HARBOUR/U0EMMA"}
    event-other-workspace
      Countersign.Refused
    event-own-message
      nothing
    url-verification
      answers {"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}
    "#);
}

#[test]
fn presses_carry_an_opaque_id_only() {
    insta::assert_snapshot!(all(&["press-", "shortcut-", "view-"]), @r#"
    press-answer
      opens "answer" "shown-1 D0EMMA" ["words"] ""
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"address":{"channel":"slack","conversation":"D0EMMA","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-approve
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"vwjzbvfob6fye4pyh3kocnvldi","job":"vote","place":"D0MARCUS","reason":null,"shown":"shown-1","verdict":{"verdict":"approve"}}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-approve-crafted
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"vwjzbvfob6fye4pyh3kocnvldi","job":"vote","place":"D0MARCUS","reason":null,"shown":"shown-1","verdict":{"verdict":"approve"}}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-approve-with
      opens "approve" "shown-1 D0MARCUS" [] ""
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"external_id":"vwjzbvfob6fye4pyh3kocnvldi.D0MARCUS","job":"fill_modal","modal":"approve","shown":"shown-1"}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-cancel
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"job":"cancel","place":"D0MARCUS","request":"request-1"}
    press-choose
      start {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"answer":{"choose":{"choice":1,"question":1}},"job":"settle","message":"message-1"}
    press-choose-crafted
      Countersign.Invalid
    press-claim
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"job":"claim","of":{"shown":"shown-1","spot":"card"},"place":"D0MARCUS"}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-connected-workspace
      Countersign.Refused
    press-correct
      opens "correct" "shown-1 D0MARCUS" [] ""
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"external_id":"vwjzbvfob6fye4pyh3kocnvldi.D0MARCUS","job":"fill_modal","modal":"correct","shown":"shown-1"}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-deny
      opens "deny" "shown-1 D0MARCUS" ["reason"] ""
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-discard
      start {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"answer":"discard","job":"settle","message":"message-1"}
    press-give-back
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"given_back":true,"job":"claim","of":{"shown":"shown-1","spot":"card"},"place":"D0MARCUS"}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-not-for-us
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"vwjzbvfob6fye4pyh3kocnvldi","job":"vote","place":"D0MARCUS","reason":"This is no matter of the service desk.","shown":"shown-1","verdict":{"verdict":"deny"}}
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-other-workspace
      Countersign.Refused
    press-question
      opens "question" "shown-1 D0MARCUS" ["words"] ""
      messages {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"address":{"channel":"slack","conversation":"D0MARCUS","message":"1763818300.000100"},"job":"adopt","shown":"shown-1"}
    press-send
      start {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"answer":"send","job":"settle","message":"message-1"}
    press-send-to-desk
      start {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"answer":"send_to_desk","job":"settle","message":"message-1"}
    press-unknown
      nothing
    shortcut-ask
      opens "ask" "" ["text", "beneficiary"] ""
    shortcut-message-ask
      opens "ask" "" ["text", "beneficiary"] "Who has Tableau & Figma?"
    view-closed
      nothing
    "#);
}

#[test]
fn submissions_are_asks_and_votes() {
    insta::assert_snapshot!(all(&["submit-"]), @r#"
    submit-answer
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0EMMA"},"answers":true,"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"say","place":"D0EMMA","shown":"shown-1","text":"Those of Q3"}
    submit-answer-too-long
      answers {"errors":{"words":"Your answer has 1001 characters, at most 1000 are taken; shorten it."},"response_action":"errors"}
    submit-approve-less
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"vote","place":"D0MARCUS","reason":"Viewing is enough.","shown":"shown-1","verdict":{"duration":"8h","entitlement":"viewer","verdict":"approve_less"}}
    submit-approve-odd-duration
      answers {"errors":{"duration":"Write it as 4h, 5d or 2w, at most 366d, or leave it empty."},"response_action":"errors"}
    submit-approve-with-reason
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"vote","place":"D0MARCUS","reason":"It is their job.","shown":"shown-1","verdict":{"verdict":"approve"}}
    submit-ask
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"asked_at":1763818330000,"beneficiary":"U0NOAH","id":"7j62ueigzpxezyp7u4nofkns5p","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"promised":null,"text":"Tableau viewer, R&D <urgent>"}
    submit-ask-for-self
      triage {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"asked_at":1763818330000,"beneficiary":null,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"message","origin":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"promised":null,"text":"Tableau viewer"}
    submit-ask-with-control-character
      answers {"errors":{"text":"Your text has control characters; remove them."},"response_action":"errors"}
    submit-correct
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"vote","place":"D0MARCUS","reason":null,"shown":"shown-1","verdict":{"application":"tableau","duration":"2w","entitlement":"viewer","intent":"access.request","verdict":"correct"}}
    submit-correct-odd-duration
      answers {"errors":{"duration":"Write it as 4h, 5d or 2w, at most 366d, or leave it empty."},"response_action":"errors"}
    submit-correct-other-application
      answers {"errors":{"entitlement":"This is a level of another application."},"response_action":"errors"}
    submit-correct-to-desk
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"vote","place":null,"reason":null,"shown":"shown-1","verdict":{"application":null,"duration":null,"entitlement":null,"intent":"hardware.request","verdict":"correct"}}
    submit-correct-without-intent
      answers {"errors":{"intent":"Choose what it is."},"response_action":"errors"}
    submit-deny
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"vote","place":"D0MARCUS","reason":"Not needed for this quarter.","shown":"shown-1","verdict":{"verdict":"deny"}}
    submit-deny-too-long
      answers {"errors":{"reason":"Your reason has 1001 characters, at most 1000 are taken; shorten it."},"response_action":"errors"}
    submit-deny-without-reason
      answers {"errors":{"reason":"Say why; the person who asked will read it."},"response_action":"errors"}
    submit-question
      decisions {"actor":{"kind":"chat","user":"T0HARBOUR/U0MARCUS"},"cast_at":1763818330000,"id":"7j62ueigzpxezyp7u4nofkns5p","job":"say","place":"D0MARCUS","shown":"shown-1","text":"Which reports?"}
    submit-question-without-words
      answers {"errors":{"words":"Write your question."},"response_action":"errors"}
    "#);
}

#[test]
fn what_a_message_says_changes_nothing() {
    assert_eq!(read("press-approve"), read("press-approve-crafted"));
}

/// The id of the one job of a call.
fn id(body: &[u8], path: Path) -> String {
    let found = receive(path, body, TEAM, NOW).unwrap();
    serde_json::to_value(&found.jobs[0].1).unwrap()["id"].as_str().unwrap().to_owned()
}

#[test]
fn only_a_card_that_lasts_is_told_of() {
    let text = fs::read_to_string(samples().join("press-approve.json")).unwrap();
    for (pointer, value) in [
        ("/container/is_ephemeral", true.into()),
        ("/container/message_ts", Value::Null),
        ("/container/message_ts", "".into()),
        ("/container/message_ts", "1 2".into()),
        ("/channel/id", "<!here>".into()),
    ] {
        let mut payload: Value = serde_json::from_str(&text).unwrap();
        *payload.pointer_mut(pointer).unwrap() = value;
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &payload.to_string())
            .finish();
        let found = receive(Path::Interactions, body.as_bytes(), TEAM, NOW).unwrap();
        assert_eq!(found.jobs.len(), 1, "{pointer}");
    }
}

#[test]
fn repeats_have_the_same_id_and_others_another() {
    for (case, repeated) in [
        ("command-ask", "8088930838d88f008e0"),
        ("event-message", "Ev0000000001"),
        ("press-approve", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"),
        ("submit-deny", "a1b2c3d4"),
        ("submit-ask", "V0000000001"),
    ] {
        let (body, path) = (body(case), address(case));
        let text = String::from_utf8(body.clone()).unwrap();
        assert!(text.contains(repeated), "{case}");
        let other = text.replace(repeated, "another");
        assert_eq!(id(&body, path), id(&body, path), "{case}");
        assert_ne!(id(&body, path), id(other.as_bytes(), path), "{case}");
    }
}

fn ask(text: &str) -> Received {
    let body = String::from_utf8(body("command-ask-alone")).unwrap();
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    receive(Path::Commands, body.replace("text=++", &format!("text={text}")).as_bytes(), TEAM, NOW).unwrap()
}

#[test]
fn no_text_is_lost_silently() {
    for (text, taken) in [
        ("Figma".to_owned(), true),
        ("ä".repeat(4_000), true),
        ("ä".repeat(4_001), false),
        ("bell\u{7}".to_owned(), false),
        ("*_~` @channel <b>".to_owned(), true),
    ] {
        let found = ask(&text);
        assert_eq!((found.jobs.len() == 1, found.reply == Reply::Empty), (taken, taken), "{found:?}");
    }
}

#[test]
fn what_is_not_as_slack_writes_it_is_refused() {
    let large = vec![b'a'; MAX_BODY_BYTES + 1];
    let deep = "[".repeat(10_000);
    for (path, body) in [
        (Path::Events, &b""[..]),
        (Path::Events, b"{"),
        (Path::Events, deep.as_bytes()),
        (Path::Events, &large),
        (Path::Commands, &large),
        (Path::Interactions, b"payload=%7B"),
        (Path::Interactions, b"payload=%ff&payload=%7B%7D"),
        (Path::Commands, b"team_id=T0HARBOUR&command=/ask&text=x&trigger_id=1"),
        (Path::Commands, b"team_id=T0HARBOUR&command=/ask&text=x&trigger_id=1&user_id=%3C%21here%3E"),
        (Path::Commands, b"team_id=T0HARBOUR&command=/ask&text=x&user_id=U0EMMA"),
    ] {
        let found = receive(path, body, TEAM, NOW);
        assert!(matches!(found, Err(Error::Invalid { .. })), "{path:?} {found:?}");
    }
    for (path, body) in [(Path::Commands, &b"command=/ask"[..]), (Path::Interactions, b"payload=%7B%7D")] {
        assert!(matches!(receive(path, body, TEAM, NOW), Err(Error::Refused(_))), "{path:?}");
        assert!(matches!(receive(path, body, "", NOW), Err(Error::Refused(_))), "{path:?}");
    }
}

fn command(user: usize, trigger: usize) -> bool {
    let (user, trigger) = ("U".repeat(user), "1".repeat(trigger));
    let body = format!("team_id={TEAM}&command=/ask&text=x&user_id={user}&trigger_id={trigger}");
    receive(Path::Commands, body.as_bytes(), TEAM, NOW).is_ok()
}

#[test]
fn ids_are_limited_in_length() {
    assert!(command(limits::MAX_ID, limits::MAX_DELIVERY_ID));
    assert!(!command(limits::MAX_ID + 1, 1));
    assert!(!command(1, limits::MAX_DELIVERY_ID + 1));
    let long = format!(r#"{{"type":"url_verification","challenge":"{}"}}"#, "c".repeat(10_000));
    let found = receive(Path::Events, long.as_bytes(), TEAM, NOW).unwrap();
    assert_eq!(found.reply, Reply::Json(serde_json::json!({"challenge": "c".repeat(255)})));
}

#[test]
fn a_button_with_a_hostile_value_is_refused() {
    let text = fs::read_to_string(samples().join("press-approve.json")).unwrap();
    for value in ["", " ", "../x", "shown 1", "<!channel>", &"x".repeat(65)] {
        let mut payload: Value = serde_json::from_str(&text).unwrap();
        payload["actions"][0]["value"] = value.into();
        for press in ["approve", "deny", "correct", "send", "cancel"] {
            payload["actions"][0]["action_id"] = press.into();
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("payload", &payload.to_string())
                .finish();
            let found = receive(Path::Interactions, body.as_bytes(), TEAM, NOW);
            assert!(matches!(found, Err(Error::Invalid { .. })), "{press} {value:?} {found:?}");
        }
    }
}
