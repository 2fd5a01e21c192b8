//! Who takes which seat at a gate: each person one, of a panel that this person may sit on.

use super::{Candidate, Gate, MAX_ASKED};
use crate::{ids::SubjectId, policy::Approver};
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of panels, from 0.
pub type Panels = BTreeSet<u32>;

/// The only panel of a stage that has no others.
#[must_use]
pub fn first_panel() -> Panels {
    Panels::from([0])
}

/// Whether these are the panels of a vote at a stage that has one.
#[must_use]
pub fn is_first_panel(panels: &Panels) -> bool {
    *panels == first_panel()
}

/// The people who are asked, once each, in the order in which they are asked.
#[must_use]
pub fn distinct(candidates: &[Candidate]) -> Vec<SubjectId> {
    let mut seen = BTreeSet::new();
    candidates.iter().map(|one| one.subject.clone()).filter(|subject| seen.insert(subject.clone())).collect()
}

/// The panels of each person who is asked.
#[must_use]
pub fn panels_of(candidates: &[Candidate]) -> BTreeMap<&SubjectId, Panels> {
    let mut panels = BTreeMap::<_, Panels>::new();
    for candidate in candidates {
        panels.entry(&candidate.subject).or_default().insert(candidate.panel);
    }
    panels
}

/// The panels of each seat that can be taken: whoever decides in somebody's place takes that person's seat, not another.
#[must_use]
pub fn seats_of(candidates: &[Candidate]) -> BTreeMap<&SubjectId, Panels> {
    let mut panels = BTreeMap::<_, Panels>::new();
    for one in candidates {
        panels.entry(one.acting_for.as_ref().unwrap_or(&one.subject)).or_default().insert(one.panel);
    }
    panels
}

/// On which panels each person is asked, where the stage has several.
#[must_use]
pub fn seating_of(gate: &Gate) -> BTreeMap<SubjectId, Panels> {
    if gate.stage.all_of.is_empty() {
        return BTreeMap::new();
    }
    panels_of(&gate.candidates).into_iter().map(|(who, panels)| (who.clone(), panels)).collect()
}

/// How many seats of each panel people can take, so that as many as possible are taken: a maximum matching.
#[must_use]
pub fn taken<'a>(seats: &[usize], people: impl IntoIterator<Item = &'a Panels>) -> Vec<usize> {
    let mut seating = Seating { seats, sitting: vec![Vec::new(); seats.len()] };
    for person in people {
        seating.place(person, &mut Panels::new());
    }
    seating.sitting.iter().map(Vec::len).collect()
}

/// Whether people can take every seat.
#[must_use]
pub fn all_taken<'a>(seats: &[usize], people: impl IntoIterator<Item = &'a Panels>) -> bool {
    taken(seats, people) == seats
}

struct Seating<'s, 'a> {
    seats: &'s [usize],
    sitting: Vec<Vec<&'a Panels>>,
}

impl<'a> Seating<'_, 'a> {
    /// Finds a seat for a person, moving others where that helps; `tried` keeps it from going in a circle.
    fn place(&mut self, person: &'a Panels, tried: &mut Panels) -> bool {
        person.iter().any(|panel| tried.insert(*panel) && self.place_at(*panel as usize, person, tried))
    }

    fn place_at(&mut self, panel: usize, person: &'a Panels, tried: &mut Panels) -> bool {
        let (Some(seats), Some(sitting)) = (self.seats.get(panel), self.sitting.get_mut(panel)) else {
            return false;
        };
        if sitting.len() < *seats {
            sitting.push(person);
            return true;
        }
        let others = sitting.clone();
        let Some(position) = others.into_iter().position(|other| self.place(other, tried)) else {
            return false;
        };
        if let Some(seat) = self.sitting.get_mut(panel).and_then(|sitting| sitting.get_mut(position)) {
            *seat = person;
        }
        true
    }
}

impl Gate {
    /// Which approvers are in force for a panel now.
    #[must_use]
    pub fn asked_of(&self, panel: u32) -> &[Approver] {
        match panel.checked_sub(1) {
            None => &self.asked,
            Some(further) => self.also_asked.get(further as usize).map_or(&[], Vec::as_slice),
        }
    }

    /// Asks further people, for every panel where they are not asked yet, up to [`MAX_ASKED`] in all; those of them who are
    /// `away` are asked on their return.
    pub fn ask_too(&mut self, approvers: &[Approver], found: &[Candidate], away: &[Candidate]) {
        for panel in (0..).take(self.stage.panels().len()) {
            let asked = self.candidates.clone();
            let known =
                |one: &&Candidate| !asked.iter().any(|c| c.subject == one.subject && c.panel == panel);
            let on_panel = |one: &Candidate| Candidate { panel, ..one.clone() };
            self.candidates.extend(found.iter().filter(known).map(on_panel));
            self.candidates.truncate(MAX_ASKED);
            let asked = [asked, self.set_aside.clone()].concat();
            let known =
                |one: &&Candidate| !asked.iter().any(|c| c.subject == one.subject && c.panel == panel);
            self.set_aside.extend(away.iter().filter(known).map(on_panel));
            self.set_aside.truncate(MAX_ASKED);
        }
        for asked in std::iter::once(&mut self.asked).chain(&mut self.also_asked) {
            asked.extend(approvers.iter().cloned());
        }
        self.give_own_right(found);
    }

    /// How many approvals each panel still lacks.
    #[must_use]
    pub fn missing(&self) -> Vec<usize> {
        let seats = self.stage.seats();
        let voices = self.voices();
        let approving = voices.values().filter(|(_, vote)| !vote.denies()).map(|(_, vote)| &vote.panels);
        let taken = taken(&seats, approving);
        seats.iter().zip(taken).map(|(seats, taken)| seats.saturating_sub(taken)).collect()
    }

    /// Whether the approvals of those who `stand` fill every seat; whoever decided in somebody's place stands only with
    /// that person.
    pub fn is_carried_by(&self, stand: impl Fn(&SubjectId) -> bool) -> bool {
        let voices = self.voices();
        let approving = voices.iter().filter(|(of, (who, vote))| !vote.denies() && stand(who) && stand(of));
        all_taken(&self.stage.seats(), approving.map(|(_, (_, vote))| &vote.panels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by trying everything: each seat in turn is taken by anybody who has none.
    fn by_trying(seats: &[u32], people: &[Panels]) -> bool {
        let Some((seat, rest)) = seats.split_first() else { return true };
        (0..people.len()).filter(|number| people[*number].contains(seat)).any(|number| {
            let mut others = people.to_vec();
            others.remove(number);
            by_trying(rest, &others)
        })
    }

    fn check(seats: &[usize], people: &[&[u32]], expected: bool) {
        let people: Vec<Panels> = people.iter().map(|panels| panels.iter().copied().collect()).collect();
        assert_eq!(all_taken(seats, &people), expected, "{seats:?} {people:?}");
    }

    #[test]
    fn a_person_takes_one_seat_and_gives_way_to_who_has_no_other() {
        check(&[1], &[&[0]], true);
        check(&[2], &[&[0]], false);
        check(&[1, 1], &[&[0, 1]], false);
        check(&[1, 1], &[&[0, 1], &[0]], true);
        check(&[1, 1, 1], &[&[0, 1], &[1, 2], &[0]], true);
        check(&[2, 1], &[&[0, 1], &[0, 1], &[1]], true);
        check(&[2, 1], &[&[0], &[1], &[1]], false);
        check(&[1], &[&[1], &[7]], false);
    }

    proptest::proptest! {
        #[test]
        fn all_seats_are_taken_where_that_is_possible(
            seats in proptest::collection::vec(0usize..3, 1..4),
            people in proptest::collection::vec(proptest::collection::btree_set(0u32..4, 0..4), 0..6),
        ) {
            let each: Vec<u32> = (0..).zip(&seats).flat_map(|(panel, count)| vec![panel; *count]).collect();
            proptest::prop_assert_eq!(all_taken(&seats, &people), by_trying(&each, &people));
        }
    }
}
