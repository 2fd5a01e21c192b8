//! The fixed texts for whoever asks, in their language. A phrase that a language lacks does not compile.

mod english;
mod french;
mod german;
mod spanish;
#[cfg(test)]
mod tests;

use crate::{
    ids::{IncidentId, RequestId},
    language::Language,
    request::{Outcome, Status},
    time::Span,
};

/// A fixed text with what stands in it: titles of the catalog, names and numbers, which are never translated.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phrase<'a> {
    /// The headline above a question back.
    OneQuestion,
    /// The headline above what was understood.
    Understood,
    /// The headline once it is answered.
    BeingSent,
    /// The headline once requests are made of it.
    Sent,
    /// The headline once it is taken back.
    Discarded,
    /// The button that sends.
    Send,
    /// The button for what was not understood.
    SendToDesk,
    /// The button that takes it back.
    Discard,
    /// What follows from break-glass.
    BreakGlass(&'a IncidentId),
    /// The field of what is asked.
    What,
    /// The field of the length of time.
    HowLong,
    /// The field of the beginning.
    From,
    /// The field of the end.
    Until,
    /// The field of the reason.
    Why,
    /// The field of the beneficiary.
    For,
    /// What is asked, where the catalog does not have it.
    SomethingElse,
    /// What is asked, where triage only learns.
    DeskReads,
    /// What is asked, where the desk reads it in any case.
    ReadByDesk(&'a str),
    /// What is asked, where triage is not sure.
    NotSure(&'a str),
    /// What follows the name of somebody unknown.
    Nobody,
    /// Somebody whose name is not known.
    Somebody,
    /// How long, where there is no end.
    WithoutEnd,
    /// For how long something is granted.
    Lasting(Span),
    /// Whether the one application is meant whose name is nearly that.
    DidYouMean(&'a str),
    /// Which application is meant.
    WhichApplication,
    /// Which level is meant.
    WhichLevel,
    /// Whom it is for.
    Whom,
    /// That it is so.
    Yes,
    /// The asker, among those whom it may be for.
    Me,
    /// It is received.
    OnItsWay(&'a str),
    /// It waits at a gate.
    Waiting(&'a str),
    /// The desk corrected it.
    ReadAs(&'a str),
    /// It is approved and claimed.
    SettingUp(&'a str),
    /// It is approved and begins later.
    BeginsLater(&'a str),
    /// It is granted for a time.
    Active(&'a str),
    /// Its workflow broke.
    WentWrong(&'a str),
    /// The request that it joined is decided.
    LeadDecided(&'a str),
    /// Its time is over.
    TimeOver(&'a str),
    /// Its time is over, and another grant gives the same.
    TimeOverButKept(&'a str),
    /// It failed, and nobody knows if something is left of it.
    NeverConfirmed(&'a str),
    /// A review found it right.
    RightlyGiven(&'a str),
    /// A review found it wrong.
    WronglyGiven(&'a str),
    /// A review ended without an answer.
    NeverReviewed(&'a str),
    /// It was cancelled, since its requester did not answer.
    NoAnswer(&'a str),
    /// It was cancelled, since nobody decided.
    Unanswered(&'a str),
    /// It expired, since what it waited for was not so.
    Unmet(&'a str),
    /// It expired, since its time was over.
    TooLate(&'a str),
    /// It was taken back before its end.
    EndedEarly(&'a str),
    /// It ended in any other way.
    Ended(Option<Outcome>, &'a str),
    /// What precedes whoever took it back.
    TakenBackBy,
    /// What precedes the instant at which it begins.
    Begins,
    /// What precedes the instant at which it ends.
    Ends,
    /// What follows that, once it has begun.
    EndsByItself,
    /// What it waits for, in the policy's words, and for how long at most.
    Once(&'a str, Span),
    /// What precedes the next one.
    ButLess,
    /// What is granted, and what was asked.
    GrantedAndAsked(&'a str, &'a str),
    /// How the request stands that it joined.
    Lead(Option<Outcome>, Status),
    /// The button that takes a request back.
    TakeBack,
    /// What is asked before that.
    ReallyTakeBack,
    /// The small print.
    Request(&'a RequestId),
}

impl Phrase<'_> {
    /// The phrase in a language.
    pub(super) fn say(self, language: Language) -> String {
        match language {
            Language::English => english::say(self),
            Language::German => german::say(self),
            Language::French => french::say(self),
            Language::Spanish => spanish::say(self),
        }
    }
}
