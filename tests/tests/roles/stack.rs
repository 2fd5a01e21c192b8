//! The stack that was used.

use countersign_tests::files;
use serde_json::Value;
use std::{env, fs};

/// Names the folder of a stack that is up.
const FOLDER: &str = "COUNTERSIGN_E2E";

/// What was recorded on the stack that [`FOLDER`] names, and its outputs; without it, says that nothing was run.
#[allow(clippy::disallowed_methods, reason = "the one place where these tests read their environment")]
pub(crate) async fn used() -> Option<(Value, Value)> {
    let Ok(folder) = env::var(FOLDER) else {
        println!("skipped: no stack ({FOLDER} names the folder of one that was used)");
        return None;
    };
    let folder = files::root().join(folder);
    let read = |name: &str| {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let address = format!("{}/_countersign/accesses", read("addresses.json")["aws"].as_str().unwrap());
    let answer = reqwest::Client::new().get(&address).send().await.unwrap();
    assert!(
        answer.status().is_success(),
        "{address}: {} (a LocalStack started before it could?)",
        answer.status()
    );
    Some((answer.json().await.unwrap(), read("stack.json")))
}
