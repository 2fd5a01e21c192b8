//! The people of a file, among whom approvers are found as the product finds them.

use crate::failure::Done;
use countersign_core::{
    Error, Result,
    gate::{GateKind, seating::distinct},
    ids::SubjectId,
    person::{Absence, Employment, Group, IdentityKind, Period, Person, identity_key},
    policy::decide::{Facts, plan},
    ports::{ReadStore, Salt, Stored},
    slot::{List, Slot},
    steps::opening::{Opening, prepare},
    time::Timestamp,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A person of the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    id: SubjectId,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    mail: Option<String>,
    #[serde(default)]
    manager: Option<SubjectId>,
    #[serde(default)]
    groups: BTreeSet<String>,
    #[serde(default)]
    away: bool,
}

/// The records that the product would have of them.
#[derive(Debug, Default)]
pub(super) struct People {
    records: BTreeMap<String, Value>,
    names: BTreeMap<SubjectId, String>,
}

impl People {
    /// Everybody listed, as they are at `now`.
    pub(super) fn of(listed: &[Listed], now: Timestamp) -> Self {
        let mut people = Self::default();
        let mut groups: BTreeMap<&String, Vec<SubjectId>> = BTreeMap::new();
        for one in listed {
            people.add(one, now);
            one.groups.iter().for_each(|group| groups.entry(group).or_default().push(one.id.clone()));
        }
        listed.iter().for_each(|one| people.report(one));
        for (name, members) in groups {
            let group = Group { name: name.clone(), members, as_of: now };
            people.records.insert(format!("group {name}"), json!(group));
        }
        people
    }

    /// Tells the manager's record who reports to it.
    fn report(&mut self, one: &Listed) {
        let Some(manager) = &one.manager else { return };
        let record = self.records.get_mut(&format!("person {manager}")).and_then(Value::as_object_mut);
        let reports = record.map(|record| record.entry("reports").or_insert_with(|| json!([])));
        if let Some(reports) = reports.and_then(Value::as_array_mut) {
            reports.push(json!(one.id));
        }
    }

    fn add(&mut self, one: &Listed, now: Timestamp) {
        let person = Person {
            subject: one.id.clone(),
            hris: Some(one.id.to_string()),
            directory: Some(one.id.to_string()),
            employment: Employment::Active,
            manager: one.manager.clone(),
            reports: Vec::new(),
            groups: one.groups.clone(),
            leave: one
                .away
                .then_some(Absence {
                    id: None,
                    period: Period { from: Timestamp(0), to: Timestamp(i64::MAX) },
                })
                .into_iter()
                .collect(),
            cost_centre: None,
            department: None,
            chat: Vec::new(),
            identities: BTreeSet::new(),
            ambiguous: BTreeSet::new(),
            as_of: now,
        };
        self.records.insert(format!("person {}", one.id), json!(person));
        if let Some(mail) = &one.mail {
            self.records.insert(identity_key(self.salt(), IdentityKind::Mail, mail), json!(one.id));
        }
        self.names.insert(one.id.clone(), one.name.clone().unwrap_or_else(|| one.id.to_string()));
    }

    /// The names of those whom each stage of a request would ask if it opened now; a stage may have nobody.
    pub(super) async fn asked(&self, facts: &Facts<'_>) -> Done<Vec<Vec<String>>> {
        let (mut asked, mut earlier) = (Vec::new(), Vec::new());
        for stage in &plan(facts)?.plan.stages {
            let opening = Opening {
                request: facts.request,
                config: facts.config,
                kind: GateKind::Approval,
                stage,
                action: facts.config.version().clone(),
                earlier: earlier.clone(),
                open: None,
            };
            asked.push(match prepare(self, &opening, facts.now).await {
                Ok(gate) => {
                    let subjects = distinct(&gate.candidates);
                    // Where all of them must approve, none of them is left for a later stage.
                    if subjects.len() == stage.seats().iter().sum::<usize>() {
                        earlier.extend_from_slice(&subjects);
                    }
                    subjects.iter().map(|subject| self.name(subject)).collect()
                }
                Err(Error::Refused(_)) => Vec::new(),
                Err(other) => return Err(other.into()),
            });
        }
        Ok(asked)
    }

    fn name(&self, subject: &SubjectId) -> String {
        self.names.get(subject).cloned().unwrap_or_else(|| subject.to_string())
    }
}

impl ReadStore for People {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        let key = match slot {
            Slot::Person(subject) => format!("person {subject}"),
            Slot::Group(name) => format!("group {name}"),
            Slot::Identity(key) => key.clone(),
            _ => return Ok(None),
        };
        Ok(self.records.get(&key).map(|body| Stored { version: 1, body: body.clone() }))
    }

    async fn list(&self, _list: &List) -> Result<Vec<Stored>> {
        Ok(Vec::new())
    }
}

impl Salt for People {
    fn salt(&self) -> &'static str {
        "a file of people"
    }
}
