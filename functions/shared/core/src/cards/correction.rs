//! The modal in which the desk corrects triage.

use super::View;
use crate::{
    card::{Input, Modal, ModalField, ModalKind},
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
    let mut levels: Vec<_> = catalog
        .applications
        .iter()
        .flat_map(|a| &a.entitlements)
        .map(|e| (e.name.clone(), e.title.clone()))
        .collect();
    levels.sort();
    levels.dedup_by(|a, b| a.0 == b.0);
    let known = catalog.intent(&request.intent).map(|intent| intent.name.clone());
    let duration = request.duration.map(|span| span.to_string()).unwrap_or_default();
    Modal {
        kind: ModalKind::Correct,
        title: "What is it?".into(),
        submit: Some("Correct".into()),
        intro: Some(view.words.text.chars().take(500).collect()),
        fields: vec![
            select("intent", "Kind of request", false, intents, known),
            select("application", "Application", true, applications, request.application.clone()),
            select("entitlement", "Level (empty: the usual one)", true, levels, request.entitlement.clone()),
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
