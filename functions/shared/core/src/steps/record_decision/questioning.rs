//! More information: a question to the requester, and their answer. The words are sealed; the clock stands still between.

use super::{
    counting::record_refusal,
    hearing::{Heard, Spotted, gate_of, tell},
    judging::{is_outdated, may_decide, pinned},
    reasons::keep_words,
};
use crate::{
    Result,
    audit::{By, Happening},
    change::{Change, Versioned, read_request},
    gate::{Ending, Gate},
    ids::SubjectId,
    job::{Actor, Notice, Refusal, Spot},
    message::{MAX_REASON_CHARACTERS, check_text},
    outbox::Work,
    ports::{Clock, Configs, Expect, Queues, ReadStore, Salt, Vault, WriteStore},
    request::{Request, Said},
    steps::{
        ask_approvers::read_gate,
        committing::{commit, until_first},
        identifying::{subject_of, via},
        opening::{fill, put_gate},
    },
    time::Timestamp,
};

/// Something said at a gate, as it came in: a question to the requester, or an answer of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Its id: the same form sent twice has the same id.
    pub id: String,
    /// The gate.
    pub of: Spot,
    /// The words.
    pub text: String,
    /// Who.
    pub actor: Actor,
    /// When it came in.
    pub cast_at: Timestamp,
    /// The conversation of the form.
    pub place: Option<String>,
}

/// Somebody's saying at a gate.
struct Turn<'a> {
    saying: &'a Saying,
    who: &'a SubjectId,
    request: Versioned<Request>,
    gate: Versioned<Gate>,
}

/// Asks the requester something, for who may decide. Answers the question's number at its gate, from 1.
///
/// # Errors
/// As the ports; [`crate::Error::Invalid`] for a bad text; [`crate::Error::NotFound`] for a card that was never shown, and for
/// a request that they may not see.
pub async fn ask_requester<C>(ctx: &C, saying: Saying) -> Result<Heard<u32>>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    check_text("question", &saying.text, MAX_REASON_CHARACTERS)?;
    let Some(who) = known(ctx, &saying).await? else { return Ok(Heard::UnknownPerson) };
    let at = gate_of(ctx, &saying.of, &who).await?;
    let heard = until_first(|| async {
        fill(ctx, &at.request, at.gate).await?;
        question(ctx, turn(ctx, &saying, &who, &at).await?).await
    })
    .await?;
    let request = at.request.clone();
    let notice = heard.notice(&at.request, |_| Some(Notice::QuestionSent { request }));
    tell(ctx, &saying.actor, saying.place.as_ref(), notice).await?;
    Ok(heard)
}

/// Takes the requester's answer to the question of a number, that of the card where it is not given. Answers the number.
///
/// # Errors
/// As [`ask_requester`].
pub async fn answer_question<C>(ctx: &C, saying: Saying, number: Option<u32>) -> Result<Heard<u32>>
where
    C: WriteStore + Clock + Configs + Queues + Salt + Vault,
{
    check_text("answer", &saying.text, MAX_REASON_CHARACTERS)?;
    let Some(who) = known(ctx, &saying).await? else { return Ok(Heard::UnknownPerson) };
    let at = gate_of(ctx, &saying.of, &who).await?;
    let number = number.or(at.question).unwrap_or(0);
    let heard =
        until_first(|| async { answer(ctx, turn(ctx, &saying, &who, &at).await?, number).await }).await?;
    let request = at.request.clone();
    let notice = heard.notice(&at.request, |_| Some(Notice::AnswerSent { request }));
    tell(ctx, &saying.actor, saying.place.as_ref(), notice).await?;
    Ok(heard)
}

async fn known<C: ReadStore + Queues + Salt>(ctx: &C, saying: &Saying) -> Result<Option<SubjectId>> {
    let who = subject_of(ctx, &saying.actor).await?;
    let unknown = who.is_none().then_some(Notice::UnknownPerson);
    tell(ctx, &saying.actor, saying.place.as_ref(), unknown).await?;
    Ok(who)
}

async fn turn<'a>(
    ctx: &impl ReadStore,
    saying: &'a Saying,
    who: &'a SubjectId,
    at: &Spotted,
) -> Result<Turn<'a>> {
    let request = read_request(ctx, &at.request).await?;
    let gate = read_gate(ctx, &at.request, at.gate).await?;
    Ok(Turn { saying, who, request, gate })
}

async fn question<C>(ctx: &C, mut turn: Turn<'_>) -> Result<Heard<u32>>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    let Turn { saying, who, .. } = turn;
    if let Some(ending) = turn.gate.value.ending() {
        let mine = turn.gate.value.questions_by_number().find(|(_, asked)| asked.id == saying.id);
        return Ok(after_the_end(&turn.gate.value, ending, mine.map(|(number, _)| number)));
    }
    if is_outdated(ctx, who).await? {
        return Ok(Heard::NotJudgedYet { deadline: turn.gate.value.deadline() });
    }
    let config = pinned(ctx, &turn.request.value).await?;
    let asked = match may_decide(ctx, who, &turn.request.value, &turn.gate.value, &config).await? {
        Ok(_) => {
            let hours = config.policy.working_time.as_ref();
            turn.gate.value.question(who, &saying.id, saying.cast_at, ctx.now(), hours)?
        }
        Err(reason) => Err(reason),
    };
    heard(ctx, turn, asked, false).await
}

/// Only who asked for it can say more about it.
async fn answer<C>(ctx: &C, mut turn: Turn<'_>, number: u32) -> Result<Heard<u32>>
where
    C: WriteStore + Clock + Configs + Queues + Vault,
{
    let Turn { saying, who, .. } = turn;
    if let Some(ending) = turn.gate.value.ending() {
        let mut turns = turn.gate.value.questions_by_number();
        let mine = turns.find(|(_, asked)| asked.reply.as_ref().is_some_and(|reply| reply.id == saying.id));
        return Ok(after_the_end(&turn.gate.value, ending, mine.map(|(number, _)| number)));
    }
    let request = &turn.request.value;
    let config = pinned(ctx, request).await?;
    let hours = config.policy.working_time.as_ref();
    let answered = match [&request.requester, &request.filer].contains(&who) {
        true => turn.gate.value.reply(number, who, &saying.id, saying.cast_at, ctx.now(), hours)?,
        false => Err(Refusal::NotTheRequester),
    };
    heard(ctx, turn, answered.map(|new| (number, new)), true).await
}

fn after_the_end(gate: &Gate, ending: Ending, mine: Option<u32>) -> Heard<u32> {
    mine.map_or_else(|| Heard::AlreadyDecided { ending, by: gate.deciders() }, Heard::Stands)
}

async fn heard<C>(
    ctx: &C,
    turn: Turn<'_>,
    said: Result<(u32, bool), Refusal>,
    answers: bool,
) -> Result<Heard<u32>>
where
    C: WriteStore + Clock + Queues + Vault,
{
    match said {
        Ok((number, new)) => {
            if new {
                record(ctx, turn, number, answers).await?;
            }
            Ok(Heard::Stands(number))
        }
        Err(reason) => {
            let Turn { saying, who, request, gate } = turn;
            record_refusal(ctx, &saying.actor, who, reason, request, gate).await?;
            Ok(Heard::Refused(reason))
        }
    }
}

/// Keeps the words, moves the wake-ups and owes the words to people, in one transaction.
async fn record<C>(ctx: &C, turn: Turn<'_>, question: u32, answers: bool) -> Result<()>
where
    C: WriteStore + Clock + Queues + Vault,
{
    let Turn { saying, who, request, gate } = turn;
    let (id, number, deadline) = (request.value.id.clone(), gate.value.number, gate.value.deadline());
    let by = By::Person { subject: who.clone(), via: via(&saying.actor).into() };
    let mut change = Change::of(request, ctx.now(), by);
    let said = Said { gate: number, question, answers, text: saying.text.clone() };
    let words = keep_words(ctx, &mut change, |words| words.talk.push(said)).await?;
    let request = id.clone();
    let (what, word) = match answers {
        false => {
            change.request.times.first_touched.get_or_insert(saying.cast_at);
            (
                Happening::QuestionAsked { gate: number, question, words, deadline },
                Work::AskRequester { request, gate: number, question },
            )
        }
        true => (
            Happening::QuestionAnswered { gate: number, question, words, deadline },
            Work::TellAnswer { request, gate: number, question },
        ),
    };
    change.record(what)?;
    change.owe(word);
    change.owe(Work::UpdateAllCopies { request: id.clone(), gate: number });
    if gate.value.news().is_some() {
        change.owe(Work::SpendToken { request: id, gate: number });
    }
    change.write(put_gate(&gate.value, Expect::Version(gate.version))?);
    commit(ctx, change).await
}
