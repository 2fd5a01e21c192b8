//! Which keys each address has in the table, and back again.

use countersign_core::{
    ids::{MessageId, RequestId, ShownId, SubjectId},
    slot::{List, Slot},
};

/// The two key attributes of an item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// A partition, or the part of it whose sort keys begin with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) pk: String,
    pub(crate) prefix: Option<String>,
}

fn key(pk: impl Into<String>, sk: impl Into<String>) -> Key {
    Key { pk: pk.into(), sk: sk.into() }
}

/// Wide enough for every gate number, so that text order is number order.
fn gate_key(gate: u32) -> String {
    format!("{gate:010}")
}

/// The keys of an address. The prefix of `pk` is the kind, so that a role can be limited to kinds.
pub(crate) fn of(slot: &Slot) -> Key {
    match slot {
        Slot::Message(id) => key(format!("MESSAGE#{id}"), "MESSAGE"),
        Slot::Request(id) => key(format!("REQUEST#{id}"), "REQUEST"),
        Slot::Words(id) => key(format!("REQUEST#{id}"), "WORDS"),
        Slot::Context(id) => key(format!("REQUEST#{id}"), "CONTEXT"),
        Slot::Gate(id, gate) => key(format!("GATE#{id}"), gate_key(*gate)),
        Slot::Audit(chain, sequence) => key(format!("AUDIT#{chain}"), format!("{sequence:020}")),
        Slot::Row(owner, row) => key(format!("OUTBOX#{owner}"), row),
        Slot::Shown(id) => key(format!("SHOWN#{id}"), "SHOWN"),
        Slot::Copy(id, gate, to) => key(format!("COPY#{id}"), format!("{}#{to}", gate_key(*gate))),
        Slot::Inbox(who, id, gate) => key(format!("INBOX#{who}"), format!("{id}#{}", gate_key(*gate))),
        Slot::Own(who, id) => key(format!("OWN#{who}"), id.as_str()),
        Slot::Day(day, shard, id) => key(format!("DAY#{day}#{shard}"), id.as_str()),
        Slot::Person(who) => key(format!("PERSON#{who}"), "PERSON"),
        Slot::Profile(who) => key(format!("PERSON#{who}"), "PROFILE"),
        Slot::Identity(digest) => key(format!("IDENTITY#{digest}"), "IDENTITY"),
        Slot::Group(name) => key(format!("GROUP#{name}"), "GROUP"),
        Slot::Delegation(who) => key(format!("DELEGATION#{who}"), "DELEGATION"),
        Slot::Automatic(scope) => key(format!("AUTOMATIC#{scope}"), "TALLY"),
        Slot::Budget(cost_centre) => key(format!("BUDGET#{cost_centre}"), "BUDGET"),
        Slot::Asked(digest) => key(format!("ASKED#{digest}"), "ASKED"),
        Slot::Seats(of) => key(format!("SEATS#{of}"), "SEATS"),
        Slot::Holding(digest) => key(format!("HOLDING#{digest}"), "HOLDING"),
        Slot::Config(digest) => key(format!("CONFIG#{digest}"), "CONFIG"),
        Slot::Withdrawn(digest) => key(format!("CONFIG#{digest}"), "WITHDRAWN"),
        Slot::ProposedConfig => key("CONFIG#PROPOSED", "PROPOSED"),
        Slot::ActiveConfig => key("CONFIG#ACTIVE", "ACTIVE"),
        Slot::Idempotency(digest) => key(format!("IDEMPOTENCY#{digest}"), "IDEMPOTENCY"),
        Slot::Quarantine(id) => key("QUARANTINE", id),
        Slot::Example(id, gate) => key("EXAMPLE", format!("{id}#{}", gate_key(*gate))),
        Slot::Lesson(number) => key("LESSON", format!("{number:020}")),
        Slot::ModelPart(version, part) => key(format!("MODEL#{version}"), format!("{part:010}")),
        Slot::ActiveModel => key("MODEL#ACTIVE", "ACTIVE"),
        Slot::AdminHead => key("ADMIN", "HEAD"),
        Slot::SubjectKey(who) => key(format!("KEY#{who}"), "KEY"),
    }
}

/// Where the records of a list are.
pub(crate) fn range(list: &List) -> Range {
    let all = |pk: String| Range { pk, prefix: None };
    match list {
        List::Audit(chain) => all(format!("AUDIT#{chain}")),
        List::Rows(owner) => all(format!("OUTBOX#{owner}")),
        List::Copies(id, gate) => {
            Range { pk: format!("COPY#{id}"), prefix: Some(format!("{}#", gate_key(*gate))) }
        }
        List::Gates(id) => all(format!("GATE#{id}")),
        List::Inbox(who) => all(format!("INBOX#{who}")),
        List::Own(who) => all(format!("OWN#{who}")),
        List::Day(day, shard) => all(format!("DAY#{day}#{shard}")),
        List::Quarantine => all("QUARANTINE".into()),
        List::Examples => all("EXAMPLE".into()),
        List::Lessons => all("LESSON".into()),
        List::ModelParts(version) => all(format!("MODEL#{version}")),
    }
}

/// The address of keys, which is all that an index of keys alone lists.
pub(crate) fn slot(pk: &str, sk: &str) -> Option<Slot> {
    let (kind, id) = pk.split_once('#').unwrap_or((pk, ""));
    Some(match (kind, sk) {
        ("MESSAGE", "MESSAGE") => Slot::Message(MessageId::new(id).ok()?),
        ("REQUEST", "REQUEST") => Slot::Request(RequestId::new(id).ok()?),
        ("REQUEST", "WORDS") => Slot::Words(RequestId::new(id).ok()?),
        ("REQUEST", "CONTEXT") => Slot::Context(RequestId::new(id).ok()?),
        ("SHOWN", "SHOWN") => Slot::Shown(ShownId::new(id).ok()?),
        ("PERSON", "PERSON") => Slot::Person(SubjectId::new(id).ok()?),
        ("PERSON", "PROFILE") => Slot::Profile(SubjectId::new(id).ok()?),
        ("IDENTITY", "IDENTITY") => Slot::Identity(id.into()),
        ("GROUP", "GROUP") => Slot::Group(id.into()),
        ("DELEGATION", "DELEGATION") => Slot::Delegation(SubjectId::new(id).ok()?),
        ("AUTOMATIC", "TALLY") => Slot::Automatic(id.into()),
        ("ASKED", "ASKED") => Slot::Asked(id.into()),
        ("BUDGET", "BUDGET") => Slot::Budget(id.into()),
        ("SEATS", "SEATS") => Slot::Seats(id.into()),
        ("HOLDING", "HOLDING") => Slot::Holding(id.into()),
        ("CONFIG", "CONFIG") => Slot::Config(id.into()),
        ("CONFIG", "WITHDRAWN") => Slot::Withdrawn(id.into()),
        ("CONFIG", "PROPOSED") => Slot::ProposedConfig,
        ("CONFIG", "ACTIVE") => Slot::ActiveConfig,
        ("IDEMPOTENCY", "IDEMPOTENCY") => Slot::Idempotency(id.into()),
        ("MODEL", "ACTIVE") => Slot::ActiveModel,
        ("ADMIN", "HEAD") => Slot::AdminHead,
        ("KEY", "KEY") => Slot::SubjectKey(SubjectId::new(id).ok()?),
        _ => return numbered(kind, id, sk),
    })
}

fn numbered(kind: &str, id: &str, sk: &str) -> Option<Slot> {
    let pair = || sk.split_once('#');
    Some(match kind {
        "GATE" => Slot::Gate(RequestId::new(id).ok()?, sk.parse().ok()?),
        "AUDIT" => Slot::Audit(id.into(), sk.parse().ok()?),
        "OUTBOX" => Slot::Row(id.into(), sk.into()),
        "COPY" => {
            let (gate, to) = pair()?;
            Slot::Copy(RequestId::new(id).ok()?, gate.parse().ok()?, SubjectId::new(to).ok()?)
        }
        "INBOX" => {
            let (request, gate) = pair()?;
            Slot::Inbox(SubjectId::new(id).ok()?, RequestId::new(request).ok()?, gate.parse().ok()?)
        }
        "OWN" => Slot::Own(SubjectId::new(id).ok()?, RequestId::new(sk).ok()?),
        "DAY" => {
            let (day, shard) = id.rsplit_once('#')?;
            Slot::Day(day.into(), shard.parse().ok()?, RequestId::new(sk).ok()?)
        }
        "QUARANTINE" => Slot::Quarantine(sk.into()),
        "EXAMPLE" => {
            let (request, gate) = pair()?;
            Slot::Example(RequestId::new(request).ok()?, gate.parse().ok()?)
        }
        "LESSON" => Slot::Lesson(sk.parse().ok()?),
        "MODEL" => Slot::ModelPart(id.into(), sk.parse().ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(slot_: &Slot, pk: &str, sk: &str) {
        let key = of(slot_);
        assert_eq!((key.pk.as_str(), key.sk.as_str()), (pk, sk), "{slot_:?}");
        assert_eq!(slot(pk, sk).as_ref(), Some(slot_), "{pk} {sk}");
    }

    #[test]
    fn every_address_has_its_keys_and_they_lead_back() {
        let request = || RequestId::new("R-1").unwrap();
        let who = || SubjectId::new("sub:1").unwrap();
        check(&Slot::Message(MessageId::new("m").unwrap()), "MESSAGE#m", "MESSAGE");
        check(&Slot::Request(request()), "REQUEST#R-1", "REQUEST");
        check(&Slot::Words(request()), "REQUEST#R-1", "WORDS");
        check(&Slot::Context(request()), "REQUEST#R-1", "CONTEXT");
        check(&Slot::Gate(request(), 2), "GATE#R-1", "0000000002");
        check(&Slot::Gate(request(), u32::MAX), "GATE#R-1", "4294967295");
        check(&Slot::Audit("admin".into(), 7), "AUDIT#admin", "00000000000000000007");
        check(&Slot::Audit("R-1".into(), u64::MAX), "AUDIT#R-1", "18446744073709551615");
        check(&Slot::Row("R-1".into(), "start:R-1.1#x".into()), "OUTBOX#R-1", "start:R-1.1#x");
        check(&Slot::Shown(ShownId::new("s").unwrap()), "SHOWN#s", "SHOWN");
        check(&Slot::Copy(request(), 3, who()), "COPY#R-1", "0000000003#sub:1");
        check(&Slot::Inbox(who(), request(), 3), "INBOX#sub:1", "R-1#0000000003");
        check(&Slot::Own(who(), request()), "OWN#sub:1", "R-1");
        check(&Slot::Day("2026-11-22".into(), 15, request()), "DAY#2026-11-22#15", "R-1");
        check(&Slot::Person(who()), "PERSON#sub:1", "PERSON");
        check(&Slot::Profile(who()), "PERSON#sub:1", "PROFILE");
        check(&Slot::Identity("d".into()), "IDENTITY#d", "IDENTITY");
        check(&Slot::Group("a#b c".into()), "GROUP#a#b c", "GROUP");
        check(&Slot::Delegation(who()), "DELEGATION#sub:1", "DELEGATION");
        check(&Slot::Automatic("target:okta:a#b".into()), "AUTOMATIC#target:okta:a#b", "TALLY");
        check(&Slot::Budget("CC-100".into()), "BUDGET#CC-100", "BUDGET");
        check(&Slot::Asked("d".into()), "ASKED#d", "ASKED");
        check(&Slot::Seats("salesforce/admin".into()), "SEATS#salesforce/admin", "SEATS");
        check(&Slot::Holding("d".into()), "HOLDING#d", "HOLDING");
        check(&Slot::Config("ACTIVE".into()), "CONFIG#ACTIVE", "CONFIG");
        check(&Slot::Withdrawn("d".into()), "CONFIG#d", "WITHDRAWN");
        check(&Slot::ProposedConfig, "CONFIG#PROPOSED", "PROPOSED");
        check(&Slot::ActiveConfig, "CONFIG#ACTIVE", "ACTIVE");
        check(&Slot::Idempotency("d".into()), "IDEMPOTENCY#d", "IDEMPOTENCY");
        check(&Slot::Quarantine("q#1".into()), "QUARANTINE", "q#1");
        check(&Slot::Example(request(), 1), "EXAMPLE", "R-1#0000000001");
        check(&Slot::Lesson(7), "LESSON", "00000000000000000007");
        check(&Slot::ModelPart("d".into(), 12), "MODEL#d", "0000000012");
        check(&Slot::ActiveModel, "MODEL#ACTIVE", "ACTIVE");
        check(&Slot::AdminHead, "ADMIN", "HEAD");
        check(&Slot::SubjectKey(who()), "KEY#sub:1", "KEY");
    }

    #[test]
    fn keys_of_no_address_lead_nowhere() {
        for (pk, sk) in
            [("", ""), ("REQUEST#R-1", "OTHER"), ("GATE#R-1", "x"), ("COPY#R-1", "1"), ("OWN#a b", "R-1")]
        {
            assert_eq!(slot(pk, sk), None, "{pk} {sk}");
        }
    }

    #[test]
    fn a_list_is_the_partition_of_its_records() {
        let request = || RequestId::new("R-1").unwrap();
        let who = || SubjectId::new("sub").unwrap();
        for (list, record) in [
            (List::Audit("R-1".into()), Slot::Audit("R-1".into(), 1)),
            (List::Rows("R-1".into()), Slot::Row("R-1".into(), "k".into())),
            (List::Copies(request(), 12), Slot::Copy(request(), 12, who())),
            (List::Gates(request()), Slot::Gate(request(), 1)),
            (List::Inbox(who()), Slot::Inbox(who(), request(), 1)),
            (List::Own(who()), Slot::Own(who(), request())),
            (List::Day("2026-11-22".into(), 3), Slot::Day("2026-11-22".into(), 3, request())),
            (List::Quarantine, Slot::Quarantine("q".into())),
            (List::Examples, Slot::Example(request(), 1)),
            (List::Lessons, Slot::Lesson(1)),
            (List::ModelParts("d".into()), Slot::ModelPart("d".into(), 1)),
        ] {
            let (range, key) = (range(&list), of(&record));
            assert_eq!(range.pk, key.pk, "{list:?}");
            assert!(key.sk.starts_with(range.prefix.as_deref().unwrap_or_default()), "{list:?}");
        }
        let other = of(&Slot::Copy(request(), 1, who()));
        assert!(!other.sk.starts_with(&range(&List::Copies(request(), 12)).prefix.unwrap()));
    }
}
