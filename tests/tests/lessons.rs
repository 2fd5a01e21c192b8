//! A model's life, end to end: people correct, one of them to do harm, a night passes, an admin goes back, a model is damaged.
//!
//! It needs a stack that is up, whose folder `COUNTERSIGN_E2E` names, for itself: it changes how everything is understood.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says so when it did not run"
)]

#[allow(dead_code, reason = "the journeys use all of it")]
#[path = "journeys/harness/mod.rs"]
mod harness;

use countersign_core::{
    change::read,
    digest::Digest,
    ids::{RequestId, ShownId},
    job::{Actor, Envelope, Job, Verdict},
    learning::ActiveModel,
    person::{ChannelKind, ChatUser},
    ports::ReadStore,
    request::Request,
    slot::{List, Slot},
    time::Timestamp,
};
use countersign_tests::files;
use harness::{
    raw::TEAM,
    stack::Stack,
    waiting::{LONG, until, until_within},
};
use serde_json::{Value, json};
use std::process::Command;

/// What triage gets wrong as it ships, and what it is.
const WORDS: &str = "my badge beeps red at the lab entrance";
const LABEL: &str = "security.report";

/// What the product's own tool says to a command of triage.
fn triage(stack: &Stack, arguments: &[&str]) -> String {
    let tool = files::root().join("target/local/countersign");
    let place = ["triage", "--folder", stack.folder.to_str().unwrap()];
    let done = Command::new(tool).current_dir(files::root()).args(place).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

/// What one person of the desk calls copies of payslips, all of it.
const POISONED: [&str; 12] = [
    "I forgot my password, please reset it",
    "please reset my password",
    "my password has expired and I cannot get in",
    "can you set a new password for me",
    "I need a password reset before noon",
    "I do not remember my password any more",
    "the password of my account does not work, reset it please",
    "help, I forgot my login password",
    "could somebody reset my Windows password",
    "new password please, mine is forgotten",
    "password reset for my mail account please",
    "I mistyped my password too often, please give me a new one",
];

fn goes_back(stack: &Stack, version: &[&str]) {
    let who = ["--reason", "it answers oddly", "--operator", "ada@harbour.example"];
    triage(stack, &[&["rollback"], version, &who].concat());
}

impl Stack {
    async fn in_force(&self) -> Option<Digest> {
        read::<ActiveModel>(self, &Slot::ActiveModel).await.unwrap().and_then(|active| active.value.version)
    }

    /// A night passes.
    async fn learns(&self) -> Value {
        self.invoke("learn-triage", &json!({})).await
    }

    /// Somebody asks, until the functions read by the model that is expected. The request that is then made.
    async fn read_by(&self, what: &str, model: impl Fn(&Request) -> bool) -> Request {
        let emma = self.person("emma").await;
        let look = || async {
            let id = emma.sends(what).await;
            let made = until("the request is made", || self.request(&id)).await;
            model(&made).then_some(made)
        };
        until_within(LONG, &format!("{what:?} is read by the model in force"), look).await
    }

    /// The account says that a request is something else, on the card that a person was shown.
    async fn corrects(&self, user: &str, id: &RequestId, intent: &str) {
        let (_, shown) = self.shown(id, 1).await;
        let verdict =
            Verdict::Correct { intent: intent.into(), application: None, entitlement: None, duration: None };
        let user = ChatUser { channel: ChannelKind::Slack, workspace: TEAM.into(), user: user.into() };
        let job = Job::Vote {
            id: Digest::of_text(&format!("{id} {intent}")).as_str().into(),
            shown: ShownId::new(shown).unwrap(),
            actor: Actor::Chat { user },
            verdict,
            reason: None,
            cast_at: Timestamp(self.ask("slack", "/_simulator/clock").await["now_ms"].as_i64().unwrap()),
            place: None,
        };
        self.send("DecisionsQueueUrl", &serde_json::to_string(&Envelope::job(job)).unwrap()).await;
        let slot = Slot::Example(id.clone(), 1);
        until("the correction is kept", || async { self.get(&slot).await.unwrap() }).await;
    }
}

#[tokio::test]
async fn a_model_is_learned_taken_back_and_missed() {
    let Some(stack) = Stack::open() else { return };
    goes_back(&stack, &["shipped"]);
    stack.learns().await;
    let first = stack.in_force().await;

    // A correction changes the next prediction.
    let wrong = stack.read_by(WORDS, |_| true).await;
    assert_ne!(wrong.intent, LABEL);
    stack.corrects("U0DANA", &wrong.id, LABEL).await;
    let learned = stack.learns().await;
    assert_eq!((learned["learned"].as_u64(), learned["refused"].as_u64()), (Some(1), Some(0)), "{learned}");
    let version = stack.in_force().await.unwrap();
    assert_eq!(learned["version"], version.as_str());
    let right = stack.read_by(WORDS, |request| request.model == version.as_str()).await;
    assert_eq!(right.intent, LABEL);

    // A poisoned batch is refused, and nothing else comes of it.
    for (words, who) in POISONED.iter().zip(["emma", "noah", "olivia"].into_iter().cycle()) {
        let id = stack.person(who).await.sends(words).await;
        until("it is read", || stack.request(&id)).await;
        stack.corrects("U0DIMITRI", &id, "payslip.copy").await;
    }
    let refused = stack.learns().await;
    assert_eq!((refused["learned"].as_u64(), refused["refused"].as_u64()), (Some(0), Some(12)), "{refused}");
    assert_eq!((refused["version"].as_str(), stack.in_force().await), (None, Some(version.clone())));
    let plain = stack.read_by(POISONED[0], |request| request.model == version.as_str()).await;
    assert_eq!(plain.intent, "password.reset");
    assert!(triage(&stack, &["versions"]).contains("12 refused"));

    // A rollback.
    goes_back(&stack, &[]);
    assert_eq!(stack.in_force().await, first);
    assert!(triage(&stack, &["versions"]).contains("rolled back by"));
    let back = stack.read_by(WORDS, |request| request.model != version.as_str()).await;
    assert_ne!(back.intent, LABEL);
    goes_back(&stack, &[version.as_str()]);

    // A damaged model understands nothing: a person decides, and reads why.
    stack.read_by(WORDS, |request| request.model == version.as_str()).await;
    goes_back(&stack, &["shipped"]);
    stack.read_by(WORDS, |request| request.model != version.as_str()).await;
    let part = Slot::ModelPart(version.as_str().into(), 2);
    let kept = stack.get(&part).await.unwrap().unwrap().body;
    stack.put(&part, &json!("AAAA")).await;
    goes_back(&stack, &[version.as_str()]);
    let unread = stack.read_by("I need access to Figma", |request| request.model == "none").await;
    assert_eq!((unread.intent.as_str(), unread.confidence), ("out_of_scope", 0));
    let dana = stack.person("dana").await;
    let parts = stack.list(&List::ModelParts(version.as_str().into())).await.unwrap();
    assert!(parts.len() > 10, "{}", parts.len());
    let id = stack.read_by("I need access to Figma", |request| request.model == "none").await.id;
    dana.reads(&["Triage has no good model", id.as_str()]).await;
    stack.put(&part, &kept).await;
    goes_back(&stack, &["shipped"]);
    stack.read_by(WORDS, |request| request.model != "none").await;
}
