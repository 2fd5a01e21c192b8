//! What a chain says of payloads that are stored beside it: their digests, as the last entry about each has them.

use super::{ADMIN_CHAIN, Entry, Happening};
use crate::{digest::Digest, gate::Ending, ids::SubjectId};
use std::collections::{BTreeMap, BTreeSet};

/// Names of what an operator does, as the chains have them.
pub mod operated {
    /// What needs a person was listed.
    pub const LIST: &str = "list";
    /// A quarantined message was opened.
    pub const OPEN: &str = "open";
    /// A quarantined message was put back on its queue.
    pub const REDRIVE: &str = "redrive";
    /// A configuration was withdrawn.
    pub const WITHDRAW: &str = "withdraw";
    /// Automatic approval was stopped.
    pub const STOP_AUTOMATIC: &str = "stop-automatic";
    /// Automatic approval was allowed again.
    pub const ALLOW_AUTOMATIC: &str = "allow-automatic";
}

/// Something that is stored, and whose digest stands in a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payload {
    /// The sealed words of the request: text, reasons, questions and answers.
    Words,
    /// The sealed facts.
    Facts,
    /// The planned action.
    Action,
    /// What approvers have left of it.
    Granted,
    /// What was understood, where people decide about that.
    Understood,
    /// A configuration.
    Config(Digest),
    /// Why a configuration was withdrawn, sealed.
    Withdrawal(Digest),
    /// Why a person delegates, sealed.
    Delegation(SubjectId),
    /// Why automatic approval is stopped, sealed.
    Stop,
    /// Why a message was opened or brought back, sealed.
    Quarantined(String),
}

impl Payload {
    /// What is wrong when it is not what the chain says.
    #[must_use]
    pub fn flaw(&self) -> &'static str {
        match self {
            Self::Words => "the stored words are not those of this entry",
            Self::Facts => "the stored facts are not those of this entry",
            Self::Action => "the planned action is not that of this entry",
            Self::Granted => "what is granted is not what this entry says",
            Self::Understood => "what was understood is not what this entry says",
            Self::Config(_) => "the stored configuration is not that of this entry",
            Self::Withdrawal(_) => "the reason of the withdrawal is not that of this entry",
            Self::Delegation(_) => "the reason of the delegation is not that of this entry",
            Self::Stop => "the reason of the stop is not that of this entry",
            Self::Quarantined(_) => "a reason at the quarantined message is in no entry",
        }
    }
}

/// What a chain says of one payload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commitment {
    /// The entry that said it last.
    pub sequence: u64,
    /// The digest that it has; of several, those that it may have. Without any, nothing is stored.
    pub digests: BTreeSet<Digest>,
}

impl Commitment {
    /// Whether what is stored is what the chain says.
    #[must_use]
    pub fn holds(&self, stored: Option<&Digest>) -> bool {
        stored.map_or(self.digests.is_empty(), |digest| self.digests.contains(digest))
    }
}

/// What the entries of a sound chain say of payloads. What earlier versions did not record is not among it.
#[must_use]
pub fn commitments(entries: &[Entry]) -> BTreeMap<Payload, Commitment> {
    let mut said = Said::default();
    for entry in entries {
        match entry.chain.as_str() {
            ADMIN_CHAIN => said.of_administration(entry),
            _ => said.of_a_request(entry),
        }
    }
    said.0
}

#[derive(Default)]
struct Said(BTreeMap<Payload, Commitment>);

impl Said {
    fn is(&mut self, payload: Payload, entry: &Entry, digest: Option<&Digest>) {
        let digests = digest.cloned().into_iter().collect();
        self.0.insert(payload, Commitment { sequence: entry.sequence, digests });
    }

    fn of_a_request(&mut self, entry: &Entry) {
        match &entry.what {
            Happening::Requested { words, .. }
            | Happening::QuestionAsked { words, .. }
            | Happening::QuestionAnswered { words, .. }
            | Happening::Voted { reason: Some(words), .. } => self.is(Payload::Words, entry, Some(words)),
            // The reason for bringing a message back stands with the message.
            Happening::Operated { action, subject, .. } if action != operated::REDRIVE => {
                self.is(Payload::Words, entry, Some(subject));
            }
            Happening::ContextGathered { context, .. } => self.is(Payload::Facts, entry, Some(context)),
            Happening::Planned { action, .. } => {
                self.is(Payload::Action, entry, action.as_ref());
                self.is(Payload::Granted, entry, None);
                self.0.remove(&Payload::Understood);
            }
            Happening::Regated => self.is(Payload::Granted, entry, None),
            Happening::GateOpened { action, .. } if self.nothing_is_executed() => {
                self.is(Payload::Understood, entry, Some(action));
            }
            Happening::Corrected { .. } => drop(self.0.remove(&Payload::Understood)),
            Happening::GateEnded { ending: Ending::Approved, granted: Some(granted), .. } => {
                self.is(Payload::Granted, entry, Some(granted));
            }
            _ => {}
        }
    }

    fn nothing_is_executed(&self) -> bool {
        self.0.get(&Payload::Action).is_some_and(|action| action.digests.is_empty())
    }

    fn of_administration(&mut self, entry: &Entry) {
        match &entry.what {
            Happening::ConfigChanged { config, .. } => {
                self.is(Payload::Config(config.clone()), entry, Some(config));
            }
            Happening::DelegationGiven { from, reason, .. } => {
                self.is(Payload::Delegation(from.clone()), entry, reason.as_ref());
            }
            Happening::DelegationEnded { from, .. } => {
                self.is(Payload::Delegation(from.clone()), entry, None);
            }
            Happening::Operated { action, subject, of, reason } => match (action.as_str(), of) {
                (operated::STOP_AUTOMATIC, _) => self.is(Payload::Stop, entry, Some(subject)),
                (operated::ALLOW_AUTOMATIC, _) => self.is(Payload::Stop, entry, None),
                (operated::WITHDRAW, _) if reason.is_some() => {
                    self.is(Payload::Withdrawal(subject.clone()), entry, reason.as_ref());
                }
                (operated::OPEN | operated::REDRIVE, Some(message)) => {
                    let known = self.0.entry(Payload::Quarantined(message.clone())).or_default();
                    known.sequence = entry.sequence;
                    known.digests.insert(subject.clone());
                }
                _ => {}
            },
            _ => {}
        }
    }
}
