//! Nothing is wider than the window, and every text can be read against what is behind it.

use serde_json::json;

use crate::{
    browser::browse,
    screen::{MESSAGE, Screen},
    workspace::{Workspace, card},
};

/// A phone, a tablet and a laptop, in pixels of CSS.
const SIZES: [(u32, u32); 3] = [(360, 740), (768, 1024), (1280, 800)];

/// The fewest texts that a check of contrast must have seen, on the page and in the modal.
const FEWEST: (u64, u64) = (35, 20);

/// Below this height, in pixels, a conversation cannot be read.
const LEAST_HEIGHT: u64 = 200;

async fn with_card(screen: &Screen, workspace: &Workspace) {
    screen.open("U0MARCUS").await;
    for _ in 0..2 {
        workspace.posts("Please decide", card()).await;
    }
    screen.holds("there is news", "document.querySelector('#news li')").await;
    screen.press("#news", &[], "Be Emma Clarke").await;
    screen.is_now("Emma Clarke (emma)").await;
    screen.writes("I need Figma, please: the brand templates are waiting for me.").await;
    screen.writes("/nothing at all").await;
    screen.holds("a notice", "!document.getElementById('banner').hidden").await;
    screen.reads(&["Please decide", "Figma, Editor"]).await;
}

async fn opens_modal(screen: &Screen) {
    screen.press(MESSAGE, &["Please decide"], "Approve").await;
    screen.holds("the modal is open", "document.querySelector('dialog.modal[open]')").await;
}

async fn fits(screen: &Screen, what: &str) {
    for (width, height) in SIZES {
        screen.is_sized(width, height).await;
        screen.holds("it has this size", &format!("innerWidth === {width}")).await;
        let wrong = screen.run(include_str!("overflow.js")).await;
        assert_eq!(wrong, json!([]), "{what} at {width}");
        let room = screen.run("return document.getElementById('messages').clientHeight;").await;
        assert!(room.as_u64() >= Some(LEAST_HEIGHT), "{what} at {width} leaves {room} pixels for messages");
    }
}

async fn is_legible(screen: &Screen, what: &str, fewest: u64) {
    for scheme in ["light", "dark"] {
        screen.prefers(scheme).await;
        screen
            .holds("the scheme is on", &format!("matchMedia('(prefers-color-scheme: {scheme})').matches"))
            .await;
        // What fades from one scheme to the other is measured when it has arrived.
        screen.holds("nothing moves", "document.getAnimations().length === 0").await;
        let seen = screen.run(include_str!("contrast.js")).await;
        assert_eq!(seen["wrong"], json!([]), "{what} in {scheme}");
        assert!(seen["count"].as_u64() >= Some(fewest), "{what} in {scheme}: {} texts", seen["count"]);
    }
}

#[tokio::test]
async fn nothing_is_wider_than_the_window() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("width", &address, |screen| async move {
        with_card(&screen, &workspace).await;
        fits(&screen, "the conversation").await;
        opens_modal(&screen).await;
        fits(&screen, "the modal").await;
        screen.press("dialog", &[], "Deny").await;
        screen.holds("a complaint", "document.querySelector('.input-error:not([hidden])')").await;
        fits(&screen, "the modal with a complaint").await;
        screen.run("document.querySelector('dialog .section-text').style.width = '2000px';").await;
        assert_ne!(screen.run(include_str!("overflow.js")).await, json!([]), "what is too wide is not found");
    })
    .await;
}

#[tokio::test]
async fn every_text_can_be_read_in_light_and_in_dark() {
    let workspace = Workspace::start().await;
    let address = workspace.address.clone();
    browse("contrast", &address, |screen| async move {
        screen.is_sized(1280, 800).await;
        screen.open("U0BEN").await;
        is_legible(&screen, "the empty conversation", 15).await;
        with_card(&screen, &workspace).await;
        screen.press(".links", &[], "Behind the scenes").await;
        is_legible(&screen, "the conversation", FEWEST.0).await;
        opens_modal(&screen).await;
        screen.press("dialog", &[], "Deny").await;
        screen.holds("a complaint", "document.querySelector('.input-error:not([hidden])')").await;
        is_legible(&screen, "the modal", FEWEST.1).await;
        screen.run("document.querySelector('dialog .hint').style = 'color: #777; background: #888';").await;
        let seen = screen.run(include_str!("contrast.js")).await;
        assert_eq!(seen["wrong"].as_array().map(Vec::len), Some(1), "one faint text: {}", seen["wrong"]);
    })
    .await;
}
