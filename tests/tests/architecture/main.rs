//! The walls of the house: who may know whom, how sources look, and whether the papers tell the truth.
//!
//! Each rule is a function from what it looks at to what it finds, and is shown a bad sample that it must find.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod allowed;
mod environment;
mod knowing;
mod names;
mod papers;
mod sources;
mod workspace;

/// A rule finds nothing in what is shipped, and something that says `says` in every bad sample.
fn check<T: ?Sized>(rule: impl Fn(&T) -> Vec<String>, shipped: &T, samples: &[(&T, &str)]) {
    assert_eq!(rule(shipped), Vec::<String>::new());
    assert!(!samples.is_empty());
    for (sample, says) in samples {
        let said = rule(sample);
        assert!(said.iter().any(|line| line.contains(says)), "{says:?} is not said, but {said:?}");
    }
}
