//! The modal in which the desk corrects triage.

use super::View;
use crate::{
    card::{Choice, Input, Modal, ModalField, ModalKind},
    ids::ShownId,
};

/// The modal in which the desk corrects triage.
#[must_use]
pub fn correction(view: &View<'_>, shown: &ShownId) -> Modal {
    let catalog = &view.config.catalog;
    let request = view.request;
    let select = |name: &str, label: &str, optional, choices, initial| ModalField {
        name: name.into(),
        label: label.into(),
        optional,
        input: Input::Select { choices, initial },
    };
    let intents: Vec<_> = catalog.intents.iter().map(|i| (i.name.clone(), i.title.clone())).collect();
    let applications: Vec<_> =
        catalog.applications.iter().map(|a| (a.name.clone(), a.title.clone())).collect();
    let read = |what: &Option<String>| what.clone().filter(|_| !view.is_blind());
    let (application, entitlement) = (read(&request.application), read(&request.entitlement));
    let level = application.as_ref().zip(entitlement.as_ref());
    let level = level.map(|(application, level)| level_choice(application, level));
    let levels = levels(view, application.as_ref());
    let known = read(&catalog.intent(&request.intent).map(|intent| intent.name.clone()));
    let duration = read(&request.duration.map(|span| span.to_string())).unwrap_or_default();
    Modal {
        kind: ModalKind::Correct,
        title: "What is it?".into(),
        submit: Some("Correct".into()),
        intro: Some(view.words.text.chars().take(500).collect()),
        fields: vec![
            select("intent", "Kind of request", false, intents, known),
            select("application", "Application", true, applications, application),
            select("entitlement", "Level (empty: the usual one)", true, levels, level),
            ModalField {
                name: "duration".into(),
                label: "How long, like 90m, 8h, 5d, 2w (empty: without end)".into(),
                optional: true,
                input: Input::Text { limit: 10, initial: duration },
            },
        ],
        subject: shown.as_str().to_owned(),
    }
}

/// The levels of all applications, those of the application that was understood first.
fn levels(view: &View<'_>, first: Option<&String>) -> Vec<Choice> {
    let mut applications: Vec<_> = view.config.catalog.applications.iter().collect();
    applications.sort_by_key(|application| Some(&application.name) != first);
    let levels = applications.into_iter().flat_map(|a| a.entitlements.iter().map(move |level| (a, level)));
    levels
        .map(|(a, level)| (level_choice(&a.name, &level.name), format!("{}: {}", a.title, level.title)))
        .collect()
}

/// A level as a choice names it: one name may be a level of several applications.
fn level_choice(application: &str, level: &str) -> String {
    format!("{application}/{level}")
}
