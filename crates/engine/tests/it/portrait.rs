//! A person as it shows: the same for two worlds in which the same became of it, whatever its profile's id, its sides
//! and the hour at which it came to be known.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::{Belief, Model};
use engine::{
    interests::KnownInterest,
    measures::KnownScore,
    person::{Person, current},
};
use model::{
    consent::{Choice, Keep},
    fact::{FactKind, Occurrence, TraitValue},
    identifier::Strength,
    time::Timestamp,
    value::Value,
};
use profile::held::Hold;
use segment::interests::reading::{Evidence, Standing};

use crate::world::World;

/// The latest value of each source and kind.
type LatestValues = BTreeMap<(String, FactKind), TraitValue>;

/// All that is known of one person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Portrait {
    /// The firmest hold on each identifier, its best evidence and when it was first seen.
    pub(crate) identifiers: BTreeMap<String, (Hold, Strength, Timestamp)>,
    /// The latest value of each source and kind, and the one to believe.
    traits: BTreeMap<String, (LatestValues, Option<(TraitValue, Belief)>)>,
    /// When each source last denied each value.
    denied: BTreeMap<(String, String, Option<Value>), Timestamp>,
    consents: Vec<(String, Choice)>,
    days: BTreeMap<i32, u32>,
    history: Vec<(Timestamp, u64)>,
    /// As far as windows reach.
    trails: BTreeMap<String, Vec<Occurrence>>,
    /// By topic: how strong and of what standing, and what was done and said.
    interests: BTreeMap<String, (f64, Standing, Evidence)>,
    segments: BTreeSet<String>,
    /// The scores by name.
    scores: Vec<KnownScore>,
    /// What models say.
    readings: Vec<(Model, Option<&'static str>)>,
}

/// Everybody, in an order that depends on nothing but what is known of them.
pub(crate) fn portraits(world: &World) -> Vec<Portrait> {
    let mut all: Vec<_> = world.people().map(|person| portrait(world, person)).collect();
    all.sort_by(|a, b| (a.history.cmp(&b.history)).then_with(|| a.identifiers.cmp(&b.identifiers)));
    all
}

pub(crate) fn portrait(world: &World, person: &Arc<Person>) -> Portrait {
    const KEEP: Keep = Keep::for_the_engine();
    let plan = world.plan();
    let now_current = current(&plan, person, world.now);
    let view = person.view(&KEEP, &plan, world.now);
    let mut identifiers = BTreeMap::new();
    for held in person.sides.iter().flat_map(|side| side.facts.identifiers.iter()) {
        let all = identifiers.entry(held.identifier.to_string()).or_insert((held.hold, held.strength, held.since));
        *all = (all.0.max(held.hold), all.1.max(held.strength), all.2.min(held.since));
    }
    let mut traits = BTreeMap::new();
    for (name, values) in view.traits() {
        let mut latest = LatestValues::new();
        for value in values {
            let known = latest.entry((value.source.to_string(), value.kind)).or_insert_with(|| value.clone());
            if (value.as_of, &value.value) > (known.as_of, &known.value) {
                *known = value.clone();
            }
        }
        let believed = condition::Facts::trait_value(&view, name.as_str());
        let believed = believed.map(|found| (found.value.clone(), found.belief));
        traits.insert(name.to_string(), (latest, believed));
    }
    let mut denied = BTreeMap::new();
    for (name, denials) in person.sides.iter().flat_map(|side| side.facts.traits.denials()) {
        for denial in denials {
            let key = (name.to_string(), denial.source.to_string(), denial.value.clone());
            let last = denied.entry(key).or_insert(denial.as_of);
            *last = denial.as_of.max(*last);
        }
    }
    let mut days = BTreeMap::new();
    for (day, events) in person.sides.iter().flat_map(|side| side.facts.days.iter()) {
        *days.entry(*day).or_default() += events;
    }
    let sides = person.sides.iter().filter_map(|side| world.history.get(&side.facts.origin));
    let mut history: Vec<_> = sides.flat_map(BTreeMap::keys).copied().collect();
    history.sort_unstable();
    let trails = plan.segments.needs().iter().map(|(name, need)| {
        let reached = |occurrence: &&Occurrence| need.window.covers(occurrence.at, world.now);
        let trail = condition::Facts::trail(&view, name);
        (name.to_string(), trail.iter().filter(reached).cloned().collect())
    });
    let interests = view.interests().into_iter().map(|KnownInterest { topic, interest, evidence }| {
        (topic.to_string(), (interest.strength.now(), interest.standing, evidence))
    });
    let readings = now_current.memberships.readings.iter();
    let segments = now_current.memberships.members().filter_map(|number| plan.segments.by_number(number));
    Portrait {
        identifiers,
        traits,
        denied,
        consents: person.consents().iter().map(|(name, choice)| (name.to_string(), choice.clone())).collect(),
        days,
        history,
        trails: trails.collect(),
        interests: interests.collect(),
        segments: segments.map(|rule| rule.name.to_string()).collect(),
        scores: now_current.view(&KEEP, &plan, world.now).scores(),
        readings: readings.map(|held| (held.model, held.says.map(|(word, _)| word))).collect(),
    }
}
