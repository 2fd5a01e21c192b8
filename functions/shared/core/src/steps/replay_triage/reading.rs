//! As what triage reads a request, and the way that this takes.

use crate::{
    config::Config,
    message::{Ask, OUT_OF_SCOPE, Origin},
    policy::decide::{ACCESS_WORKFLOW, CERTAIN},
    request::Request,
};
use serde::Serialize;

/// Where a request goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The desk reads it.
    Desk,
    /// Its own way, without a person who reads it.
    Own,
}

/// As what a request is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The intent, or `out_of_scope`.
    pub intent: String,
    /// The application.
    pub application: Option<String>,
    /// The level.
    pub entitlement: Option<String>,
    /// In thousandths.
    pub confidence: u16,
    /// Where it goes by that.
    pub way: Way,
}

impl Reading {
    /// What of the asks is this request. A text may name several applications, and each is a request with all of the
    /// text; what has to be one ask and is read as several is for the desk.
    pub(super) fn of(request: &Request, mut asks: Vec<Ask>, before: &Self) -> Self {
        let is_one = request.incident.is_some() || matches!(request.origin, Origin::Api);
        let is_torn = is_one && asks.len() > 1;
        // Of several that are as near, the first is left.
        asks.reverse();
        let near = |ask: &Ask| {
            let target = ask.entitlement == before.entitlement;
            let answered = ask.confidence == before.confidence;
            (ask.application == before.application, ask.intent == before.intent, target, answered)
        };
        // What its author was asked back was answered with one of the choices.
        let found = asks.iter().flat_map(Ask::outcomes).max_by_key(near);
        let Some(ask) = found else {
            return Self {
                intent: OUT_OF_SCOPE.into(),
                application: None,
                entitlement: None,
                confidence: 0,
                way: Way::Desk,
            };
        };
        let (application, entitlement) =
            if is_torn { (None, None) } else { (ask.application, ask.entitlement) };
        let unsure = is_torn || request.beneficiary_unknown;
        let confidence = if unsure { 0 } else { ask.confidence.min(CERTAIN - 1) };
        Self { intent: ask.intent, application, entitlement, confidence, way: Way::Desk }
    }

    /// Sets the way that it takes by a catalog and a minimum of confidence.
    pub(super) fn go(&mut self, request: &Request, config: &Config, minimum: u16) {
        let workflow = config.catalog.intent(&self.intent).map(|intent| intent.workflow.as_str());
        let application = self.application.as_deref();
        let entitlement =
            application.and_then(|name| config.catalog.entitlement(name, self.entitlement.as_deref()));
        let is_plain = match workflow {
            None => false,
            Some(ACCESS_WORKFLOW) => entitlement.is_some() && !request.beneficiary_unknown,
            Some(_) => true,
        };
        self.way = if is_plain && self.confidence >= minimum { Way::Own } else { Way::Desk };
    }

    /// Whether it is the same but for the confidence.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        Self { confidence: other.confidence, ..self.clone() } == *other
    }
}
