//! What a person at the page does and sees: looks, reads, clicks, types.

use serde_json::{Value, json};
use std::{
    future::Future,
    path::Path,
    time::{Duration, Instant},
};
use thirtyfour::{Key, WebDriver, WebElement};

/// How long anything may take: an answer of the product goes through four functions.
const LIMIT: Duration = Duration::from_secs(60);
/// A message of a conversation.
pub(crate) const MESSAGE: &str = "[data-testid=message]";
const STEP: Duration = Duration::from_millis(40);

/// One tab of a browser, showing the page.
#[derive(Clone)]
pub(crate) struct Screen {
    driver: WebDriver,
    address: String,
    /// Messages before this timestamp are not looked at.
    since: String,
}

/// What `look` finds, as soon as it finds it.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < LIMIT, "after {} s still not: {what}", LIMIT.as_secs());
        tokio::time::sleep(STEP).await;
    }
}

impl Screen {
    pub(crate) fn new(driver: WebDriver, address: &str) -> Self {
        Self { driver, address: address.to_owned(), since: "0".into() }
    }

    /// The same screen, for messages from now on.
    pub(crate) fn from(self, since: String) -> Self {
        Self { since, ..self }
    }

    /// Opens the page as this person and waits until it shows the conversation.
    pub(crate) async fn open(&self, user: &str) {
        self.driver.goto(format!("{}/#{user}", self.address)).await.unwrap();
        self.driver.refresh().await.unwrap();
        self.holds("the page is there", "document.querySelector('#conversations button')").await;
    }

    /// A screen of this size, in pixels of CSS.
    pub(crate) async fn is_sized(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// A person who prefers `light` or `dark`.
    pub(crate) async fn prefers(&self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await;
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    /// What a script returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.driver.execute(script, Vec::new()).await.unwrap().json().clone()
    }

    /// Waits until an expression is true.
    pub(crate) async fn holds(&self, what: &str, expression: &str) {
        let script = format!("return Boolean({expression});");
        until(what, || async { (self.run(&script).await == true).then_some(()) }).await;
    }

    async fn find(&self, outer: &str, words: &[&str], inner: &str, label: &str) -> Option<WebElement> {
        let arguments = [json!(outer), json!(words), json!(inner), json!(label), json!(self.since)];
        let found = self.driver.execute(include_str!("find.js"), arguments.to_vec()).await.unwrap();
        found.element().ok()
    }

    /// Clicks the last button that reads `label` in the last place that says `words`, once it is there.
    pub(crate) async fn press(&self, place: &str, words: &[&str], label: &str) {
        self.clicks(place, words, ("button, summary", label)).await;
    }

    /// Chooses the last option that reads `label` of a menu.
    pub(crate) async fn chooses(&self, menu: &str, label: &str) {
        self.clicks(menu, &[], ("option", label)).await;
    }

    async fn clicks(&self, place: &str, words: &[&str], (what, label): (&str, &str)) {
        let click = || async {
            let found = self.find(place, words, what, label).await?;
            // What is drawn again between the two is looked for again.
            found.click().await.ok()
        };
        until(&format!("{label:?} in {place} with {words:?}"), click).await;
    }

    /// Waits for a message of the application that says all of `words`.
    pub(crate) async fn reads(&self, words: &[&str]) {
        let look = || self.find(MESSAGE, words, ".message-head", "Countersign");
        until(&format!("a message that says {words:?}"), look).await;
    }

    /// Whether the last message that says all of `words` has a button.
    pub(crate) async fn has_button(&self, words: &[&str]) -> bool {
        self.find(MESSAGE, words, ".block-actions button", "").await.is_some()
    }

    /// Chooses somebody by name.
    pub(crate) async fn becomes(&self, name: &str) {
        self.chooses("#person", name).await;
        self.is_now(name).await;
    }

    /// Waits until the page is this person's.
    pub(crate) async fn is_now(&self, name: &str) {
        let chosen =
            format!("document.getElementById('person').selectedOptions[0]?.textContent === {name:?}");
        self.holds(&format!("it is {name}"), &chosen).await;
    }

    /// Types into the message box, and sends it with Enter.
    pub(crate) async fn writes(&self, text: &str) {
        self.run("document.getElementById('composer').focus();").await;
        self.keys(text).await;
        self.key(Key::Enter).await;
    }

    /// Types where the focus is.
    pub(crate) async fn keys(&self, text: &str) {
        self.driver.action_chain().send_keys(text).perform().await.unwrap();
    }

    /// Presses one key.
    pub(crate) async fn key(&self, key: Key) {
        self.driver.action_chain().send_keys(key).perform().await.unwrap();
    }

    /// Presses Tab backwards.
    pub(crate) async fn back_tab(&self) {
        let chain = self.driver.action_chain().key_down(Key::Shift).send_keys(Key::Tab);
        chain.key_up(Key::Shift).perform().await.unwrap();
    }

    /// Keeps what is seen, as a PNG.
    pub(crate) async fn picture(&self, path: &Path) {
        if let Err(why) = self.driver.screenshot(path).await {
            println!("no picture in {}: {why}", path.display());
        }
    }

    /// Ends the browser.
    pub(crate) async fn close(self) {
        let _ = self.driver.quit().await;
    }
}
