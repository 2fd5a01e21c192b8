//! What a gate's card tells of its request: fields, facts, quotes.

use super::{View, how_long, instant, is_access, phrases::Phrase, strong, who};
use crate::{
    card::{Span, Text, plain},
    facts::{Context, Fact},
    language::Language,
    policy::decide::CERTAIN,
    window::Window,
};

/// From when on and up to when something is wanted, where that is said.
pub(super) fn bounds(window: Window, language: Language) -> impl Iterator<Item = (String, Text)> {
    let named = [(Phrase::From, window.starts), (Phrase::Until, window.ends)];
    named.into_iter().filter_map(move |(name, at)| Some((name.say(language), vec![instant(at?)])))
}

impl View<'_> {
    pub(super) fn fields(&self) -> Vec<(String, Text)> {
        let request = self.request;
        let what = (!self.is_blind()).then(|| ("What".to_owned(), plain(self.what())));
        let mut fields = Vec::from_iter(what);
        fields.push(("For".into(), self.beneficiary()));
        if request.requester != request.beneficiary || request.beneficiary_unknown {
            fields.push(("Asked by".into(), vec![who(self.names, &request.requester)]));
        }
        if self.is_blind() {
            return fields;
        }
        let action = request.plan.as_ref().and_then(|plan| plan.action.as_ref());
        let duration = action.map_or(request.duration, |action| action.duration);
        if is_access(self.config, &request.intent) {
            fields.push(("How long".into(), plain(how_long(duration, self.language))));
            fields.extend(bounds(action.map_or(request.window, |action| action.window), self.language));
        }
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

    /// When what is approved begins.
    pub(super) fn deferred(&self) -> Vec<Text> {
        let window = self.request.action().map_or(self.request.window, |action| action.window);
        let bounds = [(Phrase::Begins, window.starts), (Phrase::Ends, window.ends)];
        let line = |(what, at): (Phrase<'_>, _)| Some(vec![Span::Plain(self.say(what)), instant(at?)]);
        let waits = self.request.plan.iter().flat_map(|plan| &plan.waits_for);
        let waits = waits.map(|wait| plain(self.say(Phrase::Once(&wait.says, wait.within))));
        bounds.into_iter().filter_map(line).chain(waits).collect()
    }

    pub(super) fn facts(&self) -> Vec<Text> {
        let mut lines = Vec::new();
        if let Some(context) = self.context {
            lines.push(employee_line(context));
            lines.push(account_line(context));
        }
        if let Some(why) = self.request.plan.as_ref().and_then(|plan| plan.held_back.as_deref()) {
            lines.push(plain(held_back(why)));
        }
        let matched = self.request.plan.iter().flat_map(|plan| &plan.matched);
        let conflicts = matched.filter(|(what, _)| what == "conflict");
        lines.extend(conflicts.map(|(_, title)| plain(format!("Conflict of access: {title}"))));
        if let Some(seat) = &self.request.seat {
            let how = if seat.free { "one was free" } else { "none was free" };
            lines.push(plain(format!("Seats of {}: {how}", seat.of)));
        }
        if let Some(reservation) = &self.request.reservation {
            let how =
                if reservation.confirmed { "confirmed by the ledger" } else { "to be confirmed by Finance" };
            lines.push(plain(format!("Budget {}: {how}", reservation.cost_centre)));
        }
        lines.push(plain(format!("{} · request {}", self.reading(), self.request.id)));
        lines
    }

    /// Whether triage's reading is kept from whoever reads the request.
    pub(super) fn is_blind(&self) -> bool {
        self.request.is_blind()
    }

    /// Who read it, as what, and how surely.
    fn reading(&self) -> String {
        let intent = &self.request.intent;
        if self.is_blind() {
            return "Read by triage, which only learns for now: what it makes of it is not shown".into();
        }
        match self.request.confidence {
            CERTAIN => format!("Read by the desk as {intent}"),
            0 => format!("Read by triage as {intent}, which is not relied on"),
            sure => format!("Read by triage as {intent} with {}% confidence", sure / 10),
        }
    }

    pub(super) fn quotes(&self) -> Vec<Text> {
        let mut body = vec![vec![strong("Asked:"), Span::Quote(self.words.text.clone())]];
        body.extend(self.words.reason.clone().map(|reason| vec![strong("Why:"), Span::Quote(reason)]));
        body
    }
}

fn held_back(why: &str) -> &'static str {
    match why {
        "stopped" => "Not approved automatically: automatic approval is stopped",
        "per-person" => "Not approved automatically: the cap of this requester is reached",
        "suggest" => "Triage may only make suggestions for this kind of request",
        "autonomy" => "A rule would approve it automatically; triage may not act on it without a person",
        "per-target" => "Not approved automatically: the cap of this access is reached",
        _ => "Not approved automatically: the cap of all is reached",
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
            let groups = match value.groups.len() {
                1 => "1 group".to_owned(),
                count => format!("{count} groups"),
            };
            vec![Span::Plain(format!("Directory: active account, {groups}, as of ")), instant(*as_of)]
        }
        Fact::Unverified => {
            vec![strong("Directory: unverified"), Span::Plain(" (it could not be asked)".into())]
        }
    }
}

fn money(cents: u64, currency: &str) -> String {
    format!("{}.{:02} {currency} a month", cents / 100, cents % 100)
}
