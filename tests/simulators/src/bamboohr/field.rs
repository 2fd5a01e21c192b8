//! The fields of an employee, by BambooHR's names.

use serde_json::{Map, Value, json};

use crate::world::{Employment, Person, World, dates};

/// Field id, name and type, as `meta/fields` lists them.
pub(super) const FIELDS: &[(u32, &str, &str)] = &[
    (1, "firstName", "text"),
    (2, "lastName", "text"),
    (3, "displayName", "text"),
    (4, "preferredName", "text"),
    (6, "workEmail", "email"),
    (17, "jobTitle", "list"),
    (18, "department", "list"),
    (19, "division", "list"),
    (20, "location", "list"),
    (21, "status", "status"),
    (22, "employmentHistoryStatus", "list"),
    (23, "hireDate", "date"),
    (24, "terminationDate", "date"),
    (25, "employeeNumber", "employee_number"),
    (91, "supervisor", "employee"),
    (92, "supervisorId", "employee"),
    (93, "supervisorEId", "employee"),
    (94, "supervisorEmail", "email"),
    (95, "costCentre", "list"),
    (96, "lastChanged", "timestamp"),
];

/// The value of one field; `None` for a field that this key may not see or that does not exist.
pub(super) fn value(world: &World, person: &Person, field: &str) -> Option<Value> {
    let manager = || person.manager.as_ref().and_then(|handle| world.person(handle));
    let gone = person.status == Employment::Inactive;
    Some(match field {
        "id" => json!(person.employee_id.to_string()),
        "firstName" => json!(person.first_name),
        "lastName" => json!(person.last_name),
        "displayName" => json!(person.name()),
        "preferredName" | "division" => Value::Null,
        "workEmail" => json!(person.mail),
        "jobTitle" => json!(person.title),
        "department" => json!(person.department),
        "location" => json!("Hamburg"),
        "status" => json!(person.status),
        "employmentHistoryStatus" => json!(if gone { "Terminated" } else { "Full-Time" }),
        "hireDate" => json!("2024-01-01"),
        "terminationDate" => json!(if gone { "2026-01-31" } else { "0000-00-00" }),
        "employeeNumber" => json!(person.employee_id.to_string()),
        "supervisor" => {
            json!(manager().map(|manager| format!("{}, {}", manager.last_name, manager.first_name)))
        }
        // One id as a number and one as text: real answers mix them too.
        "supervisorId" => json!(manager().map(|manager| manager.employee_id)),
        "supervisorEId" => json!(manager().map(|manager| manager.employee_id.to_string())),
        "supervisorEmail" => json!(manager().map(|manager| manager.mail)),
        "costCentre" => json!(person.cost_centre),
        "lastChanged" => json!(dates::iso_offset(world.changed_at_ms(&person.handle))),
        _ => return None,
    })
}

/// The visible ones of `fields`, after the id.
pub(super) fn object(world: &World, person: &Person, fields: &[&str]) -> Map<String, Value> {
    let mut object = Map::new();
    for field in ["id"].iter().chain(fields) {
        if let Some(value) = value(world, person, field) {
            object.insert((*field).to_owned(), value);
        }
    }
    object
}
