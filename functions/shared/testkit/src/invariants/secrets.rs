//! I13: no token, no name and nothing that people wrote stands in the clear in what is recorded.

use super::{Check, History, broken};

/// I13: neither the request, nor its gates, nor its chain contains any of the known secrets.
///
/// # Errors
/// Where one is; not which.
pub(super) fn stay_inside(history: &History) -> Check {
    if history.secrets.is_empty() {
        return Ok(());
    }
    let places = [
        ("the request", serde_json::to_string(&history.request)),
        ("its gates", serde_json::to_string(&history.gates)),
        ("its chain", serde_json::to_string(&history.entries)),
    ];
    for (place, text) in places {
        let text = text.unwrap_or_default();
        if history.secrets.iter().any(|secret| text.contains(secret.as_str())) {
            return broken("I13", format!("a secret stands in {place}"));
        }
    }
    Ok(())
}
