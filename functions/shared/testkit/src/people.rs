//! The people of Harbour Works, as the HR system, the directory and the chat list them.

use crate::outside::Outside;
use countersign_core::{
    person::{ChannelKind, ChatAccount, ChatUser, DirectoryAccount, Employee, Leave, Period},
    time::Timestamp,
};
use std::collections::BTreeSet;

/// The chat workspace.
pub const TEAM: &str = "T0HARBOUR";

/// A person: handle, name, title, department, cost centre, handle of the manager.
type Entry = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const PEOPLE: [Entry; 26] = [
    ("helena", "Helena Ruiz", "Chief Operating Officer", "Executive", "CC-100", ""),
    ("marcus", "Marcus Weber", "Head of Sales", "Sales", "CC-200", "helena"),
    ("emma", "Emma Clarke", "Account Executive", "Sales", "CC-200", "marcus"),
    ("noah", "Noah Lind", "Account Executive", "Sales", "CC-200", "marcus"),
    ("olivia", "Olivia Hart", "Sales Analyst", "Sales", "CC-200", "marcus"),
    ("jonas", "Jonas Keller", "Account Executive", "Sales", "CC-200", "marcus"),
    ("mia", "Mia Rossi", "Sales Engineer", "Sales", "CC-200", "marcus"),
    ("priya", "Priya Nair", "Head of Engineering", "Engineering", "CC-300", "helena"),
    ("ben", "Ben Okafor", "Software Engineer", "Engineering", "CC-300", "priya"),
    ("chloe", "Chloe Martin", "Software Engineer", "Engineering", "CC-300", "priya"),
    ("yuki", "Yuki Tanaka", "Site Reliability Engineer", "Engineering", "CC-300", "priya"),
    ("ravi", "Ravi Shah", "Software Engineer", "Engineering", "CC-300", "priya"),
    ("fiona", "Fiona Grant", "Finance Director", "Finance", "CC-400", "helena"),
    ("felix", "Felix Braun", "Controller", "Finance", "CC-400", "fiona"),
    ("dana", "Dana Wolf", "Service Desk Lead", "IT", "CC-500", "helena"),
    ("dimitri", "Dimitri Petrov", "Service Desk Agent", "IT", "CC-500", "dana"),
    ("ada", "Ada Novak", "IT Manager", "IT", "CC-500", "helena"),
    ("sofia", "Sofia Lund", "Security Engineer", "Security", "CC-600", "helena"),
    ("aubrey", "Aubrey Stone", "Internal Auditor", "Audit", "CC-700", "helena"),
    ("nora", "Nora Silva", "Adviser", "Executive", "CC-100", ""),
    ("liam", "Liam Byrne", "Head of Support", "Support", "CC-800", "helena"),
    ("otto", "Otto Falk", "Support Agent", "Support", "CC-800", "liam"),
    ("terry", "Terry Quinn", "Former Agent", "Support", "CC-800", "liam"),
    ("samone", "Sam Oak", "Warehouse Clerk", "Logistics", "CC-900", "priya"),
    ("samtwo", "Sam Pine", "Warehouse Clerk", "Logistics", "CC-900", "priya"),
    ("grace", "Grace Moreau", "Account Executive", "Sales", "CC-200", "marcus"),
];

const GROUPS: [(&str, &[&str]); 19] = [
    ("finance", &["fiona", "felix"]),
    ("countersign-desk", &["dana", "dimitri"]),
    ("countersign-admin", &["ada"]),
    ("countersign-security", &["sofia"]),
    ("countersign-auditor", &["aubrey"]),
    ("app-salesforce-standard", &["grace"]),
    ("app-salesforce-admin", &[]),
    ("app-github-read", &[]),
    ("app-github-write", &[]),
    ("app-figma-editor", &[]),
    ("app-tableau-viewer", &[]),
    ("app-tableau-creator", &[]),
    ("app-aws-readonly", &[]),
    ("app-aws-production", &[]),
    ("app-zendesk-agent", &[]),
    ("app-notion-member", &[]),
    ("app-jira-member", &[]),
    ("app-netsuite-viewer", &[]),
    ("imported-payroll", &[]),
];

/// Turns handles into what each system calls a person.
#[derive(Clone, Copy, Debug)]
pub struct Company;

/// The chat account of a handle. `emma2` is Emma's second one, `guest` a guest of the workspace.
#[must_use]
pub fn chat_user(handle: &str) -> ChatUser {
    ChatUser {
        channel: ChannelKind::Slack,
        workspace: TEAM.into(),
        user: format!("U0{}", handle.to_uppercase()),
    }
}

impl Company {
    /// The HR system's id.
    #[must_use]
    pub fn employee(handle: &str) -> String {
        let position = PEOPLE.iter().position(|entry| entry.0 == handle);
        position.map_or_else(String::new, |position| (position + 1).to_string())
    }

    /// The directory's id.
    #[must_use]
    pub fn account(handle: &str) -> String {
        format!("00u{handle:x<17}")
    }

    /// Every handle.
    pub fn handles() -> impl Iterator<Item = &'static str> {
        PEOPLE.iter().map(|entry| entry.0)
    }
}

fn login(handle: &str) -> String {
    format!("{handle}@harbour.example")
}

fn mail(handle: &str) -> String {
    if handle.starts_with("sam") { login("warehouse") } else { login(handle) }
}

fn employee(entry: &Entry) -> Employee {
    let (handle, name, title, department, _, manager) = *entry;
    Employee {
        id: Company::employee(handle),
        name: name.into(),
        mail: Some(mail(handle)),
        title: Some(title.into()),
        department: Some(department.into()),
        manager: Some(Company::employee(manager)).filter(|id| !id.is_empty()),
        active: handle != "terry",
    }
}

fn account(entry: &Entry) -> DirectoryAccount {
    let handle = entry.0;
    let mut mails = vec![login(handle)];
    mails.extend((mail(handle) != login(handle)).then(|| mail(handle)));
    mails.extend((handle == "emma").then(|| login("e.clarke")));
    DirectoryAccount {
        id: Company::account(handle),
        mails,
        employee_number: Some(Company::employee(handle)),
        cost_centre: Some(entry.4.into()),
        active: handle != "terry",
        suspended: false,
    }
}

/// The HR system and the directory; Liam is away for three days.
pub(crate) fn outside(now: Timestamp) -> Outside {
    let group = |(name, members): &(&str, &[&str])| {
        let members: BTreeSet<String> = members.iter().map(|handle| Company::account(handle)).collect();
        ((*name).to_owned(), members)
    };
    let period = Period { from: Timestamp(now.0 - 86_400_000), to: Timestamp(now.0 + 2 * 86_400_000) };
    Outside {
        employees: PEOPLE.iter().map(employee).collect(),
        leave: vec![Leave { id: None, employee: Company::employee("liam"), period }],
        accounts: PEOPLE.iter().map(account).collect(),
        groups: GROUPS.iter().map(group).collect(),
        ..Outside::default()
    }
}

/// The chat workspace.
pub(crate) fn chat_accounts() -> Vec<ChatAccount> {
    let regular = |handle: &str| ChatAccount {
        user: chat_user(handle),
        mail: Some(mail(handle)),
        regular: handle != "terry",
    };
    let mut accounts: Vec<ChatAccount> = Company::handles().map(regular).collect();
    let emma2 = ChatAccount { user: chat_user("emma2"), mail: Some(login("e.clarke")), regular: true };
    let mail = Some("guest@partner.example".into());
    accounts.extend([emma2, ChatAccount { user: chat_user("guest"), mail, regular: false }]);
    accounts
}
