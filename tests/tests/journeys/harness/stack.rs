//! The stack under test: where it is, and what it is called.

use serde_json::Value;
use std::{env, fs, path::PathBuf, time::Duration};

/// Names the folder of a stack that is up.
const FOLDER: &str = "COUNTERSIGN_E2E";

/// A stack that is up.
pub(crate) struct Stack {
    pub(crate) http: reqwest::Client,
    pub(crate) folder: PathBuf,
    addresses: Value,
    outputs: Value,
    secrets: Value,
}

impl Stack {
    /// The stack that [`FOLDER`] names; without it, says that nothing was run.
    #[allow(clippy::disallowed_methods, reason = "the one place where the tests read their environment")]
    pub(crate) fn open() -> Option<Self> {
        let Ok(folder) = env::var(FOLDER) else {
            println!("skipped: no stack ({FOLDER} names the folder of one that is up)");
            return None;
        };
        let folder = countersign_tests::files::root().join(folder);
        let read = |name: &str| {
            let path = folder.join(name);
            let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            serde_json::from_str(&text).unwrap()
        };
        let (addresses, outputs, secrets) =
            (read("addresses.json"), read("stack.json"), read("secrets.json"));
        // LocalStack closes a connection that was idle for 5 s; who is just about to use it loses the call.
        let http = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().unwrap();
        Some(Self { http, addresses, outputs, secrets, folder })
    }

    /// The address of `aws`, `slack`, `bamboohr`, `okta` or `issuer`.
    pub(crate) fn address(&self, system: &str) -> &str {
        self.addresses[system].as_str().unwrap_or_else(|| panic!("no address of {system}"))
    }

    /// An output of the deployed template.
    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap_or_else(|| panic!("no output {name}"))
    }

    /// A secret of the stack, by which its absence elsewhere is shown.
    pub(crate) fn secret(&self, name: &str) -> &str {
        self.secrets[name].as_str().unwrap_or_else(|| panic!("no secret {name}"))
    }

    /// The product's own API, below which its routes are.
    pub(crate) fn api(&self) -> String {
        let (aws, id, stage) = (self.address("aws"), self.output("ApiId"), self.output("ApiStage"));
        format!("{aws}/restapis/{id}/{stage}/_user_request_")
    }

    /// Asks a control route of a simulator, and answers its JSON.
    pub(crate) async fn ask(&self, system: &str, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.address(system))).send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{system} {path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Calls a control route; answers the status and the JSON, null where there is none.
    pub(crate) async fn call(&self, method: &str, system: &str, path: &str, body: &Value) -> (u16, Value) {
        let method = method.parse().unwrap();
        let request = self.http.request(method, format!("{}{path}", self.address(system)));
        let request = if body.is_null() { request } else { request.json(body) };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
    }

    /// As [`Stack::call`], and it must be taken.
    pub(crate) async fn must(&self, method: &str, system: &str, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call(method, system, path, body).await;
        assert!((200..300).contains(&status), "{method} {system} {path}: {status} {answer}");
        answer
    }
}
