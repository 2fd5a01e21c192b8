//! `countersign demo`: two requests on the running local stack, from the message in Slack to the verified grant.

mod follow;
mod slack;
mod story;

use crate::{
    audit,
    deployment::{Operates, Place},
    failure::{Done, Failure},
    local::{
        aws::LocalAws,
        layout::{self, Addresses},
        up::places,
    },
    print,
    request::Life,
    stopwatch::Stopwatch,
};
use clap::{Args, value_parser};
use countersign_core::steps::verify_audit::verify_audit;
use serde_json::Value;
use std::time::Duration;
use story::{STORIES, Stage};

/// How the demonstration runs.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// How many seconds each step may take before it counts as missing
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u64).range(1..=600), value_name = "SECONDS")]
    patience: u64,
}

pub(crate) async fn run(place: &Place, options: &Options) -> Done {
    let (folder, watch) = (place.folder()?, Stopwatch::start());
    let place = Place::of_local(&folder);
    let ctx = place.operator().await?;
    let addresses = Addresses::read(&folder)?;
    let stage = Stage::set(&ctx, &addresses, &folder, Duration::from_secs(options.patience), watch)?;
    let mut lives = Vec::new();
    for story in &STORIES {
        let id = stage.play(story).await?;
        lives.push(Life::read(&ctx, &id).await?);
    }
    let outputs: Value = layout::read(&folder.stack())?;
    let machine = outputs.get("AccessRequestWorkflowArn").and_then(Value::as_str).unwrap_or_default();
    let aws = LocalAws::at(&addresses.aws)?;
    for life in &lives {
        print::line(format!("\nThe audit trail of request {}:", life.request.id));
        life.timeline().iter().for_each(print::line);
        let states = aws.states(machine, &life.request.execution_name()).await?;
        print::line(format!("Its workflow entered {} states: {}", states.len(), states.join(", ")));
    }
    prove(&ctx).await?;
    print::line(format!("\nSee for yourself, as any of them:\n{}", places(&addresses, &folder)));
    print::line("\n`make down` stops it all.");
    Ok(())
}

/// Hashes all chains again.
async fn prove(ctx: &impl Operates) -> Done {
    let verified = verify_audit(ctx, 2).await?;
    print::line("");
    audit::in_words(&verified).iter().for_each(print::line);
    match verified.flaws.is_empty() {
        true => Ok(()),
        false => Err(Failure::new("an audit chain is broken")),
    }
}
