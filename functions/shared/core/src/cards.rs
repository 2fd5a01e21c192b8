//! What people read: cards and modals made of records. Pure; the channels render them.

use crate::{
    card::{Button, Card, Input, Modal, ModalField, ModalKind, Press, Span, Style, Text, plain},
    config::Config,
    facts::{Context, Fact},
    gate::{Ending, Gate, GateKind, GateStatus},
    ids::{ShownId, SubjectId},
    job::{Notice, Refusal, Verdict},
    message::{Ask, MAX_REASON_CHARACTERS, Message, MessageStatus},
    outbox::{AskKind, News},
    person::ChatUser,
    request::{Outcome, Request, Words},
    time::Timestamp,
};
use std::collections::BTreeMap;

/// A person as others read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The name.
    pub name: String,
    /// The chat account, where the channel can mention it.
    pub chat: Option<ChatUser>,
}

/// Everybody that a card speaks of.
pub type Names = BTreeMap<SubjectId, Who>;

/// Everything that a request's cards are made of.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The request.
    pub request: &'a Request,
    /// Its words.
    pub words: &'a Words,
    /// The gathered facts.
    pub context: Option<&'a Context>,
    /// The configuration.
    pub config: &'a Config,
    /// The people.
    pub names: &'a Names,
}

/// The name that everybody may read for somebody unknown.
const SOMEBODY: &str = "somebody";

fn who(names: &Names, subject: &SubjectId) -> Span {
    match names.get(subject) {
        Some(Who { chat: Some(user), .. }) => Span::Mention(user.clone()),
        Some(Who { name, .. }) => Span::Plain(name.clone()),
        None => Span::Plain(SOMEBODY.into()),
    }
}

fn strong(text: impl Into<String>) -> Span {
    Span::Strong(text.into())
}

fn instant(at: Timestamp) -> Span {
    Span::Instant(at.seconds(), at.to_string())
}

fn money(cents: u64, currency: &str) -> String {
    format!("{}.{:02} {currency} a month", cents / 100, cents % 100)
}

/// What is asked, in a few words: `Salesforce, Standard`.
#[must_use]
pub fn subject_line(
    config: &Config,
    intent: &str,
    application: Option<&str>,
    entitlement: Option<&str>,
) -> String {
    let catalog = &config.catalog;
    let Some(app) = application.and_then(|name| catalog.application(name)) else {
        return catalog.intent(intent).map_or_else(|| "Something else".into(), |intent| intent.title.clone());
    };
    match catalog.entitlement(&app.name, entitlement) {
        Some(entitlement) => format!("{}, {}", app.title, entitlement.title),
        None => app.title.clone(),
    }
}

impl View<'_> {
    fn what(&self) -> String {
        let request = self.request;
        subject_line(
            self.config,
            &request.intent,
            request.application.as_deref(),
            request.entitlement.as_deref(),
        )
    }

    fn fields(&self) -> Vec<(String, Text)> {
        let request = self.request;
        let mut fields = vec![("What".to_owned(), plain(self.what()))];
        fields.push(("For".into(), vec![who(self.names, &request.beneficiary)]));
        if request.requester != request.beneficiary {
            fields.push(("Asked by".into(), vec![who(self.names, &request.requester)]));
        }
        let action = request.plan.as_ref().and_then(|plan| plan.action.as_ref());
        let duration = action.map_or(request.duration, |action| action.duration);
        let how_long = duration.map_or_else(|| "without end".into(), |span| span.in_words());
        fields.push(("How long".into(), plain(how_long)));
        if let Some(action) = action.filter(|action| action.monthly_cents > 0) {
            let cost = money(action.monthly_cents, &self.config.catalog.budgets.currency);
            fields.push(("Cost".into(), plain(cost)));
        }
        if let Some(action) = action {
            let found = self.config.catalog.entitlement(&action.application, Some(&action.entitlement));
            fields.extend(found.map(|e| ("Risk".to_owned(), plain(format!("{:?}", e.risk).to_lowercase()))));
        }
        fields
    }

    fn facts(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        if let Some(context) = self.context {
            lines.push(employee_line(context));
            lines.push(account_line(context));
        }
        if let Some(reservation) = &self.request.reservation {
            let how =
                if reservation.confirmed { "confirmed by the ledger" } else { "to be confirmed by Finance" };
            lines.push(plain(format!("Budget {}: {how}", reservation.cost_centre)));
        }
        lines.push(plain(format!(
            "Read by triage as {} with {}% confidence · request {}",
            self.request.intent,
            self.request.confidence / 10,
            self.request.id
        )));
        lines
    }

    fn quotes(&self) -> Vec<Text> {
        let mut body = vec![vec![strong("Asked:"), Span::Plain(format!(" {}", self.words.text))]];
        body.extend(
            self.words.reason.clone().map(|reason| vec![strong("Why:"), Span::Plain(format!(" {reason}"))]),
        );
        body
    }

    fn reasons(&self, gate: u32) -> Vec<Text> {
        let of_gate = self.words.reasons.iter().filter(|(number, _, _)| *number == gate);
        of_gate.map(|(_, who_, text)| vec![who(self.names, who_), Span::Plain(format!(": {text}"))]).collect()
    }
}

fn employee_line(context: &Context) -> Text {
    match &context.employee {
        Fact::Known { value, as_of } => {
            let title = value.title.as_deref().unwrap_or("no title");
            let department = value.department.as_deref().unwrap_or("no department");
            let manager = value.manager.as_deref().unwrap_or("none");
            vec![
                Span::Plain(format!("HR: {title}, {department}, manager {manager}, as of ")),
                instant(*as_of),
            ]
        }
        Fact::Unverified => {
            vec![strong("HR: unverified"), Span::Plain(" (the HR system could not be asked)".into())]
        }
    }
}

fn account_line(context: &Context) -> Text {
    match &context.account {
        Fact::Known { value, as_of } => {
            let count = value.groups.len();
            vec![Span::Plain(format!("Directory: active account, {count} groups, as of ")), instant(*as_of)]
        }
        Fact::Unverified => {
            vec![strong("Directory: unverified"), Span::Plain(" (it could not be asked)".into())]
        }
    }
}

/// The card of a gate, for the person who was shown it under `shown`; without buttons once it has ended.
#[must_use]
pub fn gate(view: &View<'_>, gate: &Gate, shown: &ShownId) -> Card {
    let mut card = Card {
        headline: headline(view, gate),
        body: view.quotes(),
        fields: view.fields(),
        context: view.facts(),
        buttons: Vec::new(),
    };
    card.body.extend(view.reasons(gate.number));
    match gate.status {
        GateStatus::Ended { ending, at } => card.body.push(ending_line(view, gate, ending, at)),
        GateStatus::Opening | GateStatus::Open => {
            card.body.extend(guesses(view, gate));
            card.fields.push(("Decide by".into(), vec![instant(gate.deadline())]));
            card.buttons = buttons(view, gate, shown);
        }
    }
    card
}

fn headline(view: &View<'_>, gate: &Gate) -> String {
    let what = view.what();
    match gate.kind {
        GateKind::Desk => format!("Please read this request: {what}?"),
        GateKind::Service => format!("Please take care of: {what}"),
        GateKind::Approval => format!("Please decide: {what}"),
        GateKind::GrantEnd => format!("Granted for a time: {what}"),
    }
}

fn guesses(view: &View<'_>, gate: &Gate) -> Vec<Text> {
    let unsure = view.request.confidence < view.config.policy.minimum_confidence;
    let read = gate.kind == GateKind::Desk || (gate.kind == GateKind::Service && unsure);
    if !read || view.request.guesses.is_empty() {
        return Vec::new();
    }
    let title =
        |name: &String| view.config.catalog.intent(name).map_or("not for us", |intent| intent.title.as_str());
    let lines = view.request.guesses.iter().map(|(name, p)| format!("{} ({}%)", title(name), p / 10));
    vec![vec![strong("Best guesses:"), Span::Plain(format!(" {}", lines.collect::<Vec<_>>().join(" · ")))]]
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
    match gate.kind {
        GateKind::Approval => {
            let careful = sensitive(view).then(|| format!("{} is sensitive. Approve it?", view.what()));
            vec![button(Press::Approve, "Approve", Style::Primary, careful), deny]
        }
        GateKind::Desk => {
            vec![
                button(Press::Approve, "Understood rightly", Style::Primary, None),
                correct,
                Button { label: "Not for us".into(), ..deny },
            ]
        }
        GateKind::Service => {
            vec![
                button(Press::Approve, "Done", Style::Primary, None),
                correct,
                Button { label: "Decline".into(), ..deny },
            ]
        }
        GateKind::GrantEnd => Vec::new(),
    }
}

fn sensitive(view: &View<'_>) -> bool {
    use crate::catalog::Risk::{Critical, High};
    let action = view.request.plan.as_ref().and_then(|plan| plan.action.as_ref());
    let found = action.and_then(|a| view.config.catalog.entitlement(&a.application, Some(&a.entitlement)));
    found.is_some_and(|entitlement| matches!(entitlement.risk, High | Critical))
}

fn ending_line(view: &View<'_>, gate: &Gate, ending: Ending, at: Timestamp) -> Text {
    let word = match (ending, gate.kind) {
        (Ending::Approved, GateKind::Desk) => "Read",
        (Ending::Approved, GateKind::Service) => "Done",
        (Ending::Approved, _) => "Approved",
        (Ending::Denied, _) => "Denied",
        (Ending::Expired, _) => "Expired: nobody decided in time",
        (Ending::Cancelled, _) => "Cancelled",
        (Ending::Superseded, _) => "Superseded",
        (Ending::Skipped, _) => "Skipped",
    };
    let mut line = vec![strong(word)];
    for (index, decider) in gate.deciders().iter().enumerate() {
        line.push(Span::Plain(if index == 0 { " by ".into() } else { ", ".into() }));
        line.push(who(view.names, decider));
        let acting = gate.votes.get(decider).and_then(|vote| vote.acting_for.as_ref());
        if let Some(principal) = acting {
            line.extend([Span::Plain(" for ".into()), who(view.names, principal)]);
        }
    }
    line.extend([Span::Plain(", ".into()), instant(at)]);
    line.extend(outcome_note(view.request));
    line
}

fn outcome_note(request: &Request) -> Option<Span> {
    let note = match request.outcome? {
        Outcome::Granted => " · the access is there, confirmed by the target",
        Outcome::Failed => " · it could not be done",
        Outcome::Unknown => " · nobody can tell whether it was done; the desk is looking",
        Outcome::Revoked => " · the access has ended",
        _ => return None,
    };
    Some(Span::Plain(note.into()))
}

/// A reminder or warning for somebody who has the gate's card already.
#[must_use]
pub fn reminder(view: &View<'_>, gate: &Gate, kind: AskKind) -> Card {
    let what = view.what();
    let headline = match kind {
        AskKind::Warning => format!("Last call: {what} still waits for you"),
        _ => format!("Reminder: {what} still waits for you"),
    };
    let line = vec![
        Span::Plain("For ".into()),
        who(view.names, &view.request.beneficiary),
        Span::Plain(", until ".into()),
        instant(gate.deadline()),
    ];
    Card { headline, body: vec![line, plain("The card with the buttons is above.")], ..Card::default() }
}

/// What an asker is shown before anything is sent.
#[must_use]
pub fn understood(message: &Message, asks: &[Ask], config: &Config) -> Card {
    let headline = match message.status {
        MessageStatus::Understood => "This is what I understood. Send it?",
        MessageStatus::Sent => "Sent. You will hear of every step here.",
        MessageStatus::Discarded => "Discarded. Nothing was sent.",
    };
    let fields =
        asks.iter().zip(1..).flat_map(|(ask, number)| ask_fields(ask, number, asks.len(), config)).collect();
    let open = message.status == MessageStatus::Understood;
    let button = |press, label: &str, style| Button {
        press,
        label: label.to_owned(),
        style,
        value: message.id.as_str().to_owned(),
        confirm: None,
    };
    let buttons = vec![
        button(Press::Send, "Send", Style::Primary),
        button(Press::SendToDesk, "Not what I meant: ask the desk", Style::Plain),
        button(Press::Discard, "Discard", Style::Danger),
    ];
    let body = asks.iter().map(|ask| plain(ask.text.clone())).collect();
    Card {
        headline: headline.into(),
        body,
        fields,
        context: Vec::new(),
        buttons: if open { buttons } else { Vec::new() },
    }
}

fn ask_fields(ask: &Ask, number: usize, count: usize, config: &Config) -> Vec<(String, Text)> {
    let label = |name: &str| if count > 1 { format!("{number}. {name}") } else { name.to_owned() };
    let unsure = ask.confidence < config.policy.minimum_confidence;
    let what = subject_line(config, &ask.intent, ask.application.as_deref(), ask.entitlement.as_deref());
    let what = if unsure { format!("{what} (not sure: the desk will read it)") } else { what };
    let mut fields = vec![(label("What"), plain(what))];
    fields.push((
        label("How long"),
        plain(ask.duration.map_or_else(|| "without end".into(), |span| span.in_words())),
    ));
    fields.extend(ask.reason.clone().map(|reason| (label("Why"), plain(reason))));
    fields.extend(ask.beneficiary.clone().map(|name| (label("For"), plain(name))));
    fields
}

/// News of a request for its requester.
#[must_use]
pub fn news(view: &View<'_>, news: News) -> Card {
    let what = view.what();
    let request = view.request;
    let headline = match (news, request.outcome) {
        (News::Received, _) => format!("On its way: {what}"),
        (News::Waiting, _) => format!("Waiting for a decision: {what}"),
        (News::Approved, _) => format!("Approved: {what}. It is being set up."),
        (News::Active, _) => format!("You have it: {what}"),
        (News::Quarantined, _) => format!("Something went wrong with your request ({what}); the desk has it"),
        (News::GrantEnded, _) => format!("Your time with {what} is over"),
        (News::Ended, Some(outcome)) => ended(outcome, &what),
        (News::Ended, None) => format!("Ended: {what}"),
    };
    let mut body: Vec<Text> = Vec::new();
    if news == News::Ended && request.outcome == Some(Outcome::Denied) {
        body.extend(view.reasons(request.gate));
    }
    if let (News::Active, Some(until)) = (news, request.times.expires) {
        body.push(vec![
            Span::Plain("Until ".into()),
            instant(until),
            Span::Plain(", then it ends by itself.".into()),
        ]);
    }
    let open = news == News::Received;
    let cancel = Button {
        press: Press::Cancel,
        label: "Take it back".into(),
        style: Style::Plain,
        value: request.id.as_str().to_owned(),
        confirm: Some("Take this request back?".into()),
    };
    let buttons = if open { vec![cancel] } else { Vec::new() };
    Card {
        headline,
        body,
        context: vec![plain(format!("Request {}", request.id))],
        buttons,
        ..Card::default()
    }
}

fn ended(outcome: Outcome, what: &str) -> String {
    match outcome {
        Outcome::Granted => format!("Done: {what} is yours, confirmed by the target"),
        Outcome::Served => format!("Done: {what}. The desk has taken care of it"),
        Outcome::Revoked => format!("Ended: your access to {what} was taken back as agreed"),
        Outcome::Denied => format!("Denied: {what}"),
        Outcome::Expired => format!("Expired: nobody decided in time on {what}. You can ask again"),
        Outcome::Cancelled => format!("Cancelled: {what}"),
        Outcome::Failed => {
            format!("Not done: {what} could not be set up. Nothing was changed; the desk knows")
        }
        Outcome::Unknown => {
            format!("Unclear: nobody can tell yet whether {what} was set up. The desk is looking")
        }
        Outcome::AlreadyHeld => format!("You have it already: {what}. Nobody needed to be asked"),
    }
}

/// A word to one person.
#[must_use]
pub fn notice(notice: &Notice, names: &Names) -> Card {
    let headline = match notice {
        Notice::UnknownPerson => {
            "I do not know who you are here. Please ask the service desk to link your account.".into()
        }
        Notice::NotTaken { why } => format!("That was not taken: {why}"),
        Notice::Refused { reason, .. } => refusal(*reason).into(),
        Notice::VoteCounted { .. } => "Your vote counts. More are needed.".into(),
        Notice::TooLateToCancel { .. } => {
            "Too late to take it back: it is done or being done. Ask for it to be revoked.".into()
        }
        Notice::AlreadyDecided { how, by, .. } => return already(how, by, names),
    };
    Card { headline, ..Card::default() }
}

fn already(how: &str, by: &[SubjectId], names: &Names) -> Card {
    let name = |subject: &SubjectId| names.get(subject).map_or(SOMEBODY, |who| who.name.as_str());
    let by: Vec<&str> = by.iter().map(name).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
    Card { headline: format!("This was {how} already{by}."), ..Card::default() }
}

/// Why a vote does not count, for the voter.
#[must_use]
pub fn refusal(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Requester => "You asked for this, so you cannot decide on it.",
        Refusal::Beneficiary => "This is for you, so you cannot decide on it.",
        Refusal::Filer => "You filed this, so you cannot decide on it.",
        Refusal::StandsInForThem => "You stand in for somebody who wants this, so you cannot decide on it.",
        Refusal::NotAsked => "You are not among those who decide on this.",
        Refusal::NotActive => "Your account is not active, so your decision does not count.",
        Refusal::DecidedEarlier => "You decided an earlier stage; this one is for somebody else.",
        Refusal::ShownIsStale => "What you saw has changed. Please look at the newest card.",
        Refusal::VerdictNotOffered => {
            "That answer does not fit this request. Please choose a known application and level."
        }
        Refusal::ReasonMissing => "Please give a reason.",
        Refusal::NotOpen => "The time to decide on this is over.",
    }
}

/// The modal in which the desk corrects triage.
#[must_use]
pub fn correction(view: &View<'_>, shown: &ShownId) -> Modal {
    let catalog = &view.config.catalog;
    let request = view.request;
    let select = |name: &str, label: &str, optional, choices, initial| ModalField {
        name: name.into(),
        label: label.into(),
        optional,
        input: Input::Select { choices, initial },
    };
    let intents: Vec<_> = catalog.intents.iter().map(|i| (i.name.clone(), i.title.clone())).collect();
    let applications: Vec<_> =
        catalog.applications.iter().map(|a| (a.name.clone(), a.title.clone())).collect();
    let mut levels: Vec<_> = catalog
        .applications
        .iter()
        .flat_map(|a| &a.entitlements)
        .map(|e| (e.name.clone(), e.title.clone()))
        .collect();
    levels.sort();
    levels.dedup_by(|a, b| a.0 == b.0);
    let known = catalog.intent(&request.intent).map(|intent| intent.name.clone());
    let duration = request.duration.map(|span| span.to_string()).unwrap_or_default();
    Modal {
        kind: ModalKind::Correct,
        title: "What is it?".into(),
        submit: Some("Correct".into()),
        intro: Some(view.words.text.chars().take(500).collect()),
        fields: vec![
            select("intent", "Kind of request", false, intents, known),
            select("application", "Application", true, applications, request.application.clone()),
            select("entitlement", "Level (empty: the usual one)", true, levels, request.entitlement.clone()),
            ModalField {
                name: "duration".into(),
                label: "How long, like 90m, 8h, 5d, 2w (empty: without end)".into(),
                optional: true,
                input: Input::Text { limit: 10, initial: duration },
            },
        ],
        subject: shown.as_str().to_owned(),
    }
}

/// The modal for the reason of a denial.
#[must_use]
pub fn denial(subject: &str) -> Modal {
    Modal {
        kind: ModalKind::Deny,
        title: "Why not?".into(),
        submit: Some("Deny".into()),
        intro: Some("The requester will read this.".into()),
        fields: vec![ModalField {
            name: "reason".into(),
            label: "Reason".into(),
            optional: false,
            input: Input::Text { limit: MAX_REASON_CHARACTERS, initial: String::new() },
        }],
        subject: subject.to_owned(),
    }
}

/// A verdict in a word, for timelines.
#[must_use]
pub fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "approve",
        Verdict::Deny => "deny",
        Verdict::Correct { .. } => "correct",
    }
}
