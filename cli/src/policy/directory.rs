//! Whether the groups and people of a configuration exist, as far as they were synchronised.

use crate::{deployment::Operates, failure::Done};
use countersign_core::{
    change::read,
    config::Config,
    person::Group,
    policy::{Approver, Panel, Stage, Then, automatic::Automatic, lint::Finding},
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
        for panel in stage.panels().iter() {
            findings.extend(too_few(ctx, config, place.clone(), panel).await?);
        }
    }
    Ok(findings)
}

/// A finding if a panel wants more approvals than there are people to give them; the requester may be one of those.
async fn too_few(
    ctx: &impl Operates,
    config: &Config,
    place: String,
    panel: &Panel,
) -> Done<Option<Finding>> {
    let (mut members, mut others) = (BTreeSet::new(), BTreeSet::new());
    for approver in &panel.approvers {
        let group = match approver {
            Approver::Group(name) => Some(name.as_str()),
            Approver::Role(role) => config.roles.group(role),
            Approver::Owner | Approver::EntitlementOwner | Approver::Peers | Approver::Expression(_) => {
                return Ok(None);
            }
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
    let (people, needed) = (members.len() + others.len(), panel.approve_at as usize);
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
            let rule = entitlement.break_glass.iter();
            let people = rule.flat_map(|rule| rule.who.iter().chain(&rule.reviewers)).filter_map(self::whom);
            let place = format!("applications/{}/{}/break_glass", application.name, entitlement.name);
            named.extend(people.map(|whom| Named { file: "catalog.yaml", place: place.clone(), whom }));
        }
    }
    for (place, wait) in config.policy.waits() {
        let groups = wait.groups.iter().map(|group| Whom::Group(group.clone()));
        named.extend(groups.map(|whom| Named { file: "policy.yaml", place: place.clone(), whom }));
    }
    for (place, stage) in stages(config) {
        of_stage(&mut named, &place, stage);
    }
    named
}

/// Every stage with its place.
fn stages(config: &Config) -> Vec<(String, &Stage)> {
    let policy = &config.policy;
    let one = |place: &str, stage| (place.to_owned(), stage);
    let exemptions = policy.exemptions.iter().map(|stage| (format!("exemptions/{}", stage.id), stage));
    let automatic = policy.automatic.iter().flat_map(Automatic::stages);
    let automatic = automatic.map(|stage| (format!("automatic/{}", stage.id), stage));
    let rules = policy.rules.iter().map(|rule| (format!("rules/{}", rule.id), &rule.then));
    let ruled = rules.chain([("baseline".to_owned(), &policy.baseline.then)]);
    let ruled = ruled.flat_map(|(place, then)| {
        let stages: &[Stage] = if let Then::Stages(stages) = then { stages } else { &[] };
        stages.iter().map(move |stage| (format!("{place}/{}", stage.id), stage))
    });
    [one("desk", &policy.desk), one("finance", &policy.finance)]
        .into_iter()
        .chain(policy.seats.iter().map(|stage| one("seats", stage)))
        .chain(exemptions)
        .chain(automatic)
        .chain(ruled)
        .collect()
}

/// The group or person that an approver names, if it does.
fn whom(approver: &Approver) -> Option<Whom> {
    match approver {
        Approver::Group(name) => Some(Whom::Group(name.clone())),
        Approver::Person(address) => Some(Whom::Person(address.clone())),
        Approver::Manager
        | Approver::ManagersManager
        | Approver::Peers
        | Approver::Owner
        | Approver::EntitlementOwner
        | Approver::Role(_)
        | Approver::Expression(_) => None,
    }
}

fn of_stage(named: &mut Vec<Named>, place: &str, stage: &Stage) {
    let found = stage.named().filter_map(whom);
    named.extend(found.map(|whom| Named { file: "policy.yaml", place: place.to_owned(), whom }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::{
        config::Config,
        policy::{WaitFor, break_glass::BreakGlass},
        ports::{Clock, Configs},
        time::Span,
    };
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
    async fn a_group_without_members_is_nobody() {
        let world = World::harbour();
        let mut config = Config::clone(&*world.active().await.unwrap());
        config.policy.finance.fallback = vec![Approver::Group("empty".into())];
        let group = Group { name: "empty".into(), members: Vec::new(), as_of: world.now() };
        world.put(Slot::Group("empty".into()), &group);
        let found = missing(&world, &config).await.unwrap();
        let found: Vec<_> = found.iter().map(|one| (one.place.as_str(), one.what.as_str())).collect();
        let what = "names the group empty, which has no member or does not exist.";
        assert_eq!(found, [("finance", what)]);
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
        let nobodies = || vec![Approver::Group("nobodies".into())];
        let stage = || Stage { approvers: nobodies(), ..Stage::until("odd", Span::of_days(1)) };
        check(|config| config.policy.seats = Some(stage()), &[("policy.yaml", "seats", unknown)]).await;
        check(|config| config.policy.exemptions.push(stage()), &[("policy.yaml", "exemptions/odd", unknown)])
            .await;
        for in_place in [
            (|automatic, stage| automatic.beyond = vec![stage]) as fn(&mut Automatic, Stage),
            |automatic, stage| automatic.sample.as_mut().unwrap().stage = stage,
        ] {
            let change = |config: &mut Config| in_place(config.policy.automatic.as_mut().unwrap(), stage());
            check(change, &[("policy.yaml", "automatic/odd", unknown)]).await;
        }
        let wait_for = WaitFor {
            says: "the training".into(),
            groups: vec!["nobodies".into()],
            when: None,
            within: Span::of_days(3),
            check_every: Span::of_days(1),
        };
        check(
            |config| config.policy.baseline.wait_for = Some(wait_for),
            &[("policy.yaml", "baseline/wait_for", unknown)],
        )
        .await;
        let place = "applications/aws/production/break_glass";
        for in_place in [(|rule, who| rule.who = who) as fn(&mut BreakGlass, Vec<Approver>), |rule, who| {
            rule.reviewers = who
        }] {
            let change = |config: &mut Config| {
                let all = config.catalog.applications.iter_mut().flat_map(|one| &mut one.entitlements);
                in_place(all.filter_map(|one| one.break_glass.as_mut()).next().unwrap(), nobodies());
            };
            check(change, &[("catalog.yaml", place, unknown)]).await;
        }
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
