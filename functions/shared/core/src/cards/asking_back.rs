//! The question back to whoever asks, and what can be chosen.

use crate::{
    card::{Button, Press, Style, Text},
    cards::{phrases::Phrase, strong},
    config::Config,
    language::Language,
    message::{Ask, Message},
    question::{Asked, Question, next},
};
use std::collections::BTreeMap;

/// The line that asks, and the buttons that answer.
pub(super) fn question(
    message: &Message,
    asks: &[Ask],
    called: &BTreeMap<String, String>,
    config: &Config,
) -> Option<(Text, Vec<Button>)> {
    let (index, question) = next(asks)?;
    let ask = asks.get(index)?;
    let sentence = sentence(question, config, ask.language);
    let line = if asks.len() > 1 { format!("{}. {sentence}", index + 1) } else { sentence };
    let value = Asked { message: message.id.clone(), question: message.answered }.to_string();
    let button =
        |(press, label)| Button { press, label, style: Style::Primary, value: value.clone(), confirm: None };
    let labels = labels(ask, question, called, config);
    Some((vec![strong(line)], Press::CHOICES.into_iter().zip(labels).map(button).collect()))
}

fn sentence(question: &Question, config: &Config, language: Language) -> String {
    let say = |phrase: Phrase<'_>| phrase.say(language);
    match question {
        Question::Application(candidates) => match candidates.as_slice() {
            [one] => say(Phrase::DidYouMean(&title(config, &one.application))),
            _ => say(Phrase::WhichApplication),
        },
        Question::Level(_) => say(Phrase::WhichLevel),
        Question::Beneficiary(_) => say(Phrase::Whom),
    }
}

fn labels(ask: &Ask, question: &Question, called: &BTreeMap<String, String>, config: &Config) -> Vec<String> {
    let say = |phrase: Phrase<'_>| phrase.say(ask.language);
    match question {
        Question::Application(candidates) if candidates.len() == 1 => vec![say(Phrase::Yes)],
        Question::Application(candidates) => {
            candidates.iter().map(|candidate| title(config, &candidate.application)).collect()
        }
        Question::Level(levels) => levels.iter().map(|level| level_title(config, ask, level)).collect(),
        Question::Beneficiary(people) => {
            let named = |named: &String| name(called, named).unwrap_or_else(|| say(Phrase::Somebody));
            people.iter().map(|one| one.as_ref().map_or_else(|| say(Phrase::Me), named)).collect()
        }
    }
}

fn title(config: &Config, application: &str) -> String {
    let known = config.catalog.application(application);
    known.map_or_else(|| application.to_owned(), |application| application.title.clone())
}

fn level_title(config: &Config, ask: &Ask, level: &str) -> String {
    let application = ask.application.as_deref().unwrap_or_default();
    let known = config.catalog.entitlement(application, Some(level));
    known.map_or_else(|| level.to_owned(), |level| level.title.clone())
}

/// A mail address as it is written, which tells people of one name apart; else the name.
fn name(called: &BTreeMap<String, String>, named: &str) -> Option<String> {
    match named.starts_with("<@") {
        true => called.get(named).cloned(),
        false => Some(named.to_owned()),
    }
}
