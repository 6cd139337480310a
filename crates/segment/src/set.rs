//! All published segments, compiled: in an order in which each comes after those it names, with what they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::{Condition, EventNeed, Needs, PropertyPath};
use model::{
    event::Event,
    name::{Name, Segment},
    value::{Fields, Value},
};
use rustc_hash::FxHashMap;

use crate::interests::{InterestRules, heard::may_be_heard};

/// A segment's number: given at its first publication, never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentNumber(pub u32);

/// One published segment.
#[derive(Debug)]
pub struct SegmentRule {
    /// Its number.
    pub number: SegmentNumber,
    /// Its name.
    pub name: Name<Segment>,
    /// Who is in it.
    pub condition: Condition,
    /// The plan revision at which its condition last changed.
    pub changed: u64,
}

/// Segments that name each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// The segments of the circle, in the order in which they name each other.
    pub segments: Vec<Name<Segment>>,
}

/// All published segments of a plan. A segment's *place* is its index in [`SegmentSet::rules`].
#[derive(Debug, Default)]
pub struct SegmentSet {
    rules: Vec<SegmentRule>,
    by_name: BTreeMap<Name<Segment>, usize>,
    by_number: FxHashMap<SegmentNumber, usize>,
    by_event: FxHashMap<Arc<str>, Heeding>,
    by_trait: FxHashMap<Arc<str>, Vec<usize>>,
    by_topic: FxHashMap<Arc<str>, Vec<usize>>,
    /// Those that look at any interest.
    on_interests: Vec<usize>,
    interests: InterestRules,
    dependents: Vec<Vec<usize>>,
    needs: BTreeMap<Arc<str>, EventNeed>,
    needs_revision: u64,
}

/// The places of the segments that look at events of one name.
#[derive(Debug, Default)]
struct Heeding {
    /// Those that have to be asked whether they heed one.
    asked: Vec<usize>,
    /// Those that heed one only if the property at a path is their text.
    keyed: BTreeMap<PropertyPath, FxHashMap<Arc<str>, Vec<usize>>>,
}

impl SegmentSet {
    /// Orders the segments and indexes what they need. `needs_revision` is the plan revision at which the union of
    /// their needs last grew; see [`grown`].
    pub fn build(rules: Vec<SegmentRule>, needs_revision: u64) -> Result<Self, Circle> {
        let rules = in_order(rules)?;
        let mut set = Self { needs_revision, dependents: vec![Vec::new(); rules.len()], ..Self::default() };
        for (place, rule) in rules.iter().enumerate() {
            let needs = rule.condition.needs();
            for event in needs.events.keys() {
                set.by_event.entry(event.clone()).or_default().add(place, rule.condition.heeds_only(event));
            }
            for name in &needs.traits {
                set.by_trait.entry(name.as_str().into()).or_default().push(place);
            }
            for topic in &needs.interests {
                set.by_topic.entry(topic.clone()).or_default().push(place);
            }
            if !needs.interests.is_empty() {
                set.on_interests.push(place);
            }
            for named in &needs.segments {
                if let Some(at) = set.by_name.get(named) {
                    set.dependents[*at].push(place);
                }
            }
            set.by_name.insert(rule.name.clone(), place);
            set.by_number.insert(rule.number, place);
        }
        set.needs = union(&rules).events;
        set.rules = rules;
        Ok(set)
    }

    /// The same with what others than segments look at of past events: trails are kept for both.
    #[must_use]
    pub fn needing(mut self, more: BTreeMap<Arc<str>, EventNeed>) -> Self {
        for (event, need) in more {
            self.needs.entry(event).or_default().merge(&need);
        }
        self
    }

    /// The same with rules by which interests are made.
    #[must_use]
    pub fn with_interest_rules(self, interests: InterestRules) -> Self {
        Self { interests, ..self }
    }

    /// The segments, each after those it names.
    pub fn rules(&self) -> &[SegmentRule] {
        &self.rules
    }

    /// The segment of that name.
    pub fn by_name(&self, name: &Name<Segment>) -> Option<&SegmentRule> {
        self.by_name.get(name).map(|place| &self.rules[*place])
    }

    /// The place of the segment of that name. Those that it names have lower ones.
    pub fn place_of(&self, name: &Name<Segment>) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The segment of that number.
    pub fn by_number(&self, number: SegmentNumber) -> Option<&SegmentRule> {
        self.by_number.get(&number).map(|place| &self.rules[*place])
    }

    /// The places of the segments with these numbers; unpublished ones are passed over.
    pub fn places(&self, numbers: impl IntoIterator<Item = SegmentNumber>) -> Vec<usize> {
        numbers.into_iter().filter_map(|number| self.by_number.get(&number).copied()).collect()
    }

    /// The places of the segments whose condition changed after a plan revision.
    pub fn changed_after(&self, revision: u64) -> Vec<usize> {
        (0..self.rules.len()).filter(|place| self.rules[*place].changed > revision).collect()
    }

    /// The places of the segments that an event of this name with these properties may change.
    pub fn heeding(&self, event: &str, properties: &Fields) -> Vec<usize> {
        let Some(heeding) = self.by_event.get(event) else { return Vec::new() };
        let mut places = heeding.candidates(properties);
        places.retain(|place| self.rules[*place].condition.heeds(event, properties));
        places
    }

    /// The places of the segments that look at this trait.
    pub fn looking_at_trait(&self, name: &str) -> &[usize] {
        self.by_trait.get(name).map_or(&[], Vec::as_slice)
    }

    /// The places of the segments that look at the interest in this topic.
    pub fn looking_at_topic(&self, topic: &str) -> &[usize] {
        self.by_topic.get(topic).map_or(&[], Vec::as_slice)
    }

    /// The places of the segments that look at any interest.
    pub fn looking_at_interests(&self) -> &[usize] {
        &self.on_interests
    }

    /// The rules by which interests are made.
    pub fn interests(&self) -> &InterestRules {
        &self.interests
    }

    /// Whether trails have to take in an event: a condition asks for those of its name, or it may be about topics.
    pub fn keeps(&self, event: &Event) -> bool {
        self.need(event.name()).is_some() || may_be_heard(event)
    }

    /// What has to be kept of events of this name, with the name itself for sharing; `None` if nothing.
    pub fn need(&self, event: &str) -> Option<(&Arc<str>, &EventNeed)> {
        self.needs.get_key_value(event)
    }

    /// What has to be kept of all events.
    pub fn needs(&self) -> &BTreeMap<Arc<str>, EventNeed> {
        &self.needs
    }

    /// The plan revision at which the union of needs last grew: trails of an older one lack something.
    pub fn needs_revision(&self) -> u64 {
        self.needs_revision
    }

    /// These places and those of all segments that name them, each once, in order.
    pub fn with_dependents(&self, places: &[usize]) -> Vec<usize> {
        let mut found = places.to_vec();
        if places.iter().any(|place| !self.dependents[*place].is_empty()) {
            let (mut seen, mut open) = (BTreeSet::new(), std::mem::take(&mut found));
            while let Some(place) = open.pop() {
                if seen.insert(place) {
                    open.extend(&self.dependents[place]);
                }
            }
            found.extend(seen);
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Heeding {
    fn add(&mut self, place: usize, only: Option<(&PropertyPath, &Arc<str>)>) {
        match only {
            Some((path, text)) => {
                let texts = self.keyed.entry(path.clone()).or_default();
                texts.entry(text.clone()).or_default().push(place);
            }
            None => self.asked.push(place),
        }
    }

    /// The places that may heed an event with these properties. Nothing but a text, or a moment written as one, equals
    /// a text.
    fn candidates(&self, properties: &Fields) -> Vec<usize> {
        let mut places = self.asked.clone();
        for (path, texts) in &self.keyed {
            match path.of(properties) {
                Some(Value::Text(text)) => places.extend(texts.get(text).into_iter().flatten()),
                Some(Value::Time(_)) => places.extend(texts.values().flatten()),
                _ => {}
            }
        }
        places
    }
}

/// Whether the union of needs of `after` asks for anything that the one of `before` does not.
pub fn grown(before: &BTreeMap<Arc<str>, EventNeed>, after: &BTreeMap<Arc<str>, EventNeed>) -> bool {
    after.iter().any(|(event, need)| {
        before.get(event).is_none_or(|old| {
            let mut both = old.clone();
            both.merge(need);
            both != *old
        })
    })
}

fn union(rules: &[SegmentRule]) -> Needs {
    let mut all = Needs::default();
    for rule in rules {
        all.merge(rule.condition.needs());
    }
    all
}

/// Puts each segment after those it names; segments that depend on nothing keep the order of their numbers.
fn in_order(mut rules: Vec<SegmentRule>) -> Result<Vec<SegmentRule>, Circle> {
    rules.sort_by_key(|rule| rule.number);
    let mut ordered: Vec<SegmentRule> = Vec::with_capacity(rules.len());
    while !rules.is_empty() {
        let waiting: BTreeSet<Name<Segment>> = rules.iter().map(|rule| rule.name.clone()).collect();
        let (ready, blocked): (Vec<_>, Vec<_>) = rules
            .into_iter()
            .partition(|rule| rule.condition.needs().segments.iter().all(|name| !waiting.contains(name)));
        if ready.is_empty() {
            return Err(Circle { segments: circle_among(&blocked) });
        }
        ordered.extend(ready);
        rules = blocked;
    }
    Ok(ordered)
}

/// Follows the first named segment from each until one comes again. All of `blocked` name another of `blocked`.
fn circle_among(blocked: &[SegmentRule]) -> Vec<Name<Segment>> {
    let by_name: BTreeMap<_, _> = blocked.iter().map(|rule| (&rule.name, rule)).collect();
    let mut path: Vec<Name<Segment>> = Vec::new();
    let mut at = blocked.first();
    while let Some(rule) = at {
        if let Some(start) = path.iter().position(|name| *name == rule.name) {
            return path.split_off(start);
        }
        path.push(rule.name.clone());
        at = rule.condition.needs().segments.iter().find_map(|name| by_name.get(name).copied());
    }
    path
}
