//! What holds after every journey, over the real records, histories and logs.

use super::{
    person::Person,
    stack::Stack,
    waiting::{until, until_within},
};
use countersign_core::{
    audit::Happening,
    ids::RequestId,
    job::Refusal,
    request::{EffectKind, Outcome, Request},
};
use countersign_testkit::invariants::History;
use serde_json::Value;
use std::{fs, time::Duration};

/// What may stand in no log and in no execution, beside the words of the request itself.
const PERSONAL: [&str; 6] =
    ["@harbour.example", "Emma Clarke", "Marcus Weber", "Noah Lind", "Priya Nair", "Helena Ruiz"];
/// The most executions that look after one grant in a journey.
const MOST_GRANT_EXECUTIONS: u32 = 4;
/// A first card within this time shows that nothing keeps the next message waiting.
const QUICK_MILLIS: i64 = 1_500;
const SECRETS: [&str; 4] = ["slack_signing_secret", "slack_bot_token", "okta_token", "bamboohr_key"];

impl Stack {
    /// Waits until the request has ended, and answers it.
    pub(crate) async fn ended(&self, id: &RequestId, outcome: Outcome) -> Request {
        self.ended_within(super::waiting::LIMIT, id, outcome).await
    }

    /// The same, with a time of its own; a request that ends otherwise fails at once.
    pub(crate) async fn ended_within(&self, limit: Duration, id: &RequestId, outcome: Outcome) -> Request {
        let look = || async { self.request(id).await.filter(|request| request.outcome.is_some()) };
        let request = until_within(limit, &format!("request {id} has ended"), look).await;
        assert_eq!(request.outcome, Some(outcome), "{id}: {:#?}", self.audit(id).await);
        request
    }

    /// Waits until an execution has come to this status.
    pub(crate) async fn until_status(&self, execution: &str, status: &str) {
        let look = || async { (self.status(execution).await.as_deref() == Some(status)).then_some(()) };
        until_within(super::waiting::LONG, &format!("{execution} is {status}"), look).await;
    }

    /// The chain verifies, approval comes before the effect, each gate is decided once, and so on; nothing secret or
    /// personal is in the executions and the logs. `said` is what people wrote.
    pub(crate) async fn holds(&self, id: &RequestId, said: &[&str]) {
        let request = self.is_sound(id).await;
        self.keeps_silent(&request, said).await;
    }

    /// The part of [`Stack::holds`] that looks at the records only.
    pub(crate) async fn is_sound(&self, id: &RequestId) -> Request {
        let history = History::read(self, id).await.unwrap();
        assert_eq!(history.broken(), Vec::new(), "{id}: {:#?}", history.entries);
        history.request
    }

    /// The approver of the first gate was reminded; where chat is quick enough for that, by a message of its own.
    pub(crate) async fn was_reminded(&self, approver: &Person<'_>, id: &RequestId, words: &str) {
        let reminded = self.happened(id, |what| matches!(what, Happening::Reminded { .. })).await;
        assert!(!reminded.is_empty(), "{id}: nobody was reminded");
        let opened = self.gate(id, 1).await.unwrap().opened_at;
        let delivered = self.request(id).await.unwrap().times.delivered;
        if delivered.is_some_and(|at| at.since(opened) < QUICK_MILLIS) {
            approver.reads(&[words]).await;
        }
    }

    /// Waits until a vote on the first gate is recorded as refused; the gate is still open then.
    pub(crate) async fn refused(&self, id: &RequestId, reason: Refusal) {
        let look = || async {
            let refusal =
                |what: &Happening| matches!(what, Happening::VoteRefused { reason: r, .. } if *r == reason);
            (!self.happened(id, refusal).await.is_empty()).then_some(())
        };
        until(&format!("{id}: {reason:?} is recorded"), look).await;
        assert_eq!(self.gate(id, 1).await.unwrap().ending(), None);
    }

    /// The access was changed exactly once, and it is recorded so.
    pub(crate) async fn granted_once(&self, id: &RequestId) {
        let confirmed =
            |what: &Happening| matches!(what, Happening::EffectConfirmed { effect: EffectKind::Grant, .. });
        assert_eq!(self.happened(id, confirmed).await.len(), 1, "{id}");
    }

    async fn keeps_silent(&self, request: &Request, said: &[&str]) {
        let mut seen: Vec<(String, String)> = self.logs();
        let mut tokens = Vec::new();
        let generations = 1..=request.generation;
        let plans = generations.flat_map(|number| {
            ["access-request", "desk-request"].map(|workflow| (workflow, format!("{}.{number}", request.id)))
        });
        // A grant whose execution dies is looked after by another one.
        let grants = (1..=MOST_GRANT_EXECUTIONS)
            .map(|number| ("grant-lifecycle", format!("{}.g{number}", request.id)));
        for (workflow, name) in plans.chain(grants) {
            let execution = self.execution(workflow, &name);
            if self.status(&execution).await.is_some() {
                let history = serde_json::to_string(&self.history(&execution).await).unwrap();
                seen.push((execution.clone(), history));
                tokens.extend(self.tokens(&execution).await);
            }
        }
        let secrets = SECRETS.map(|name| self.secret(name));
        for (place, text) in &seen {
            for word in PERSONAL.iter().chain(&secrets).chain(said) {
                assert!(!text.contains(word), "{word:?} stands in {place}");
            }
        }
        for (place, log) in self.logs() {
            assert!(
                !tokens.iter().any(|token| log.contains(token.as_str())),
                "a task token stands in {place}"
            );
        }
    }

    /// What a function has logged, line by line; lines of the platform are left out.
    pub(crate) fn log(&self, function: &str) -> Vec<Value> {
        let path = self.folder.join(format!("logs/countersign-{function}.log"));
        let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// What the functions have printed, by file.
    fn logs(&self) -> Vec<(String, String)> {
        let files = fs::read_dir(self.folder.join("logs")).unwrap().flatten();
        let read = |path: std::path::PathBuf| {
            (path.display().to_string(), String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned())
        };
        files.map(|file| read(file.path())).filter(|(_, text)| !text.is_empty()).collect()
    }
}
