//! The policy in this process: a request over many rules and many people, warm, and with a configuration just read.

use crate::{
    failure::{Failure, Result},
    figures::Figures,
    votes::thread_cpu_us,
};
use countersign_core::{
    Result as CoreResult,
    config::{Config, LoadedConfig},
    digest::Digest,
    gate::GateKind,
    ids::SubjectId,
    person::{Group, Person},
    policy::{
        asked::{Asked, Described, Somebody},
        decide::plan,
    },
    ports::{ReadStore, Salt, Stored},
    slot::{List, Slot},
    steps::opening::{Opening, prepare},
    time::Timestamp,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The rules of the policy that is measured.
const RULES: usize = 1_000;
/// The people among whom approvers are found.
const PEOPLE: usize = 10_000;
/// The applications that the rules are about, in turns; every tenth rule is about all of them.
const APPLICATIONS: usize = 50;
/// The members of the group that decides.
const DECIDING: usize = 20;
/// When requests are planned.
const NOW: Timestamp = Timestamp(1_795_420_800_000);

/// What the policy costs.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Policy {
    /// How many requests were planned each way.
    pub(crate) requests: usize,
    /// CPU time of planning one and finding its people, with a configuration kept warm, in microseconds.
    pub(crate) warm_us: Figures,
    /// CPU time of reading a configuration and planning the first request with it, in milliseconds.
    pub(crate) cold_ms: Figures,
    /// The bytes of that configuration.
    pub(crate) bytes: usize,
}

/// Plans `requests` requests each way.
pub(crate) fn plans(requests: usize) -> Result<Policy> {
    let item = Item::of(configuration())?;
    let (config, company) = (item.load()?, Company::new());
    let requests_of = |number: usize| described(number);
    decide(&config, &company, &requests_of(0)?)?;
    let warm = (0..requests).map(|number| {
        let described = requests_of(number)?;
        let before = thread_cpu_us();
        decide(&config, &company, &described)?;
        Ok(thread_cpu_us() - before)
    });
    let cold = (0..requests).map(|number| {
        let described = requests_of(number)?;
        let before = thread_cpu_us();
        let config = item.load()?;
        let decided = plan(&described.facts(&config))?;
        let used = thread_cpu_us() - before;
        drop((decided, config));
        Ok(used / 1_000.0)
    });
    let none = || Failure::Unexpected("nothing was planned".into());
    Ok(Policy {
        requests,
        warm_us: Figures::of(warm.collect::<Result<_>>()?).ok_or_else(none)?,
        cold_ms: Figures::of(cold.collect::<Result<_>>()?).ok_or_else(none)?,
        bytes: item.body.len(),
    })
}

/// A configuration as it stands in the table: the body of its item, and its version.
struct Item {
    body: String,
    version: Digest,
}

impl Item {
    fn of(configuration: Value) -> Result<Self> {
        let unreadable = |error: serde_json::Error| Failure::Unexpected(error.to_string());
        let config: Config = serde_json::from_value(configuration).map_err(unreadable)?;
        Ok(Self { body: json!(config.stored()?).to_string(), version: config.version()? })
    }

    /// As the adapter of the table reads it: the item's body, then what stands in it.
    fn load(&self) -> Result<LoadedConfig> {
        let body: Value = serde_json::from_str(&self.body).map_err(|e| Failure::Unexpected(e.to_string()))?;
        let stored: String = serde_json::from_value(body).map_err(|e| Failure::Unexpected(e.to_string()))?;
        Ok(LoadedConfig::read(&stored, &self.version)?)
    }
}

/// Plans a request and resolves the people of its first stage.
fn decide(config: &LoadedConfig, company: &Company, described: &Described) -> Result<()> {
    let facts = described.facts(config);
    let decided = plan(&facts)?;
    let stage = decided.plan.stages.first().ok_or_else(|| Failure::Unexpected("nobody was asked".into()))?;
    let opening = Opening {
        request: facts.request,
        config,
        kind: GateKind::Approval,
        stage,
        action: Digest::zero(),
        earlier: Vec::new(),
        open: None,
    };
    let gate = at_once(prepare(company, &opening, NOW))?;
    match gate.candidates.len() {
        DECIDING => Ok(()),
        count => Err(Failure::Unexpected(format!("{count} people were asked"))),
    }
}

/// The answer of a step that waits for nothing.
fn at_once<T>(step: impl Future<Output = CoreResult<T>>) -> Result<T> {
    match pin!(step).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer?),
        Poll::Pending => Err(Failure::Unexpected("a step waits for something".into())),
    }
}

fn described(number: usize) -> Result<Described> {
    let requester = Somebody {
        id: subject(number % PEOPLE)?,
        department: Some("Sales".into()),
        cost_centre: Some("CC-1".into()),
        ..Somebody::default()
    };
    let application = Some(format!("app-{}", number % APPLICATIONS));
    Ok(Asked { application, requester, ..Asked::default() }.described(NOW)?)
}

fn subject(number: usize) -> Result<SubjectId> {
    Ok(SubjectId::new(format!("person-{number}"))?)
}

/// Rules of which the last that is about an application acts; those above have an expression that is false.
fn configuration() -> Value {
    let rules: Vec<Value> = (0..RULES).map(rule).collect();
    let applications: Vec<Value> = (0..APPLICATIONS).map(application).collect();
    let stage = |id: &str| json!({"id": id, "approvers": [{"group": "deciding"}], "expires_after": "5d"});
    json!({
        "policy": {
            "id": "bench", "minimum_confidence": 600, "desk": stage("desk"), "finance": stage("finance"),
            "rules": rules, "baseline": {"then": {"stages": [stage("baseline")]}},
        },
        "catalog": {
            "intents": [{"name": "access.request", "title": "Access", "workflow": "access-request"}],
            "applications": applications,
            "budgets": {"currency": "EUR", "confirm_up_to_cents": 5_000, "monthly_cents": 500_000},
        },
        "roles": {"roles": {"desk": "deciding", "admin": "a", "security": "s", "auditor": "u"}},
    })
}

fn rule(number: usize) -> Value {
    let about = match number.is_multiple_of(10) {
        true => json!({"risk": ["high"]}),
        false => json!({"application": [format!("app-{}", number % APPLICATIONS)]}),
    };
    let when = format!("beneficiary.department == 'Team {number}' && cost.monthly_cents < 5000");
    let stage = json!({
        "id": "deciding", "approvers": [{"group": "deciding"}], "reminders": ["4h"], "expires_after": "5d",
    });
    json!({"id": format!("rule-{number}"), "match": about, "when": when, "then": {"stages": [stage]}})
}

fn application(number: usize) -> Value {
    let name = format!("app-{number}");
    json!({
        "name": name, "title": name, "owners": ["ada@harbour.example"], "default_entitlement": "user",
        "entitlements": [{
            "name": "user", "title": "User", "risk": "low", "system": "okta", "group": format!("holds-{number}"),
        }],
    })
}

/// The people, as records in memory.
struct Company(BTreeMap<String, Value>);

impl Company {
    fn new() -> Self {
        let name = |number: usize| format!("person-{number}");
        let person = |number: usize| (name(number), person(number).unwrap_or_default());
        let mut records: BTreeMap<String, Value> = (0..PEOPLE).map(person).collect();
        let members = (0..DECIDING).filter_map(|number| subject(PEOPLE - 1 - number).ok()).collect();
        let group = Group { name: "deciding".into(), members, as_of: NOW };
        records.insert("deciding".into(), json!(group));
        Self(records)
    }
}

fn person(number: usize) -> Result<Value> {
    let person = Person {
        subject: subject(number)?,
        hris: Some(number.to_string()),
        directory: Some(number.to_string()),
        employment: countersign_core::person::Employment::Active,
        manager: Some(subject(number / 10)?),
        reports: Vec::new(),
        groups: BTreeSet::new(),
        leave: Vec::new(),
        cost_centre: Some("CC-1".into()),
        department: Some("Sales".into()),
        chat: Vec::new(),
        identities: BTreeSet::new(),
        ambiguous: BTreeSet::new(),
        as_of: NOW,
    };
    Ok(json!(person))
}

impl ReadStore for Company {
    async fn get(&self, slot: &Slot) -> CoreResult<Option<Stored>> {
        let name = match slot {
            Slot::Person(subject) => subject.as_str(),
            Slot::Group(name) => name,
            _ => return Ok(None),
        };
        Ok(self.0.get(name).map(|body| Stored { version: 1, body: body.clone() }))
    }

    async fn list(&self, _list: &List) -> CoreResult<Vec<Stored>> {
        Ok(Vec::new())
    }
}

impl Salt for Company {
    fn salt(&self) -> &'static str {
        "bench"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes of a record, as the adapter of the table limits them.
    const MAX_ITEM_BYTES: usize = 350 * 1024;

    #[test]
    fn requests_are_planned_each_way_and_take_time() {
        let policy = plans(2).unwrap();
        assert_eq!(policy.requests, 2);
        assert!(policy.warm_us.min > 0.0 && policy.cold_ms.min > 0.0);
        assert!(plans(0).is_err());
    }

    #[test]
    fn the_configuration_is_one_that_could_be_stored_and_activated() {
        let item = Item::of(configuration()).unwrap();
        assert!(item.body.len() <= MAX_ITEM_BYTES, "{} bytes", item.body.len());
        let config = item.load().unwrap();
        assert_eq!(config.policy.rules.len(), RULES);
        assert_eq!(
            countersign_core::policy::lint::lint(&config)
                .iter()
                .filter(|f| !f.what.contains("never reached"))
                .count(),
            0
        );
    }

    #[test]
    fn a_request_is_decided_after_many_expressions_were_false() {
        let config = Item::of(configuration()).unwrap().load().unwrap();
        let decided = plan(&described(3).unwrap().facts(&config)).unwrap();
        assert_eq!(decided.plan.rule, "baseline");
        assert!(config.rules().compiled() >= 10, "{} were asked", config.rules().compiled());
    }
}
