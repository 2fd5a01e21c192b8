//! The catalogue of the tests.

use countersign_triage::{Catalog, shipped};
use serde_json::json;

/// Every intent of the shipped examples and the applications of an ordinary company.
pub(crate) fn catalog() -> Catalog {
    let level = |name: &str, aliases: &[&str]| json!({ "name": name, "aliases": aliases });
    let app = |name: &str, aliases: &[&str], levels: Vec<serde_json::Value>| {
        let default = levels.first().map_or(json!(""), |level| level["name"].clone());
        json!({ "name": name, "aliases": aliases, "entitlements": levels, "default_entitlement": default })
    };
    let applications = vec![
        app(
            "salesforce",
            &["sfdc", "crm"],
            vec![level("standard", &["user"]), level("admin", &["administrator"])],
        ),
        app(
            "github",
            &["git hub"],
            vec![level("read", &["readonly", "read only"]), level("write", &["push"])],
        ),
        app("figma", &[], vec![level("editor", &["edit"])]),
        app("tableau", &[], vec![level("viewer", &["view"]), level("creator", &["author"])]),
        app(
            "aws",
            &["amazon web services"],
            vec![level("readonly", &["read", "read only"]), level("production", &["prod"])],
        ),
        app("zendesk", &["help centre"], vec![level("agent", &[])]),
        app("notion", &[], vec![level("member", &[])]),
        app("jira", &[], vec![level("member", &[])]),
        app("netsuite", &["net suite"], vec![level("viewer", &["view", "read"])]),
        app("wiki-internal", &["wiki"], vec![]),
        app("wiki-public", &["wiki"], vec![]),
    ];
    let model = shipped::model().unwrap();
    let intents: Vec<_> = model.labels().iter().map(|name| json!({ "name": name })).collect();
    serde_json::from_value(json!({ "intents": intents, "applications": applications })).unwrap()
}
