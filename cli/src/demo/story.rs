//! What the people of the demonstration do, and what must come of it.

use super::{
    follow::{Told, until},
    slack::{Button, Slack, answer, button, headline},
};
use crate::{
    deployment::Operates,
    failure::{Done, Failure},
    local::layout::{Addresses, Folder},
    print,
    stopwatch::Stopwatch,
};
use countersign_core::{
    change::{decode, read_request},
    ids::RequestId,
    request::{Listed, Outcome},
    slot::List,
    steps::identifying::subject_by_mail,
};
use reqwest::Client;
use serde_json::Value;
use std::{collections::HashSet, path::PathBuf, time::Duration};

/// Somebody of the simulated company.
#[derive(Clone, Copy, Debug)]
pub(super) struct Someone {
    name: &'static str,
    handle: &'static str,
    account: &'static str,
}

const EMMA: Someone = Someone { name: "Emma", handle: "emma", account: "U0EMMA" };
const NOAH: Someone = Someone { name: "Noah", handle: "noah", account: "U0NOAH" };
const MARCUS: Someone = Someone { name: "Marcus, the manager,", handle: "marcus", account: "U0MARCUS" };
const FIONA: Someone = Someone { name: "Fiona, of Finance,", handle: "fiona", account: "U0FIONA" };

/// One request, and who approves it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Story {
    title: &'static str,
    who: Someone,
    text: &'static str,
    approvers: &'static [Someone],
    /// The group in Okta by which the access is held.
    group: &'static str,
}

/// The story of the product, and one that costs more than the ledger confirms by itself.
pub(super) const STORIES: [Story; 2] = [
    Story {
        title: "One approval; the budget confirms by itself",
        who: EMMA,
        text: "I need Salesforce for the Q3 reports",
        approvers: &[MARCUS],
        group: "app-salesforce-standard",
    },
    Story {
        title: "Above the ledger's limit: Finance confirms too",
        who: NOAH,
        text: "I need Tableau Creator to build the sales dashboards",
        approvers: &[MARCUS, FIONA],
        group: "app-tableau-creator",
    },
];

/// How the last word to whoever asked begins.
const DONE: &str = "Done:";

fn is_new(message: &Value, before: &HashSet<String>) -> bool {
    message.get("ts").and_then(Value::as_str).is_some_and(|ts| !before.contains(ts))
}

/// The running local stack, with the people on it.
pub(super) struct Stage<'a, C> {
    ctx: &'a C,
    slack: Slack,
    client: Client,
    addresses: &'a Addresses,
    logs: PathBuf,
    patience: Duration,
    watch: Stopwatch,
}

impl<'a, C: Operates> Stage<'a, C> {
    pub(super) fn set(
        ctx: &'a C,
        addresses: &'a Addresses,
        folder: &Folder,
        patience: Duration,
        watch: Stopwatch,
    ) -> Done<Self> {
        let (slack, client) = (Slack::at(&addresses.slack)?, crate::local::http::client()?);
        Ok(Self { ctx, slack, client, addresses, logs: folder.file("logs"), patience, watch })
    }

    /// Plays a story to its end; answers its request.
    pub(super) async fn play(&self, story: &Story) -> Done<RequestId> {
        let Story { title, who, text, approvers, .. } = *story;
        print::line(format!("\n{title}"));
        self.begin_afresh(story).await?;
        let before = self.seen(who).await?;
        self.watch.line(format!("{} types in Slack: /ask {text}", who.name));
        self.slack.command(who.account, "/ask", text).await?;
        let card = self.card(who, &before, "send", "triage-request", &mut None::<Told<'_, C>>).await?;
        self.watch.line(format!("{} reads: {} ({})", who.name, card.headline, card.fields.join(", ")));
        let mut asked = Vec::new();
        for approver in approvers {
            asked.push(self.seen(*approver).await?);
        }
        self.slack.press(who.account, &card).await?;
        self.watch.line(format!("{} presses Send", who.name));
        let id = self.request_of(who, &card.value).await?;
        let mut told = Some(Told::of(self.ctx, id.clone(), self.watch));
        for (approver, before) in approvers.iter().zip(&asked) {
            let card = self.card(*approver, before, "approve", "plan-approvals", &mut told).await?;
            self.watch.line(format!(
                "{} gets a card: {} ({})",
                approver.name,
                card.headline,
                card.fields.join(", ")
            ));
            self.slack.press(approver.account, &card).await?;
            self.watch.line(format!("{} presses Approve", approver.name));
        }
        self.end(story, &mut told).await?;
        self.hold(story).await?;
        self.news(who, &before).await?;
        Ok(id)
    }

    /// Whoever played before holds the access: it is taken away, so that there is something to ask for.
    async fn begin_afresh(&self, story: &Story) -> Done {
        let url =
            format!("{}/_simulator/memberships/{}/{}", self.addresses.okta, story.group, story.who.handle);
        let answer = answer(self.client.delete(url)).await?;
        if answer.get("changed") == Some(&Value::Bool(true)) {
            self.watch
                .line(format!("{} held this from an earlier run; it is taken away first", story.who.name));
        }
        Ok(())
    }

    /// The messages that somebody has got, by their times.
    async fn seen(&self, who: Someone) -> Done<HashSet<String>> {
        let messages = self.slack.messages(who.account).await?;
        Ok(messages.iter().filter_map(|message| Some(message.get("ts")?.as_str()?.to_owned())).collect())
    }

    /// Waits for a new message with a button.
    async fn card(
        &self,
        who: Someone,
        before: &HashSet<String>,
        action: &str,
        function: &str,
        told: &mut Option<Told<'_, C>>,
    ) -> Done<Button> {
        let missing =
            || self.missing(&format!("{} got no card with the button {action:?}", who.name), function);
        until(self.patience, missing, async || {
            if let Some(told) = told.as_mut() {
                told.catch_up().await?;
            }
            let messages = self.slack.messages(who.account).await?;
            let new = messages.iter().filter(|message| is_new(message, before));
            Ok(new.filter_map(|message| button(message, action)).next_back())
        })
        .await
    }

    /// The request that was made of a message.
    async fn request_of(&self, who: Someone, message: &str) -> Done<RequestId> {
        let address = format!("{}@harbour.example", who.handle);
        let subject = subject_by_mail(self.ctx, &address).await?;
        let subject =
            subject.ok_or_else(|| self.missing(&format!("{} is not known", who.name), "sync-people"))?;
        let missing = || self.missing("no request was made of the message", "start-workflow");
        until(self.patience, missing, async || {
            for stored in self.ctx.list(&List::Own(subject.clone())).await? {
                let id = decode::<Listed>(stored)?.value.request;
                if read_request(self.ctx, &id).await?.value.message.as_str() == message {
                    return Ok(Some(id));
                }
            }
            Ok(None)
        })
        .await
    }

    async fn end(&self, story: &Story, told: &mut Option<Told<'_, C>>) -> Done {
        let missing = || self.missing("the request did not end", "provision-access");
        let outcome = until(self.patience, missing, async || match told.as_mut() {
            Some(told) => Ok(told.catch_up().await?.request.outcome),
            None => Ok(None),
        })
        .await?;
        match outcome {
            Outcome::Granted => Ok(()),
            other => {
                Err(self
                    .missing(&format!("{}'s request ended as {other:?}", story.who.name), "provision-access"))
            }
        }
    }

    /// Looks in Okta, past the product.
    async fn hold(&self, story: &Story) -> Done {
        let url = format!("{}/_simulator/memberships/{}", self.addresses.okta, story.group);
        let answer = answer(self.client.get(url)).await?;
        let members = answer.get("members").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let handle = Value::from(story.who.handle);
        if !members.iter().any(|member| member.get("handle") == Some(&handle)) {
            return Err(self.missing("Okta does not show the membership", "provision-access"));
        }
        self.watch.line(format!("Okta shows {} in {}", story.who.name, story.group));
        Ok(())
    }

    /// Waits until whoever asked is told.
    async fn news(&self, who: Someone, before: &HashSet<String>) -> Done {
        let missing = || self.missing(&format!("{} was not told", who.name), "send-messages");
        let read = until(self.patience, missing, async || {
            let messages = self.slack.messages(who.account).await?;
            let mut told = messages.iter().filter(|message| is_new(message, before)).map(headline);
            Ok(told.next_back().filter(|line| line.starts_with(DONE)))
        })
        .await?;
        self.watch.line(format!("{} reads: {read}", who.name));
        Ok(())
    }

    fn missing(&self, what: &str, function: &str) -> Failure {
        let log = self.logs.join(format!("countersign-{function}.log"));
        Failure::new(format!("{what} within {} s", self.patience.as_secs())).advising(format!(
            "Look at {}, at the other logs beside it, and at `countersign ops list`.",
            log.display()
        ))
    }
}
