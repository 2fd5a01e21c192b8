//! The seeded company: consistent, and with the awkward people that the product must cope with.

use std::collections::HashSet;

use simulators::world::{Employment, GroupKind, OktaStatus, Person};

use crate::world;

#[test]
fn ids_are_unique_and_managers_exist() {
    let people = world().people();
    assert_eq!(people.len(), 26);
    let ids: [fn(&Person) -> String; 4] =
        [Person::okta_id, Person::slack_id, |p| p.login.clone(), |p| p.employee_id.to_string()];
    for id in ids {
        assert_eq!(people.iter().map(id).collect::<HashSet<_>>().len(), people.len());
    }
    for person in &people {
        let manager = person.manager.as_ref();
        assert!(manager.is_none_or(|manager| world().person(manager).is_some()), "{}", person.handle);
        assert_eq!(person.okta_id().len(), 20);
    }
}

#[test]
fn the_awkward_people_are_there() {
    let world = world();
    let person = |handle: &str| world.person(handle).expect("seeded");
    assert_eq!(person("nora").manager, None);
    assert!(person("liam").on_leave_today());
    assert!(!person("otto").on_leave_today());
    assert_eq!(person("otto").manager.as_deref(), Some("liam"));
    assert_eq!(person("terry").status, Employment::Inactive);
    assert_eq!(person("terry").okta_status, OktaStatus::Deprovisioned);
    assert!(person("terry").slack_deleted);
    assert_eq!(person("samone").mail, person("samtwo").mail);
    assert_ne!(person("samone").login, person("samtwo").login);
    let of_emma =
        world.slack_accounts().into_iter().filter(|account| account.handle.as_deref() == Some("emma"));
    assert_eq!(of_emma.count(), 2);
    let guest = world.slack_accounts().into_iter().find(|account| account.id == "U0GUEST").expect("a guest");
    assert!(guest.is_restricted && guest.handle.is_none());
    let grace = world.groups_of_at(&person("grace").okta_id(), i64::MAX);
    assert_eq!(grace, ["00gapp-salesforce-standard", "00geveryone"]);
}

#[test]
fn groups_are_of_all_three_kinds() {
    let groups = world().groups();
    let count = |kind| groups.iter().filter(|group| group.kind == kind).count();
    assert_eq!(
        (count(GroupKind::OktaGroup), count(GroupKind::AppGroup), count(GroupKind::BuiltIn)),
        (18, 1, 1)
    );
}
