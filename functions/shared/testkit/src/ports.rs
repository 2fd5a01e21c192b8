//! Every port of the product, in memory.

use crate::{
    acts::Act,
    delivering::Delivery,
    guards::Guard,
    model::replay::About,
    understanding::{CERTIFIED_FROM, nothing},
    world::{State, World},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_core::{
    Error, Result,
    card::{Card, CopyAddress, Modal},
    change::decode,
    config::{ActiveConfig, Config, LoadedConfig},
    digest::Digest,
    facts::{AccessTarget, DirectoryUser, EmployeeFacts},
    job::{Envelope, Queue},
    message::Ask,
    opinion::Second,
    outbox::Due,
    person::{ChatAccount, ChatUser, DirectoryAccount, Employee, Leave},
    policy::autonomy::{Certified, MIN_ERROR},
    ports::{
        Access, Chat, Clock, Configs, Directory, DueIndex, Hris, Ids, KeyOwner, Queues, ReadStore, Salt,
        Sealed, SecondReader, Spent, Stored, TaskTokens, Triage, Vault, Workflows, Write, WriteStore,
    },
    request::EffectKind,
    slot::{List, Slot},
    time::Timestamp,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn later() -> Error {
    Error::unavailable("port")
}

fn unknown() -> Error {
    Error::Ambiguous { service: "port", erred: false }
}

/// Lists of what people are shown decide nothing.
fn of_list(list: &List) -> About<'static> {
    match list {
        List::Gates(_) | List::Rows(_) | List::Copies(..) => About::Others,
        _ => About::Nothing,
    }
}

impl Clock for World {
    fn now(&self) -> Timestamp {
        let mut state = self.state();
        let now = state.time();
        state.told(now)
    }
}

impl Ids for World {
    fn fresh(&self) -> String {
        self.state().draw()
    }
}

impl Salt for World {
    fn salt(&self) -> &str {
        "harbour"
    }
}

impl ReadStore for World {
    async fn get(&self, slot: &Slot) -> Result<Option<Stored>> {
        self.did(Act::Read(slot.clone()));
        self.call("store.get", About::Record(slot), later, |state| {
            let stored = state.records.get(slot);
            state.look_at_read(slot);
            let stored = state.spends(slot, stored);
            Ok(state.shown(slot, stored))
        })
        .await
    }

    async fn list(&self, list: &List) -> Result<Vec<Stored>> {
        self.did(Act::Listed(list.clone()));
        self.call("store.list", of_list(list), later, |state| Ok(state.records.list(list))).await
    }
}

impl WriteStore for World {
    async fn commit(&self, writes: Vec<Write>) -> Result<()> {
        writes.iter().for_each(|write| self.did(Act::of(write)));
        let about = self.state().of_writes(&writes);
        self.call("store.commit", about, unknown, |state| state.commit(writes)).await
    }
}

impl DueIndex for World {
    async fn due(&self, shard: u8, until: Timestamp, limit: usize) -> Result<Vec<Due>> {
        self.did(Act::FoundDue);
        self.call("store.due", About::Others, later, |state| Ok(state.records.due(shard, until, limit))).await
    }
}

impl Queues for World {
    async fn send_later(&self, queue: Queue, envelope: &Envelope, seconds: u16) -> Result<()> {
        self.did(Act::Sent(queue));
        let about = self.state().of_sending(queue);
        self.call("queues.send", about, later, |state| {
            let at = Timestamp(state.now.0 + i64::from(seconds) * 1000);
            if state.delivers(queue) {
                state.deliveries.put(Delivery::Queued(queue, Box::new(envelope.clone())), at);
            }
            Ok(())
        })
        .await
    }
}

impl Vault for World {
    async fn seal(&self, owner: &KeyOwner, purpose: &str, plain: &str) -> Result<Sealed> {
        self.did(Act::Sealed(owner.clone()));
        self.call("vault.seal", About::Nothing, later, |state| {
            state.fresh += u64::from(state.replay.is_none());
            let value =
                json!({"owner": name(owner), "purpose": purpose, "plain": plain, "nonce": state.fresh});
            Ok(STANDARD.encode(value.to_string()))
        })
        .await
    }

    async fn open(&self, owner: &KeyOwner, purpose: &str, sealed: &Sealed) -> Result<String> {
        self.did(Act::Opened(owner.clone()));
        self.call("vault.open", About::Nothing, later, |state| {
            if state.destroyed.contains(&name(owner)) {
                return Err(Error::NotFound("key"));
            }
            opened(owner, purpose, sealed).ok_or_else(|| Error::Broken("sealed for something else".into()))
        })
        .await
    }
}

fn name(owner: &KeyOwner) -> String {
    match owner {
        KeyOwner::Subject(subject) => subject.as_str().to_owned(),
        KeyOwner::System => "system".to_owned(),
    }
}

fn opened(owner: &KeyOwner, purpose: &str, sealed: &Sealed) -> Option<String> {
    let value: Value = serde_json::from_slice(&STANDARD.decode(sealed).ok()?).ok()?;
    let is = |field: &str, wanted: &str| value.get(field).and_then(Value::as_str) == Some(wanted);
    let plain = value.get("plain")?.as_str()?.to_owned();
    (is("owner", &name(owner)) && is("purpose", purpose)).then_some(plain)
}

impl Configs for World {
    async fn active(&self) -> Result<Arc<LoadedConfig>> {
        self.did(Act::Read(Slot::ActiveConfig));
        self.call("configs.active", About::Record(&Slot::ActiveConfig), later, |state| {
            let active = state.records.get(&Slot::ActiveConfig).ok_or(Error::NotFound("configuration"))?;
            config(state, &decode::<ActiveConfig>(active)?.value.version)
        })
        .await
    }

    async fn pinned(&self, version: &Digest) -> Result<Arc<LoadedConfig>> {
        self.did(Act::Read(Slot::Config(version.as_str().to_owned())));
        self.call("configs.pinned", About::Nothing, later, |state| config(state, version)).await
    }
}

impl State {
    pub(crate) fn commit(&mut self, writes: Vec<Write>) -> Result<()> {
        let writes = self.asked(writes);
        let seen = if self.witness.awake { writes.clone() } else { Vec::new() };
        let done = match self.lacks(Guard::AllOrNothing) {
            true => self.records.commit_what_can_be(writes),
            false => self.records.commit(writes),
        };
        if done.is_ok() {
            self.look(&seen);
        }
        done
    }

    fn change(&mut self, kind: EffectKind, target: &AccessTarget) -> Result<()> {
        self.look_at_change(kind, target);
        self.outside.change(kind, target, self.now)
    }
}

fn config(state: &mut State, version: &Digest) -> Result<Arc<LoadedConfig>> {
    if let Some(known) = state.configs.get(version) {
        return Ok(known.clone());
    }
    let slot = Slot::Config(version.as_str().to_owned());
    let stored = state.records.get(&slot).ok_or(Error::NotFound("configuration"))?;
    let config = Arc::new(LoadedConfig::read(&decode::<String>(stored)?.value, version)?);
    state.configs.insert(version.clone(), config.clone());
    Ok(config)
}

impl Workflows for World {
    async fn start(&self, definition: &str, name: &str, input: &Value) -> Result<()> {
        self.did(Act::Started(definition.to_owned()));
        self.call("workflows.start", About::Others, later, |state| {
            state.engine.start(definition, name, input, state.now)
        })
        .await
    }
}

impl TaskTokens for World {
    async fn succeed(&self, token: &str, output: &Value) -> Result<Spent> {
        self.did(Act::Completed);
        self.call("tokens.succeed", About::Others, later, |state| Ok(state.engine.succeed(token, output)))
            .await
    }
}

impl Hris for World {
    async fn employee(&self, id: &str) -> Result<Option<EmployeeFacts>> {
        self.call("hris.employee", About::Nothing, later, |state| Ok(state.outside.employee(id))).await
    }

    async fn employees(&self) -> Result<Vec<Employee>> {
        self.call("hris.employees", About::Nothing, later, |state| Ok(state.outside.employees.clone())).await
    }

    async fn leave(&self) -> Result<Vec<Leave>> {
        self.call("hris.leave", About::Nothing, later, |state| Ok(state.outside.leave.clone())).await
    }
}

impl Directory for World {
    async fn user(&self, id: &str) -> Result<Option<DirectoryUser>> {
        self.call("directory.user", About::Nothing, later, |state| Ok(state.outside.user(id))).await
    }

    async fn users(&self) -> Result<Vec<DirectoryAccount>> {
        self.call("directory.users", About::Nothing, later, |state| Ok(state.outside.accounts.clone())).await
    }

    async fn members(&self, group: &str) -> Result<Option<Vec<String>>> {
        self.call("directory.members", About::Nothing, later, |state| Ok(state.outside.members(group))).await
    }
}

impl Access for World {
    async fn grant(&self, target: &AccessTarget) -> Result<()> {
        self.call("access.grant", About::Others, unknown, |state| state.change(EffectKind::Grant, target))
            .await
    }

    async fn revoke(&self, target: &AccessTarget) -> Result<()> {
        self.call("access.revoke", About::Others, unknown, |state| {
            state.change(EffectKind::Revocation, target)
        })
        .await
    }

    async fn holds(&self, target: &AccessTarget) -> Result<bool> {
        self.call("access.holds", About::Others, later, |state| {
            let held = state.outside.shows(target, state.now);
            state.look_at_target(target, held);
            // Whoever does not read back is shown nothing of what it did.
            Ok(held && !(state.lacks(Guard::ReadBack) && state.running == "provision-access"))
        })
        .await
    }
}

impl Chat for World {
    async fn post(&self, to: &ChatUser, card: &Card) -> Result<CopyAddress> {
        self.call("chat.post", About::Others, later, |state| state.chat.post(to, card)).await
    }

    async fn find(&self, to: &ChatUser, value: &str) -> Result<Option<CopyAddress>> {
        self.call("chat.find", About::Others, later, |state| Ok(state.chat.find(to, value))).await
    }

    async fn update(&self, copy: &CopyAddress, card: &Card) -> Result<()> {
        self.call("chat.update", About::Others, later, |state| state.chat.update(copy, card)).await
    }

    async fn whisper(&self, to: &ChatUser, _place: Option<&str>, card: &Card) -> Result<()> {
        self.call("chat.whisper", About::Others, later, |state| {
            state.chat.whispers.push((to.clone(), card.clone()));
            Ok(())
        })
        .await
    }

    async fn fill_modal(&self, external_id: &str, modal: &Modal) -> Result<()> {
        self.call("chat.fill_modal", About::Others, later, |state| {
            state.chat.modals.push((external_id.to_owned(), modal.clone()));
            Ok(())
        })
        .await
    }

    async fn accounts(&self) -> Result<Vec<ChatAccount>> {
        self.call("chat.accounts", About::Nothing, later, |state| Ok(state.chat.accounts.clone())).await
    }
}

impl Triage for World {
    fn understand(&self, _: &Config, text: &str, _: Timestamp) -> Vec<Ask> {
        let scripted = self.state().script.get(text).cloned();
        scripted.unwrap_or_else(|| vec![nothing(text)])
    }

    fn version(&self) -> String {
        "scripted".into()
    }

    fn certified(&self) -> Vec<Certified> {
        vec![Certified { max_error: MIN_ERROR, from: CERTIFIED_FROM }]
    }
}

impl SecondReader for World {
    async fn second(&self, _: &Config, text: &str) -> Second {
        let Some(scripted) = self.state().second.get(text).cloned() else { return Second::Off };
        self.call("second.read", About::Nothing, later, |_| Ok(scripted)).await.unwrap_or(Second::Silent)
    }

    fn name(&self) -> Option<&str> {
        (!self.state().second.is_empty()).then_some("scripted-second")
    }
}
