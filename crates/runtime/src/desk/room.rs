//! What stays in memory of a partition: as much as its part of the limit holds.

use engine::{state::Slot, weight};
use model::id::ProfileId;

use super::{Desk, dirty::Dirty};
use crate::limits;

/// Of the memory of a partition, one part in so many is for identifiers.
const IDENTIFIERS_PART: usize = 8;

impl Desk {
    /// A save is done: what it held may make room.
    pub(crate) fn saved(&mut self, job: u64) {
        self.saving.remove(&job);
        self.make_room();
    }

    /// Lets go of saved profiles and directory entries beyond the limit; of a tenth more, so that not every save has to.
    fn make_room(&mut self) {
        let bytes = self.shared.limits.resident_bytes / usize::from(self.state.partitions);
        let identifiers = bytes / IDENTIFIERS_PART / limits::IDENTIFIER_BYTES;
        let people = (bytes - bytes / IDENTIFIERS_PART) / self.bytes_of_one();
        if let Some(leave) = beyond(self.state.people.len(), people) {
            self.let_go_of_people(leave);
        }
        if let Some(leave) = beyond(self.state.directory.len(), identifiers) {
            let busy: Vec<&Dirty> = self.saving.values().chain([&self.dirty]).collect();
            let free = |key: &&_| !busy.iter().any(|dirty| dirty.identifiers.contains(*key));
            let going: Vec<_> = self.state.directory.keys().filter(free).take(leave).copied().collect();
            for key in going {
                self.state.directory.remove(&key);
            }
        }
    }

    /// Goes around over all profiles, so that none has to go more often than another.
    fn let_go_of_people(&mut self, leave: usize) {
        let busy: Vec<&Dirty> = self.saving.values().chain([&self.dirty]).collect();
        let free = |id: &&ProfileId| !busy.iter().any(|dirty| dirty.concerns(**id));
        let people = &self.state.people;
        let around = people.range(self.hand..).chain(people.range(..self.hand));
        let going: Vec<ProfileId> = around.map(|(id, _)| id).filter(free).take(leave).copied().collect();
        self.hand = going.last().copied().unwrap_or(self.hand);
        for id in going {
            self.state.people.remove(&id);
        }
    }

    /// Bytes of memory of a resident profile, about: those behind the hand stand for all.
    fn bytes_of_one(&self) -> usize {
        let some = self.state.people.range(self.hand..).take(limits::WEIGHED_PROFILES);
        let (count, sum) = some.fold((0, 0), |(count, sum), (_, slot)| {
            let bytes = if let Slot::Here(person) = slot { weight::of(person) } else { size_of::<Slot>() };
            (count + 1, sum + bytes)
        });
        (sum / count.max(1)).max(1)
    }
}

/// How many have to go if so many are there; none if they fit.
fn beyond(there: usize, fit: usize) -> Option<usize> {
    there.checked_sub(fit).filter(|surplus| *surplus > 0).map(|surplus| surplus + fit / 10)
}
