//! What a gate's card tells of its request: fields, facts, quotes.

use super::{View, instant, strong, who};
use crate::{
    card::{Span, Text, plain},
    facts::{Context, Fact},
};

impl View<'_> {
    pub(super) fn fields(&self) -> Vec<(String, Text)> {
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

    pub(super) fn facts(&self) -> Vec<Text> {
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

    pub(super) fn quotes(&self) -> Vec<Text> {
        let mut body = vec![vec![strong("Asked:"), Span::Plain(format!(" {}", self.words.text))]];
        body.extend(
            self.words.reason.clone().map(|reason| vec![strong("Why:"), Span::Plain(format!(" {reason}"))]),
        );
        body
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

fn money(cents: u64, currency: &str) -> String {
    format!("{}.{:02} {currency} a month", cents / 100, cents % 100)
}
