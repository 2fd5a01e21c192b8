//! What somebody does who sees the product for the first time, on the page and with nothing but the page.

use serde_json::Value;
use std::{env, fs};

use crate::{
    browser::browse,
    screen::{MESSAGE, Screen},
};

/// Names the folder of a stack that is up.
const FOLDER: &str = "COUNTERSIGN_E2E";

/// A form in front of the page.
const MODAL: &str = "dialog.modal";
/// Somebody whom a colleague asks for, and somebody of the desk.
const RAVI: &str = "Ravi Shah";
const DANA: &str = "Dana Wolf";

/// Where the product's systems are.
struct Stack {
    slack: String,
    okta: String,
    http: reqwest::Client,
}

impl Stack {
    #[allow(clippy::disallowed_methods, reason = "the tests learn from their environment where the stack is")]
    fn open() -> Option<Self> {
        let Ok(folder) = env::var(FOLDER) else {
            println!("skipped: no stack ({FOLDER} names the folder of one that is up)");
            return None;
        };
        let path = countersign_tests::files::root().join(folder).join("addresses.json");
        let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        let addresses: Value = serde_json::from_str(&text).unwrap();
        let address = |system: &str| addresses[system].as_str().unwrap().to_owned();
        Some(Self { slack: address("slack"), okta: address("okta"), http: reqwest::Client::new() })
    }

    /// The time of the workspace, as the timestamp of a message.
    async fn now(&self) -> String {
        let clock = self.http.get(format!("{}/_simulator/clock", self.slack)).send().await.unwrap();
        let now = clock.json::<Value>().await.unwrap()["now_ms"].as_i64().unwrap();
        format!("{}.{:06}", now / 1000, now % 1000 * 1000)
    }

    /// Takes an access away as an administrator does, so that it can be asked for again.
    async fn vacate(&self, group: &str, handle: &str) {
        let path = format!("{}/_simulator/memberships/{group}/{handle}", self.okta);
        let answer = self.http.delete(path).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

/// A confirmation is asked for only where the access is sensitive.
async fn confirms_if_asked(screen: &Screen) {
    if screen.run("return Boolean(document.querySelector('dialog.confirm'));").await == true {
        screen.press("dialog.confirm", &[], "Approve").await;
    }
}

#[tokio::test]
async fn a_newcomer_asks_and_the_manager_approves() {
    let Some(stack) = Stack::open() else { return };
    stack.vacate("app-figma-editor", "emma").await;
    let since = stack.now().await;
    browse("approve", &stack.slack, |screen| async move {
        let screen = screen.from(since);
        screen.is_sized(1280, 800).await;
        screen.open("U0NOAH").await;
        screen.becomes("Emma Clarke (emma)").await;
        screen.writes("/ask I need Figma to edit the brand templates").await;
        screen.press(MESSAGE, &["This is what I understood", "Figma, Editor"], "Send").await;
        screen.reads(&["On its way", "Figma"]).await;
        screen.press("#news", &[], "Be Marcus Weber").await;
        screen.is_now("Marcus Weber").await;
        screen
            .press(MESSAGE, &["Please decide", "Figma", "@Emma Clarke", "brand templates"], "Approve")
            .await;
        confirms_if_asked(&screen).await;
        let decided = ["Approved", "Figma", "@Marcus Weber"];
        screen.reads(&decided).await;
        assert!(!screen.has_button(&decided).await, "the decided card still has buttons");
        screen.becomes("Emma Clarke (emma)").await;
        screen.reads(&["Figma", "is yours, confirmed by the target"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_manager_denies_with_a_reason() {
    let Some(stack) = Stack::open() else { return };
    stack.vacate("app-notion-member", "ben").await;
    let since = stack.now().await;
    let why = "Please use <Jira> & ask *me* again";
    browse("deny", &stack.slack, move |screen| async move {
        let screen = screen.from(since);
        screen.is_sized(1280, 800).await;
        screen.open("U0BEN").await;
        screen.writes("/ask I need Notion for the R&D <launch> notes").await;
        screen.press(MESSAGE, &["This is what I understood", "R&D <launch> notes"], "Send").await;
        screen.reads(&["On its way", "Notion"]).await;
        screen.writes("/desk mine").await;
        screen.reads(&["Your requests", "Notion, Member"]).await;
        screen.becomes("Priya Nair").await;
        screen.reads(&["Please decide", "Notion", "R&D <launch> notes"]).await;
        screen.writes("/desk waiting").await;
        screen.reads(&["What waits for you", "Notion, Member"]).await;
        screen.press(MESSAGE, &["Please decide", "Notion", "R&D <launch> notes"], "Deny").await;
        screen.press("dialog.modal", &["The reason is shown"], "Deny").await;
        screen.holds("a reason is asked for", "document.querySelector('.input-error:not([hidden])')").await;
        screen.keys(why).await;
        screen.press("dialog.modal", &["The reason is shown"], "Deny").await;
        screen.reads(&["Denied", "Notion", "@Priya Nair", why]).await;
        screen.becomes("Ben Okafor").await;
        screen.reads(&["Denied", "Notion", why]).await;
    })
    .await;
}

#[tokio::test]
async fn a_colleague_asks_by_the_form_for_somebody_else() {
    let Some(stack) = Stack::open() else { return };
    stack.vacate("app-jira-member", "ravi").await;
    let since = stack.now().await;
    browse("ask", &stack.slack, move |screen| async move {
        let screen = screen.from(since);
        screen.is_sized(1280, 800).await;
        screen.open("U0CHLOE").await;
        screen.writes("/ask").await;
        let form = ["Ask for something", "Say in your own words"];
        screen.press(MODAL, &form, "Ask").await;
        screen.holds("a text is asked for", "document.querySelector('.input-error:not([hidden])')").await;
        screen.keys("Access to Jira to plan the pontoon repairs").await;
        screen.chooses("dialog.modal [data-block=beneficiary]", RAVI).await;
        screen.press(MODAL, &form, "Ask").await;
        screen.holds("the form is closed", "!document.querySelector('dialog')").await;
        let understood = ["This is what I understood", "Jira, Member", "pontoon repairs", RAVI];
        screen.press(MESSAGE, &understood, "Send").await;
        screen.reads(&["Sent. You will hear of every step here.", "pontoon repairs"]).await;
        screen.becomes("Priya Nair").await;
        let asked = ["Please decide", "Jira, Member", "@Chloe Martin", RAVI, "pontoon repairs"];
        screen.press(MESSAGE, &asked, "Approve").await;
        confirms_if_asked(&screen).await;
        screen.reads(&["Approved", "Jira, Member", "pontoon repairs", "@Priya Nair"]).await;
        screen.becomes("Chloe Martin").await;
        screen.reads(&["Jira, Member", "confirmed by the target"]).await;
    })
    .await;
}

#[tokio::test]
async fn the_desk_corrects_what_was_not_understood() {
    let Some(stack) = Stack::open() else { return };
    stack.vacate("app-jira-member", "felix").await;
    let since = stack.now().await;
    let words = "I need access to the board that everybody else on my team can open";
    browse("correct", &stack.slack, move |screen| async move {
        let screen = screen.from(since);
        screen.is_sized(1280, 800).await;
        screen.open("U0FELIX").await;
        screen.writes(&format!("/ask {words}")).await;
        screen.press(MESSAGE, &["This is what I understood", "not sure", words], "Send").await;
        screen.reads(&["Sent. You will hear of every step here.", words]).await;
        screen.becomes(DANA).await;
        screen
            .press(MESSAGE, &["Please read this request", "Best guesses", words], "It is something else")
            .await;
        for (menu, choice) in
            [("intent", "Access to an application"), ("application", "Jira"), ("entitlement", "Jira: Member")]
        {
            screen.chooses(&format!("dialog.modal [data-block={menu}]"), choice).await;
        }
        screen.press(MODAL, &["What is it?", words], "Correct").await;
        screen.holds("the form is closed", "!document.querySelector('dialog')").await;
        screen.reads(&["Read", "Jira", words]).await;
        screen.becomes("Felix Braun").await;
        screen.reads(&["The desk read your request as: Jira, Member"]).await;
        screen.becomes("Fiona Grant").await;
        screen.press(MESSAGE, &["Please decide", "Jira, Member", words], "Approve").await;
        confirms_if_asked(&screen).await;
        screen.becomes("Felix Braun").await;
        screen.reads(&["Jira, Member", "is yours, confirmed by the target"]).await;
    })
    .await;
}
