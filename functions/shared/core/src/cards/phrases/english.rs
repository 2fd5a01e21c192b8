//! The fixed texts in English.

use super::Phrase::{self, *};
use crate::{cards::listed::state, language::Language::English, request::Outcome};

pub(super) fn say(phrase: Phrase<'_>) -> String {
    match phrase {
        OneQuestion => "One question before this can be sent.".into(),
        Understood => "This is what I understood. Send it?".into(),
        BeingSent => "It is being sent.".into(),
        Sent => "Sent. You will hear of every step here.".into(),
        Discarded => "Discarded. Nothing was sent.".into(),
        Send => "Send".into(),
        SendToDesk => "Not what I meant: ask the desk".into(),
        Discard => "Discard".into(),
        BreakGlass(incident) => format!(
            "Break-glass in incident {incident}: nobody is asked, security is told at once, and people look at it \
             afterwards."
        ),
        What => "What".into(),
        HowLong => "How long".into(),
        From => "From".into(),
        Until => "Until".into(),
        Why => "Why".into(),
        For => "For".into(),
        SomethingElse => "Something else".into(),
        DeskReads => "The desk will read it".into(),
        ReadByDesk(what) => format!("{what} (the desk will read it)"),
        NotSure(what) => format!("{what} (not sure: the desk will read it)"),
        Nobody => " (nobody here goes by this name)".into(),
        Somebody => crate::cards::SOMEBODY.into(),
        WithoutEnd => "without end".into(),
        Lasting(span) => format!("for {}", span.said_in(English)),
        DidYouMean(application) => format!("Did you mean {application}?"),
        WhichApplication => "Which application do you mean?".into(),
        WhichLevel => "Which level of access do you mean?".into(),
        Whom => "Whom is it for?".into(),
        Yes => "Yes".into(),
        Me => "Me".into(),
        OnItsWay(what) => format!("On its way: {what}"),
        Waiting(what) => format!("Waiting for a decision: {what}"),
        ReadAs(what) => format!("The desk read your request as: {what}. So it goes on"),
        SettingUp(what) => format!("Approved: {what}. It is being set up."),
        BeginsLater(what) => format!("Approved: {what}. It begins later"),
        Active(what) => format!("You have it: {what}"),
        WentWrong(what) => format!("Something went wrong with your request ({what}); the desk has it"),
        LeadDecided(what) => format!("The request that yours waited with is decided: {what}"),
        TimeOver(what) => format!("Your time with {what} is over"),
        TimeOverButKept(what) => {
            format!("Your time with {what} is over; you keep it, since something else gives it to you")
        }
        NeverConfirmed(what) => {
            format!("Not done: the target never confirmed {what}. The desk checks that nothing is left of it")
        }
        RightlyGiven(what) => format!("Looked at afterwards: {what} was rightly given"),
        WronglyGiven(what) => {
            format!("Looked at afterwards: {what} should not have been given. The desk has an incident")
        }
        NeverReviewed(what) => format!("Nobody looked afterwards at {what}. The desk knows"),
        NoAnswer(what) => {
            format!("Cancelled: a question about {what} was not answered in time. You can ask again")
        }
        Unanswered(what) => format!("Cancelled: nobody decided in time on {what}. You can ask again"),
        Unmet(what) => format!("Expired: what {what} waited for was not so in time. You can ask again"),
        TooLate(what) => format!("Expired: {what} could not be given before its time was over"),
        EndedEarly(what) => format!("Ended early: your access to {what} was taken back"),
        Ended(outcome, what) => ended(outcome, what),
        TakenBackBy => "Taken back by ".into(),
        Begins => "From ".into(),
        Ends => "Until ".into(),
        EndsByItself => ", then it ends by itself.".into(),
        Once(says, within) => format!(
            "Once this is so: {says}. If it is not within {}, the request expires.",
            within.said_in(English)
        ),
        ButLess => "Approved, but less:".into(),
        GrantedAndAsked(granted, asked) => format!(" {granted} (asked: {asked})"),
        Lead(outcome, status) => format!("It is {}.", state(outcome, status)),
        TakeBack => "Take it back".into(),
        ReallyTakeBack => "Take this request back?".into(),
        Request(id) => format!("Request {id}"),
    }
}

fn ended(outcome: Option<Outcome>, what: &str) -> String {
    let Some(outcome) = outcome else { return format!("Ended: {what}") };
    match outcome {
        Outcome::Granted => format!("Done: {what} is yours, confirmed by the target"),
        Outcome::Served => format!("Done: {what}. The desk has taken care of it"),
        Outcome::Revoked => format!("Ended: your access to {what} was taken back as agreed"),
        Outcome::Denied => format!("Denied: {what}"),
        Outcome::Expired => format!("Expired: nobody decided in time on {what}. You can ask again"),
        Outcome::Cancelled => format!("Cancelled: {what}"),
        Outcome::Failed => format!("Not done: {what}. Nothing was changed; the desk knows"),
        Outcome::Unknown => {
            format!("Unclear: nobody can tell yet whether {what} was set up. The desk is looking")
        }
        Outcome::AlreadyHeld => format!("You have it already: {what}. Nobody needed to be asked"),
        Outcome::Joined => {
            format!("Asked already: {what} waits for a decision. You will read here what becomes of it")
        }
    }
}
