//! How the shipped examples are spread: many of each intent, each said in a way of its own, and parted by author.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first fault")]

use std::collections::{BTreeMap, BTreeSet};

use countersign_triage::OUT_OF_SCOPE;

#[allow(dead_code, reason = "shared with other tests, which use more of it")]
mod examples;
use examples::Styled;

/// Examples of each intent, and of what is out of scope.
const LEAST: usize = 60;
const LEAST_OUT_OF_SCOPE: usize = 600;
/// Intents, out of scope not counted.
const LEAST_INTENTS: usize = 45;
/// Two texts that share more of their grams of four characters are taken for one.
const NEAR: f64 = 0.7;
/// Words in which two texts of one frame differ, and one in how many they may be.
const SLOTS: usize = 2;
const WORDS_PER_SLOT: usize = 3;

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The different grams of four characters of a text, in order.
fn grams(text: &str) -> Vec<[char; 4]> {
    let characters: Vec<char> = words(text).join(" ").chars().collect();
    let mut grams: Vec<[char; 4]> = characters.array_windows().copied().collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

fn by_label(examples: &[Styled]) -> BTreeMap<&str, Vec<&Styled>> {
    let mut labels: BTreeMap<&str, Vec<&Styled>> = BTreeMap::new();
    for styled in examples {
        labels.entry(&styled.example.label).or_default().push(styled);
    }
    labels
}

fn share_a_frame(one: &[String], other: &[String]) -> bool {
    let differing = one.iter().zip(other).filter(|(a, b)| a != b).count();
    one.len() == other.len() && differing <= SLOTS.min(one.len() / WORDS_PER_SLOT)
}

fn are_near(one: &[[char; 4]], other: &[[char; 4]]) -> bool {
    let (small, large) = if one.len() < other.len() { (one, other) } else { (other, one) };
    if small.len() as f64 <= NEAR * large.len() as f64 {
        return false;
    }
    let mut rest = large;
    let is_shared = |gram: &&[char; 4]| {
        rest = &rest[rest.partition_point(|other| other < *gram)..];
        rest.first() == Some(gram)
    };
    let shared = small.iter().filter(is_shared).count();
    shared as f64 / (one.len() + other.len() - shared) as f64 > NEAR
}

#[test]
fn there_are_enough_of_every_intent() {
    let (training, held_out) = (examples::read("examples"), examples::read("examples/held_out"));
    let labels = by_label(&training);
    assert!(labels.len() > LEAST_INTENTS, "{}", labels.len());
    for (label, examples) in &labels {
        let least = if *label == OUT_OF_SCOPE { LEAST_OUT_OF_SCOPE } else { LEAST };
        assert!(examples.len() >= least, "{label}: {}", examples.len());
    }
    assert!(labels.keys().eq(by_label(&held_out).keys()));
}

/// Nobody writes as in two of: training, fitting, measuring.
#[test]
fn ways_of_writing_are_in_one_split_only() {
    let styles = |examples: &[Styled]| -> BTreeSet<String> {
        examples.iter().map(|styled| styled.style.clone()).collect()
    };
    let held_out = examples::read("examples/held_out");
    let (training, all) = (styles(&examples::read("examples")), styles(&held_out));
    let measured = styles(&examples::measured());
    assert!(training.is_disjoint(&all), "{training:?} {all:?}");
    assert!(!training.contains("") && training.len() >= 8, "{training:?}");
    let fitted: BTreeSet<String> = all.difference(&measured).cloned().collect();
    assert!(!fitted.is_empty() && !measured.is_empty());
    assert_eq!(examples::validation().len() + examples::measured().len(), held_out.len());
}

#[test]
fn no_text_of_another_split_is_nearly_the_same() {
    let texts = |examples: Vec<Styled>| -> Vec<(String, Vec<[char; 4]>)> {
        examples
            .into_iter()
            .map(|styled| (grams(&styled.example.text), styled.example.text))
            .map(|(g, t)| (t, g))
            .collect()
    };
    let training = texts(examples::read("examples"));
    let held_out = texts(examples::read("examples/held_out"));
    for (at, (text, grams)) in held_out.iter().enumerate() {
        for (other, others) in training.iter().chain(&held_out[..at]) {
            assert!(text != other && !are_near(grams, others), "{text:?} is nearly {other:?}");
        }
    }
}

#[test]
fn at_most_two_of_an_intent_share_a_frame() {
    for (label, examples) in by_label(&examples::read("examples")) {
        let texts: Vec<Vec<String>> = examples.iter().map(|styled| words(&styled.example.text)).collect();
        for (at, one) in texts.iter().enumerate().filter(|(_, one)| !one.is_empty()) {
            let others = texts.iter().enumerate().filter(|(other, _)| *other != at);
            let alike: Vec<_> = others.filter(|(_, other)| share_a_frame(one, other)).collect();
            assert!(alike.len() < 2, "{label}: {one:?} {alike:?}");
        }
    }
}

#[test]
fn frames_and_nearness_are_told() {
    for (one, other, frame, near) in [
        ("I need access to Figma", "I need access to Jira", true, false),
        ("I need access to Figma", "please open Figma for me", false, false),
        ("need figma", "need jira", false, false),
        ("my screen is broken since today", "my laptop is broken since monday", true, false),
        ("the same text", "The same text!", true, true),
    ] {
        assert_eq!(share_a_frame(&words(one), &words(other)), frame, "{one:?} {other:?}");
        assert_eq!(are_near(&grams(one), &grams(other)), near, "{one:?} {other:?}");
    }
}
