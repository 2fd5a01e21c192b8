//! A question back to whoever asks, where one press settles what is not plain; else a person reads it.
//!
//! What can be chosen is written down with the ask before anybody is asked. An answer names one of these choices by its
//! number and fills in an application, a level or a person, nothing else.

use crate::{Error, Result, ids::MessageId, message::Ask, policy::decide::CERTAIN};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most choices of a question; where more fit, a person reads it.
pub const MAX_CHOICES: usize = 4;
/// The most questions about one message; where more is unclear, a person reads it.
pub const MAX_ROUNDS: usize = 2;

/// An application that may be meant, and the level that goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The application of the catalog.
    pub application: String,
    /// Its level: the one that the text names, or the usual one.
    pub entitlement: Option<String>,
    /// The levels of which one is to be chosen then, where the text does not make it plain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
}

/// What is asked, with what can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "about", content = "choices")]
pub enum Question {
    /// Which application is meant; of one, whether it is.
    Application(Vec<Candidate>),
    /// Which level of the application is meant.
    Level(Vec<String>),
    /// Whom it is for, as written in the text; `None` is the asker.
    Beneficiary(Vec<Option<String>>),
}

impl Question {
    /// How many choices it offers.
    #[must_use]
    pub fn choices(&self) -> usize {
        match self {
            Self::Application(candidates) => candidates.len(),
            Self::Level(levels) => levels.len(),
            Self::Beneficiary(people) => people.len(),
        }
    }

    /// The questions to which an answer may lead.
    fn further(&self) -> impl Iterator<Item = Self> {
        let candidates = if let Self::Application(candidates) = self { candidates.as_slice() } else { &[] };
        let unclear = candidates.iter().filter(|candidate| !candidate.levels.is_empty());
        unclear.map(|candidate| Self::Level(candidate.levels.clone()))
    }

    fn is_small(&self) -> bool {
        (1..=MAX_CHOICES).contains(&self.choices())
    }
}

/// What is to be asked about one ask, and what triage makes of it then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Questions {
    /// What is not answered yet, the next one first.
    pub waiting: Vec<Question>,
    /// The confidence, in thousandths, without the doubts that the answers settle.
    pub confidence: u16,
    /// The other doubts.
    pub doubts: Vec<String>,
}

impl Questions {
    /// How many are asked at most.
    fn rounds(&self) -> usize {
        self.waiting.len()
            + self.waiting.iter().filter(|question| question.further().next().is_some()).count()
    }

    fn are_small(&self) -> bool {
        let all = self.waiting.iter().flat_map(|one| [one.clone()].into_iter().chain(one.further()));
        all.into_iter().all(|question| question.is_small())
    }
}

impl Ask {
    /// What its author is to be asked next.
    #[must_use]
    pub fn question(&self) -> Option<&Question> {
        self.questions.as_ref()?.waiting.first()
    }

    /// The confidence once everything is answered.
    #[must_use]
    pub fn confidence_in_the_end(&self) -> u16 {
        self.questions.as_ref().map_or(self.confidence, |questions| questions.confidence.min(CERTAIN - 1))
    }

    /// The ask with one choice made; `None` if that is not offered.
    #[must_use]
    pub fn chosen(&self, choice: usize) -> Option<Self> {
        let mut questions = self.questions.clone()?;
        if questions.waiting.is_empty() {
            return None;
        }
        let mut ask = Self { questions: None, ..self.clone() };
        match questions.waiting.remove(0) {
            Question::Application(candidates) => {
                let candidate = candidates.get(choice)?.clone();
                (ask.application, ask.entitlement) = (Some(candidate.application), candidate.entitlement);
                if !candidate.levels.is_empty() {
                    questions.waiting.insert(0, Question::Level(candidate.levels));
                }
            }
            Question::Level(levels) => ask.entitlement = Some(levels.get(choice)?.clone()),
            Question::Beneficiary(people) => ask.beneficiary.clone_from(people.get(choice)?),
        }
        if questions.waiting.is_empty() {
            ask.confidence = self.confidence_in_the_end();
            ask.grounds.doubts = questions.doubts;
        } else {
            ask.questions = Some(questions);
        }
        Some(ask)
    }

    /// The ask as it stands, and as each answer, and each answer after that, would make it.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Self> {
        let choices = self.question().map_or(0, Question::choices);
        let next = (0..choices).filter_map(|choice| self.chosen(choice));
        [self.clone()].into_iter().chain(next.flat_map(|ask| ask.outcomes())).collect()
    }
}

/// What the author of these asks is to be asked next, and about which of them.
#[must_use]
pub fn next(asks: &[Ask]) -> Option<(usize, &Question)> {
    asks.iter().enumerate().find_map(|(index, ask)| Some((index, ask.question()?)))
}

/// Makes a choice of the next question. Whether that was offered; if not, nothing changes.
pub fn answer(asks: &mut [Ask], choice: usize) -> bool {
    let chosen = asks.iter_mut().find(|ask| ask.question().is_some()).and_then(|ask| {
        *ask = ask.chosen(choice)?;
        Some(())
    });
    chosen.is_some()
}

/// Leaves the questions that are worth asking: without the answer a person would read the ask, with it nobody would,
/// and they are few. Where a message has more of them, its author is asked nothing.
pub fn keep_worthwhile(asks: &mut [Ask], minimum: u16) {
    for ask in asks.iter_mut() {
        let settles = ask.confidence < minimum && minimum <= ask.confidence_in_the_end();
        let is_known = !ask.beneficiary_unknown;
        ask.questions = ask.questions.take().filter(|one| settles && is_known && one.are_small());
    }
    let rounds: usize = asks.iter().filter_map(|ask| ask.questions.as_ref()).map(Questions::rounds).sum();
    if rounds > MAX_ROUNDS {
        asks.iter_mut().for_each(|ask| ask.questions = None);
    }
}

/// Which question of which message somebody was asked: what its buttons carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The message.
    pub message: MessageId,
    /// The question's number there, from 0.
    pub question: u32,
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.message, self.question)
    }
}

impl Asked {
    /// Reads what a button carries.
    ///
    /// # Errors
    /// [`Error::Invalid`] for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('#').and_then(|(message, number)| Some((message, number.parse().ok()?)));
        let (message, question) =
            parts.ok_or_else(|| Error::invalid("question", "is none that is asked".into()))?;
        Ok(Self { message: MessageId::new(message)?, question })
    }
}

#[cfg(test)]
mod tests;
