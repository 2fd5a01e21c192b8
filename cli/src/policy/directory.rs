//! Whether the groups and people of a configuration exist, as far as they were synchronised.

use crate::{deployment::Operates, failure::Done};
use countersign_core::{
    change::read,
    config::Config,
    person::Group,
    policy::{Approver, Stage, Then, lint::Finding},
    slot::Slot,
    steps::identifying::subject_by_mail,
};
use std::collections::BTreeSet;

/// Somebody that the configuration names, and where.
struct Named {
    file: &'static str,
    place: String,
    whom: Whom,
}

enum Whom {
    Group(String),
    Person(String),
}

/// A finding for each group without members and each person who is not known.
pub(super) async fn missing(ctx: &impl Operates, config: &Config) -> Done<Vec<Finding>> {
    let mut findings = Vec::new();
    for named in all(config) {
        let what = match &named.whom {
            Whom::Group(name) => wrong_with_group(ctx, name).await?,
            Whom::Person(address) if subject_by_mail(ctx, address).await?.is_none() => Some((
                format!("names {address}, who is not known."),
                "Correct the address, or wait for people to be synchronised.",
            )),
            Whom::Person(_) => None,
        };
        findings.extend(what.map(|(what, remedy)| Finding {
            file: named.file,
            place: named.place,
            what,
            remedy: remedy.to_owned(),
        }));
    }
    for (place, stage) in stages(config) {
        findings.extend(too_few(ctx, config, place, stage).await?);
    }
    Ok(findings)
}

/// A finding if a stage wants more approvals than there are people to give them; the requester may be one of those.
async fn too_few(
    ctx: &impl Operates,
    config: &Config,
    place: String,
    stage: &Stage,
) -> Done<Option<Finding>> {
    let (mut members, mut others) = (BTreeSet::new(), BTreeSet::new());
    for approver in &stage.approvers {
        let group = match approver {
            Approver::Group(name) => Some(name.as_str()),
            Approver::Role(role) => config.roles.group(role),
            Approver::Owner | Approver::EntitlementOwner => return Ok(None),
            Approver::Manager | Approver::ManagersManager | Approver::Person(_) => None,
        };
        match group {
            Some(name) => {
                let found = read::<Group>(ctx, &Slot::Group(name.to_owned())).await?;
                members.extend(found.into_iter().flat_map(|group| group.value.members));
            }
            None => drop(others.insert(approver)),
        }
    }
    let (people, needed) = (members.len() + others.len(), stage.approve_at as usize);
    Ok((people > 0 && needed > people).then(|| Finding {
        file: "policy.yaml",
        place,
        what: format!("wants {needed} approvals, but only {people} can decide."),
        remedy: "Lower approve_at, name more approvers, or put people into the group.".into(),
    }))
}

async fn wrong_with_group(ctx: &impl Operates, name: &str) -> Done<Option<(String, &'static str)>> {
    let found = read::<Group>(ctx, &Slot::Group(name.to_owned())).await?;
    Ok(match found {
        None => Some((
            format!("names the group {name}, which was never synchronised."),
            "If the group is new to the configuration: activate with --skip-directory, synchronise, activate again.",
        )),
        Some(group) if group.value.members.is_empty() => Some((
            format!("names the group {name}, which has no member or does not exist."),
            "Correct the name, or put people into the group in the directory.",
        )),
        Some(_) => None,
    })
}

fn all(config: &Config) -> Vec<Named> {
    let mut named = Vec::new();
    for (role, group) in &config.roles.roles {
        named.push(Named { file: "roles.yaml", place: role.clone(), whom: Whom::Group(group.clone()) });
    }
    for application in &config.catalog.applications {
        let place = format!("applications/{}/owners", application.name);
        let whom = |owner: &String| match owner.strip_prefix("group:") {
            Some(group) => Whom::Group(group.to_owned()),
            None => Whom::Person(owner.clone()),
        };
        let owners = application.owners.iter().map(whom);
        named.extend(owners.map(|whom| Named { file: "catalog.yaml", place: place.clone(), whom }));
        for entitlement in &application.entitlements {
            let place = format!("applications/{}/{}/owners", application.name, entitlement.name);
            let owners = entitlement.owners.iter().map(whom);
            named.extend(owners.map(|whom| Named { file: "catalog.yaml", place: place.clone(), whom }));
        }
    }
    for (place, stage) in stages(config) {
        of_stage(&mut named, &place, stage);
    }
    named
}

/// Every stage with its place.
fn stages(config: &Config) -> Vec<(String, &Stage)> {
    let policy = &config.policy;
    let rules = policy.rules.iter().map(|rule| (format!("rules/{}", rule.id), &rule.then));
    let ruled = rules.chain([("baseline".to_owned(), &policy.baseline.then)]);
    let ruled = ruled.flat_map(|(place, then)| {
        let stages: &[Stage] = if let Then::Stages(stages) = then { stages } else { &[] };
        stages.iter().map(move |stage| (format!("{place}/{}", stage.id), stage))
    });
    [("desk".to_owned(), &policy.desk), ("finance".to_owned(), &policy.finance)]
        .into_iter()
        .chain(ruled)
        .collect()
}

fn of_stage(named: &mut Vec<Named>, place: &str, stage: &Stage) {
    let whom = |approver: &Approver| match approver {
        Approver::Group(name) => Some(Whom::Group(name.clone())),
        Approver::Person(address) => Some(Whom::Person(address.clone())),
        Approver::Manager
        | Approver::ManagersManager
        | Approver::Owner
        | Approver::EntitlementOwner
        | Approver::Role(_) => None,
    };
    let found = stage.named().filter_map(whom);
    named.extend(found.map(|whom| Named { file: "policy.yaml", place: place.to_owned(), whom }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{config::Config, ports::Configs};
    use countersign_testkit::World;

    /// Changes the configuration of the seeded company, and says what is found.
    async fn check(change: impl FnOnce(&mut Config), expected: &[(&str, &str, &str)]) {
        let world = World::harbour();
        let mut config = Config::clone(&*world.active().await.unwrap());
        change(&mut config);
        let found = missing(&world, &config).await.unwrap();
        let found: Vec<_> =
            found.iter().map(|one| (one.file, one.place.as_str(), one.what.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[tokio::test]
    async fn groups_and_people_must_exist() {
        check(|_| {}, &[]).await;
        let unknown = "names the group nobodies, which was never synchronised.";
        check(
            |config| drop(config.roles.roles.insert("desk".into(), "nobodies".into())),
            &[("roles.yaml", "desk", unknown)],
        )
        .await;
        check(
            |config| config.policy.finance.fallback = vec![Approver::Group("nobodies".into())],
            &[("policy.yaml", "finance", unknown)],
        )
        .await;
        check(
            |config| config.policy.finance.approve_at = 3,
            &[("policy.yaml", "finance", "wants 3 approvals, but only 2 can decide.")],
        )
        .await;
        check(
            |config| config.catalog.applications[0].owners = vec!["nobody@harbour.example".into()],
            &[(
                "catalog.yaml",
                "applications/salesforce/owners",
                "names nobody@harbour.example, who is not known.",
            )],
        )
        .await;
    }
}
