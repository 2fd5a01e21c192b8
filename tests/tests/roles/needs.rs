//! What a call of a port needs on AWS.

use countersign_core::{
    ports::KeyOwner,
    slot::{List, Slot},
};
use countersign_testkit::Act;
use countersign_tests::template::logical_id;

/// The kind of partition that a record is in.
fn kind(slot: &Slot) -> &'static str {
    match slot {
        Slot::Message(_) => "MESSAGE#",
        Slot::Request(_) | Slot::Words(_) | Slot::Context(_) => "REQUEST#",
        Slot::Gate(..) => "GATE#",
        Slot::Audit(..) => "AUDIT#",
        Slot::Row(..) => "OUTBOX#",
        Slot::Shown(_) => "SHOWN#",
        Slot::Copy(..) => "COPY#",
        Slot::Inbox(..) => "INBOX#",
        Slot::Own(..) => "OWN#",
        Slot::Day(..) => "DAY#",
        Slot::Person(_) | Slot::Profile(_) => "PERSON#",
        Slot::Identity(_) => "IDENTITY#",
        Slot::Group(_) => "GROUP#",
        Slot::Delegation(_) => "DELEGATION#",
        Slot::Automatic(_) => "AUTOMATIC#",
        Slot::Budget(_) => "BUDGET#",
        Slot::Asked(_) => "ASKED#",
        Slot::Seats(_) => "SEATS#",
        Slot::Holding(_) => "HOLDING#",
        Slot::Config(_) | Slot::Withdrawn(_) | Slot::ProposedConfig | Slot::ActiveConfig => "CONFIG#",
        Slot::Idempotency(_) => "IDEMPOTENCY#",
        Slot::Quarantine(_) => "QUARANTINE",
        Slot::Example(..) => "EXAMPLE",
        Slot::Lesson(_) => "LESSON",
        Slot::ModelPart(..) | Slot::ActiveModel => "MODEL#",
        Slot::AdminHead => "ADMIN",
        Slot::SubjectKey(_) => "KEY#",
    }
}

fn kind_of_list(list: &List) -> &'static str {
    match list {
        List::Audit(_) => "AUDIT#",
        List::Rows(_) => "OUTBOX#",
        List::Copies(..) => "COPY#",
        List::Gates(_) => "GATE#",
        List::Inbox(_) => "INBOX#",
        List::Own(_) => "OWN#",
        List::Day(..) => "DAY#",
        List::Quarantine => "QUARANTINE",
        List::Examples => "EXAMPLE",
        List::Lessons => "LESSON",
        List::ModelParts(_) => "MODEL#",
    }
}

/// What an act needs on AWS: action, resource, kind of partition.
pub(crate) fn needs(act: &Act) -> Vec<(&'static str, String, &'static str)> {
    let table = |action, kind| (action, "Table".to_owned(), kind);
    let key = |action| (action, "Key".to_owned(), "");
    match act {
        Act::Read(slot) => vec![table("dynamodb:GetItem", kind(slot))],
        Act::Listed(list) => vec![table("dynamodb:Query", kind_of_list(list))],
        Act::Put(slot) => vec![table("dynamodb:UpdateItem", kind(slot))],
        Act::Deleted(slot) => vec![table("dynamodb:DeleteItem", kind(slot))],
        Act::Checked(slot) => vec![table("dynamodb:ConditionCheckItem", kind(slot))],
        Act::FoundDue => vec![("dynamodb:Query", "Table/index/due".into(), "")],
        Act::Sent(queue) => vec![("sqs:SendMessage", logical_id(queue.name(), "Queue"), "")],
        Act::Started(definition) => vec![("states:StartExecution", logical_id(definition, "Workflow"), "")],
        Act::Completed => vec![("states:SendTaskSuccess", String::new(), "")],
        // Whoever is first to seal something of a person makes that person's key.
        Act::Sealed(KeyOwner::Subject(_)) => vec![
            table("dynamodb:GetItem", "KEY#"),
            table("dynamodb:UpdateItem", "KEY#"),
            key("kms:GenerateDataKey"),
            key("kms:Decrypt"),
        ],
        Act::Opened(KeyOwner::Subject(_)) => vec![table("dynamodb:GetItem", "KEY#"), key("kms:Decrypt")],
        Act::Sealed(KeyOwner::System) => vec![key("kms:GenerateDataKey")],
        Act::Opened(KeyOwner::System) => vec![key("kms:Decrypt")],
    }
}
