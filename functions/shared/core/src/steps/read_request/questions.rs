//! What was asked of the requester at a gate, in the timeline; the words only for those whose they are, or who are asked.

use crate::{
    Error, Result,
    cards::{Names, SOMEBODY},
    change::read,
    gate::Gate,
    ids::SubjectId,
    ports::{ReadStore, Vault},
    request::{Request, Said, Words},
    slot::Slot,
    steps::record_decision::open_words,
};
use serde_json::{Value, json};

/// What was said at the gates, as far as the caller may read it. Words whose key was destroyed are gone.
///
/// # Errors
/// As the ports.
pub(super) async fn words<C: ReadStore + Vault>(
    ctx: &C,
    caller: &SubjectId,
    request: &Request,
    gates: &[Gate],
) -> Result<Vec<Said>> {
    let asked = gates.iter().any(|gate| gate.asks(caller));
    let theirs = asked || request.parties().contains(&caller);
    if !theirs || gates.iter().all(|gate| gate.questions.is_empty()) {
        return Ok(Vec::new());
    }
    let Some(sealed) = read::<String>(ctx, &Slot::Words(request.id.clone())).await? else {
        return Ok(Vec::new());
    };
    match open_words(ctx, request, &sealed.value).await {
        Ok(Words { talk, .. }) => Ok(talk),
        Err(Error::NotFound(_)) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// Everybody who asked or answered.
pub(super) fn people(gates: &[Gate]) -> impl Iterator<Item = SubjectId> {
    let questions = gates.iter().flat_map(|gate| &gate.questions);
    questions.flat_map(|asked| {
        let replied = asked.reply.iter().map(|reply| reply.by.clone());
        std::iter::once(asked.by.clone()).chain(replied)
    })
}

/// The questions at a gate.
pub(super) fn told(gate: &Gate, words: &[Said], names: &Names) -> Vec<Value> {
    let name = |who: &SubjectId| names.get(who).map_or(SOMEBODY, |who| who.name.as_str()).to_owned();
    let text = |question: u32, answers: bool| {
        let mine =
            |said: &&Said| (said.gate, said.question, said.answers) == (gate.number, question, answers);
        words.iter().find(mine).map(|said| said.text.clone())
    };
    let turn = |(number, asked): (u32, &crate::gate::Question)| {
        let reply = asked.reply.as_ref().map(
            |reply| json!({"by": name(&reply.by), "at": reply.at.to_string(), "text": text(number, true)}),
        );
        json!({"question": number, "by": name(&asked.by), "at": asked.at.to_string(),
               "until": asked.until.to_string(), "text": text(number, false), "answer": reply})
    };
    gate.questions_by_number().map(turn).collect()
}
