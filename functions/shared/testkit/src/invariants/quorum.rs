//! I2 and I3 over the votes of a chain: a gate ends with the vote that decides it, neither before nor later.

use super::{Check, History, broken};
use countersign_core::{
    audit::{By, Entry, Happening},
    gate::{Ending, Gate, seating::Panels},
    ids::SubjectId,
    job::Verdict,
    outbox::AskKind,
    time::Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// A vote, and in whose place.
#[derive(Clone, Copy)]
struct Voice<'a> {
    verdict: &'a Verdict,
    panels: &'a Panels,
    acting_for: Option<&'a SubjectId>,
    cast_at: Timestamp,
}

/// What the chain told of one gate so far.
#[derive(Default)]
struct Told<'a> {
    asked: BTreeSet<(&'a SubjectId, u32)>,
    votes: BTreeMap<&'a SubjectId, Voice<'a>>,
    round: u32,
}

/// Every vote that decides a gate is followed by its end, and no gate is approved or denied without one.
///
/// # Errors
/// The first gate that ended too early, too late or otherwise.
pub(super) fn ends_it(history: &History) -> Check {
    history.gates.iter().try_for_each(|gate| gate_ends(gate, &history.entries))
}

fn gate_ends(gate: &Gate, entries: &[Entry]) -> Check {
    let (mut told, mut due, number) = (Told::default(), None, gate.number);
    for entry in entries {
        let voted = matches!(&entry.what, Happening::Voted { gate, .. } if *gate == number);
        if voted && due.is_some() {
            return broken("I3", format!("gate {number} went on after it was {due:?}"));
        }
        if let Some(ended) = told.hears(gate, entry) {
            let by_votes = matches!(ended, Ending::Approved | Ending::Denied).then_some(ended);
            let how = format!("gate {number} ended {ended:?}, by its votes {due:?}");
            return if by_votes == due { Ok(()) } else { broken("I2", how) };
        }
        due = told.decided(gate);
    }
    match due {
        Some(due) => broken("I3", format!("gate {number} is open although it is {due:?}")),
        None => Ok(()),
    }
}

/// Who is asked on which panels: of a stage with one, all of these people on that.
fn seats_of<'a>(
    people: &'a [SubjectId],
    seating: &'a BTreeMap<SubjectId, Panels>,
) -> BTreeSet<(&'a SubjectId, u32)> {
    let on_panels = seating.iter().flat_map(|(who, panels)| panels.iter().map(move |panel| (who, *panel)));
    match seating.is_empty() {
        true => people.iter().map(|who| (who, 0)).collect(),
        false => on_panels.collect(),
    }
}

impl<'a> Told<'a> {
    /// Takes the next entry; how the gate ended, if it tells that.
    fn hears(&mut self, gate: &Gate, entry: &'a Entry) -> Option<Ending> {
        match (&entry.what, &entry.by) {
            (Happening::GateOpened { gate: of, candidates, seating, .. }, _) if *of == gate.number => {
                self.asked = seats_of(candidates, seating);
            }
            (Happening::GateEscalated { gate: of, added, passed_on, seating }, _) if *of == gate.number => {
                self.asked.retain(|(who, _)| seating.is_empty() && !passed_on.contains(*who));
                self.asked.extend(seats_of(added, seating));
            }
            (Happening::GateRerouted { gate: of, added, removed }, _) if *of == gate.number => {
                self.asked.extend(added.iter().map(|one| (&one.who, one.panel)));
                for one in removed {
                    self.asked.remove(&(&one.who, one.panel));
                }
            }
            (Happening::Reminded { gate: of, round }, _) if *of == gate.number => self.round = *round,
            (
                Happening::Voted { gate: of, verdict, panels, acting_for, cast_at, .. },
                By::Person { subject, .. },
            ) if *of == gate.number => {
                let acting_for = acting_for.as_ref();
                self.votes.insert(subject, Voice { verdict, panels, acting_for, cast_at: *cast_at });
            }
            (Happening::GateEnded { gate: of, ending, .. }, _) if *of == gate.number => return Some(*ending),
            _ => {}
        }
        None
    }

    /// The word of everybody who has one: their own, else the newest of who stands in for them.
    fn heard(&self) -> BTreeMap<&'a SubjectId, Voice<'a>> {
        let mut heard: BTreeMap<&SubjectId, Voice<'_>> = BTreeMap::new();
        for voice in self.votes.values() {
            if let Some(of) = voice.acting_for
                && heard.get(of).is_none_or(|known| known.cast_at < voice.cast_at)
            {
                heard.insert(of, *voice);
            }
        }
        let own = self.votes.iter().filter(|(_, voice)| voice.acting_for.is_none());
        heard.extend(own.map(|(who, voice)| (*who, *voice)));
        heard
    }

    fn decided(&self, gate: &Gate) -> Option<Ending> {
        let heard = self.heard();
        let against = |voice: &&Voice<'_>| *voice.verdict == Verdict::Deny;
        let of_panel =
            |panel: u32| heard.values().filter(against).filter(|voice| voice.panels.contains(&panel)).count();
        let panels = gate.stage.panels();
        let denied =
            (0..).zip(panels.iter()).any(|(number, panel)| of_panel(number) >= panel.deny_at as usize);
        let left: Vec<Panels> = self
            .everybody(gate, &heard)
            .into_iter()
            .filter(|(who, _)| !heard.get(who).is_some_and(|voice| against(&voice)))
            .map(|(_, panels)| panels)
            .collect();
        let hopeless = !self.votes.is_empty() && !all_seated(gate, &left) && !self.escalates_later(gate);
        if denied || hopeless {
            return Some(Ending::Denied);
        }
        let approving = heard.values().filter(|voice| !against(voice)).map(|voice| voice.panels.clone());
        all_seated(gate, &approving.collect::<Vec<_>>()).then_some(Ending::Approved)
    }

    /// Whose words are awaited or heard, and on which panels they may sit. In whose place somebody is asked is not told by
    /// the chain, and who is away for the time being neither: the gate tells it.
    fn everybody(
        &self,
        gate: &'a Gate,
        heard: &BTreeMap<&'a SubjectId, Voice<'a>>,
    ) -> BTreeMap<&'a SubjectId, Panels> {
        let mut all = BTreeMap::<&SubjectId, Panels>::new();
        let known = gate.candidates.iter().chain(&gate.former);
        for (who, panel) in &self.asked {
            let mut asked = known.clone().filter(|one| one.subject == **who && one.panel == *panel);
            let of = asked.find_map(|one| one.acting_for.as_ref()).unwrap_or(who);
            all.entry(of).or_default().insert(*panel);
        }
        for one in &gate.set_aside {
            all.entry(&one.subject).or_default().insert(one.panel);
        }
        for (of, voice) in heard {
            all.entry(of).or_default().extend(voice.panels.iter());
        }
        all
    }

    fn escalates_later(&self, gate: &Gate) -> bool {
        let escalates = |kinds: &[AskKind]| kinds.contains(&AskKind::Escalation);
        let last =
            gate.wakes.iter().zip(1..).filter(|(wake, _)| escalates(&wake.kinds)).map(|(_, at)| at).last();
        last.is_some_and(|last| self.round < last)
    }
}

/// Whether people can take every seat of a gate's panels, each one of their own; found by trying everything.
pub(crate) fn all_seated(gate: &Gate, people: &[Panels]) -> bool {
    let panels = gate.stage.panels();
    let seats =
        (0..).zip(panels.iter()).flat_map(|(number, panel)| (0..panel.approve_at).map(move |_| number));
    seat(&seats.collect::<Vec<u32>>(), people)
}

fn seat(seats: &[u32], people: &[Panels]) -> bool {
    let Some((wanted, rest)) = seats.split_first() else { return true };
    if people.len() < seats.len() {
        return false;
    }
    let mut able = people.iter().enumerate().filter(|(_, panels)| panels.contains(wanted));
    able.any(|(number, _)| {
        let mut others = people.to_vec();
        others.remove(number);
        seat(rest, &others)
    })
}
