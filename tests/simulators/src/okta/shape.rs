//! Okta's JSON of users and groups, with a field that no client knows.

use serde_json::{Value, json};

use crate::world::{Group, GroupKind, OktaStatus, Person, World, dates};

/// When the company began to use Okta: every seeded record was made then.
const FOUNDED_MS: i64 = 1_704_103_200_000;

pub(super) fn user(world: &World, person: &Person) -> Value {
    let manager = person.manager.as_ref().and_then(|handle| world.person(handle));
    let changed = dates::iso_ms(world.changed_at_ms(&person.handle).max(FOUNDED_MS));
    let founded = dates::iso_ms(FOUNDED_MS);
    let ever_active = !matches!(person.okta_status, OktaStatus::Staged);
    json!({
        "id": person.okta_id(),
        "status": person.okta_status,
        "created": founded,
        "activated": ever_active.then_some(&founded),
        "statusChanged": changed,
        "lastLogin": null,
        "lastUpdated": changed,
        "passwordChanged": founded,
        "type": {"id": "otyharbour0000000000"},
        "profile": {
            "login": person.login,
            "email": person.mail,
            "secondEmail": person.second_mail,
            "firstName": person.first_name,
            "lastName": person.last_name,
            "displayName": person.name(),
            "title": person.title,
            "department": person.department,
            "costCenter": person.cost_centre,
            "employeeNumber": person.employee_id.to_string(),
            "manager": manager.as_ref().map(Person::name),
            "managerId": manager.map(|manager| manager.employee_id.to_string()),
            "organization": "Harbour Works",
            "userType": "Employee",
            "timezone": "Europe/Berlin",
            "mobilePhone": null,
            "badgeColour": "teal",
        },
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "unannouncedField": {"since": "2026"},
        "_links": {"self": {"href": format!("/api/v1/users/{}", person.okta_id())}},
    })
}

pub(super) fn group(group: &Group) -> Value {
    let class = match group.kind {
        GroupKind::AppGroup => "okta:windows_security_principal",
        GroupKind::OktaGroup | GroupKind::BuiltIn => "okta:user_group",
    };
    json!({
        "id": group.id,
        "created": dates::iso_ms(FOUNDED_MS),
        "lastUpdated": dates::iso_ms(FOUNDED_MS),
        "lastMembershipUpdated": dates::iso_ms(group.changed_at_ms.max(FOUNDED_MS)),
        "objectClass": [class],
        "type": group.kind,
        "profile": {"name": group.name, "description": group.description},
        "unannouncedField": null,
        "_links": {"users": {"href": format!("/api/v1/groups/{}/users", group.id)}},
    })
}
