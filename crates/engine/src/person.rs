//! A person as the engine has it: sides, merges, memberships; and what conditions may see of it.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use condition::{Believed, Facts, Fading, Model, Reading, Verdict};
use ledger::Ledger;
use model::{
    consent::{Consents, Token},
    fact::{Occurrence, TraitValue},
    id::{Id, Merge, ProfileId, Unit},
    identifier::IdentifierKey,
    name::{Name, Score, Segment},
    time::{Span, Timestamp},
    value::Value,
    wish::EVIDENCE_REMOVED,
};
use profile::{
    held::{Held, Hold},
    merge::MergeRecord,
    resolve::{PersonMark, Summary},
    side::Side,
};
use segment::{membership::Memberships, removal, set::SegmentSet, trails::Trails};

use crate::{
    interests::{self, KnownInterest},
    measures::{self, KnownReading, KnownScore},
    plan::Plan,
    trust::Trait,
};

/// Everything resident of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The profile.
    pub id: ProfileId,
    /// Its unit of experiments.
    pub unit: Id<Unit>,
    /// Its sides, its own first, the others in order of origin.
    pub sides: Vec<PersonSide>,
    /// The merges that made it, each after those that made its two parts.
    pub merges: Vec<MergeRecord>,
    /// Of each merge the memberships that it ended. An unmerge goes on from them.
    pub ended: BTreeMap<Id<Merge>, Ended>,
    /// The segments it is in.
    pub memberships: Arc<Memberships>,
    /// When something about it changes with no new event: the timer that is set for it.
    pub due: Option<Timestamp>,
}

/// The memberships of two profiles when they became one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ended {
    /// The loser's.
    pub loser: Arc<Memberships>,
    /// The survivor's.
    pub survivor: Arc<Memberships>,
}

/// One side with its trails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSide {
    /// Identifiers, traits, consent, days.
    pub facts: Side,
    /// What conditions look at.
    pub trails: Arc<Trails>,
    /// What was decided about it, as far as caps and retention count that.
    pub ledger: Arc<Ledger>,
}

impl PersonSide {
    /// A side that only exists.
    pub fn empty(facts: Side, trails: Trails) -> Self {
        Self { facts, trails: Arc::new(trails), ledger: Arc::default() }
    }
}

impl Person {
    /// A new person with one empty side.
    pub fn new(id: ProfileId, unit: Id<Unit>, now: Timestamp, plan: &Plan) -> Self {
        let trails = Trails::empty(plan.segments.needs_revision());
        let memberships = Memberships::from_entries(0, Vec::new());
        Self {
            id,
            unit,
            sides: vec![PersonSide::empty(Side::new(id, now), trails)],
            merges: Vec::new(),
            ended: BTreeMap::new(),
            memberships: Arc::new(memberships),
            due: None,
        }
    }

    /// The side of that origin.
    pub fn side(&self, origin: ProfileId) -> Option<&PersonSide> {
        self.sides.iter().find(|side| side.facts.origin == origin)
    }

    /// The side of that origin, to change.
    pub fn side_mut(&mut self, origin: ProfileId) -> Option<&mut PersonSide> {
        self.sides.iter_mut().find(|side| side.facts.origin == origin)
    }

    /// The origin of the side that owns an identifier.
    pub fn owner_of(&self, key: IdentifierKey) -> Option<ProfileId> {
        self.sides.iter().find(|side| side.facts.identifiers.owns(key)).map(|side| side.facts.origin)
    }

    /// How firmly the person has an identifier, over all sides.
    pub fn hold(&self, key: IdentifierKey) -> Option<&Held> {
        self.sides.iter().filter_map(|side| side.facts.identifiers.get(key)).max_by_key(|held| held.hold)
    }

    /// What the person said on any side about the use of data: the latest of each purpose.
    pub fn consents(&self) -> Cow<'_, Consents> {
        match self.sides.as_slice() {
            [only] => Cow::Borrowed(&only.facts.consents),
            sides => Cow::Owned(sides.iter().fold(Consents::default(), |all, side| all.joined(&side.facts.consents))),
        }
    }

    /// When the oldest side came to be.
    pub fn created_at(&self) -> Timestamp {
        self.sides.iter().map(|side| side.facts.created_at).min().unwrap_or_default()
    }

    /// What another profile needs to know to judge whether both are one person.
    pub fn summary(&self, plan: &Plan) -> Summary {
        let mark = |held: &Held| PersonMark {
            key: held.key,
            namespace: held.identifier.namespace.clone(),
            one_per_person: plan.namespace(&held.identifier.namespace).is_some_and(|rules| rules.one_per_person),
            strength: held.strength,
            own: held.hold == Hold::Own,
        };
        let held = || self.sides.iter().flat_map(|side| side.facts.identifiers.iter());
        let points_at_a_person =
            |held: &&Held| held.strength > model::identifier::Strength::Device && held.hold != Hold::Probable;
        Summary {
            id: self.id,
            created_at: self.created_at(),
            sides: self.sides.iter().map(|side| side.facts.origin).collect(),
            apart: self.sides.iter().flat_map(|side| side.facts.apart.iter().copied()).collect(),
            persons: held().filter(points_at_a_person).map(mark).collect(),
        }
    }

    /// Whether the trails lack something that the plan's conditions look at, so that history must be read.
    pub fn trails_are_stale(&self, segments: &SegmentSet) -> bool {
        self.sides.iter().any(|side| side.trails.revision < segments.needs_revision())
    }

    /// Whether what a side became known by, and when, is at hand for all sides.
    pub fn has_chronicles(&self) -> bool {
        self.sides.iter().all(|side| side.trails.has_chronicle())
    }

    /// The first moment at which something changes with no new event: a window slides, or a day's events or
    /// decisions expire.
    pub fn next_due(&self, plan: &Plan) -> Option<Timestamp> {
        let events = |side: &PersonSide| side.facts.days.first().map(i64::from);
        let first = |side: &PersonSide| events(side).into_iter().chain(side.ledger.first_day()).min();
        let expiry = self
            .sides
            .iter()
            .filter_map(first)
            .min()
            .map(|day| Timestamp::EPOCH.plus(Span::DAY.times(day + 1)).plus(plan.retention));
        self.memberships.valid_until().into_iter().chain(expiry).min()
    }

    /// The past occurrences of an event over all sides, opened by a token.
    pub fn trail(&self, _token: &impl Token, event: &str) -> Cow<'_, [Occurrence]> {
        self.whole_trail(event)
    }

    /// The past occurrences of an event, but for those that the person removed.
    fn whole_trail(&self, event: &str) -> Cow<'_, [Occurrence]> {
        let all = self.every_occurrence(event);
        let removals = self.sides.iter().flat_map(|side| side.trails.get(EVIDENCE_REMOVED));
        match removal::until(removals, event) {
            None => all,
            Some(until) => all.iter().filter(|occurrence| occurrence.at > until).cloned().collect(),
        }
    }

    fn every_occurrence(&self, event: &str) -> Cow<'_, [Occurrence]> {
        let mut trails = self.sides.iter().map(|side| side.trails.get(event)).filter(|trail| !trail.is_empty());
        match (trails.next(), trails.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => {
                let mut all: Vec<_> = first.iter().chain(second).chain(trails.flatten()).cloned().collect();
                all.sort_by_key(|occurrence| (occurrence.at, occurrence.tie));
                Cow::Owned(all)
            }
        }
    }

    /// The facts as a plan sees them at a moment, opened by a token: the engine's own, or a purpose that the person
    /// granted.
    pub fn view<'a>(&'a self, _token: &'a impl Token, plan: &'a Plan, now: Timestamp) -> View<'a> {
        View { person: self, plan, now }
    }
}

/// The facts about one person, as conditions see them: all sides together.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    person: &'a Person,
    plan: &'a Plan,
    now: Timestamp,
}

impl<'a> View<'a> {
    /// All values of every trait over all sides, in order of name, and the one to believe.
    pub fn traits(&self) -> Vec<(Name<model::name::Trait>, Vec<&'a TraitValue>)> {
        let mut all = BTreeMap::<_, Vec<&TraitValue>>::new();
        for (name, values) in self.person.sides.iter().flat_map(|side| side.facts.traits.iter()) {
            all.entry(name.clone()).or_default().extend(values);
        }
        all.into_iter().collect()
    }

    /// All interests, in order of topic; tentative ones too, which no condition sees.
    pub fn interests(&self) -> Vec<KnownInterest> {
        interests::all(self.plan, self.person, self.now)
    }

    /// All scores, in order of name.
    pub fn scores(&self) -> Vec<KnownScore> {
        measures::scores(self)
    }

    /// What a model says; `None` if it says nothing. The person must be [`current`].
    pub fn says(&self, model: Model) -> Option<KnownReading> {
        measures::reading(self, model)
    }

    /// The person.
    pub fn person(&self) -> &'a Person {
        self.person
    }

    pub(crate) fn plan(&self) -> &'a Plan {
        self.plan
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }
}

impl Facts for View<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        Trait { plan: self.plan, person: self.person, name, now: self.now }.believed(|_| true)
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.whole_trail(event)
    }

    fn segment(&self, _name: &Name<Segment>) -> Verdict {
        Verdict { value: false, valid_until: None }
    }

    fn request(&self, _name: &str) -> Option<Value> {
        None
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        interests::one(self.plan, self.person, topic, self.now)?.visible()
    }

    fn score(&self, _name: &Name<Score>) -> Option<Fading> {
        None
    }

    fn reading(&self, _model: Model) -> Option<Reading> {
        None
    }
}

/// The person as of `now` under `plan`, for a reader: memberships that are past their time, or not evaluated under
/// this plan, are evaluated on the spot. The trails must not be stale; nothing of it is kept.
pub fn current(plan: &Plan, person: &Arc<Person>, now: Timestamp) -> Arc<Person> {
    let memberships = &person.memberships;
    let mut places = plan.segments.expired(memberships, now);
    if memberships.revision < plan.revision {
        places.extend(plan.segments.changed_after(memberships.revision));
    }
    if places.is_empty() && memberships.revision == plan.revision {
        return person.clone();
    }
    let mut fresh = Memberships::clone(memberships);
    fresh.forget_unpublished(&plan.segments);
    fresh.refresh(&plan.segments, &places, &person.view(&crate::apply::KEEP, plan, now), now);
    fresh.revision = plan.revision;
    Arc::new(Person { memberships: Arc::new(fresh), ..Person::clone(person) })
}
