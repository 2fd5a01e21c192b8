//! `countersign ops`: what needs a person. Each use is audited, with its reason where anything is opened or changed.

mod list;
pub(crate) mod operator;

use crate::{
    audit::parse_id,
    deployment::{Operates, Place},
    failure::Done,
    print::{self, Format},
};
use clap::{Args, Subcommand, ValueEnum, value_parser};
use countersign_core::{
    ids::RequestId,
    steps::operate::{
        Filter, Obeyed, Order, Truth, cancel_request, open_quarantined, redrive, revoke_grant, settle_effect,
    },
};

/// What an operator can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List quarantined messages, and requests whose effect is unknown or could not be taken back
    List {
        /// Brought back ones too
        #[arg(long)]
        all: bool,
        /// How many days of requests to look through for effects in doubt, today included
        #[arg(long, default_value_t = 14, value_parser = value_parser!(u16).range(1..=366))]
        days: u16,
        /// For whom to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
        #[command(flatten)]
        by: Named,
    },
    /// Open a quarantined message, which may hold what a person wrote
    Show {
        /// Its id
        message: String,
        #[command(flatten)]
        who: Who,
    },
    /// Put a quarantined message back on its queue
    Redrive {
        /// Its id
        message: String,
        #[command(flatten)]
        who: Who,
    },
    /// Take a request back before its access is given
    Cancel {
        /// The request
        #[arg(value_parser = parse_id)]
        request: RequestId,
        #[command(flatten)]
        who: Who,
    },
    /// End access that was given for a time now, before its end
    Revoke {
        /// The request
        #[arg(value_parser = parse_id)]
        request: RequestId,
        #[command(flatten)]
        who: Who,
    },
    /// Say how an effect turned out, after looking into the target system
    Settle {
        /// The request
        #[arg(value_parser = parse_id)]
        request: RequestId,
        /// What the target system shows
        #[arg(long = "as", value_enum)]
        truth: Shown,
        #[command(flatten)]
        who: Who,
    },
}

/// Who operates, and why.
#[derive(Args, Debug)]
pub(crate) struct Who {
    /// Why, in a sentence; where it is about a request, those concerned can read it on its card
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    by: Named,
}

/// Who operates.
#[derive(Args, Debug)]
pub(crate) struct Named {
    /// Your work address; you need the role admin
    #[arg(long, env = "COUNTERSIGN_OPERATOR", value_name = "ADDRESS")]
    operator: String,
}

/// What the target system shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    /// The access is there
    Granted,
    /// The access is not there
    NotGranted,
    /// The access was taken away
    Revoked,
}

impl Shown {
    fn truth(self) -> Truth {
        match self {
            Self::Granted => Truth::Granted,
            Self::NotGranted => Truth::NotGranted,
            Self::Revoked => Truth::Revoked,
        }
    }
}

pub(crate) async fn order<T>(ctx: &impl Operates, of: T, who: Who) -> Done<Order<T>> {
    let operator = operator::find(ctx, &who.by.operator).await?;
    Ok(Order { of, operator: operator.subject, reason: who.reason })
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    let ctx = place.operator().await?;
    match command {
        Command::List { all, days, format, by } => {
            list::list(&ctx, &by.operator, Filter { all, days }, format).await?;
        }
        Command::Show { message, who } => show(&ctx, order(&ctx, message, who).await?).await?,
        Command::Redrive { message, who } => {
            let order = order(&ctx, message, who).await?;
            redrive(&ctx, &order).await?;
            print::line(format!("{} is back on its queue", print::tame(&order.of)));
        }
        Command::Cancel { request, who } => {
            let order = order(&ctx, request, who).await?;
            let obeyed = cancel_request(&ctx, &order).await?;
            print::line(told(&order.of, obeyed, "is cancelled", "was cancelled before"));
        }
        Command::Revoke { request, who } => {
            let order = order(&ctx, request, who).await?;
            let obeyed = revoke_grant(&ctx, &order).await?;
            print::line(told(
                &order.of,
                obeyed,
                "ends now: its access is being taken away",
                "had ended before",
            ));
        }
        Command::Settle { request, truth, who } => {
            let order = order(&ctx, request, who).await?;
            let obeyed = settle_effect(&ctx, &order, truth.truth()).await?;
            print::line(told(&order.of, obeyed, "is settled", "stood so before"));
        }
    }
    Ok(())
}

/// What became of an order, in words.
fn told(request: &RequestId, obeyed: Obeyed, done: &str, before: &str) -> String {
    match obeyed {
        Obeyed::Done => format!("{request} {done}; those concerned are told"),
        Obeyed::NothingToDo => {
            format!("{request} {before}: there was nothing to do, and nothing is recorded")
        }
    }
}

async fn show(ctx: &impl Operates, order: Order<String>) -> Done {
    let (kept, body) = open_quarantined(ctx, &order).await?;
    print::line(list::in_words(&kept));
    print::line(print::tame(&body));
    Ok(())
}
