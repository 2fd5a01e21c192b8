//! The question back to whoever asks, and what can be chosen.

use crate::{
    card::{Button, Press, Style, Text},
    cards::{SOMEBODY, strong},
    config::Config,
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
    let sentence = sentence(question, config);
    let line = if asks.len() > 1 { format!("{}. {sentence}", index + 1) } else { sentence };
    let value = Asked { message: message.id.clone(), question: message.answered }.to_string();
    let button =
        |(press, label)| Button { press, label, style: Style::Primary, value: value.clone(), confirm: None };
    let labels = labels(ask, question, called, config);
    Some((vec![strong(line)], Press::CHOICES.into_iter().zip(labels).map(button).collect()))
}

fn sentence(question: &Question, config: &Config) -> String {
    match question {
        Question::Application(candidates) => match candidates.as_slice() {
            [one] => format!("Did you mean {}?", title(config, &one.application)),
            _ => "Which application do you mean?".into(),
        },
        Question::Level(_) => "Which level of access do you mean?".into(),
        Question::Beneficiary(_) => "Whom is it for?".into(),
    }
}

fn labels(ask: &Ask, question: &Question, called: &BTreeMap<String, String>, config: &Config) -> Vec<String> {
    match question {
        Question::Application(candidates) if candidates.len() == 1 => vec!["Yes".into()],
        Question::Application(candidates) => {
            candidates.iter().map(|candidate| title(config, &candidate.application)).collect()
        }
        Question::Level(levels) => levels.iter().map(|level| level_title(config, ask, level)).collect(),
        Question::Beneficiary(people) => people
            .iter()
            .map(|named| named.as_ref().map_or("Me".into(), |named| name(called, named)))
            .collect(),
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
fn name(called: &BTreeMap<String, String>, named: &str) -> String {
    match named.starts_with("<@") {
        true => called.get(named).map_or(SOMEBODY, String::as_str).to_owned(),
        false => named.to_owned(),
    }
}
