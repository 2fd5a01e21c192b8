//! The card of a gate: what is asked, the buttons while it waits, and how it ended.

use super::{View, claimed, conversation, instant, is_access, standing, strong, who};
use crate::{
    card::{Button, Card, Press, Span, Style, Text, plain},
    gate::{Ending, Gate, GateKind, GateStatus},
    ids::{ShownId, SubjectId},
    outbox::AskKind,
    request::{Outcome, Request},
    time::Timestamp,
};

/// Who reads a gate's card.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The person.
    pub who: &'a SubjectId,
    /// What the buttons of their card carry.
    pub shown: &'a ShownId,
}

/// The card of a gate, for one reader; without buttons once it has ended.
#[must_use]
pub fn gate(view: &View<'_>, gate: &Gate, reader: Reader<'_>) -> Card {
    let mut card = Card {
        headline: headline(view, gate),
        body: view.quotes(),
        fields: view.fields(),
        context: view.facts(),
        ..Card::default()
    };
    card.body.extend(reviewed(view, gate));
    card.body.extend(audited(view));
    card.body.extend(view.talk(gate));
    card.body.extend(view.reasons(gate.number));
    card.body.extend(view.granted_and_asked());
    card.body.extend(view.left_by_each(gate));
    match gate.status {
        GateStatus::Ended { ending, at } => card.body.push(ending_line(view, gate, ending, at)),
        GateStatus::Opening | GateStatus::Open => {
            card.body.extend(reading(view, gate));
            card.body.extend(skipped(view, gate));
            card.body.extend(standing::note(view, gate, reader.who));
            card.body.extend(view.votes_so_far(gate, reader.who));
            card.body.extend(claimed::line(view, gate, reader.who));
            card.body.extend(sign_in(gate));
            card.fields.push(("Decide by".into(), vec![instant(gate.asks_until())]));
            card.fields.extend(still_needed(view, gate));
            card.fields.extend(also_asked(view));
            if !gate.asks_no_more(reader.who) {
                card.buttons = buttons(view, gate, reader.shown);
                card.buttons.extend(conversation::button(gate, reader));
                card.buttons.extend(claimed::button(gate, reader));
            }
        }
    }
    card
}

/// How to decide what a click in chat does not.
fn sign_in(gate: &Gate) -> Option<Text> {
    let kinds = gate.stage.step_up.as_ref()?.acr.join(" or ");
    let how = format!(
        "This needs a fresh sign-in ({kinds}): decide it through the API, as gate {} of request {}, action {}.",
        gate.number, gate.request, gate.action
    );
    Some(plain(how))
}

/// Who asked for the same since.
fn also_asked(view: &View<'_>) -> Option<(String, Text)> {
    let mut others: Vec<&SubjectId> = Vec::new();
    for one in &view.request.followers {
        if one.requester != view.request.requester && !others.contains(&&one.requester) {
            others.push(&one.requester);
        }
    }
    let mut names = Vec::new();
    for (index, other) in others.iter().enumerate() {
        names.extend((index > 0).then(|| Span::Plain(", ".into())));
        names.push(who(view.names, other));
    }
    (!names.is_empty()).then(|| ("Also asked by".into(), names))
}

/// Who must still approve, where that is more than one person.
fn still_needed(view: &View<'_>, gate: &Gate) -> Option<(String, Text)> {
    if gate.kind != GateKind::Approval || gate.stage.seats().iter().sum::<usize>() < 2 {
        return None;
    }
    let lacking = (0..).zip(gate.missing()).filter(|(_, missing)| *missing > 0).map(|(panel, missing)| {
        let asked: Vec<String> = gate.asked_of(panel).iter().map(|one| one.in_words(view.config)).collect();
        format!("{missing} of {}", asked.join(" or "))
    });
    Some(("Still needed".into(), plain(lacking.collect::<Vec<_>>().join("; "))))
}

fn headline(view: &View<'_>, gate: &Gate) -> String {
    let what = view.what();
    if let Some(ending) = gate.ending() {
        return format!("{}: {what}", ending_word(ending, gate.kind));
    }
    match gate.kind {
        GateKind::Desk if view.request.audit_of.is_some() => format!("Was this understood rightly: {what}?"),
        GateKind::Desk if view.is_blind() => "Please say what this request is".into(),
        GateKind::Desk => format!("Please read this request: {what}?"),
        GateKind::Service => format!("Please take care of: {what}"),
        GateKind::Approval => format!("Please decide: {what}"),
        GateKind::Review => format!("Please look at this afterwards: {what}"),
        GateKind::Start | GateKind::Condition => format!("Approved, and begins later: {what}"),
        GateKind::GrantEnd => format!("Granted for a time: {what}"),
    }
}

/// How that came about which people look at afterwards.
fn reviewed(view: &View<'_>, gate: &Gate) -> Option<Text> {
    let plan = view.request.plan.as_ref().filter(|_| gate.kind == GateKind::Review)?;
    let of = view.request.review_of.as_ref()?;
    Some(plain(match &view.request.incident {
        Some(incident) => format!("Taken by break-glass in incident {incident} (request {of})."),
        None => format!("The rule {} approved it automatically (request {of}).", plan.rule),
    }))
}

/// What an audit is about.
fn audited(view: &View<'_>) -> Option<Text> {
    let of = view.request.audit_of.as_ref()?;
    Some(plain(format!(
        "Triage was sure of it, so nobody had read it (request {of}). Your answer changes nothing there: it shows how \
         often triage is right."
    )))
}

/// What triage made of the request, for whoever reads it after triage.
fn reading(view: &View<'_>, gate: &Gate) -> Vec<Text> {
    let unsure = view.request.confidence < view.config.policy.minimum_confidence;
    let read = gate.kind == GateKind::Desk || (gate.kind == GateKind::Service && unsure);
    if !read || view.is_blind() {
        return Vec::new();
    }
    let title =
        |name: &String| view.config.catalog.intent(name).map_or("not for us", |intent| intent.title.as_str());
    let guesses = view.request.guesses.iter().map(|(name, p)| format!("{} ({}%)", title(name), p / 10));
    let grounds = &view.words.grounds;
    let lines = [
        ("Best guesses:", guesses.collect::<Vec<_>>().join(" · ")),
        ("Because of:", grounds.words.join(", ")),
        ("In doubt:", grounds.doubts.join(" ")),
    ];
    let said = lines.into_iter().filter(|(_, said)| !said.is_empty());
    said.map(|(what, said)| vec![strong(what), Span::Plain(format!(" {said}"))]).collect()
}

/// The stages before this one that nobody decided.
fn skipped(view: &View<'_>, gate: &Gate) -> Option<Text> {
    let plan = view.request.plan.as_ref().filter(|_| gate.kind == GateKind::Approval)?;
    let name = |index: &u32| plan.stages.get(*index as usize).map(|stage| stage.id.as_str());
    let names: Vec<&str> = view.request.skipped.iter().filter_map(name).collect();
    let line = format!(" {}. Nobody decided in time.", names.join(", "));
    (!names.is_empty()).then(|| vec![strong("Skipped before:"), Span::Plain(line)])
}

fn buttons(view: &View<'_>, gate: &Gate, shown: &ShownId) -> Vec<Button> {
    let button = |press, label: &str, style, confirm: Option<String>| Button {
        press,
        label: label.to_owned(),
        style,
        value: shown.as_str().to_owned(),
        confirm,
    };
    let deny = button(Press::Deny, "Deny", Style::Danger, None);
    let correct = button(Press::Correct, "It is something else", Style::Plain, None);
    if gate.stage.step_up.is_some() {
        return Vec::new();
    }
    match gate.kind {
        GateKind::Approval => {
            let careful = sensitive(view).then(|| format!("{} is sensitive. Approve it?", view.what()));
            let with = |label, style| button(Press::ApproveWith, label, style, None);
            let approve = match (gate.stage.reason_required, gate.stage.edits) {
                (true, true) => vec![with("Approve, with a reason or less", Style::Primary)],
                (true, false) => vec![with("Approve, with a reason", Style::Primary)],
                (false, edits) => {
                    let plain = button(Press::Approve, "Approve", Style::Primary, careful);
                    let less = edits.then(|| with("Change and approve", Style::Plain));
                    std::iter::once(plain).chain(less).collect()
                }
            };
            approve.into_iter().chain([deny]).collect()
        }
        GateKind::Desk => {
            let label = "Not for us".to_owned();
            let refuse = Button { press: Press::NotForUs, label: label.clone(), ..deny.clone() };
            let confirm = button(Press::Approve, "Understood rightly", Style::Primary, None);
            let unknown = view.request.beneficiary_unknown && is_access(view.config, &view.request.intent);
            match (view.is_blind(), unknown) {
                (true, false) => vec![Button { label: "Say what it is".into(), ..correct }, refuse],
                // What is wrong with the name is for the desk to say.
                (_, true) => vec![correct, Button { label, ..deny }],
                _ => vec![confirm, correct, refuse],
            }
        }
        GateKind::Service => {
            let is_ours = view.config.catalog.intent(&view.request.intent).is_some();
            let (press, label) =
                if is_ours { (Press::Deny, "Decline") } else { (Press::NotForUs, "Not for us") };
            let refuse = Button { press, label: label.into(), ..deny };
            vec![button(Press::Approve, "Done", Style::Primary, None), correct, refuse]
        }
        GateKind::Review => vec![
            button(Press::Approve, "It stands", Style::Primary, None),
            Button { label: "Open an incident".into(), ..deny },
        ],
        GateKind::Start | GateKind::Condition | GateKind::GrantEnd => Vec::new(),
    }
}

fn sensitive(view: &View<'_>) -> bool {
    use crate::catalog::Risk::{Critical, High};
    let action = view.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let found = action.and_then(|a| view.config.catalog.entitlement(&a.application, Some(&a.entitlement)));
    found.is_some_and(|entitlement| matches!(entitlement.risk, High | Critical))
}

fn ending_line(view: &View<'_>, gate: &Gate, ending: Ending, at: Timestamp) -> Text {
    let word = match ending {
        Ending::Expired => "Expired: nobody decided in time",
        Ending::Cancelled if view.request.no_answer => "Cancelled: the question was not answered in time",
        Ending::Cancelled if view.request.unanswered => "Cancelled: nobody decided in time",
        Ending::Skipped => "Skipped: nobody decided in time, and nobody has to",
        other => ending_word(other, gate.kind),
    };
    let mut line = vec![strong(word)];
    for (index, decider) in gate.deciders().iter().enumerate() {
        line.push(Span::Plain(if index == 0 { " by ".into() } else { ", ".into() }));
        line.push(who(view.names, decider));
        line.extend(gate.votes.get(decider).map(|vote| standing::for_whom(view, vote)).unwrap_or_default());
    }
    if let (Ending::Cancelled, Some(by)) = (ending, &view.request.cancelled_by) {
        line.extend([Span::Plain(" by ".into()), who(view.names, by)]);
    }
    line.extend([Span::Plain(", ".into()), instant(at)]);
    if ending == Ending::Denied && !gate.is_denied_by_votes() {
        line.push(Span::Plain(" · too few were left who could approve it".into()));
    }
    line.extend(outcome_note(view.request, ending));
    line
}

pub(super) fn ending_word(ending: Ending, kind: GateKind) -> &'static str {
    match (ending, kind) {
        (Ending::Approved, GateKind::Desk) => "Read",
        (Ending::Approved, GateKind::Service) => "Done",
        (Ending::Approved, GateKind::Review) => "It stands",
        (Ending::Denied, GateKind::Review) => "An incident was opened",
        (Ending::Approved, _) => "Approved",
        (Ending::Denied, _) => "Denied",
        (Ending::Expired, _) => "Expired",
        (Ending::Cancelled, _) => "Cancelled",
        (Ending::Superseded, _) => "Superseded",
        (Ending::Skipped, _) => "Skipped",
        (Ending::Reached, _) => "Begun",
    }
}

/// What came of it, where the end of the gate does not say that.
fn outcome_note(request: &Request, ending: Ending) -> Option<Span> {
    let passed = ending == Ending::Approved;
    let note = match request.outcome? {
        Outcome::Granted => " · the access is there, confirmed by the target",
        Outcome::Failed => " · it could not be done",
        Outcome::Unknown => " · nobody can tell whether it was done; the desk is looking",
        Outcome::Revoked => " · the access has ended",
        Outcome::Denied if passed => " · it was denied afterwards",
        Outcome::Expired if request.unmet => " · what it waited for was not so in time",
        Outcome::Expired if request.is_too_late() => " · its time was over",
        Outcome::Expired if passed => " · nobody decided in time afterwards",
        Outcome::Cancelled if passed => " · it was cancelled afterwards",
        _ => return None,
    };
    Some(Span::Plain(note.into()))
}

/// A reminder or warning for somebody who has the gate's card already.
#[must_use]
pub fn reminder(view: &View<'_>, gate: &Gate, kind: AskKind) -> Card {
    let what = view.what();
    let headline = match kind {
        AskKind::Check => format!("Still waits: {what}"),
        AskKind::Warning => format!("Last call: {what} still waits for you"),
        _ => format!("Reminder: {what} still waits for you"),
    };
    let mut line = vec![Span::Plain("For ".into())];
    line.extend(view.beneficiary());
    line.extend([Span::Plain(", until ".into()), instant(gate.asks_until())]);
    Card { headline, body: vec![line, plain("The card with the buttons is above.")], ..Card::default() }
}
