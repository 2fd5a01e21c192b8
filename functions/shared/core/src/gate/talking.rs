//! Questions to the requester while a gate is open. The clock stands still until they are answered, but not for ever.

use super::{Answer, AnswerCode, Gate, GateStatus};
use crate::{Result, ids::SubjectId, job::Refusal, policy::working_time::WorkingTime, time::Timestamp};
use serde::{Deserialize, Serialize};

/// A question to the requester. Its words, and those of the answer, stand among the request's sealed words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id: the same form sent twice has the same id.
    pub id: String,
    /// Who asked.
    pub by: SubjectId,
    /// When.
    pub at: Timestamp,
    /// Until when the clock stands still for it, if nobody answers.
    pub until: Timestamp,
    /// What became of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Its id.
    pub id: String,
    /// Who answered.
    pub by: SubjectId,
    /// When.
    pub at: Timestamp,
}

impl Gate {
    /// Asks the requester something for `by`: all wake-ups that are still to come move by as long as the clock will stand
    /// still. Answers the question's number, from 1, and whether it is new.
    ///
    /// # Errors
    /// [`Error::Broken`](crate::Error::Broken) for working time in a zone that nobody knows. The refusal is
    /// [`Refusal::NotOpen`] once it ended or its deadline passed; [`Refusal::QuestionsUsedUp`] where the stage allows no more.
    pub fn question(
        &mut self,
        by: &SubjectId,
        id: &str,
        cast_at: Timestamp,
        now: Timestamp,
        hours: Option<&WorkingTime>,
    ) -> Result<Result<(u32, bool), Refusal>> {
        if let Some((number, _)) = self.questions_by_number().find(|(_, known)| known.id == id) {
            return Ok(Ok((number, false)));
        }
        if let Err(reason) = self.must_be_open(cast_at, now) {
            return Ok(Err(reason));
        }
        let number = u32::try_from(self.questions.len()).unwrap_or(u32::MAX).saturating_add(1);
        if number > self.stage.questions {
            return Ok(Err(Refusal::QuestionsUsedUp));
        }
        let before = self.still_until(now);
        let until = now.plus(self.stage.answer_within);
        let asked = Question { id: id.to_owned(), by: by.clone(), at: now, until, reply: None };
        self.questions.push(asked);
        self.move_wakes(before, self.still_until(now), hours)?;
        Ok(Ok((number, true)))
    }

    /// Takes the answer to a question: the clock goes on, unless another question waits, and all wake-ups that are still to
    /// come move back by the time that was not needed. Answers whether it is new.
    ///
    /// # Errors
    /// As [`Gate::question`]. The refusal is
    /// [`Refusal::NotOpen`] once it ended or its deadline passed; [`Refusal::NoQuestion`] for one that nobody asked, or that
    /// was answered otherwise.
    pub fn reply(
        &mut self,
        number: u32,
        by: &SubjectId,
        id: &str,
        cast_at: Timestamp,
        now: Timestamp,
        hours: Option<&WorkingTime>,
    ) -> Result<Result<bool, Refusal>> {
        let position = (number as usize).wrapping_sub(1);
        let Some(known) = self.questions.get(position) else { return Ok(Err(Refusal::NoQuestion)) };
        if known.reply.as_ref().is_some_and(|reply| reply.id == id) {
            return Ok(Ok(false));
        }
        if let Err(reason) = self.must_be_open(cast_at, now) {
            return Ok(Err(reason));
        }
        if known.reply.is_some() {
            return Ok(Err(Refusal::NoQuestion));
        }
        let before = self.still_until(now);
        if let Some(question) = self.questions.get_mut(position) {
            question.reply = Some(Reply { id: id.to_owned(), by: by.clone(), at: now });
        }
        self.move_wakes(before, self.still_until(now), hours)?;
        Ok(Ok(true))
    }

    /// The questions with their numbers, from 1.
    pub fn questions_by_number(&self) -> impl Iterator<Item = (u32, &Question)> {
        (1..).zip(&self.questions)
    }

    /// Until when the clock stands still, seen at `now`; `now` itself while it runs.
    #[must_use]
    pub fn still_until(&self, now: Timestamp) -> Timestamp {
        let waiting = self.questions.iter().filter(|question| question.reply.is_none());
        waiting.map(|question| question.until).fold(now, Timestamp::max)
    }

    /// Whether the requester was asked something and has not said a word about it.
    #[must_use]
    pub fn awaits_an_answer(&self) -> bool {
        self.questions.iter().any(|question| question.reply.is_none())
    }

    /// What whoever waits is to be told now, if anything: the end, or the wake-ups that have moved since they began to wait.
    #[must_use]
    pub fn news(&self) -> Option<Answer> {
        let moved = self.moved.is_some() && self.moved == self.fence;
        let rescheduled = || moved.then(|| Answer::wait(AnswerCode::Rescheduled, self));
        self.answer.clone().or_else(rescheduled)
    }

    /// The clock stood still until `before` and does so until `after`: what comes later comes by as much later, or earlier;
    /// at a stage in working time so that as much of that is left. Wake-ups keep their places, so that what was done already
    /// stays done.
    fn move_wakes(&mut self, before: Timestamp, after: Timestamp, hours: Option<&WorkingTime>) -> Result<()> {
        let hours = hours.filter(|_| self.stage.expires_after.is_working());
        for wake in self.wakes.iter_mut().filter(|wake| wake.at > before) {
            wake.at = match hours {
                Some(hours) => hours.moved(before, wake.at, after)?,
                None => Timestamp(wake.at.0 + after.since(before)),
            };
        }
        if before != after {
            self.moved = self.fence;
        }
        Ok(())
    }

    /// Whether something said at a gate comes in its time.
    pub(super) fn must_be_open(&self, cast_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        let deadline = self.deadline();
        match self.status {
            GateStatus::Open if now < deadline && cast_at < deadline => Ok(()),
            _ => Err(Refusal::NotOpen),
        }
    }
}
