//! Who is in which segment, since when, and until when that is certain.

use std::borrow::Cow;

use condition::{Believed, Facts, Fading, Model, Reading, Verdict};
use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::Value,
};

use crate::{
    readings::Readings,
    score::Scored,
    set::{SegmentNumber, SegmentSet},
};

/// The memberships of one person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Memberships {
    /// Every segment whose condition last changed at or before this plan revision has been evaluated.
    pub revision: u64,
    /// What models say of the person.
    pub readings: Readings,
    entries: Vec<(SegmentNumber, Membership)>,
}

/// One membership. A segment that the person is not in, and will not enter without an event, has no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Whether the person is in.
    pub member: bool,
    /// Since when the person is in, or out.
    pub since: Timestamp,
    /// The first moment at which the answer could change with no new event.
    pub valid_until: Option<Timestamp>,
}

/// A person entered or left a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The segment.
    pub segment: SegmentNumber,
    /// Whether the person is in now.
    pub member: bool,
}

impl Memberships {
    /// Builds from stored entries.
    pub fn from_entries(revision: u64, mut entries: Vec<(SegmentNumber, Membership)>) -> Self {
        entries.sort_by_key(|entry| entry.0);
        Self { revision, readings: Readings::default(), entries }
    }

    /// The same with what models say.
    #[must_use]
    pub fn with_readings(self, readings: Readings) -> Self {
        Self { readings, ..self }
    }

    /// All entries in order of segment number.
    pub fn iter(&self) -> std::slice::Iter<'_, (SegmentNumber, Membership)> {
        self.entries.iter()
    }

    /// The entry of one segment.
    pub fn get(&self, segment: SegmentNumber) -> Option<&Membership> {
        self.entries.binary_search_by_key(&segment, |entry| entry.0).ok().map(|place| &self.entries[place].1)
    }

    /// The segments that the person is in.
    pub fn members(&self) -> impl Iterator<Item = SegmentNumber> {
        self.entries.iter().filter(|(_, membership)| membership.member).map(|(segment, _)| *segment)
    }

    /// The first moment at which any of them could change with no new event.
    pub fn valid_until(&self) -> Option<Timestamp> {
        let segments = self.entries.iter().filter_map(|(_, membership)| membership.valid_until).min();
        segments.into_iter().chain(self.readings.valid_until()).min()
    }

    /// The segments whose answer may have changed by `now` with no new event.
    pub(crate) fn expired(&self, now: Timestamp) -> impl Iterator<Item = SegmentNumber> {
        let over = move |membership: &Membership| membership.valid_until.is_some_and(|until| until <= now);
        self.entries.iter().filter(move |(_, membership)| over(membership)).map(|(segment, _)| *segment)
    }

    /// Evaluates the named segments, and those that name them, and says what changed. `places` are places in `set`.
    pub fn refresh(&mut self, set: &SegmentSet, places: &[usize], person: &dyn Facts, now: Timestamp) -> Vec<Change> {
        let places = set.with_dependents(places);
        let (segments, models) = places.split_at(places.partition_point(|place| *place < set.rules().len()));
        for rule in models.iter().map(|place| &set.models()[place - set.rules().len()]) {
            let (says, valid_until) = rule.judge(person, now);
            let says = says.map(|says| (says.reading.word, says.reading.probability));
            self.readings.put(rule.model, says, (now, valid_until));
        }
        let (mut changes, mut scored) = (Vec::new(), Scored::default());
        for rule in segments.iter().map(|place| &set.rules()[*place]) {
            // A segment comes after those that its scores name too, so what a score came to stands.
            let facts = WithSegments { person, set, memberships: self, now, scored };
            let verdict = rule.condition.matches(&facts, now);
            scored = facts.scored;
            changes.extend(self.put(rule.number, verdict, now));
        }
        changes
    }

    /// Forgets segments and models that are no longer published; says which segments the person leaves by that.
    pub fn forget_unpublished(&mut self, set: &SegmentSet) -> Vec<Change> {
        self.readings.keep(|model| set.model(model).is_some());
        let mut left = Vec::new();
        self.entries.retain(|(segment, membership)| {
            let published = set.by_number(*segment).is_some();
            if !published && membership.member {
                left.push(Change { segment: *segment, member: false });
            }
            published
        });
        left
    }

    /// Forgets what changed since these were evaluated; says which segments did.
    pub fn forget_changed(&mut self, set: &SegmentSet) -> Vec<SegmentNumber> {
        let changed = set.changed_after(self.revision);
        let is_changed = |model| set.model(model).is_some_and(|rule| rule.changed > self.revision);
        self.readings.keep(|model| !is_changed(model));
        let segments: Vec<_> =
            changed.iter().filter_map(|place| set.rules().get(*place)).map(|rule| rule.number).collect();
        self.entries.retain(|(segment, _)| !segments.contains(segment));
        segments
    }

    fn put(&mut self, segment: SegmentNumber, verdict: Verdict, now: Timestamp) -> Option<Change> {
        let place = self.entries.binary_search_by_key(&segment, |entry| entry.0);
        let was = place.is_ok_and(|place| self.entries[place].1.member);
        let changed = was != verdict.value;
        let idle = !verdict.value && verdict.valid_until.is_none();
        match place {
            Ok(place) if idle => {
                self.entries.remove(place);
            }
            Ok(place) => {
                let entry = &mut self.entries[place].1;
                entry.valid_until = verdict.valid_until;
                if changed {
                    (entry.member, entry.since) = (verdict.value, now);
                }
            }
            Err(_) if idle => {}
            Err(place) => {
                let new = Membership { member: verdict.value, since: now, valid_until: verdict.valid_until };
                self.entries.insert(place, (segment, new));
            }
        }
        changed.then_some(Change { segment, member: verdict.value })
    }
}

/// A person's facts with the memberships evaluated so far, for conditions that name segments.
pub struct WithSegments<'a> {
    person: &'a dyn Facts,
    set: &'a SegmentSet,
    memberships: &'a Memberships,
    now: Timestamp,
    scored: Scored,
}

impl std::fmt::Debug for WithSegments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WithSegments").finish_non_exhaustive()
    }
}

impl<'a> WithSegments<'a> {
    /// The facts of `person` at `now`, who has these memberships in the segments of `set`.
    pub fn new(person: &'a dyn Facts, set: &'a SegmentSet, memberships: &'a Memberships, now: Timestamp) -> Self {
        Self { person, set, memberships, now, scored: Scored::default() }
    }
}

impl Facts for WithSegments<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.person.trait_value(name)
    }
    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.trail(event)
    }
    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let number = self.set.by_name(name).map(|rule| rule.number);
        match number.and_then(|number| self.memberships.get(number)) {
            Some(membership) => Verdict { value: membership.member, valid_until: membership.valid_until },
            None => Verdict { value: false, valid_until: None },
        }
    }
    fn request(&self, name: &str) -> Option<Value> {
        self.person.request(name)
    }
    fn interest(&self, topic: &str) -> Option<Fading> {
        self.person.interest(topic)
    }
    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        Some(self.scored.of(self.set.score(name)?, self, self.now))
    }
    fn reading(&self, model: Model) -> Option<Reading> {
        self.memberships.readings.reading(model)
    }
}
