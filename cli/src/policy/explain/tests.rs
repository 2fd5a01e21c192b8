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
    all(&loaded(files, Format::Text).unwrap(), &parse(REQUESTS).unwrap()).unwrap()
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
        assert_eq!(parse(text).unwrap_err().0, line, "{text}");
    }
    let late = Asked { at: Some("soon".into()), ..Asked::default() };
    assert!(all(&loaded(&shipped(), Format::Text).unwrap(), &[late]).is_err());
}
