//! What a person is interested in, over all sides.

use std::{collections::BTreeSet, sync::Arc};

use model::{event::Event, identifier::Strength, time::Timestamp, wish::EVIDENCE_REMOVED};
use profile::held::Hold;
use segment::{
    interests::{
        EventMark,
        reading::{Evidence, Excluded, Interest},
    },
    removal,
};

use crate::{
    person::{Person, PersonSide},
    plan::Plan,
};

/// An interest, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInterest {
    /// In what, such as `category:boots`.
    pub topic: Arc<str>,
    /// How strong it is now, and whether it lasts.
    pub interest: Interest,
    /// What was done and said.
    pub evidence: Evidence,
}

/// The interest in a topic; `None` if nothing that counts was done about it.
pub(crate) fn one(plan: &Plan, person: &Person, topic: &str, now: Timestamp) -> Option<Interest> {
    evidence(plan, person, topic, &removed(person)).interest(plan.segments.interests(), now)
}

/// All interests, in order of topic.
pub(crate) fn all(plan: &Plan, person: &Person, now: Timestamp) -> Vec<KnownInterest> {
    let digests = sides(person).map(|side| side.trails.digest());
    let topics: BTreeSet<&Arc<str>> = digests.flat_map(|digest| digest.iter().map(|(topic, _)| topic)).collect();
    let removed = removed(person);
    let known = topics.into_iter().filter_map(|topic| {
        let evidence = evidence(plan, person, topic, &removed);
        let interest = evidence.interest(plan.segments.interests(), now)?;
        Some(KnownInterest { topic: topic.clone(), interest, evidence })
    });
    known.collect()
}

fn evidence(plan: &Plan, person: &Person, topic: &str, removed: &[(EventMark, Timestamp)]) -> Evidence {
    let told = sides(person).filter_map(|side| side.trails.digest().get(topic));
    let is_busy = |day| events_on(person, day) > u64::from(plan.segments.interests().busy_events);
    Evidence::of(told, &Excluded { is_busy: &is_busy, removed })
}

/// What the person took back, on any side.
fn removed(person: &Person) -> Vec<(EventMark, Timestamp)> {
    let removals = person.sides.iter().flat_map(|side| side.trails.get(EVIDENCE_REMOVED));
    removal::all(removals).into_iter().map(|(event, until)| (EventMark::of(event), until)).collect()
}

fn sides(person: &Person) -> impl Iterator<Item = &PersonSide> {
    person.sides.iter().filter(|side| is_of_one(side))
}

/// Whether what came under a side is one person's doing. It is not where a device is all that it is known by, and several
/// persons use that.
pub(crate) fn is_of_one(side: &PersonSide) -> bool {
    let mut held = side.facts.identifiers.iter();
    let is_shared = held.clone().any(|held| held.hold == Hold::Shared && held.strength == Strength::Device);
    !is_shared || held.any(|held| held.hold == Hold::Own && held.strength > Strength::Device)
}

/// Whether the day of an event, which was taken in just now, stopped to count with it.
pub(crate) fn becomes_busy(plan: &Plan, person: &Person, event: &Event) -> bool {
    events_on(person, event.timestamp.day() as i32) == u64::from(plan.segments.interests().busy_events) + 1
}

/// How many events a person has on a UTC day, over all sides.
fn events_on(person: &Person, day: i32) -> u64 {
    let on = |side: &PersonSide| {
        let days = side.facts.days.iter().as_slice();
        days.binary_search_by_key(&day, |(day, _)| *day).map_or(0, |place| u64::from(days[place].1))
    };
    person.sides.iter().map(on).sum()
}
