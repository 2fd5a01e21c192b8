//! Slack's Web API: posts and changes cards, opens and fills modals, lists accounts.

mod account;
mod answer;
mod history;

use crate::slack::{
    forms,
    render::{render_card, text::is_id},
};
use answer::Subject;
use countersign_core::{
    Error, Result,
    card::{Card, CopyAddress, Modal},
    person::{ChannelKind, ChatAccount, ChatUser},
    ports::Chat,
    time::Timestamp,
};
use countersign_http::{
    Bytes, Client, Request,
    http::{
        HeaderValue,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use serde_json::{Value, json};
use std::{fmt, sync::Arc, time::Duration};
use url::Url;

/// How long opening a modal may take: the caller must answer within three seconds of the person's act.
pub const OPEN_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How long any other call may take.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// Accounts on one page of the list.
pub const PAGE_SIZE: usize = 200;
/// The most pages of accounts that are read: 100,000 accounts.
pub const MAX_PAGES: usize = 500;

/// How many of the last messages of a conversation are looked through for a card.
pub const LOOK_BACK: usize = 100;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// Tells the time, for waits that Slack names in seconds.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The token by which the app acts. Its `Debug` prints nothing of it.
#[derive(Clone)]
pub struct BotToken(HeaderValue);

impl BotToken {
    /// Takes the token of the Slack app, `xoxb-…`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is empty or cannot stand in a header.
    pub fn new(token: &str) -> Result<Self> {
        let bad = || Error::invalid("Slack bot token", "is empty or not as Slack writes it".into());
        let mut header = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| bad())?;
        header.set_sensitive(true);
        if token.trim().is_empty() { Err(bad()) } else { Ok(Self(header)) }
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BotToken")
    }
}

/// Where and as whom Slack is called.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address of the Web API, `https://slack.com/api/`; plain `http` on this machine only.
    pub url: String,
    /// The token of the app.
    pub token: BotToken,
    /// The id of our workspace: accounts of others are never regular, and are sent nothing.
    pub team: String,
}

/// A client of the Web API. Cheap to clone.
///
/// Slack takes no key by which it would know a repeat. When a call that posts ends as [`Error::Unavailable`]
/// without a time, it may have been posted: look with [`Chat::find`] before posting again.
#[derive(Clone)]
pub struct SlackClient {
    http: Client,
    base: Url,
    token: BotToken,
    team: String,
    now: Now,
}

impl fmt::Debug for SlackClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlackClient").field("base", &self.base.as_str()).field("team", &self.team).finish()
    }
}

impl SlackClient {
    /// A client that calls through `http`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the address is neither `https` nor `http` on this machine, or the workspace is no id.
    pub fn new(http: Client, settings: Settings, now: Now) -> Result<Self> {
        let base = base(&settings.url)?;
        if !is_id(&settings.team) {
            return Err(Error::invalid("Slack team", "must be a workspace id such as T0HARBOUR".into()));
        }
        Ok(Self { http, base, token: settings.token, team: settings.team, now })
    }

    /// Opens a modal by the trigger of a person's act, within [`OPEN_TIMEOUT`].
    ///
    /// # Errors
    /// [`Error::Refused`] if the trigger has ended or was used; [`Error::Unavailable`].
    pub async fn open_modal(&self, trigger_id: &str, view: &Value) -> Result<()> {
        let arguments = json!({"trigger_id": trigger_id, "view": view});
        let call = self.json_call("views.open", &arguments)?;
        self.answer(call, OPEN_TIMEOUT, Subject::Modal).await.map(drop)
    }

    fn call(&self, method: &str, kind: HeaderValue, body: String) -> Result<Request<Bytes>> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{method}", self.base.path()));
        let call = Request::post(url.as_str()).header(AUTHORIZATION, self.token.0.clone());
        let call = call.header(CONTENT_TYPE, kind).body(body.into());
        call.map_err(|_| Error::Broken("a call of Slack cannot be written".into()))
    }

    fn json_call(&self, method: &str, arguments: &Value) -> Result<Request<Bytes>> {
        self.call(method, JSON, arguments.to_string())
    }

    async fn answer(&self, call: Request<Bytes>, time: Duration, subject: Subject) -> Result<Value> {
        let answer =
            self.http.send_within(call, time).await.map_err(|_| Error::unavailable(answer::SLACK))?;
        answer::read(answer, subject, (self.now)()).await
    }

    async fn post_message(&self, method: &str, card: &Card, more: Value) -> Result<Value> {
        self.answer(self.json_call(method, &message(card, more))?, TIMEOUT, Subject::Message).await
    }

    fn member(&self, to: &ChatUser) -> Result<()> {
        let ours = to.channel == ChannelKind::Slack && to.workspace == self.team && is_id(&to.user);
        if ours { Ok(()) } else { Err(Error::Refused("no account of this Slack workspace".into())) }
    }

    /// Methods that only read take a form, not JSON.
    async fn ask(&self, method: &str, form: &[(&str, &str)], subject: Subject) -> Result<Value> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.answer(self.call(method, FORM, body)?, TIMEOUT, subject).await
    }

    async fn page(&self, cursor: &str) -> Result<Value> {
        let limit = PAGE_SIZE.to_string();
        self.ask("users.list", &[("limit", &limit), ("cursor", cursor)], Subject::Accounts).await
    }
}

fn base(url: &str) -> Result<Url> {
    let bad =
        || Error::invalid("Slack address", "must be https, or http on this machine, and end in /".into());
    let url = Url::parse(url).map_err(|_| bad())?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
    let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
    if safe && url.path().ends_with('/') && url.username().is_empty() { Ok(url) } else { Err(bad()) }
}

/// A card as the arguments of a call: nothing in it is parsed or unfolded.
fn message(card: &Card, more: Value) -> Value {
    let (text, blocks) = render_card(card);
    let mut arguments = json!({
        "text": text, "blocks": blocks, "mrkdwn": false, "parse": "none", "link_names": false,
        "unfurl_links": false, "unfurl_media": false,
    });
    if let (Some(arguments), Value::Object(more)) = (arguments.as_object_mut(), more) {
        arguments.extend(more);
    }
    arguments
}

impl Chat for SlackClient {
    async fn post(&self, to: &ChatUser, card: &Card) -> Result<CopyAddress> {
        self.member(to)?;
        let answer = self.post_message("chat.postMessage", card, json!({"channel": to.user})).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(conversation), Some(message)) = (text("channel"), text("ts")) else {
            return Err(Error::Broken("Slack did not say where the message is".into()));
        };
        Ok(CopyAddress { channel: ChannelKind::Slack, conversation, message })
    }

    async fn find(&self, to: &ChatUser, value: &str) -> Result<Option<CopyAddress>> {
        self.member(to)?;
        let call = self.json_call("conversations.open", &json!({"users": to.user}))?;
        let opened = self.answer(call, TIMEOUT, Subject::Message).await?;
        let Some(conversation) = opened.pointer("/channel/id").and_then(Value::as_str) else {
            return Err(Error::Broken("Slack did not say which conversation it is".into()));
        };
        let limit = LOOK_BACK.to_string();
        let form = [("channel", conversation), ("limit", limit.as_str())];
        let page = self.ask("conversations.history", &form, Subject::History).await?;
        let message = history::newest_with(&page, value).map(str::to_owned);
        Ok(message.map(|message| CopyAddress {
            channel: ChannelKind::Slack,
            conversation: conversation.to_owned(),
            message,
        }))
    }

    async fn update(&self, copy: &CopyAddress, card: &Card) -> Result<()> {
        let place = json!({"channel": copy.conversation, "ts": copy.message});
        self.post_message("chat.update", card, place).await.map(drop)
    }

    /// Where the app may not speak in that conversation, or none is known, in the person's direct messages.
    async fn whisper(&self, to: &ChatUser, place: Option<&str>, card: &Card) -> Result<()> {
        self.member(to)?;
        if let Some(place) = place.filter(|place| is_id(place)) {
            let place = json!({"channel": place, "user": to.user});
            match self.post_message("chat.postEphemeral", card, place).await {
                Err(Error::Refused(_)) => {}
                other => return other.map(drop),
            }
        }
        self.post(to, card).await.map(drop)
    }

    async fn fill_modal(&self, external_id: &str, modal: &Modal) -> Result<()> {
        let arguments = json!({"external_id": external_id, "view": forms::filled(modal, external_id)});
        self.answer(self.json_call("views.update", &arguments)?, TIMEOUT, Subject::Modal).await.map(drop)
    }

    async fn accounts(&self) -> Result<Vec<ChatAccount>> {
        let (mut accounts, mut cursor) = (Vec::new(), String::new());
        for _ in 0..MAX_PAGES {
            let page = self.page(&cursor).await?;
            let members =
                page.get("members").and_then(Value::as_array).ok_or(Error::unavailable(answer::SLACK))?;
            accounts.extend(members.iter().filter_map(|member| account::read(member, &self.team)));
            cursor = page
                .pointer("/response_metadata/next_cursor")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            if cursor.is_empty() {
                return Ok(accounts);
            }
        }
        // A list that does not end is no list: people missing from it would lose their accounts here.
        Err(Error::unavailable(answer::SLACK))
    }
}
