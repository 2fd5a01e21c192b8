//! What is explained of the shipped rules, and what a change of them would change.

use super::*;

mod page;

fn shipped() -> Files {
    Files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/config")).unwrap()
}

const REQUESTS: &str = r#"
{"id": "R-1", "application": "salesforce"}
{"id": "R-2", "application": "aws", "entitlement": "production", "requester": {"department": "Engineering"}}
{"id": "R-3", "application": "aws", "entitlement": "production", "requester": {"department": "Sales"}}

{"id": "R-4", "application": "github", "requester": {"department": "Engineering"}, "at": "2026-11-23T08:00:00Z"}
{"id": "R-5", "application": "github"}
{"id": "R-6", "intent": "vpn.broken"}
{"id": "R-7", "application": "tableau", "entitlement": "creator"}
"#;

fn explained(files: &Files) -> Vec<Explanation> {
    all(&loaded(files, Format::Text).unwrap(), &parse(REQUESTS).unwrap(), now()).unwrap()
}

#[test]
fn a_file_of_requests_is_a_line_each() {
    assert_eq!(
        tell::list(&explained(&shipped())),
        "\
request  outcome    rule                      who decides
R-1      approval   baseline                  the manager
R-2      approval   great-damage              the manager, then the role security (group countersign-security)
R-3      denied     production-is-for-engineers
R-4      automatic  engineers-read-code
R-5      approval   baseline                  the manager
R-6      service    desk                      the role desk (group countersign-desk)
R-7      approval   baseline                  the manager, then the group finance"
            .replace("rule                      who", "rule                         who")
            .replace("baseline                  ", "baseline                     ")
            .replace("great-damage              ", "great-damage                 ")
            .replace("desk                      ", "desk                         ")
    );
}

#[test]
fn what_two_policies_make_differently_is_told() {
    let (old, mut new) = (shipped(), shipped());
    new.change("policy.yaml", "['Engineering', 'Security']", "['Engineering', 'Security', 'Sales']");
    let changed = changed(explained(&old), explained(&new));
    assert_eq!(
        tell::changes(&changed, 7),
        "\
request  before                                after
R-3      denied (production-is-for-engineers)  approval (great-damage): the manager, then the role security (group countersign-security)

1 of 7 requests would change."
    );
    assert_eq!(
        tell::changes(&super::changed(explained(&old), explained(&old)), 7),
        "0 of 7 requests would change."
    );
}

#[test]
fn the_name_of_a_rule_is_no_change() {
    let (old, mut new) = (shipped(), shipped());
    new.change("policy.yaml", "- id: great-damage", "- id: greatest-damage");
    assert!(changed(explained(&old), explained(&new)).is_empty());
}

#[test]
fn lines_that_are_no_request_are_named() {
    for (text, line) in [("{", 1), ("\n{}\n{\"aplication\": \"aws\"}", 3), ("{\"duration\": \"soon\"}", 1)] {
        assert_eq!(parse::<Asked>(text).unwrap_err().0, line, "{text}");
    }
    let late = Asked { at: Some("soon".into()), ..Asked::default() };
    assert!(all(&loaded(&shipped(), Format::Text).unwrap(), &[late], now()).is_err());
}

const PEOPLE: &str = r#"
{"id": "emma", "name": "Emma Clarke", "manager": "marcus"}
{"id": "marcus", "name": "Marcus Weber", "mail": "marcus@harbour.example", "manager": "helena"}
{"id": "helena", "name": "Helena Ruiz"}
{"id": "dana", "name": "Dana Wolf", "groups": ["countersign-desk"]}
{"id": "olivia", "manager": "otto"}
{"id": "otto", "manager": "helena", "away": true}
"#;

/// The names that the first stage of a request would ask.
async fn asks(who: &str, entitlement: &str) -> Vec<Vec<String>> {
    let (config, people) =
        (loaded(&shipped(), Format::Text).unwrap(), People::of(&parse(PEOPLE).unwrap(), now()));
    let requester = Somebody { id: SubjectId::new(who).unwrap(), ..Somebody::default() };
    let (application, entitlement) = (Some("salesforce".into()), Some(entitlement.to_owned()));
    let asked = [Asked { application, entitlement, requester, ..Asked::default() }];
    let mut explained = all(&config, &asked, now()).unwrap();
    name_people(&config, &people, &asked, &mut explained, now()).await.unwrap();
    explained.remove(0).stages.into_iter().map(|stage| stage.people.unwrap()).collect()
}

#[tokio::test]
async fn people_are_named_as_the_product_finds_them() {
    assert_eq!(asks("emma", "standard").await, [["Marcus Weber"]]);
    assert_eq!(asks("emma", "admin").await, [["Marcus Weber"], ["Dana Wolf"]], "nobody decides twice");
    assert_eq!(
        asks("marcus", "admin").await,
        [["Helena Ruiz"], ["Dana Wolf"]],
        "an owner who asks is left out"
    );
    assert_eq!(
        asks("olivia", "standard").await,
        [["Helena Ruiz", "Dana Wolf"]],
        "who is away has a fallback"
    );
    assert_eq!(asks("helena", "standard").await, [["Dana Wolf"]], "without a manager the desk is asked");
}
