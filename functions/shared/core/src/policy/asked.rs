//! A request as somebody describes it, to be told what the policy would make of it: nothing is stored or done.

use super::{
    autonomy::Autonomy,
    decide::{CERTAIN, Facts},
};
use crate::{
    config::LoadedConfig,
    facts::{Context, DirectoryUser, EmployeeFacts, Fact},
    ids::{IncidentId, MessageId, RequestId, SubjectId},
    message::Origin,
    person::{Employment, Person},
    request::Request,
    time::{Span, Timestamp},
    window::Window,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A request, described. In JSON, what is left out is what is usual.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// What to call it.
    #[serde(default = "a_request")]
    pub id: RequestId,
    /// The intent.
    #[serde(default = "access")]
    pub intent: String,
    /// The application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The entitlement; none: the application's usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entitlement: Option<String>,
    /// For how long; none: without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Span>,
    /// From when on, and up to when.
    #[serde(default, skip_serializing_if = "Window::is_any_time")]
    pub window: Window,
    /// How sure triage was, in thousandths.
    #[serde(default = "certain")]
    pub confidence: u16,
    /// How much triage may do of it by itself.
    #[serde(default, skip_serializing_if = "Autonomy::is_full")]
    pub autonomy: Autonomy,
    /// When it is planned, like `2026-11-23T08:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Who asks.
    #[serde(default)]
    pub requester: Somebody,
    /// Who is to get it; none: the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beneficiary: Option<Somebody>,
    /// Whether the HR system and the directory answered.
    #[serde(default = "yes")]
    pub verified: bool,
    /// The job title of who is to get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The directory groups of who is to get it.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// The incident in which the glass is broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    /// How many seats of it are free; none: one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_seats: Option<u64>,
    /// What the cost centre has left, in cents; none: its whole month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available_cents: Option<u64>,
}

/// A person, as far as rules look at one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Somebody {
    /// What to call the person; the same name is the same person.
    #[serde(default = "a_person")]
    pub id: SubjectId,
    /// The department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// The cost centre.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// The manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manager: Option<SubjectId>,
    /// Employed, with a working account.
    #[serde(default = "yes")]
    pub active: bool,
}

fn a_request() -> RequestId {
    RequestId::derived(&["a request"])
}

fn a_person() -> SubjectId {
    SubjectId::derived(&["a person"])
}

fn access() -> String {
    "access.request".into()
}

fn certain() -> u16 {
    CERTAIN
}

fn yes() -> bool {
    true
}

impl Default for Somebody {
    fn default() -> Self {
        Self { id: a_person(), department: None, cost_centre: None, manager: None, active: true }
    }
}

impl Default for Asked {
    fn default() -> Self {
        Self {
            id: a_request(),
            intent: access(),
            application: None,
            entitlement: None,
            duration: None,
            window: Window::default(),
            confidence: CERTAIN,
            autonomy: Autonomy::default(),
            at: None,
            requester: Somebody::default(),
            beneficiary: None,
            verified: true,
            title: None,
            groups: BTreeSet::new(),
            incident: None,
            free_seats: None,
            available_cents: None,
        }
    }
}

/// A described request with everything that the policy looks at.
#[derive(Clone, Debug)]
pub struct Described {
    request: Request,
    requester: Person,
    beneficiary: Person,
    context: Context,
    available_cents: Option<u64>,
    free_seats: Option<u64>,
    now: Timestamp,
}

impl Described {
    /// The facts, before a configuration.
    #[must_use]
    pub fn facts<'a>(&'a self, config: &'a LoadedConfig) -> Facts<'a> {
        Facts {
            request: &self.request,
            beneficiary: &self.beneficiary,
            requester: &self.requester,
            context: Some(&self.context),
            available_cents: self.available_cents.unwrap_or(config.catalog.budgets.monthly_cents),
            free_seats: self.free_seats,
            config,
            now: self.now,
        }
    }
}

impl Asked {
    /// The request with everything that the policy looks at; planned at `now` unless it says when.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] for a time that cannot be read.
    pub fn described(&self, now: Timestamp) -> crate::Result<Described> {
        let now = self.at.as_deref().map_or(Ok(now), Timestamp::parse)?;
        let beneficiary = self.beneficiary.as_ref().unwrap_or(&self.requester);
        let own = |person: Person| Person { groups: self.groups.clone(), ..person };
        let requester = self.requester.person(now);
        let asks_for_own = beneficiary.id == self.requester.id;
        Ok(Described {
            request: self.request(beneficiary.id.clone(), now),
            requester: if asks_for_own { own(requester) } else { requester },
            beneficiary: own(beneficiary.person(now)),
            context: self.context(beneficiary, now),
            available_cents: self.available_cents,
            free_seats: self.free_seats,
            now,
        })
    }

    fn request(&self, beneficiary: SubjectId, now: Timestamp) -> Request {
        let message = MessageId::derived(&[self.id.as_str()]);
        let requester = self.requester.id.clone();
        Request {
            definition: super::decide::ACCESS_WORKFLOW.into(),
            intent: self.intent.clone(),
            application: self.application.clone(),
            entitlement: self.entitlement.clone(),
            duration: self.duration,
            window: self.window,
            confidence: self.confidence,
            incident: self.incident.clone(),
            ..Request::received(self.id.clone(), message, requester, beneficiary, Origin::Api, now)
        }
    }

    fn context(&self, beneficiary: &Somebody, as_of: Timestamp) -> Context {
        if !self.verified {
            return Context { employee: Fact::Unverified, account: Fact::Unverified };
        }
        let employee = EmployeeFacts {
            title: self.title.clone(),
            department: beneficiary.department.clone(),
            manager: None,
            active: beneficiary.active,
        };
        let account = DirectoryUser {
            id: beneficiary.id.as_str().to_owned(),
            active: beneficiary.active,
            groups: self.groups.clone(),
        };
        Context {
            employee: Fact::Known { value: employee, as_of },
            account: Fact::Known { value: account, as_of },
        }
    }
}

impl Somebody {
    fn person(&self, as_of: Timestamp) -> Person {
        Person {
            subject: self.id.clone(),
            hris: Some(self.id.as_str().to_owned()),
            directory: Some(self.id.as_str().to_owned()),
            employment: if self.active { Employment::Active } else { Employment::Ended },
            manager: self.manager.clone(),
            reports: Vec::new(),
            groups: BTreeSet::new(),
            leave: Vec::new(),
            cost_centre: self.cost_centre.clone(),
            department: self.department.clone(),
            chat: Vec::new(),
            identities: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            as_of,
        }
    }
}
