//! Links HR records, directory accounts and chat accounts to one subject each, at exactly one verified match.

use super::{
    Absence, Ambiguity, ChatAccount, ChatUser, DirectoryAccount, Employee, Employment, IdentityKind, Leave,
    Linked, MAX_REPORTS, Person, Profile, identity_key,
};
use crate::{ids::SubjectId, time::Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the sources said, at one time.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The HR system's employees.
    pub employees: Vec<Employee>,
    /// Known absences.
    pub leave: Vec<Leave>,
    /// The directory's accounts.
    pub accounts: Vec<DirectoryAccount>,
    /// The members of each group that the configuration speaks of, as directory ids.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The chat workspace's accounts.
    pub chat: Vec<ChatAccount>,
    /// When they were asked.
    pub as_of: Timestamp,
}

/// The subject of an HR record in this deployment.
#[must_use]
pub fn subject_of(salt: &str, employee: &str) -> SubjectId {
    SubjectId::derived(&["subject", salt, employee])
}

/// Links what exactly one record claims; what two claim is left out, and named with the person.
#[must_use]
pub fn link(salt: &str, sources: &Sources) -> Linked {
    let mut linked = Linked::default();
    let owners = mail_owners(sources);
    for employee in &sources.employees {
        link_employee(salt, sources, &owners, employee, &mut linked);
    }
    report(&mut linked);
    linked
}

/// Tells every manager's record whose manager it is.
fn report(linked: &mut Linked) {
    let mut reports = BTreeMap::<SubjectId, Vec<SubjectId>>::new();
    for (person, _) in linked.people.iter().filter(|(person, _)| person.employment == Employment::Active) {
        if let Some(manager) = &person.manager {
            reports.entry(manager.clone()).or_default().push(person.subject.clone());
        }
    }
    for (person, _) in &mut linked.people {
        person.reports = reports.remove(&person.subject).unwrap_or_default();
        person.reports.truncate(MAX_REPORTS);
    }
}

/// For each mail address, the employees that claim it, directly or through a directory account.
type Owners<'a> = BTreeMap<String, BTreeSet<&'a str>>;

fn mail_owners(sources: &Sources) -> Owners<'_> {
    let mut owners = Owners::new();
    for employee in &sources.employees {
        let account = accounts_of(sources, employee);
        let mails = employee.mail.iter().chain(account.iter().flat_map(|a| a.mails.iter()));
        for mail in mails {
            owners.entry(mail.trim().to_lowercase()).or_default().insert(&employee.id);
        }
    }
    owners
}

/// By employee number where the directory keeps it, else by the work address.
fn accounts_of<'a>(sources: &'a Sources, employee: &Employee) -> Vec<&'a DirectoryAccount> {
    let numbered = |a: &&DirectoryAccount| a.employee_number.as_deref() == Some(employee.id.as_str());
    let by_number: Vec<_> = sources.accounts.iter().filter(numbered).collect();
    if !by_number.is_empty() {
        return by_number;
    }
    let Some(mail) = employee.mail.as_deref() else { return Vec::new() };
    let same = |a: &&DirectoryAccount| {
        a.employee_number.is_none() && a.mails.iter().any(|m| m.eq_ignore_ascii_case(mail))
    };
    sources.accounts.iter().filter(same).collect()
}

fn link_employee(
    salt: &str,
    sources: &Sources,
    owners: &Owners<'_>,
    employee: &Employee,
    linked: &mut Linked,
) {
    let subject = subject_of(salt, &employee.id);
    let accounts = accounts_of(sources, employee);
    let mut ambiguous = BTreeSet::new();
    let account = match accounts.as_slice() {
        [] => None,
        [one] => Some(*one),
        _ => {
            ambiguous.insert(Ambiguity::SeveralDirectoryAccounts);
            None
        }
    };
    let mails = own_mails(owners, employee, account, &mut ambiguous);
    let chat = own_chat(sources, &mails, &mut ambiguous);
    let mut keys = vec![identity_key(salt, IdentityKind::Hris, &employee.id)];
    keys.extend(account.map(|a| identity_key(salt, IdentityKind::Directory, &a.id)));
    keys.extend(mails.iter().map(|mail| identity_key(salt, IdentityKind::Mail, mail)));
    keys.extend(chat.iter().map(|user| user.identity_key(salt)));
    linked.identities.extend(keys.iter().map(|key| (key.clone(), subject.clone())));
    let identities = keys.into_iter().collect();
    let person = person(salt, sources, employee, account, subject);
    linked.people.push((Person { chat, identities, ambiguous, ..person }, profile(employee)));
}

/// The addresses that only this employee claims; the work address first.
fn own_mails(
    owners: &Owners<'_>,
    employee: &Employee,
    account: Option<&DirectoryAccount>,
    ambiguous: &mut BTreeSet<Ambiguity>,
) -> Vec<String> {
    let claimed = employee.mail.iter().chain(account.iter().flat_map(|a| a.mails.iter()));
    let mut mails: Vec<String> = Vec::new();
    for mail in claimed.map(|m| m.trim().to_lowercase()) {
        match owners.get(&mail).map_or(0, BTreeSet::len) {
            1 if !mails.contains(&mail) => mails.push(mail),
            0 | 1 => {}
            _ => drop(ambiguous.insert(Ambiguity::SharedMailAddress)),
        }
    }
    mails
}

/// The chat account of each of these addresses, where there is just one.
fn own_chat(sources: &Sources, mails: &[String], ambiguous: &mut BTreeSet<Ambiguity>) -> Vec<ChatUser> {
    let mut own = Vec::new();
    for mail in mails {
        let same =
            |a: &&ChatAccount| a.regular && a.mail.as_ref().is_some_and(|m| m.eq_ignore_ascii_case(mail));
        match sources.chat.iter().filter(same).collect::<Vec<_>>().as_slice() {
            [] => {}
            [one] => own.push(one.user.clone()),
            _ => drop(ambiguous.insert(Ambiguity::SeveralChatAccounts)),
        }
    }
    own
}

fn person(
    salt: &str,
    sources: &Sources,
    employee: &Employee,
    account: Option<&DirectoryAccount>,
    subject: SubjectId,
) -> Person {
    let known = |id: &&String| sources.employees.iter().any(|e| e.id == **id);
    let in_group = |id: &str| {
        let named = sources.groups.iter().filter(|(_, members)| members.iter().any(|m| m == id));
        named.map(|(name, _)| name.clone()).collect()
    };
    Person {
        subject,
        hris: Some(employee.id.clone()),
        directory: account.map(|a| a.id.clone()),
        employment: employment(employee, account),
        manager: employee.manager.as_ref().filter(known).map(|id| subject_of(salt, id)),
        reports: Vec::new(),
        groups: account.map(|a| in_group(&a.id)).unwrap_or_default(),
        leave: absences(sources, employee),
        cost_centre: account.and_then(|a| a.cost_centre.clone()),
        department: employee.department.clone(),
        chat: Vec::new(),
        identities: BTreeSet::new(),
        ambiguous: BTreeSet::new(),
        as_of: sources.as_of,
    }
}

fn absences(sources: &Sources, employee: &Employee) -> Vec<Absence> {
    let own = sources.leave.iter().filter(|leave| leave.employee == employee.id);
    own.map(|leave| Absence { id: leave.id.clone(), period: leave.period }).collect()
}

fn employment(employee: &Employee, account: Option<&DirectoryAccount>) -> Employment {
    match account {
        _ if !employee.active => Employment::Ended,
        Some(a) if a.suspended => Employment::Suspended,
        Some(a) if a.active => Employment::Active,
        Some(_) => Employment::Ended,
        None => Employment::Suspended,
    }
}

fn profile(employee: &Employee) -> Profile {
    Profile { name: employee.name.clone(), mail: employee.mail.clone(), title: employee.title.clone() }
}
