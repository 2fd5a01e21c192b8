//! Escalation: what a stage does, step by step, while those whom it asks say nothing.

use super::{Approver, Lapse, Stage, is_usual};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{
        MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use std::fmt;

/// The most steps of one stage; of an order, each of its approvers is one.
pub const MAX_STEPS: usize = 10;

/// What happens after a while without a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalation {
    /// Counted from the opening.
    pub after: Lapse,
    /// To whom.
    pub to: Vec<Approver>,
    /// What becomes of those who were asked before.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub mode: Mode,
}

/// What an escalation does with those who were asked before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They may still decide; others may as well.
    #[default]
    Add,
    /// Others decide in their place.
    Replace,
    /// Others decide in their place, one after the other in their order, each for as long as the first ones had.
    Next,
}

/// One step of an escalation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Counted from the opening.
    pub after: Lapse,
    /// Who is asked: the first of these who can decide it.
    pub to: Vec<Vec<Approver>>,
    /// Whether those who were asked before may no longer decide.
    pub replaces: bool,
}

impl Escalation {
    /// Its steps: one, or of an order one for each of its approvers.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        match self.mode {
            Mode::Add | Mode::Replace => vec![Step {
                after: self.after,
                to: vec![self.to.clone()],
                replaces: self.mode == Mode::Replace,
            }],
            Mode::Next => {
                let rest = |position: usize| self.to.iter().skip(position).map(|one| vec![one.clone()]);
                let step = |(position, turn): (usize, u32)| {
                    Some(Step {
                        after: self.after.times(turn)?,
                        to: rest(position).collect(),
                        replaces: true,
                    })
                };
                (0..self.to.len()).zip(1..).map_while(step).collect()
            }
        }
    }
}

impl Stage {
    /// What the stage does while nobody decides, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        self.escalation.iter().flat_map(Escalation::steps).chain(self.last_step()).collect()
    }
}

/// Reads one escalation, or a list of them.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Escalation>, D::Error> {
    struct OneOrMore;
    impl<'de> Visitor<'de> for OneOrMore {
        type Value = Vec<Escalation>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an escalation or a list of them")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            Escalation::deserialize(MapAccessDeserializer::new(map)).map(|one| vec![one])
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }
    }
    from.deserialize_any(OneOrMore)
}

/// Writes a single one as it was written before there were lists, so that a stored configuration keeps its digest.
pub(super) fn write<S: Serializer>(all: &[Escalation], to: S) -> Result<S::Ok, S::Error> {
    match all {
        [one] => one.serialize(to),
        all => all.serialize(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn stage(escalation: &Value) -> Stage {
        let stage =
            json!({"id": "s", "approvers": ["manager"], "escalation": escalation, "expires_after": "5d"});
        serde_json::from_value(stage).unwrap()
    }

    fn check(escalation: &Value, steps: &[(&str, bool, Value)]) {
        let seen = stage(escalation).steps().into_iter();
        let seen: Vec<_> = seen.map(|step| (step.after.to_string(), step.replaces, json!(step.to))).collect();
        let steps: Vec<_> =
            steps.iter().map(|(after, replaces, to)| ((*after).to_owned(), *replaces, to.clone())).collect();
        assert_eq!(seen, steps, "{escalation}");
    }

    #[test]
    fn each_mode_is_its_steps() {
        check(&Value::Null, &[]);
        check(&json!({"after": "1d", "to": ["owner"]}), &[("1d", false, json!([["owner"]]))]);
        check(
            &json!([
                {"after": "1d", "to": ["owner", "peers"], "mode": "replace"},
                {"after": "2d", "to": [{"role": "desk"}]},
            ]),
            &[("1d", true, json!([["owner", "peers"]])), ("2d", false, json!([[{"role": "desk"}]]))],
        );
        // Whoever is nobody is passed over for the next in order.
        check(
            &json!([{"after": "12h", "to": ["managers_manager", "owner", {"role": "desk"}], "mode": "next"}]),
            &[
                ("12h", true, json!([["managers_manager"], ["owner"], [{"role": "desk"}]])),
                ("1d", true, json!([["owner"], [{"role": "desk"}]])),
                ("36h", true, json!([[{"role": "desk"}]])),
            ],
        );
    }

    #[test]
    fn a_stage_reads_back_as_it_was_written_whatever_its_form() {
        for escalation in [
            json!({"after": "1d", "to": ["owner"]}),
            json!({"after": "1d", "to": ["owner"], "mode": "next"}),
            json!([{"after": "1d", "to": ["owner"]}, {"after": "2d", "to": [{"role": "desk"}], "mode": "replace"}]),
        ] {
            let written = serde_json::to_value(stage(&escalation)).unwrap();
            assert_eq!(written["escalation"], escalation);
        }
        let one = json!({"after": "1d", "to": ["owner"]});
        assert_eq!(serde_json::to_value(stage(&json!([one]))).unwrap()["escalation"], one);
        assert!(serde_json::to_value(stage(&json!([]))).unwrap().get("escalation").is_none());
    }

    #[test]
    fn what_is_neither_is_refused_with_the_reason() {
        for (escalation, says) in [
            (json!("1d"), "an escalation or a list of them"),
            (json!({"after": "1d", "to": ["owner"], "how": "add"}), "unknown field `how`"),
            (json!([{"after": "1d", "to": ["owner"], "mode": "instead"}]), "unknown variant `instead`"),
        ] {
            let stage = json!({"id": "s", "escalation": escalation, "expires_after": "5d"});
            let error = serde_json::from_value::<Stage>(stage).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }
}
