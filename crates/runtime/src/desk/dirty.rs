//! What changed since the last save.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use engine::{
    census::Census,
    command::{Access, Rejection},
    outcome::TimerMove,
};
use model::{
    id::{Id, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::Partition,
    time::Timestamp,
};
use roaring::RoaringBitmap;
use segment::set::SegmentNumber;

use crate::{erasing::Erasing, message::Waiting, saver::HistoryWrite};

/// What changed since the last save.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    pub(crate) people: BTreeSet<ProfileId>,
    /// Of whom models may have to learn anew, by ordinal: something happened to them, not only time.
    pub(crate) lived: RoaringBitmap,
    /// Ledgers by profile and side.
    pub(crate) ledgers: BTreeSet<(ProfileId, ProfileId)>,
    pub(crate) identifiers: BTreeSet<IdentifierKey>,
    pub(crate) timers: BTreeMap<ProfileId, TimerMove>,
    pub(crate) effects: BTreeSet<(Partition, u64)>,
    pub(crate) members: BTreeSet<SegmentNumber>,
    pub(crate) history: Vec<HistoryWrite>,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) resolved: Vec<Id<Rejected>>,
    pub(crate) accesses: Vec<(Timestamp, Access)>,
    pub(crate) census: Option<Arc<Census>>,
    pub(crate) erasing: Vec<Arc<Erasing>>,
    pub(crate) waiters: Vec<Waiting>,
    /// Whether anything changed at all.
    pub(crate) touched: bool,
    /// Whether the save must not wait.
    pub(crate) urgent: bool,
}

impl Dirty {
    /// Whether something of a profile is not saved.
    pub(crate) fn concerns(&self, profile: ProfileId) -> bool {
        let sides = (profile, ProfileId::from_bits(0))..=(profile, ProfileId::from_bits(u128::MAX));
        self.people.contains(&profile) || self.ledgers.range(sides).next().is_some()
    }

    /// Notes to whom something happened.
    pub(crate) fn note_lived(&mut self, people: &[ProfileId]) {
        self.lived.extend(people.iter().map(|profile| profile.ordinal()));
    }

    /// Notes a timer's move; several moves of one timer are one from the first old moment to the last new one.
    pub(crate) fn move_timer(&mut self, timer: TimerMove) {
        self.timers.entry(timer.profile).and_modify(|known| known.new = timer.new).or_insert(timer);
    }
}
