//! All published segments, compiled: in an order in which each comes after those it names, with what they need.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::{Condition, EventNeed, Model, Needs, PropertyPath};
use model::{
    event::Event,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::{Fields, Value},
    wish::EVIDENCE_REMOVED,
};
use rustc_hash::FxHashMap;

use crate::{
    interests::{InterestRules, heard::may_be_heard},
    membership::Memberships,
    model::ModelRule,
    order::{Circle, in_order},
    removal,
    score::ScoreRule,
};

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

/// What is calculated about persons besides segments.
#[derive(Debug, Default)]
pub struct Measures {
    /// The scores.
    pub scores: Vec<ScoreRule>,
    /// The models, at most one of each.
    pub models: Vec<ModelRule>,
}

/// All published segments of a plan, with the scores and models that they ask. A segment's *place* is its index in
/// [`SegmentSet::rules`]; the places of models come behind those of segments.
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
    measures: Measures,
    /// Of each segment, what it looks at by itself and through scores.
    looks: Vec<Looks>,
    /// Of each segment and model, the segments that rest on it.
    dependents: Vec<Vec<usize>>,
    needs: BTreeMap<Arc<str>, EventNeed>,
    needs_revision: u64,
}

/// What a segment looks at by itself and through scores.
#[derive(Debug)]
struct Looks {
    needs: Needs,
    /// The scores that it asks, by their index in [`Measures::scores`].
    scores: BTreeSet<usize>,
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
    pub fn build(rules: Vec<SegmentRule>, measures: Measures, needs_revision: u64) -> Result<Self, Circle> {
        let rules = in_order(rules, &measures.scores)?;
        let places = rules.len() + measures.models.len();
        let mut set = Self { needs_revision, measures, dependents: vec![Vec::new(); places], ..Self::default() };
        for (place, rule) in rules.iter().enumerate() {
            let looks = Looks::of(&rule.condition, &set.measures.scores);
            set.index(place, &rule.condition, &looks);
            set.by_name.insert(rule.name.clone(), place);
            set.by_number.insert(rule.number, place);
            set.looks.push(looks);
        }
        set.rules = rules;
        let mut all = Needs::default();
        set.looks.iter().for_each(|looks| all.merge(&looks.needs));
        set.measures.scores.iter().for_each(|score| all.merge(&score.needs()));
        for (at, rule) in set.measures.models.iter().enumerate() {
            let needs = rule.needs();
            for event in needs.events.keys() {
                set.by_event.entry(event.clone()).or_default().add(set.rules.len() + at, None);
            }
            all.merge(&needs);
        }
        set.needs = all.events;
        Ok(set)
    }

    /// Notes under what a segment is found. Those that it rests on are noted already.
    fn index(&mut self, place: usize, condition: &Condition, looks: &Looks) {
        let Looks { needs, scores } = looks;
        for event in needs.events.keys() {
            let is_asked_by_score =
                scores.iter().any(|at| self.measures.scores[*at].needs().events.contains_key(event));
            let only = condition.heeds_only(event).filter(|_| !is_asked_by_score);
            self.by_event.entry(event.clone()).or_default().add(place, only);
        }
        for name in &needs.traits {
            self.by_trait.entry(name.as_str().into()).or_default().push(place);
        }
        for topic in &needs.interests {
            self.by_topic.entry(topic.clone()).or_default().push(place);
        }
        if !needs.interests.is_empty() {
            self.on_interests.push(place);
        }
        let segments = needs.segments.iter().filter_map(|named| self.by_name.get(named).copied());
        let first_model = self.dependents.len() - self.measures.models.len();
        let models = self.measures.models.iter().enumerate().filter(|(_, rule)| needs.models.contains(&rule.model));
        let below: Vec<usize> = segments.chain(models.map(|(at, _)| first_model + at)).collect();
        below.into_iter().for_each(|at| self.dependents[at].push(place));
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

    /// The places of the segments and models that changed after a plan revision.
    pub fn changed_after(&self, revision: u64) -> Vec<usize> {
        let segments = self.rules.iter().map(|rule| rule.changed);
        let changed = segments.chain(self.measures.models.iter().map(|rule| rule.changed)).enumerate();
        changed.filter(|(_, changed)| *changed > revision).map(|(place, _)| place).collect()
    }

    /// All places.
    pub fn all_places(&self) -> Vec<usize> {
        (0..self.dependents.len()).collect()
    }

    /// The places of what may have changed for a person by `now` with no new event, and of models that say something of
    /// everybody and were not read yet.
    pub fn expired(&self, memberships: &Memberships, now: Timestamp) -> Vec<usize> {
        let mut places = self.places(memberships.expired(now));
        let is_over = |rule: &ModelRule| match memberships.readings.get(rule.model) {
            Some(held) => held.valid_until.is_some_and(|until| until <= now),
            None => rule.speaks_of_everybody(),
        };
        let over = self.measures.models.iter().enumerate().filter(|(_, rule)| is_over(rule));
        places.extend(over.map(|(at, _)| self.rules.len() + at));
        places
    }

    /// What the segment at a place looks at by itself and through scores.
    pub fn needs_of(&self, place: usize) -> &Needs {
        &self.looks[place].needs
    }

    /// The scores, in order of name.
    pub fn scores(&self) -> &[ScoreRule] {
        &self.measures.scores
    }

    /// The score of that name.
    pub fn score(&self, name: &Name<Score>) -> Option<&ScoreRule> {
        self.measures.scores.iter().find(|score| score.name == *name)
    }

    /// The models.
    pub fn models(&self) -> &[ModelRule] {
        &self.measures.models
    }

    /// A model.
    pub fn model(&self, model: Model) -> Option<&ModelRule> {
        self.model_at(model).map(|at| &self.measures.models[at])
    }

    fn model_at(&self, model: Model) -> Option<usize> {
        self.measures.models.iter().position(|rule| rule.model == model)
    }

    /// The places of the segments that an event of this name with these properties may change; of one that removes
    /// others, those that look at these.
    pub fn heeding(&self, event: &str, properties: &Fields) -> Vec<usize> {
        let mut places = self.by_event.get(event).map(|heeding| heeding.candidates(properties)).unwrap_or_default();
        places.retain(|place| self.heeds(*place, event, properties));
        if event == EVIDENCE_REMOVED {
            let removed = removal::named(properties).and_then(|removed| self.by_event.get(removed));
            places.extend(removed.map(Heeding::all).unwrap_or_default());
        }
        places
    }

    /// A model is read whenever one of its events happens, whatever its properties.
    fn heeds(&self, place: usize, event: &str, properties: &Fields) -> bool {
        let Some((rule, looks)) = self.rules.get(place).zip(self.looks.get(place)) else { return true };
        let asks = rule.condition.needs().events.contains_key(event);
        (asks && rule.condition.heeds(event, properties))
            || looks.scores.iter().any(|at| self.measures.scores[*at].heeds(event, properties))
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

impl Looks {
    fn of(condition: &Condition, scores: &[ScoreRule]) -> Self {
        let (mut needs, mut asked) = (condition.needs().clone(), BTreeSet::new());
        while let Some(at) =
            scores.iter().enumerate().position(|(at, score)| needs.scores.contains(&score.name) && !asked.contains(&at))
        {
            asked.insert(at);
            needs.merge(&scores[at].needs());
        }
        Self { needs, scores: asked }
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

    /// All places.
    fn all(&self) -> Vec<usize> {
        let keyed = self.keyed.values().flat_map(FxHashMap::values).flatten();
        self.asked.iter().chain(keyed).copied().collect()
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
