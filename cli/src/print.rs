//! What commands print: lines for people, or one JSON value for programs.

use crate::failure::Done;
use clap::ValueEnum;
use serde::Serialize;
use std::io::{self, Write};

/// For whom a command prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Prints a line. Nobody reading any more is no error.
pub(crate) fn line(text: impl AsRef<str>) {
    let mut out = io::stdout().lock();
    let _nobody_reads = writeln!(out, "{}", text.as_ref()).and_then(|()| out.flush());
}

/// Prints a line on standard error.
pub(crate) fn complaint(text: impl AsRef<str>) {
    let _nobody_reads = writeln!(io::stderr(), "{}", text.as_ref());
}

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> Done {
    line(serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Text from outside on one line: control characters, which could steer a terminal, become spaces.
pub(crate) fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printed_steers_a_terminal() {
        for (given, printed) in [("plain ü", "plain ü"), ("a\u{1b}[2Jb\n\r\tc\u{9b}d", "a [2Jb   c d")] {
            assert_eq!(tame(given), printed);
        }
    }
}
