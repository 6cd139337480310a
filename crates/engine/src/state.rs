//! The state of one partition: all that its log folds to, as far as it is resident.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
};

use ledger::landing::Landings;
use model::{
    id::ProfileId,
    identifier::IdentifierKey,
    name::{Name, Source, Trait},
    partition::Partition,
    time::Timestamp,
};

use crate::{
    command::Hop,
    content_days::ContentDays,
    outcome::{Effect, Outcome, TimerMove},
    person::Person,
    reads::Reads,
};

/// One partition. What is absent from a map is not known to be absent from the partition: it is not loaded.
#[derive(Debug)]
pub struct State {
    /// Which partition.
    pub partition: Partition,
    /// How many there are.
    pub partitions: u16,
    /// Scalars, saved as one.
    pub core: Core,
    /// The profiles that live here, lived here, or do not exist.
    pub people: BTreeMap<ProfileId, Slot>,
    /// The identifiers whose home is here.
    pub directory: HashMap<IdentifierKey, Option<Holding>>,
    /// The timers due before [`State::timers_until`].
    pub timers: BTreeSet<(Timestamp, ProfileId)>,
    /// Timers due at or after this moment are not resident.
    pub timers_until: Timestamp,
    /// Which readings are noted in [`Core::trait_reads`] already, so that most decisions need not look.
    pub reads: Reads,
}

/// The scalars of a partition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Core {
    /// The latest moment stamped: time never goes backwards in a partition.
    pub now: Timestamp,
    /// The number of the next profile.
    pub next_ordinal: u32,
    /// Of each partition that hops were sent to, the number of the last one.
    pub outbox: BTreeMap<Partition, u64>,
    /// Of each partition that sent a hop, the number of the last one applied.
    pub inbox: BTreeMap<Partition, u64>,
    /// The plan in force.
    pub plan_revision: u64,
    /// The plan that every profile was brought up to.
    pub filled_revision: u64,
    /// Anonymous counts by source, UTC day and event type.
    pub counts: BTreeMap<CountKey, u64>,
    /// How many profiles live here.
    pub profiles: u64,
    /// How many identifiers whose home is here were found suspicious: too many profiles claim them.
    pub quarantined: u64,
    /// How many events retention has removed.
    pub expired_events: u64,
    /// How many events erasures have removed.
    pub erased_events: u64,
    /// How many events are folded into profiles here, removed ones included.
    pub events: u64,
    /// The last day on which a decision about somebody here read a trait, itself or within a segment: since 1970-01-01,
    /// UTC. What was not read for as long as an event is kept is not among them.
    pub trait_reads: BTreeMap<Name<Trait>, i64>,
    /// Who landed on what after a search, and who went back.
    pub landings: Landings,
    /// How contents did, day by day.
    pub content_days: ContentDays,
}

/// What anonymous events are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountKey {
    /// The source.
    pub source: Name<Source>,
    /// Days since 1970-01-01, UTC.
    pub day: i64,
    /// The type: `track`, `page`…
    pub kind: Arc<str>,
}

/// What a profile id stands for here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The profile lives here.
    Here(Arc<Person>),
    /// It lost a merge.
    Moved {
        /// The survivor, who has its sides.
        to: ProfileId,
        /// The [`profile::side::Side::moves`] by which this is known.
        moves: u32,
    },
    /// It was erased.
    Erased,
    /// There never was such a profile.
    Unknown,
}

/// Whom an identifier leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// The side that it leads to; `None` for a shared device that was not seen alone since.
    pub holder: Option<ProfileId>,
    /// Whether several persons use it.
    pub standing: Standing,
    /// How many other profiles have claimed it.
    pub claimants: u16,
}

/// What an identifier's home thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It leads to its holder.
    Held,
    /// A device that several persons use.
    Shared,
    /// Too many profiles claim it: it joins nobody any more.
    Quarantined,
}

/// Where something addressed to a profile has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Here.
    Here(ProfileId),
    /// To this profile, which took its sides.
    Moved(ProfileId),
    /// Nowhere.
    Gone,
}

impl State {
    /// A partition of which nothing is resident.
    pub fn new(partition: Partition, partitions: u16, core: Core) -> Self {
        let timers_until = Timestamp::MIN;
        Self {
            partition,
            partitions,
            core,
            people: BTreeMap::new(),
            directory: HashMap::new(),
            timers: BTreeSet::new(),
            timers_until,
            reads: Reads::default(),
        }
    }

    /// The resident person of that id.
    pub fn person(&self, id: ProfileId) -> Option<&Arc<Person>> {
        match self.people.get(&id) {
            Some(Slot::Here(person)) => Some(person),
            _ => None,
        }
    }

    /// The resident slots of a range of ordinals, in order.
    pub fn resident(&self, ordinals: Range<u32>) -> impl Iterator<Item = (&ProfileId, &Slot)> {
        let first = |ordinal| ProfileId::mint(self.partition, ordinal, 0);
        self.people.range(first(ordinals.start)..first(ordinals.end))
    }

    /// Where something addressed to this profile has to go. The slot must be resident.
    pub fn whereabouts(&self, id: ProfileId) -> Whereabouts {
        match self.people.get(&id) {
            Some(Slot::Here(_)) => Whereabouts::Here(id),
            Some(Slot::Moved { to, .. }) => Whereabouts::Moved(*to),
            Some(Slot::Erased | Slot::Unknown) | None => Whereabouts::Gone,
        }
    }

    /// The directory entry of an identifier. It must be resident.
    pub fn holding(&self, key: IdentifierKey) -> Option<Holding> {
        self.directory.get(&key).copied().flatten()
    }

    pub(crate) fn set_holding(&mut self, key: IdentifierKey, holding: Option<Holding>, outcome: &mut Outcome) {
        self.directory.insert(key, holding);
        outcome.identifiers.push(key);
    }

    /// Takes a person out to be changed; [`State::put_person`] puts it back.
    pub(crate) fn take_person(&mut self, id: ProfileId) -> Option<Arc<Person>> {
        match self.people.get_mut(&id) {
            Some(slot @ Slot::Here(_)) => match std::mem::replace(slot, Slot::Unknown) {
                Slot::Here(person) => Some(person),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn put_person(&mut self, mut person: Arc<Person>, outcome: &mut Outcome) {
        if person.sides.iter().any(|side| side.trails.has_chronicle()) {
            for side in &mut Arc::make_mut(&mut person).sides {
                Arc::make_mut(&mut side.trails).take_chronicle();
            }
        }
        outcome.people.push(person.id);
        self.people.insert(person.id, Slot::Here(person));
    }

    /// Puts a person back of whom nothing changed but ledgers.
    pub(crate) fn put_back(&mut self, person: Arc<Person>) {
        self.people.insert(person.id, Slot::Here(person));
    }

    pub(crate) fn put_slot(&mut self, id: ProfileId, slot: Slot, outcome: &mut Outcome) {
        outcome.people.push(id);
        self.people.insert(id, slot);
    }

    /// Moves a person's timer, in memory as far as it is near.
    pub(crate) fn move_timer(&mut self, timer: TimerMove, outcome: &mut Outcome) {
        if timer.old == timer.new {
            return;
        }
        if let Some(old) = timer.old {
            self.timers.remove(&(old, timer.profile));
        }
        if let Some(new) = timer.new.filter(|new| *new < self.timers_until) {
            self.timers.insert((new, timer.profile));
        }
        outcome.timers.push(timer);
    }

    /// Sends a message: to this partition as part of the command, to another as a numbered effect.
    pub(crate) fn send(&mut self, hop: Hop, outcome: &mut Outcome) {
        let to = hop.destination(self.partitions);
        if to == self.partition {
            outcome.local.push(hop);
        } else {
            let number = self.core.outbox.entry(to).or_default();
            *number += 1;
            outcome.effects.push(Effect { number: *number, to, hop });
        }
    }
}
