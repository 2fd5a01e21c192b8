//! What the API takes: each route by one function, decisions by POST only, within limits.

use super::{Broken, check};
use countersign_tests::template::{Template, refers_to};

/// Every route, by its function.
const ROUTES: [(&str, &str, &str); 12] = [
    ("ReadRequestFunction", "get", "/requests/{id}"),
    ("ReceiveRequestFunction", "get", "/openapi.json"),
    ("ReceiveRequestFunction", "post", "/requests"),
    ("ReceiveSlackFunction", "post", "/slack/commands"),
    ("ReceiveSlackFunction", "post", "/slack/events"),
    ("ReceiveSlackFunction", "post", "/slack/interactions"),
    ("RecordDecisionFunction", "post", "/requests/{id}/answer"),
    ("RecordDecisionFunction", "post", "/requests/{id}/cancel"),
    ("RecordDecisionFunction", "post", "/requests/{id}/claim"),
    ("RecordDecisionFunction", "post", "/requests/{id}/decision"),
    ("RecordDecisionFunction", "post", "/requests/{id}/question"),
    ("RecordDecisionFunction", "post", "/requests/{id}/release"),
];

#[test]
fn decisions_are_taken_by_post_only_and_each_route_has_its_function() {
    check(
        routes,
        &[
            Broken {
                from: "Method: post, Path: \"/requests/{id}/decision\"",
                to: "Method: get, Path: \"/requests/{id}/decision\"",
                says: "get /requests/{id}/decision",
            },
            Broken {
                from: "Method: post, Path: \"/requests/{id}/cancel\"",
                to: "Method: any, Path: \"/requests/{id}/cancel\"",
                says: "any /requests/{id}/cancel",
            },
            Broken {
                from: "Path: /slack/events}",
                to: "Path: \"/slack/events/{token}\"}",
                says: "/slack/events/{token}",
            },
            Broken { from: "RestApiId: !Ref Api", to: "RestApiId: !Ref Other", says: "Other" },
            Broken { from: "          Type: Api\n", to: "          Type: HttpApi\n", says: "HttpApi" },
        ],
    );
}

fn routes(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for function in template.functions() {
        for (_, event) in function.property("Events").as_object().into_iter().flatten() {
            let part = |name: &str| event.pointer(name).and_then(|value| value.as_str()).unwrap_or_default();
            match part("/Type") {
                "Api" => found.push((function.id, part("/Properties/Method"), part("/Properties/Path"))),
                "Schedule" | "EventBridgeRule" => continue,
                other => wrong.push(format!("{}: {other}", function.id)),
            }
            let api = event.pointer("/Properties/RestApiId").and_then(refers_to);
            if api != Some("Api") {
                wrong.push(format!("{}: {api:?}", function.id));
            }
        }
    }
    found.sort_unstable();
    let differ = found
        .iter()
        .filter(|route| !ROUTES.contains(route))
        .chain(ROUTES.iter().filter(|route| !found.contains(route)));
    wrong.extend(differ.map(|(function, method, path)| format!("{function}: {method} {path}")));
    wrong
}

#[test]
fn the_api_is_throttled() {
    check(
        throttles,
        &[
            Broken {
                from: "          ThrottlingRateLimit: !Ref ApiRequestsPerSecond\n",
                to: "",
                says: "Api",
            },
            Broken { from: "          ThrottlingBurstLimit: !Ref ApiBurst\n", to: "", says: "Api" },
            Broken { from: "ResourcePath: \"/*\"", to: "ResourcePath: /requests", says: "Api" },
        ],
    );
}

fn throttles(template: &Template) -> Vec<String> {
    let apis = template.resources("AWS::Serverless::Api").into_iter();
    let open = apis.filter(|api| {
        let setting = |name: &str| api.at(&format!("/Properties/MethodSettings/0/{name}"));
        let limited = ["ThrottlingRateLimit", "ThrottlingBurstLimit"]
            .iter()
            .all(|name| template.number(setting(name)).is_some());
        !limited || setting("ResourcePath") != "/*" || setting("HttpMethod") != "*"
    });
    open.map(|api| api.id.to_owned()).collect()
}
