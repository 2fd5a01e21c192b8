//! `countersign delegate`: who decides in whose place, and until when.

use crate::{
    deployment::{Operates, Place},
    failure::{Done, Failure},
    ops::operator,
    print::{self, Format},
};
use clap::{Args, Subcommand};
use countersign_core::{
    Result,
    audit::{ADMIN_CHAIN, Entry, Happening},
    change::{decode, read},
    ids::SubjectId,
    person::{Delegation, Period, delegation::FOREVER},
    ports::Clock,
    slot::{List, Slot},
    steps::{
        delegating::{Giving, end, give},
        operate::{Obeyed, Order},
        send_messages::names,
    },
    time::Timestamp,
};
use serde_json::json;
use std::collections::BTreeSet;

const DAY_MILLIS: i64 = 86_400_000;

/// What can be done about delegations.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Let somebody decide in a person's place, instead of the delegation that stands
    Add {
        /// Work address of the delegate
        #[arg(long)]
        to: String,
        /// The first day, like 2026-12-01, from 00:00 UTC [default: from now on]
        #[arg(long, value_parser = begin_of_day)]
        from: Option<Timestamp>,
        /// The last day, like 2026-12-05, until 24:00 UTC [default: until it is ended]
        #[arg(long, value_parser = end_of_day)]
        until: Option<Timestamp>,
        #[command(flatten)]
        who: Who,
    },
    /// List the delegations that stand or are to come
    List {
        /// For whom to print
        #[arg(long, value_enum, default_value_t)]
        format: Format,
    },
    /// End a person's delegation: what is unanswered goes back
    End {
        #[command(flatten)]
        who: Who,
    },
}

/// Whose delegation it is, who says so, and why.
#[derive(Args, Debug)]
pub(crate) struct Who {
    /// Work address of the person who is represented [default: you; for others you need the role admin]
    #[arg(long, value_name = "ADDRESS")]
    of: Option<String>,
    /// Why, in a sentence
    #[arg(long)]
    reason: String,
    /// Your work address
    #[arg(long, env = "COUNTERSIGN_OPERATOR", value_name = "ADDRESS")]
    operator: String,
}

fn begin_of_day(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(&format!("{text}T00:00:00Z")).map_err(|_| format!("{text} is no day like 2026-12-01"))
}

fn end_of_day(text: &str) -> Result<Timestamp, String> {
    begin_of_day(text).map(|begin| Timestamp(begin.0 + DAY_MILLIS - 1))
}

pub(crate) async fn run(place: &Place, command: Command) -> Done {
    let ctx = place.operator().await?;
    match command {
        Command::Add { to, from, until, who } => {
            let to = operator::find(&ctx, &to).await?.subject;
            let period = Period { from: from.unwrap_or_else(|| ctx.now()), to: until.unwrap_or(FOREVER) };
            let order = order(&ctx, who, |from| Giving { from, to, period }).await?;
            told(give(&ctx, &order, VIA).await?, "the delegation is set: open approvals are asked anew")
        }
        Command::End { who } => {
            let order = order(&ctx, who, |from| from).await?;
            told(end(&ctx, &order, VIA).await?, "the delegation is ended: what is unanswered goes back")
        }
        Command::List { format } => list(&ctx, format).await,
    }
}

/// How whoever types is authenticated, for records.
const VIA: &str = "operator";

async fn order<T>(ctx: &impl Operates, who: Who, of: impl FnOnce(SubjectId) -> T) -> Done<Order<T>> {
    let operator = operator::find(ctx, &who.operator).await?.subject;
    let from = match &who.of {
        Some(address) => operator::find(ctx, address).await?.subject,
        None => operator.clone(),
    };
    if who.reason.trim().is_empty() {
        return Err(Failure::new("a delegation has a reason").advising("Say why, by --reason."));
    }
    Ok(Order { of: of(from), operator, reason: who.reason })
}

fn told(obeyed: Obeyed, done: &str) -> Done {
    match obeyed {
        Obeyed::Done => print::line(done),
        Obeyed::NothingToDo => print::line("it stood so before: nothing was changed or recorded"),
    }
    Ok(())
}

async fn list(ctx: &impl Operates, format: Format) -> Done {
    let delegations = standing(ctx).await?;
    let concerned: Vec<SubjectId> =
        delegations.iter().flat_map(|one| [one.from.clone(), one.to.clone()]).collect();
    let names = names(ctx, &concerned).await?;
    let name = |who: &SubjectId| names.get(who).map_or_else(|| who.to_string(), |who| who.name.clone());
    let ends = |one: &Delegation| (!one.is_permanent()).then(|| one.period.to.to_string());
    match format {
        Format::Json => {
            let as_json = |one: &Delegation| {
                json!({
                    "delegation": one.id, "from": one.from, "to": one.to,
                    "starts": one.period.from.to_string(), "ends": ends(one),
                })
            };
            print::json(&delegations.iter().map(as_json).collect::<Vec<_>>())
        }
        Format::Text => {
            for one in &delegations {
                let until = ends(one).map_or_else(|| "until it is ended".into(), |at| format!("until {at}"));
                let line =
                    format!("{} for {}  from {}  {until}", name(&one.to), name(&one.from), one.period.from);
                print::line(print::tame(&line));
            }
            if delegations.is_empty() {
                print::line("nobody decides in somebody's place");
            }
            Ok(())
        }
    }
}

/// Those that are not over, by the chain of administration: every delegation has an entry there.
async fn standing(ctx: &impl Operates) -> Result<Vec<Delegation>> {
    let mut givers = BTreeSet::new();
    for stored in ctx.list(&List::Audit(ADMIN_CHAIN.into())).await? {
        if let Happening::DelegationGiven { from, .. } = decode::<Entry>(stored)?.value.what {
            givers.insert(from);
        }
    }
    let mut found = Vec::new();
    for from in givers {
        let known = read::<Delegation>(ctx, &Slot::Delegation(from)).await?.map(|known| known.value);
        found.extend(known.filter(|known| known.period.to >= ctx.now()));
    }
    Ok(found)
}
