//! What triage has learned from people: lessons, each of which put another model in force, and what follows from them.

use crate::{
    digest::Digest,
    gate::Example,
    ids::{RequestId, SubjectId},
    policy::autonomy::Autonomy,
    ports::Sealed,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Corrections of one reviewer that are learned together.
pub const MAX_BATCH: usize = 50;
/// Strikes with which a reviewer is suspended: one for a batch that is refused, one less for a batch in force.
pub const MAX_STRIKES: u32 = 3;

/// A text and the label that a person gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The text of the request.
    pub text: String,
    /// An intent, or `out_of_scope`.
    pub label: String,
}

/// What a model is made of, beside the examples that ship.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Corrections in force, which are learned before any batch.
    pub in_force: Vec<Labelled>,
    /// New corrections, by reviewer: each batch is learned as a whole or not at all.
    pub batches: Vec<Vec<Labelled>>,
    /// What people said afterwards of requests that nobody had read. It is never learned: confidence is fitted to it.
    pub audited: Vec<Labelled>,
    /// How many of a thousand requests are no matter of the desk, as people have said; `None` where too few have.
    pub outside: Option<u16>,
}

/// What came of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trained {
    /// Of each batch, whether it does no harm by itself.
    pub harmless: Vec<bool>,
    /// Whether those together do harm all the same, so that none of them was learned: nobody's fault.
    pub together: bool,
    /// The version of the model.
    pub version: Digest,
    /// Its file.
    pub model: Vec<u8>,
    /// How it was measured.
    pub golden: Golden,
}

/// Accuracy on a set that nobody's corrections enter, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Golden {
    /// Of the corrections that were in force before.
    pub before: u16,
    /// Of the model.
    pub after: u16,
}

/// Which model is in force, and what triage may do by it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveModel {
    /// Its version; none for the one that ships.
    pub version: Option<Digest>,
    /// The lesson that put it in force.
    pub lesson: u64,
    /// What intents have earned or lost; the others have what the policy gives them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<String, Autonomy>,
}

/// One change of the model in force, of what it may do, or of whom it learns from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// Its number, from 1.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// The model in force before; none for the one that ships.
    pub parent: Option<Digest>,
    /// The model in force from then on; none for the one that ships.
    pub version: Option<Digest>,
    /// How it came to it.
    pub cause: Cause,
}

/// What changed, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cause")]
pub enum Cause {
    /// Corrections were learned, or none of them: then the model is the one before.
    Learned {
        /// The version of the model that ships, whose examples it started from.
        base: String,
        /// What was made of each batch.
        batches: Vec<Batch>,
        /// How the model was measured.
        golden: Golden,
    },
    /// What triage may do was measured anew.
    Measured {
        /// The levels of all intents that have another one than they start with.
        levels: BTreeMap<String, Autonomy>,
    },
    /// An admin lets a suspended reviewer be listened to again.
    Trusted {
        /// Whom.
        reviewer: SubjectId,
        /// Who.
        by: SubjectId,
        /// Why, sealed.
        reason: Sealed,
    },
    /// An admin went back to a model of before.
    RolledBack {
        /// Who.
        by: SubjectId,
        /// Why, sealed.
        reason: Sealed,
    },
}

/// Corrections of one reviewer that were judged together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Who corrected.
    pub reviewer: SubjectId,
    /// Which corrections.
    pub examples: Vec<(RequestId, u32)>,
    /// Whether they were learned.
    pub learned: bool,
    /// Whether nobody has a strike for them: they were in force and were judged again since another model ships, or do
    /// harm only together with others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// A correction, as lessons name it.
pub type Key = (RequestId, u32);

/// The name of a correction.
#[must_use]
pub fn key(example: &Example) -> Key {
    (example.request.clone(), example.gate)
}

/// What all lessons together come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The number of the last lesson; 0 where there is none.
    pub lessons: u64,
    /// The model in force; none for the one that ships.
    pub version: Option<Digest>,
    /// The shipped model that the last one was made from, whatever was gone back to since; none before the first lesson.
    pub base: Option<String>,
    /// When the last model was made, or gone back to.
    pub made_at: Option<Timestamp>,
    /// What intents have earned or lost.
    pub levels: BTreeMap<String, Autonomy>,
    /// The corrections in force.
    pub in_force: BTreeSet<Key>,
    /// Corrections of which it was said whether they are learned; they are not learned again.
    judged: BTreeSet<Key>,
    strikes: BTreeMap<SubjectId, u32>,
    /// What was in force under each version.
    versions: BTreeMap<Option<Digest>, BTreeSet<Key>>,
}

impl History {
    /// Of all lessons, in their order.
    #[must_use]
    pub fn of(lessons: &[Lesson]) -> Self {
        let mut history = Self::default();
        history.versions.insert(None, <_>::default());
        lessons.iter().for_each(|lesson| history.take(lesson));
        history
    }

    /// Takes one more lesson.
    pub fn take(&mut self, lesson: &Lesson) {
        self.lessons = lesson.number;
        self.version.clone_from(&lesson.version);
        match &lesson.cause {
            Cause::Learned { base, batches, .. } => {
                batches.iter().for_each(|batch| self.judge(batch));
                self.base = Some(base.clone());
                // Where all batches are refused the model is the one before.
                if batches.is_empty() || lesson.version != lesson.parent {
                    self.made_at = Some(lesson.at);
                }
                self.versions.insert(lesson.version.clone(), self.in_force.clone());
            }
            Cause::RolledBack { .. } => {
                self.made_at = Some(lesson.at);
                self.in_force = self.versions.get(&lesson.version).cloned().unwrap_or_default();
            }
            Cause::Measured { levels } => self.levels.clone_from(levels),
            Cause::Trusted { reviewer, .. } => {
                self.strikes.remove(reviewer);
            }
        }
    }

    /// The lesson that would come next; by itself it leaves the model that is in force.
    #[must_use]
    pub fn next(&self, at: Timestamp, cause: Cause) -> Lesson {
        let (parent, version) = (self.version.clone(), self.version.clone());
        Lesson { number: self.lessons + 1, at, parent, version, cause }
    }

    fn judge(&mut self, batch: &Batch) {
        self.judged.extend(batch.examples.iter().cloned());
        if batch.learned {
            self.in_force.extend(batch.examples.iter().cloned());
        } else {
            batch.examples.iter().for_each(|key| _ = self.in_force.remove(key));
        }
        if batch.again {
            return;
        }
        let strikes = self.strikes.entry(batch.reviewer.clone()).or_default();
        if batch.learned {
            *strikes = strikes.saturating_sub(1);
        } else {
            *strikes += 1;
        }
    }

    /// Whether a model is in force that was made when another one than `base` shipped. Going back to a model that was
    /// made from another one is no reason to make it again.
    #[must_use]
    pub fn is_outdated(&self, base: &str) -> bool {
        self.base.as_ref().is_some_and(|last| last != base) && self.version.is_some()
    }

    /// Who is not listened to.
    pub fn suspended(&self) -> impl Iterator<Item = &SubjectId> {
        self.strikes.iter().filter(|(_, strikes)| **strikes >= MAX_STRIKES).map(|(reviewer, _)| reviewer)
    }

    /// Whether a version was in force once; the one that ships always was.
    #[must_use]
    pub fn knows(&self, version: Option<&Digest>) -> bool {
        self.versions.contains_key(&version.cloned())
    }

    /// Whether this reviewer is still listened to.
    #[must_use]
    pub fn trusts(&self, reviewer: &SubjectId) -> bool {
        self.strikes.get(reviewer).is_none_or(|strikes| *strikes < MAX_STRIKES)
    }

    /// Whether it was said already whether a correction is learned.
    #[must_use]
    pub fn has_judged(&self, example: &Example) -> bool {
        self.judged.contains(&key(example))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(name: &str) -> Option<Digest> {
        (name != "shipped").then(|| Digest::of_text(name))
    }

    fn request(name: &str) -> RequestId {
        RequestId::derived(&[name])
    }

    fn who(name: &str) -> SubjectId {
        SubjectId::derived(&[name])
    }

    /// Lessons: `learn VERSION [+-!?]REVIEWER:REQUEST …` (learned, refused; again so, again not), `back VERSION` or
    /// `trust REVIEWER`.
    fn history(lines: &[&str]) -> History {
        let lesson = |(at, line): (usize, &&str)| {
            let mut words = line.split(' ');
            let (cause, name) = (words.next().unwrap(), words.next().unwrap());
            let batch = |word: &str| {
                let (reviewer, of) = word[1..].split_once(':').unwrap();
                Batch {
                    reviewer: who(reviewer),
                    examples: vec![(request(of), 1)],
                    learned: word.starts_with(['+', '!']),
                    again: word.starts_with(['!', '?']),
                }
            };
            let cause = match cause {
                "learn" => Cause::Learned {
                    base: "base".into(),
                    batches: words.map(batch).collect(),
                    golden: Golden::default(),
                },
                "trust" => Cause::Trusted { reviewer: who(name), by: who("ada"), reason: String::new() },
                _ => Cause::RolledBack { by: who("ada"), reason: String::new() },
            };
            Lesson { number: at as u64 + 1, at: Timestamp(0), parent: None, version: version(name), cause }
        };
        History::of(&lines.iter().enumerate().map(lesson).collect::<Vec<_>>())
    }

    #[test]
    fn what_is_in_force_follows_from_the_lessons() {
        let first = "learn one +dana:a";
        for (lines, in_force, in_version) in [
            (&[][..], &[][..], "shipped"),
            (&[first], &["a"], "one"),
            (&[first, "learn two +dana:b -mallory:c"], &["a", "b"], "two"),
            (&[first, "learn two +dana:b", "back one"], &["a"], "one"),
            (&[first, "learn two +dana:b", "back one", "learn three +dana:d"], &["a", "d"], "three"),
            (&[first, "learn two +dana:b", "back shipped"], &[], "shipped"),
            (&[first, "back shipped", "back one"], &["a"], "one"),
            (&[first, "learn two +dana:b", "learn three !dana:a ?dana:b +dana:c"], &["a", "c"], "three"),
            (&[first, "learn two ?dana:a", "back one"], &["a"], "one"),
        ] {
            let history = history(lines);
            let expected: BTreeSet<Key> = in_force.iter().map(|name| (request(name), 1)).collect();
            assert_eq!(
                (history.in_force.clone(), &history.version),
                (expected, &version(in_version)),
                "{lines:?}"
            );
            assert_eq!(history.lessons, lines.len() as u64);
            assert!(history.knows(None) && !history.knows(version("never").as_ref()));
        }
    }

    #[test]
    fn three_strikes_suspend_and_a_learned_batch_takes_one_off() {
        for (batches, trusted) in [
            ("-m:a -m:b", true),
            ("-m:a -m:b -m:c", false),
            ("-m:a +m:b -m:c -m:d", true),
            ("+m:a -m:b -m:c -m:d", false),
            ("-o:a -o:b -o:c", true),
            ("-m:a -m:b ?m:c", true),
            ("-m:a -m:b -m:c !m:d", false),
        ] {
            let lesson = format!("learn one {batches}");
            let before = history(&[&lesson]);
            assert_eq!(before.trusts(&who("m")), trusted, "{batches}");
            assert_eq!(before.suspended().any(|reviewer| *reviewer == who("m")), !trusted);
            assert!(history(&[&lesson, "trust m"]).trusts(&who("m")), "{batches}");
        }
    }

    #[test]
    fn only_another_shipped_model_makes_what_is_in_force_outdated() {
        for (lines, outdated) in [
            (&[][..], false),
            (&["learn one +dana:a"], true),
            (&["learn shipped -dana:a"], false),
            (&["learn one ?dana:a"], true),
            (&["learn one +dana:a", "back shipped"], false),
        ] {
            assert!(!history(lines).is_outdated("base"), "{lines:?}");
            assert_eq!(history(lines).is_outdated("next"), outdated, "{lines:?}");
        }
    }
}
