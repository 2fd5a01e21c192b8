//! What was asked of the requester at a gate and what they answered, for everybody who has a card of it.

use super::{
    View,
    gate::{Reader, ending_word},
    instant, strong, who,
};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    gate::{Gate, Question},
    ids::ShownId,
    request::Said,
};

impl View<'_> {
    /// The questions at a gate, each with its answer.
    pub(super) fn talk(&self, gate: &Gate) -> Vec<Text> {
        gate.questions_by_number().flat_map(|(number, question)| self.turn(gate, number, question)).collect()
    }

    fn turn(&self, gate: &Gate, number: u32, question: &Question) -> Vec<Text> {
        let said = |answers: bool| {
            let mine =
                |said: &&Said| (said.gate, said.question, said.answers) == (gate.number, number, answers);
            self.words.talk.iter().find(mine).map(|said| Span::Quote(said.text.clone()))
        };
        let line = |by, verb: &str, text: Option<Span>| {
            let mut line = vec![who(self.names, by), Span::Plain(format!(" {verb}:"))];
            line.extend(text);
            line
        };
        let asked = line(&question.by, "asked", said(false));
        let answered = match &question.reply {
            Some(reply) => Some(line(&reply.by, "answered", said(true))),
            None if gate.ending().is_some() => None,
            None => Some(vec![
                strong("Not answered yet."),
                Span::Plain(" The clock stands still until then, at the latest until ".into()),
                instant(question.until),
                Span::Plain(".".into()),
            ]),
        };
        std::iter::once(asked).chain(answered).collect()
    }
}

/// The button to ask the requester something, while the stage allows it.
pub(super) fn button(gate: &Gate, reader: Reader<'_>) -> Option<Button> {
    let left = gate.questions.len() < gate.stage.questions as usize;
    left.then(|| Button {
        press: Press::Question,
        label: "Ask a question".into(),
        style: Style::Plain,
        value: reader.shown.as_str().to_owned(),
        confirm: None,
    })
}

/// The card on which a requester is asked; `shown` is what the button of a question carries. Without buttons once all is
/// answered, or it has ended.
#[must_use]
pub fn questions(view: &View<'_>, gate: &Gate, shown: impl Fn(u32) -> ShownId) -> Card {
    let what = view.what();
    let open: Vec<u32> = gate
        .questions_by_number()
        .filter(|(_, question)| question.reply.is_none() && gate.ending().is_none())
        .map(|(number, _)| number)
        .collect();
    let headline = match (gate.ending(), open.is_empty()) {
        (Some(ending), _) => format!("{}: {what}", ending_word(ending, gate.kind)),
        (None, true) => format!("You answered: {what}"),
        (None, false) => format!("A question about your request: {what}"),
    };
    let button = |number: &u32| Button {
        press: Press::Answer,
        label: if open.len() == 1 { "Answer".into() } else { format!("Answer question {number}") },
        style: Style::Primary,
        value: shown(*number).as_str().to_owned(),
        confirm: None,
    };
    let mut body = view.quotes();
    body.extend(view.talk(gate));
    if !open.is_empty() {
        body.push(plain("Those who decide on your request read what you answer."));
    }
    Card {
        headline,
        body,
        context: vec![plain(format!("Request {}", view.request.id))],
        buttons: open.iter().map(button).collect(),
        ..Card::default()
    }
}

/// The word to who asked a question that its answer is there.
#[must_use]
pub fn answered(view: &View<'_>, gate: &Gate, number: u32) -> Card {
    let turns = gate.questions_by_number().filter(|(known, _)| *known == number);
    let mut body: Vec<Text> =
        turns.flat_map(|(number, question)| view.turn(gate, number, question)).collect();
    body.push(plain("The card with the buttons is above."));
    Card { headline: format!("Your question was answered: {}", view.what()), body, ..Card::default() }
}
