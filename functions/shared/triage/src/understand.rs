//! From a message to its asks: what is wanted, of what, for whom, for how long, why, and how surely.

use std::ops::Range;

use countersign_core::{language::Language, question::Questions};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::asks::{self, Part};
use crate::catalog::Catalog;
use crate::classifier::{Classifier, Guess, OUT_OF_SCOPE};
use crate::confidence::{self, Doubt};
use crate::durations::{self, Duration};
use crate::language;
use crate::message::{Message, overlaps};
use crate::now::Now;
use crate::people::{self, Beneficiary};
use crate::starts::{self, Start};
use crate::targets::{Target, Targets};
use crate::{questions, reasons, steering, targets};

/// More asks than this in one message are kept but trusted to a person.
pub const MAX_ASKS: usize = 8;
/// Words that turn an ask for access around.
#[rustfmt::skip]
const NEGATIONS: &[&str] = &[
    "no", "not", "never", "don", "dont", "doesn", "won", "cancel", "nevermind", "longer", "anymore", "unused", "remove", "revoke",
    "reclaim", "withdraw", "return", "delete", "nicht", "kein", "keine", "keinen", "entfernen",
    "entfernt", "löschen", "kündigen", "zurück", "zurückgeben", "pas", "retirer", "supprimer", "quitar", "eliminar",
];
const CANCELLING: &[&str] = &[
    "cancel",
    "withdraw",
    "retract",
    "undo",
    "nevermind",
    "stornieren",
    "zurückziehen",
    "annuler",
    "cancelar",
];
const REQUESTS: &[&str] =
    &["request", "requests", "ask", "ticket", "anfrage", "antrag", "demande", "solicitud"];
/// With fewer known words than this share the classifier is out of its depth.
const FAMILIAR: f64 = 0.6;
/// From this many words on a message is looked at for repetition.
const MANY_WORDS: usize = 40;
/// One word in so many must be another one.
const LEAST_DIFFERENT: usize = 4;

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Understanding {
    /// The asks in the order of the text, at most [`MAX_ASKS`]; none where there are no words.
    pub asks: Vec<Ask>,
    /// The language of what the sender wrote, where it can be told.
    pub language: Option<Language>,
}

/// One ask. It names what is wanted, never who decides, how dangerous it is or which rule applies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ask {
    /// The part of the message that asks this.
    pub text: String,
    /// The most probable intent, for example `access.request`, or [`OUT_OF_SCOPE`].
    pub intent: String,
    /// The catalogue name of the application; `None` where none or several fit.
    pub application: Option<String>,
    /// Whether several applications fit.
    pub application_ambiguous: bool,
    /// The catalogue name of the level; for access requests the default where none is named.
    pub entitlement: Option<String>,
    /// For how long, in seconds; `None` where no end is named.
    pub duration_seconds: Option<u64>,
    /// From when on, in unix seconds; `None` is at once.
    #[serde(default)]
    pub starts_at: Option<i64>,
    /// Up to when, in unix seconds, where a day is named and not a length.
    #[serde(default)]
    pub ends_at: Option<i64>,
    /// Why, in the words of the asker.
    pub reason: Option<String>,
    /// Another person as mentioned, `<@U0EMMA>` or a mail address; `None` for the asker.
    pub beneficiary: Option<String>,
    /// How probable it is, 0 to 1, that acting on this without a person is right.
    pub confidence: f64,
    /// The three most probable intents.
    pub guesses: Vec<Guess>,
    /// The asker's words that speak most for the intent, the strongest first.
    pub words: Vec<String>,
    /// What is in doubt, in sentences that hold nothing of the message.
    pub doubts: Vec<String>,
    /// What the asker could be asked, where that would leave nothing in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub questions: Option<Questions>,
}

/// Reads a message. `now` serves only to tell which day "Friday" is, and when that begins and ends.
pub fn understand<'a>(
    model: &Classifier,
    catalog: &Catalog,
    text: &str,
    now: impl Into<Now<'a>>,
) -> Understanding {
    let now = now.into();
    let message = Message::read(catalog, text, |word| model.knows(word));
    let reader = Reader { model, catalog, message: &message, now, shared: shared_doubts(&message) };
    let mut asks: Vec<Ask> =
        asks::split(model, &message).iter().flat_map(|part| reader.asks(part)).take(MAX_ASKS + 1).collect();
    if asks.len() > MAX_ASKS {
        asks.truncate(MAX_ASKS);
        for ask in &mut asks {
            ask.confidence = confidence::confidence(ask.confidence, &[Doubt::Crowded]);
            ask.questions = None;
        }
    }
    Understanding { asks, language: language::detect(message.lower(message.body.clone())) }
}

/// From when on, for how many seconds, and up to when, in unix seconds.
fn times(details: &Details, now: Now<'_>) -> (Option<i64>, Option<u64>, Option<i64>) {
    let midnight = |day: Date| now.midnight(day);
    let starts = details.start.day().and_then(midnight).filter(|starts| *starts > now.seconds());
    let last = if let Start::On(_, last, _) = &details.start { *last } else { None };
    let named = last.and_then(Date::next_day).and_then(midnight);
    let ends = named.or(match details.duration {
        Duration::Until(seconds, _) => i64::try_from(seconds).ok().map(|seconds| now.seconds() + seconds),
        _ => None,
    });
    let length = match (ends, &details.duration) {
        (Some(ends), _) => {
            u64::try_from(ends - starts.unwrap_or(now.seconds())).ok().filter(|seconds| *seconds > 0)
        }
        (None, Duration::Seconds(seconds, _)) => Some(*seconds),
        _ => None,
    };
    (starts, length, ends)
}

/// Whether it is not plain from when on or for how long, or the end comes before the beginning.
fn has_unclear_times(details: &Details, now: Now<'_>) -> bool {
    let unclear =
        matches!(details.duration, Duration::Unclear(_)) || matches!(details.start, Start::Unclear(_));
    let (_, length, ends) = times(details, now);
    unclear || (ends.is_some() && length.is_none())
}

fn shared_doubts(message: &Message) -> Vec<Doubt> {
    let doubts = [
        (steering::is_steering(&message.lower), Doubt::Steering),
        (message.cut, Doubt::Cut),
        (message.hidden, Doubt::Hidden),
        (is_repetitive(message), Doubt::Repetitive),
        (asks::is_crowded(message), Doubt::Crowded),
    ];
    doubts.iter().filter(|(holds, _)| *holds).map(|(_, doubt)| *doubt).collect()
}

/// Nobody who asks for something fills a message with a handful of words.
fn is_repetitive(message: &Message) -> bool {
    let mut words: Vec<&str> = message.words(message.body.clone()).iter().map(|word| word.text).collect();
    let all = words.len();
    words.sort_unstable();
    words.dedup();
    all >= MANY_WORDS && words.len() * LEAST_DIFFERENT < all
}

struct Reader<'a> {
    model: &'a Classifier,
    catalog: &'a Catalog,
    message: &'a Message,
    now: Now<'a>,
    /// What casts doubt on every ask of the message.
    shared: Vec<Doubt>,
}

/// What a part says beside its target.
struct Details {
    intent: String,
    /// That acting on the intent is right, before any doubt.
    probability: f64,
    start: Start,
    duration: Duration,
    beneficiary: Beneficiary,
    reason: Option<Range<usize>>,
}

impl Reader<'_> {
    /// The asks of a part: one, or one for each application of an enumeration.
    fn asks(&self, part: &Part) -> Vec<Ask> {
        let details = self.details(part);
        let reason = details.reason.as_ref();
        let targets = Targets { catalog: self.catalog, message: self.message, part: &part.range, reason };
        targets.of(&details.intent).into_iter().map(|target| self.ask(part, &details, target)).collect()
    }

    fn details(&self, part: &Part) -> Details {
        let range = &part.range;
        let (intent, probability) = self.judge(part);
        let start = starts::find(self.message, range, self.now);
        let duration = durations::find(self.message, range, self.now, start.day());
        let mut taken: Vec<Range<usize>> =
            self.message.people.iter().map(|person| person.span.clone()).collect();
        if let Duration::Seconds(_, span) | Duration::Until(_, span) | Duration::Unclear(span) = &duration {
            taken.push(span.clone());
        }
        taken.extend(start.span().cloned());
        let reason = reasons::find(self.message, range, &taken);
        let beneficiary = people::beneficiary(self.message, range, reason.as_ref());
        Details { intent, probability, start, duration, beneficiary, reason }
    }

    fn ask(&self, part: &Part, details: &Details, target: Target) -> Ask {
        let intent = details.intent.clone();
        let is_access = targets::is_access(&intent);
        let doubts = self.doubts(part, details, &target);
        let (starts_at, duration_seconds, ends_at) = match is_access {
            true => times(details, self.now),
            false => (None, None, None),
        };
        let beneficiary = match &details.beneficiary {
            Beneficiary::Other(person) => Some(person.mention.clone()),
            _ => None,
        };
        Ask {
            text: self.message.text(part.range.clone()).to_owned(),
            words: part.readings.first().map(|text| self.model.words_for(text, &intent)).unwrap_or_default(),
            confidence: confidence::confidence(details.probability, &doubts),
            doubts: confidence::sentences(&doubts),
            questions: questions::of(details.probability, &doubts, &target, &details.beneficiary),
            application: target.application,
            application_ambiguous: target.ambiguous,
            entitlement: target.entitlement,
            duration_seconds,
            starts_at,
            ends_at,
            reason: details.reason.clone().map(|range| self.message.text(range).to_owned()),
            beneficiary,
            guesses: part.guesses.iter().take(3).cloned().collect(),
            intent,
        }
    }

    /// The intent, and how probable it is, by the mean of the part's readings, that acting on it is right.
    ///
    /// What the model would accept is not called out of scope, even where that is the most probable class; it is in doubt.
    fn judge(&self, part: &Part) -> (String, f64) {
        let best = part.guesses.iter().map(|guess| guess.intent.as_str()).find(|name| *name != OUT_OF_SCOPE);
        let best = best.unwrap_or(OUT_OF_SCOPE);
        let of = |reading: &String| self.model.confidence_in(reading, best);
        let mean = part.readings.iter().map(of).sum::<f64>() / part.readings.len().max(1) as f64;
        let intent = if mean >= self.model.threshold() { best } else { part.intent() };
        (intent.to_owned(), mean)
    }

    fn doubts(&self, part: &Part, details: &Details, target: &Target) -> Vec<Doubt> {
        let intent = details.intent.as_str();
        let is_access = targets::is_access(intent);
        let offered = self.catalog.intents.iter().any(|entry| entry.name == intent);
        let own = [
            (intent == OUT_OF_SCOPE, Doubt::OutOfScope),
            (intent != OUT_OF_SCOPE && part.intent() == OUT_OF_SCOPE, Doubt::PerhapsOutOfScope),
            (intent != OUT_OF_SCOPE && !offered, Doubt::NotOffered),
            (is_access && has_unclear_times(details, self.now), Doubt::UnclearDuration),
            (matches!(details.beneficiary, Beneficiary::Unclear(_)), Doubt::UnclearPerson),
            (intent == "access.request" && self.is_negated(part, details), Doubt::Negated),
            (self.takes_back(part), Doubt::Negated),
            (self.familiar_share(part, details) < FAMILIAR, Doubt::Unfamiliar),
        ];
        let own = own.iter().filter(|(holds, _)| *holds).map(|(_, doubt)| *doubt);
        self.shared.iter().copied().chain(target.doubts.iter().copied()).chain(own).collect()
    }

    /// "not" or "remove", unless it is the asker who does not have or see something.
    fn is_negated(&self, part: &Part, details: &Details) -> bool {
        #[rustfmt::skip]
        const LACKING: &[&str] = &[
            "t", "have", "see", "log", "open", "yet", "work", "got", "currently", "get", "find", "access", "licence",
            "license", "permission", "permissions", "rights", "puedo", "tengo", "veo",
        ];
        let words = self.message.words(part.range.clone());
        words.iter().enumerate().any(|(at, word)| {
            let in_reason = details.reason.as_ref().is_some_and(|reason| reason.contains(&word.at));
            let following = words.iter().skip(at + 1).find(|next| next.text != "t");
            NEGATIONS.contains(&word.text)
                && !in_reason
                && !following.is_some_and(|next| LACKING.contains(&next.text))
        })
    }

    /// "cancel my request": it speaks of another request, whatever that is about.
    fn takes_back(&self, part: &Part) -> bool {
        let words = self.message.words(part.range.clone());
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.text));
        has(CANCELLING) && has(REQUESTS)
    }

    /// The share of words that training knew; names, mentions, numbers and the reason do not count.
    fn familiar_share(&self, part: &Part, details: &Details) -> f64 {
        let named = self.message.applications.iter().map(|mention| &mention.span);
        let set_aside: Vec<&Range<usize>> = named
            .chain(self.message.people.iter().map(|person| &person.span))
            .chain(&details.reason)
            .collect();
        let words = self.message.words(part.range.clone());
        let counted: Vec<bool> = words
            .iter()
            .filter(|word| !set_aside.iter().any(|span| overlaps(span, &(word.at..word.end()))))
            .filter(|word| !word.text.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|word| self.model.knows(word.text))
            .collect();
        if counted.is_empty() {
            0.0
        } else {
            counted.iter().filter(|known| **known).count() as f64 / counted.len() as f64
        }
    }
}
