//! How the two parts of a merged person would have lived without the merge.
//!
//! Facts were never mixed, so they need only be parted. Two things follow from more than one side and are worked out
//! here: who belongs to whom of those that joined later, by the sides that met; and since when memberships hold. These
//! begin as the merge ended them and are followed through the chronicles of the sides, event by event and moment by
//! moment, each part for itself.
//!
//! What cannot be known is taken as follows. An event counts from when it was received, a timer from its very moment.
//! A condition that was published after the merge is not followed: its membership holds since the merged person's, if
//! that is the same, else from now. What retention has removed is not seen again.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use model::{
    event::Event,
    id::{Id, ProfileId, Unit},
    time::{Span, Timestamp},
};
use profile::merge::MergeRecord;
use segment::{
    membership::{Membership, Memberships},
    set::SegmentNumber,
};

use super::{KEEP, Step, merge::sort_sides, told::fold_traits};
use crate::person::{Ended, Person, PersonSide};

/// How long an event may take from being received to being folded. Those received so shortly before a merge may have
/// come into the memberships only after it.
const IN_FLIGHT: Span = Span::MINUTE;

/// Moments that a part is followed through between two merges. What lies beyond is looked at once, at the end.
const MOMENTS: usize = 100_000;

/// Two persons who were one.
pub(super) struct Parted {
    /// Who keeps the profile.
    pub(super) stays: Person,
    /// Who has its own again.
    pub(super) goes: Person,
    /// The two groups of sides that the merge had joined, the loser's first.
    pub(super) apart: [Vec<ProfileId>; 2],
}

/// Parts a person at one of its merges. The chronicles must be at hand.
pub(super) fn part(step: &Step<'_>, mut whole: Person, place: usize) -> Parted {
    let merges = std::mem::take(&mut whole.merges);
    let mut stage = Stage::of(&mut whole);
    let mut groups = Groups::of(&whole);
    let unit = |id| unit_of(&whole, &merges, id);
    let undone = &merges[place];
    let ended = |record: &MergeRecord| whole.ended.get(&record.id).cloned().unwrap_or_default();
    let (mut kept, mut lives, mut apart) = (Vec::new(), Vec::new(), Default::default());
    for (number, record) in merges.iter().enumerate() {
        let (lost, stayed) = groups.join(record);
        let memberships = ended(record);
        let loser = |stage: &mut Stage| {
            let (id, unit) = (record.loser, record.loser_unit);
            Life::begin(step, stage.person(id, unit, &lost, memberships.loser.clone()), stage, record.at)
        };
        let survivor = |stage: &mut Stage| {
            let (id, unit) = (record.survivor, unit(record.survivor));
            Life::begin(step, stage.person(id, unit, &stayed, memberships.survivor.clone()), stage, record.at)
        };
        let is_parted = |sides: &[ProfileId]| number > place && sides.contains(&undone.loser_side);
        let (met, other) = if number == place {
            lives = vec![loser(&mut stage), survivor(&mut stage)];
            apart = [lost, stayed];
            continue;
        } else if is_parted(&lost) {
            (record.loser_side, survivor(&mut stage))
        } else if is_parted(&stayed) {
            (record.survivor_side, loser(&mut stage))
        } else {
            kept.push((record.clone(), memberships));
            continue;
        };
        let Some(mine) = lives.iter().position(|life: &Life| life.person.side(met).is_some()) else { continue };
        let (life, record, ended) = lives.swap_remove(mine).join(step, other, record, whole.id);
        lives.push(life);
        kept.push((record, ended));
    }
    let mut persons = lives.into_iter().map(|life| life.end(step, &whole, &kept));
    let (one, other) = (persons.next(), persons.next());
    let [one, other] = [one, other].map(|person| person.expect("a merge has two parts"));
    let (stays, goes) = if one.id == whole.id { (one, other) } else { (other, one) };
    Parted { stays, goes, apart }
}

/// The unit of a profile that survived a merge: it lost a later one, or is the person's own.
fn unit_of(whole: &Person, merges: &[MergeRecord], id: ProfileId) -> Id<Unit> {
    merges.iter().find(|record| record.loser == id).map_or(whole.unit, |record| record.loser_unit)
}

/// Which sides were one person, merge by merge.
struct Groups(Vec<Vec<ProfileId>>);

impl Groups {
    fn of(person: &Person) -> Self {
        Self(person.sides.iter().map(|side| vec![side.facts.origin]).collect())
    }

    /// The sides of the loser and those of the survivor; from here on they are one group.
    fn join(&mut self, record: &MergeRecord) -> (Vec<ProfileId>, Vec<ProfileId>) {
        let (lost, stayed) = (self.take(record.loser_side), self.take(record.survivor_side));
        self.0.push(lost.iter().chain(&stayed).copied().collect());
        (lost, stayed)
    }

    fn take(&mut self, side: ProfileId) -> Vec<ProfileId> {
        let place = self.0.iter().position(|group| group.contains(&side));
        place.map(|place| self.0.swap_remove(place)).unwrap_or_default()
    }
}

/// The sides before anything became known of them, with what is to come.
struct Stage(BTreeMap<ProfileId, (PersonSide, Vec<(Event, u64)>)>);

impl Stage {
    /// Takes the chronicles from the person's sides.
    fn of(whole: &mut Person) -> Self {
        let enter = |side: &mut PersonSide| {
            let chronicle = Arc::make_mut(&mut side.trails).take_chronicle().into_events();
            (side.facts.origin, (unlearned(side, &chronicle), chronicle))
        };
        Self(whole.sides.iter_mut().map(enter).collect())
    }

    /// A profile of these sides, of which nothing is known yet but its memberships.
    fn person(&self, id: ProfileId, unit: Id<Unit>, sides: &[ProfileId], memberships: Arc<Memberships>) -> Person {
        let sides = sides.iter().filter_map(|side| self.0.get(side)).map(|(side, _)| side.clone());
        let mut person = Person {
            id,
            unit,
            sides: sides.collect(),
            merges: Vec::new(),
            ended: BTreeMap::new(),
            memberships,
            due: None,
        };
        sort_sides(&mut person);
        person
    }
}

/// The side without its trails and without the traits that its chronicle says.
fn unlearned(side: &PersonSide, chronicle: &[(Event, u64)]) -> PersonSide {
    let mut side = side.clone();
    side.trails = Arc::default();
    let said = |source: &_, at| {
        let mut telling = chronicle.iter().filter(|(event, _)| event.tells_traits());
        telling.any(|(event, _)| event.timestamp == at && event.source == *source)
    };
    let entries = side.facts.traits.iter().map(|(name, values)| {
        let older = values.iter().filter(|value| !said(&value.source, value.as_of));
        (name.clone(), older.cloned().collect::<Vec<_>>())
    });
    let entries = entries.filter(|(_, values)| !values.is_empty()).collect();
    let denied = side.facts.traits.denials().map(|(name, denials)| {
        let older = denials.iter().filter(|denial| !said(&denial.source, denial.as_of));
        (name.clone(), older.cloned().collect::<Vec<_>>())
    });
    let denied = denied.filter(|(_, denials)| !denials.is_empty()).collect();
    side.facts.traits = Arc::new(profile::traits::Traits::from_entries(entries, denied));
    side
}

/// One part, followed from the merge on.
struct Life {
    /// What is known of it so far.
    person: Person,
    /// What is to come, the first received first.
    coming: VecDeque<(ProfileId, Event, u64)>,
    /// Up to when it was followed.
    at: Timestamp,
    /// Segments whose condition is newer than the memberships that it began with.
    newer: Vec<SegmentNumber>,
}

impl Life {
    fn begin(step: &Step<'_>, mut person: Person, stage: &Stage, at: Timestamp) -> Self {
        let segments = &step.plan.segments;
        let memberships = Arc::make_mut(&mut person.memberships);
        memberships.forget_unpublished(segments);
        let newer = memberships.forget_changed(segments);
        memberships.revision = step.plan.revision;
        let mut coming = Vec::new();
        for side in person.sides.iter().map(|side| side.facts.origin) {
            let events = stage.0.get(&side).into_iter().flat_map(|(_, events)| events);
            coming.extend(events.map(|(event, tie)| (side, event.clone(), *tie)));
        }
        let mut life = Self { person, coming: in_order(coming), at, newer };
        let mut late = Vec::new();
        while let Some((event, places)) = life.learn(step, at) {
            if event.received_at > at.minus(IN_FLIGHT) {
                late.extend(places);
            }
        }
        life.evaluate(step, late, at);
        life
    }

    /// Follows both up to the moment of a merge and lets it happen to them; says what is to be recorded of it. Who
    /// still lives at the end, `heir`, survives.
    fn join(
        mut self,
        step: &Step<'_>,
        mut other: Self,
        record: &MergeRecord,
        heir: ProfileId,
    ) -> (Self, MergeRecord, Ended) {
        for life in [&mut self, &mut other] {
            life.follow(step, record.at);
        }
        let age = |life: &Self| (life.person.id != heir, life.person.created_at(), life.person.id);
        let (mut survivor, loser) = if age(&self) < age(&other) { (self, other) } else { (other, self) };
        let (mut loser_side, mut survivor_side) = (record.loser_side, record.survivor_side);
        if survivor.person.side(survivor_side).is_none() {
            std::mem::swap(&mut loser_side, &mut survivor_side);
        }
        let joined = MergeRecord {
            loser: loser.person.id,
            loser_unit: loser.person.unit,
            loser_side,
            moved: loser.person.sides.iter().map(|side| side.facts.origin).collect(),
            survivor: survivor.person.id,
            survivor_side,
            ..record.clone()
        };
        let ended = Ended { loser: loser.person.memberships, survivor: survivor.person.memberships.clone() };
        survivor.person.sides.extend(loser.person.sides);
        sort_sides(&mut survivor.person);
        survivor.coming = in_order(survivor.coming.into_iter().chain(loser.coming).collect());
        let newer = loser.newer.iter().filter(|segment| !survivor.newer.contains(segment)).copied();
        let newer: Vec<_> = newer.collect();
        survivor.newer.extend(newer);
        survivor.evaluate_all(step);
        (survivor, joined, ended)
    }

    /// Follows it up to now. It has its share of the person's sides and merges.
    fn end(mut self, step: &Step<'_>, whole: &Person, kept: &[(MergeRecord, Ended)]) -> Person {
        self.follow(step, step.env.now);
        self.evaluate_all(step);
        let since = |segment: &SegmentNumber, membership: &Membership| match whole.memberships.get(*segment) {
            _ if !self.newer.contains(segment) => membership.since,
            Some(merged) if merged.member == membership.member => merged.since,
            _ => step.env.now,
        };
        let entries =
            self.person.memberships.iter().map(|(segment, membership)| {
                (*segment, Membership { since: since(segment, membership), ..*membership })
            });
        let memberships = Memberships::from_entries(step.plan.revision, entries.collect());
        let memberships = Arc::new(memberships.with_readings(self.person.memberships.readings.clone()));
        let mine = || kept.iter().filter(|(record, _)| self.person.side(record.loser_side).is_some());
        let is_mine = |side: &&PersonSide| self.person.side(side.facts.origin).is_some();
        let mut person = Person {
            id: self.person.id,
            unit: self.person.unit,
            sides: whole.sides.iter().filter(is_mine).cloned().collect(),
            merges: mine().map(|(record, _)| record.clone()).collect(),
            ended: mine().map(|(record, ended)| (record.id, ended.clone())).collect(),
            memberships,
            due: None,
        };
        for side in &mut person.sides {
            Arc::make_mut(&mut side.trails).prune(&step.plan.segments, step.env.now);
        }
        sort_sides(&mut person);
        person
    }

    /// Lets everything happen up to and with `to`.
    fn follow(&mut self, step: &Step<'_>, to: Timestamp) {
        for _ in 0..MOMENTS {
            let event = self.coming.front().map(|(_, event, _)| event.received_at.max(self.at));
            let timer = self.person.memberships.valid_until().map(|until| until.max(self.at));
            let Some(now) = event.into_iter().chain(timer).min().filter(|now| *now <= to) else {
                self.at = to;
                return;
            };
            let learned = if event == Some(now) { self.learn(step, now) } else { None };
            self.evaluate(step, learned.map(|(_, places)| places).unwrap_or_default(), now);
        }
        while self.learn(step, to).is_some() {}
        self.at = to;
        self.evaluate_all(step);
    }

    /// Takes in the next event, if it was received by then; says which segments it may change, by place.
    fn learn(&mut self, step: &Step<'_>, by: Timestamp) -> Option<(Event, Vec<usize>)> {
        let (side, event, tie) = self.coming.pop_front_if(|(_, event, _)| event.received_at <= by)?;
        let segments = &step.plan.segments;
        let mut places = segments.heeding(event.name(), &event.properties);
        if let Some(side) = self.person.side_mut(side) {
            places.extend(Arc::make_mut(&mut side.trails).add(segments, &event, tie));
            let changed = fold_traits(step, side, &event);
            places.extend(changed.iter().flat_map(|name| segments.looking_at_trait(name)));
        }
        Some((event, places))
    }

    fn evaluate(&mut self, step: &Step<'_>, mut places: Vec<usize>, now: Timestamp) {
        let segments = &step.plan.segments;
        let mut memberships = std::mem::take(&mut self.person.memberships);
        places.extend(segments.expired(&memberships, now));
        if !places.is_empty() {
            Arc::make_mut(&mut memberships).refresh(segments, &places, &self.person.view(&KEEP, step.plan, now), now);
        }
        self.person.memberships = memberships;
        self.at = now;
    }

    fn evaluate_all(&mut self, step: &Step<'_>) {
        self.evaluate(step, step.plan.segments.all_places(), self.at);
    }
}

fn in_order(mut coming: Vec<(ProfileId, Event, u64)>) -> VecDeque<(ProfileId, Event, u64)> {
    coming.sort_by_key(|(_, event, tie)| (event.received_at, event.timestamp, *tie));
    coming.into()
}
