//! Everything can be done by keyboard, and everything that can be used has a name.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{
    browser::browse,
    screen::Screen,
    workspace::{Workspace, card},
};

/// More Tabs than there are places on the page.
const MANY: usize = 40;

/// Roles of what a person can use.
const USED: [&str; 9] =
    ["button", "link", "textbox", "combobox", "checkbox", "radio", "radiogroup", "dialog", "Date"];

async fn focus_is(screen: &Screen, selector: &str) -> bool {
    screen.run(&format!("return document.activeElement.matches({selector:?});")).await == true
}

/// Presses Tab until the focus is there.
async fn tabs_to(screen: &Screen, selector: &str) {
    for _ in 0..MANY {
        screen.key(Key::Tab).await;
        if focus_is(screen, selector).await {
            return;
        }
    }
    panic!("Tab does not reach {selector}");
}

async fn stays_in(screen: &Screen, dialog: &str) {
    let inside = format!("{dialog} *");
    for forward in [true, false] {
        for _ in 0..MANY / 2 {
            if forward {
                screen.key(Key::Tab).await
            } else {
                screen.back_tab().await
            }
            assert!(focus_is(screen, &inside).await, "the focus has left {dialog}");
        }
    }
}

/// What assistive technology is told, without a name.
async fn nameless(screen: &Screen) -> (usize, Vec<Value>) {
    let tree = screen.devtools("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == false);
    let used: Vec<_> = nodes.filter(|node| USED.iter().any(|role| node["role"]["value"] == *role)).collect();
    let nameless =
        used.iter().filter(|node| node["name"]["value"].as_str().unwrap_or_default().trim().is_empty());
    (used.len(), nameless.map(|node| node["role"].clone()).collect())
}

#[tokio::test]
async fn a_person_is_chosen_and_a_command_sent_by_keyboard() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("keyboard", &address, |screen| async move {
        screen.open("U0EMMA").await;
        tabs_to(&screen, ".skip").await;
        tabs_to(&screen, "#person").await;
        screen.keys("Marcus").await;
        screen.is_now("Marcus Weber").await;
        tabs_to(&screen, "#composer").await;
        screen.keys("/desk waiting").await;
        tabs_to(&screen, "#write [type=submit]").await;
        screen.key(Key::Enter).await;
        screen.reads(&["Taken."]).await;
        assert_eq!(workspace.told(), [json!({"command": "waiting"})]);
    })
    .await;
}

#[tokio::test]
async fn a_modal_holds_the_focus_and_gives_it_back() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("modal", &address, |screen| async move {
        workspace.posts("Please decide", card()).await;
        screen.open("U0EMMA").await;
        screen.reads(&["Please decide"]).await;
        let (count, wrong) = nameless(&screen).await;
        assert!(count > 10 && wrong.is_empty(), "{count} on the page, without a name: {wrong:?}");
        tabs_to(&screen, "[data-action=open]").await;
        screen.key(Key::Enter).await;
        screen
            .holds("the first input has the focus", "document.activeElement.matches('dialog textarea')")
            .await;
        let (count, wrong) = nameless(&screen).await;
        assert!(count > 10 && wrong.is_empty(), "{count} in the modal, without a name: {wrong:?}");
        stays_in(&screen, "dialog.modal").await;
        screen.run("document.querySelector('[data-testid=modal-close]').textContent = '';").await;
        assert_eq!(nameless(&screen).await.1.len(), 1, "a button without a name is not found");
        screen.key(Key::Escape).await;
        screen.holds("the modal is closed", "!document.querySelector('dialog')").await;
        assert!(focus_is(&screen, "[data-action=open]").await, "the focus has not come back");
        screen.key(Key::Enter).await;
        screen.holds("it opens again", "document.activeElement.matches('dialog textarea')").await;
        screen.keys("No budget").await;
        tabs_to(&screen, "dialog [type=submit]").await;
        screen.key(Key::Enter).await;
        screen.holds("it is sent", "!document.querySelector('dialog')").await;
        let sent = workspace.told().pop().unwrap();
        assert_eq!(sent["view"]["state"]["values"]["reason"]["reason"]["value"], "No budget");
    })
    .await;
}
