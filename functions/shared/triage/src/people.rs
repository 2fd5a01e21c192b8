//! The people a text mentions by a chat id or a mail address, and whom an ask is for.

use std::ops::Range;

use crate::message::{Message, Word, overlaps, within};

/// More mentions than this are not read.
const MAX_PEOPLE: usize = 20;

/// A mention of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) span: Range<usize>,
    /// `<@U0EMMA>` or a mail address.
    pub(crate) mention: String,
}

/// Whom an ask is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Beneficiary {
    /// Nobody else is mentioned: the asker.
    Asker,
    /// One person, as mentioned.
    Other(Person),
    /// Somebody is meant, but not plainly who: one of those who are mentioned, or the asker; of nobody, it may be anybody.
    Unclear(Vec<String>),
}

const LEADING: &[&str] = &[
    "for",
    "give",
    "giving",
    "grant",
    "to",
    "add",
    "assign",
    "remove",
    "revoke",
    "from",
    "of",
    "invite",
    "offboard",
    "onboard",
    "colleague",
    "für",
    "pour",
    "para",
    "von",
    "let",
    "get",
    "user",
];
const FOLLOWING: &[&str] = &[
    "needs",
    "need",
    "requires",
    "should",
    "wants",
    "left",
    "leaves",
    "lost",
    "forgot",
    "can",
    "cannot",
    "joined",
    "joins",
    "starts",
    "braucht",
    "benötigt",
    "necesita",
    "besoin",
    "a",
];
const BYSTANDERS: &[&str] = &[
    "cc", "hi", "hello", "hey", "dear", "thanks", "manager", "ask", "by", "hallo", "bonjour", "hola", "boss",
    "lead",
];
const REPORTING: &[&str] =
    &["approved", "agreed", "said", "asked", "told", "confirmed", "knows", "has", "is", "already"];
/// Others who are meant without a mention that could be resolved.
const UNNAMED: &[&str] = &[
    "my colleague",
    "a colleague",
    "my team",
    "our team",
    "the team",
    "my teammate",
    "a new hire",
    "the new hire",
    "our new",
    "my intern",
    "the intern",
    "our intern",
    "everyone",
    "everybody",
    "on behalf of",
    "for him",
    "for her",
    "for them",
    "for us",
    "he needs",
    "she needs",
    "they need",
    "all of us",
    "both of us",
    "meine kollegin",
    "meinen kollegen",
    "mon collègue",
    "mi compañero",
    "my boss",
    "my manager's",
    "same access as",
    "same as",
];
const NOT_NAMES: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "sales",
    "marketing",
    "finance",
    "engineering",
    "support",
    "legal",
    "operations",
    "christmas",
    "easter",
    "admin",
    "access",
    "owner",
    "editor",
    "viewer",
    "me",
    "the",
    "this",
    "that",
    "what",
    "who",
];
/// Behind one of these somebody is given something.
const GIVING: &[&str] = &["give", "grant", "assign", "invite", "onboard", "offboard", "let", "gib", "gebt"];
/// Before one of these somebody else is the one who wants something.
const WANTING: &[&str] = &["needs", "wants", "requires", "braucht", "benötigt", "necesita"];
/// A name before one of these, or before nothing, is not the beginning of a reason.
const JOINING: &[&str] = &[
    "and", "or", "plus", "for", "to", "until", "because", "so", "as", "who", "please", "thanks", "und", "et",
    "y",
];

/// The mentions in a text, in order.
pub(crate) fn find(text: &str) -> Vec<Person> {
    let mut people: Vec<Person> = chat_mentions(text).chain(addresses(text)).collect();
    people.sort_by_key(|person| person.span.start);
    people.dedup_by(|next, kept| next.mention == kept.mention && next.span.start <= kept.span.end + 1);
    people.truncate(MAX_PEOPLE);
    people
}

/// Whom the ask in `part` is for. Names within `reason` are not looked at.
pub(crate) fn beneficiary(
    message: &Message,
    part: &Range<usize>,
    reason: Option<&Range<usize>>,
) -> Beneficiary {
    let mentioned: Vec<&Person> = message.people.iter().filter(|person| within(part, &person.span)).collect();
    let roles: Vec<(Role, &Person)> =
        mentioned.into_iter().map(|person| (role(message, part, person), person)).collect();
    let mut subjects: Vec<&Person> =
        roles.iter().filter(|(role, _)| *role == Role::Subject).map(|(_, person)| *person).collect();
    subjects.dedup_by(|a, b| a.mention == b.mention);
    let unclear = roles.iter().any(|(role, _)| *role == Role::Unknown);
    match subjects.as_slice() {
        [one] if !unclear => Beneficiary::Other((*one).clone()),
        subjects => match (subjects.is_empty() && !unclear, names_another(message, part, reason)) {
            (true, false) => Beneficiary::Asker,
            (_, true) => Beneficiary::Unclear(Vec::new()),
            (false, false) => Beneficiary::Unclear(candidates(&roles)),
        },
    }
}

/// Those for whom it may be, each once.
fn candidates(roles: &[(Role, &Person)]) -> Vec<String> {
    let mut candidates: Vec<String> = Vec::new();
    for (role, person) in roles {
        if *role != Role::Bystander && !candidates.contains(&person.mention) {
            candidates.push(person.mention.clone());
        }
    }
    candidates
}

#[derive(PartialEq, Eq)]
enum Role {
    Subject,
    Bystander,
    Unknown,
}

fn role(message: &Message, part: &Range<usize>, person: &Person) -> Role {
    let before = message.words(part.start..person.span.start);
    let after = message.words(person.span.end..part.end);
    let previous = before.last().map(|word| word.text);
    let next = after.first().map(|word| word.text);
    let is = |word: Option<&str>, list: &[&str]| word.is_some_and(|word| list.contains(&word));
    if is(previous, BYSTANDERS) || is(next, REPORTING) {
        Role::Bystander
    } else if is(previous, LEADING) || is(next, FOLLOWING) {
        Role::Subject
    } else if before.is_empty() && message.body.start == part.start {
        Role::Bystander
    } else {
        Role::Unknown
    }
}

fn names_another(message: &Message, part: &Range<usize>, reason: Option<&Range<usize>>) -> bool {
    let spaced = message.words(part.clone()).iter().map(|word| word.text).collect::<Vec<_>>().join(" ");
    let padded = format!(" {spaced} ");
    UNNAMED.iter().any(|phrase| padded.contains(&format!(" {phrase} "))) || bare_name(message, part, reason)
}

/// "for Emma", "give Emma", "Emma needs": a capitalised word that is nothing else we know, where a person stands.
fn bare_name(message: &Message, part: &Range<usize>, reason: Option<&Range<usize>>) -> bool {
    let words = message.words(part.clone());
    (0..words.len()).any(|at| {
        let word = |at: Option<usize>| at.and_then(|at| words.get(at)).map(|word| word.text);
        let (before, after) = (word(at.checked_sub(1)), word(Some(at + 1)));
        let is = |word: Option<&str>, list: &[&str]| word.is_some_and(|word| list.contains(&word));
        let Some(name) = words.get(at).filter(|name| is_like_a_name(message, name)) else { return false };
        let span = name.at..name.end();
        let explains = reason.is_some_and(|reason| within(reason, &span) && reason.len() > span.len() + 12);
        let stands_alone = after.is_none() || is(after, JOINING);
        is(before, GIVING)
            || is(after, WANTING)
            || (is(before, &["for", "of", "pour", "para"]) && (stands_alone || !explains))
    })
}

fn is_like_a_name(message: &Message, word: &Word<'_>) -> bool {
    let span = word.at..word.end();
    let written = message.text(span.clone());
    written.starts_with(char::is_uppercase)
        && written.chars().skip(1).all(char::is_lowercase)
        && written.chars().count() > 2
        && !NOT_NAMES.contains(&word.text)
        && !message.applications.iter().any(|mention| overlaps(&mention.span, &span))
}

fn chat_mentions(text: &str) -> impl Iterator<Item = Person> + '_ {
    text.match_indices("<@").filter_map(|(start, _)| {
        let rest = text.get(start + 2..)?;
        let close = rest.find('>')?;
        let id = rest.get(..close)?.split('|').next()?;
        let valid =
            (2..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        valid.then(|| Person { span: start..start + 2 + close + 1, mention: format!("<@{id}>") })
    })
}

fn addresses(text: &str) -> impl Iterator<Item = Person> + '_ {
    text.match_indices('@').filter_map(|(at, _)| {
        let local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
        let domain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
        let before = text.get(..at)?;
        let start = before.trim_end_matches(local).len();
        let after = text.get(at + 1..)?;
        let length = after.len() - after.trim_start_matches(domain).len();
        let host = after.get(..length)?.trim_end_matches(['.', '-']);
        let valid = start < at
            && at - start <= 64
            && host.len() <= 253
            && host.contains('.')
            && !host.starts_with('.');
        let end = at + 1 + host.len();
        let mention = text.get(start..end)?.to_lowercase();
        valid.then(|| Person { span: chat_link(text, start..end), mention })
    })
}

/// The place of an address; a chat writes it as `<mailto:emma@harbour.example|emma@harbour.example>`.
fn chat_link(text: &str, address: Range<usize>) -> Range<usize> {
    const OPENING: &str = "<mailto:";
    let opens = text.get(..address.start).is_some_and(|before| before.ends_with(OPENING));
    let close = text.get(address.end..).and_then(|rest| rest.find('>')).filter(|_| opens);
    close.map_or(address.clone(), |close| address.start - OPENING.len()..address.end + close + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    fn check(text: &str, expected: &str) {
        let message = Message::read(&Catalog::default(), text, |_| true);
        let seen = match beneficiary(&message, &message.body, None) {
            Beneficiary::Asker => "asker".to_owned(),
            Beneficiary::Unclear(people) => format!("unclear {}", people.join(" ")).trim_end().to_owned(),
            Beneficiary::Other(person) => person.mention,
        };
        assert_eq!(seen, expected, "{text:?}");
    }

    #[test]
    fn who_is_meant() {
        check("I need Salesforce", "asker");
        check("Salesforce for <@U0EMMA> please", "<@U0EMMA>");
        check("Salesforce for <@U0EMMA|emma> please", "<@U0EMMA>");
        check("please give emma@harbour.example access", "emma@harbour.example");
        check("give <mailto:emma@harbour.example|emma@harbour.example> access", "emma@harbour.example");
        check("<@U0EMMA> needs Salesforce", "<@U0EMMA>");
        check("<@U0DESK> I need Salesforce", "asker");
        check("I need Salesforce, cc <@U0MARCUS>", "asker");
        check("I need Salesforce. <@U0MARCUS> approved that", "asker");
        check("I need Salesforce like <@U0MARCUS>", "unclear <@U0MARCUS>");
        check("Salesforce for <@U0EMMA> and for <@U0NOAH>", "unclear <@U0EMMA> <@U0NOAH>");
        check("Salesforce for <@U0EMMA> or <@U0NOAH>, cc <@U0MARCUS>", "unclear <@U0EMMA> <@U0NOAH>");
        check("Salesforce for my colleague like <@U0EMMA>", "unclear");
        check("Salesforce for my colleague", "unclear");
        check("Salesforce for Emma", "unclear");
        check("the Salesforce seat of Emma", "unclear");
        check("Salesforce for Friday", "asker");
        check("Jonas needs Salesforce for his reports", "unclear");
        check("Please give Jonas Salesforce", "unclear");
        check("she needs Salesforce", "unclear");
        check("Please give me Salesforce", "asker");
        check("My laptop needs a battery", "asker");
        check("a@b and <@> and <@lower> and @ and x@.", "asker");
    }
}
