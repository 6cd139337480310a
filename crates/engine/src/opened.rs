//! A person's facts as one purpose opens them.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::{Believed, Facts, Fading, Model, Reading, Verdict};
use model::{
    consent::GrantedName,
    fact::{Occurrence, TraitValue},
    name::{Name, Purpose, Score, Segment, Trait},
    source::{LegalBasis, SourceRules},
    time::Timestamp,
    value::Value,
};
use segment::{score::Scored, set::SegmentSet};

use crate::{interests, person::Person, plan::Plan, trust};

/// Whether a value may be used for a purpose that the person granted: its trait may have a purpose of its own, which
/// must be granted too, and its source may have a written basis, which serves some purposes only.
pub fn is_open(
    plan: &Plan,
    person: &Person,
    granted: &GrantedName,
    value: (&str, &TraitValue),
    now: Timestamp,
) -> bool {
    value_serves(plan, granted.purpose(), value.1) && is_granted(plan, person, value.0, now)
}

fn is_granted(plan: &Plan, person: &Person, name: &str, now: Timestamp) -> bool {
    let own = plan.schema.get(name).and_then(|rules| rules.purpose.as_ref());
    own.is_none_or(|purpose| person.consents().allows(purpose.as_str(), now))
}

fn value_serves(plan: &Plan, purpose: &Name<Purpose>, value: &TraitValue) -> bool {
    plan.sources.get(&value.source).is_none_or(|rules| serves(rules, purpose))
}

fn serves(rules: &SourceRules, purpose: &Name<Purpose>) -> bool {
    match &rules.basis {
        LegalBasis::Written { serves, .. } => serves.contains(purpose),
        LegalBasis::Consent { .. } => true,
    }
}

/// The facts about a person, with nothing in reach that the purpose does not open. The person must be
/// [`crate::person::current`].
pub fn opened<'a>(plan: &'a Plan, person: &'a Person, token: GrantedName, now: Timestamp) -> impl Facts + use<'a> {
    Opened::new(plan, person, token, now)
}

/// What [`opened`] gives.
pub(crate) struct Opened<'a> {
    plan: &'a Plan,
    person: &'a Person,
    token: GrantedName,
    now: Timestamp,
    /// Whether a source of the plan may not serve the purpose.
    some_source_is_closed: bool,
    /// Traits with a purpose of their own that the person did not grant.
    closed_traits: Vec<&'a Name<Trait>>,
    /// Of each segment that was asked for, by place: the verdict without what is closed, if it rests on that.
    judged: RefCell<BTreeMap<usize, Option<Verdict>>>,
    scored: Scored,
}

impl<'a> Opened<'a> {
    pub(crate) fn new(plan: &'a Plan, person: &'a Person, token: GrantedName, now: Timestamp) -> Self {
        let serves = |rules: &SourceRules| serves(rules, token.purpose());
        let some_source_is_closed = !plan.sources.values().all(serves);
        let with_purpose = plan.schema.traits.iter().filter(|(_, rules)| rules.purpose.is_some()).map(|(name, _)| name);
        let closed_traits = with_purpose.filter(|name| !is_granted(plan, person, name.as_str(), now)).collect();
        Self {
            plan,
            person,
            token,
            now,
            some_source_is_closed,
            closed_traits,
            judged: RefCell::default(),
            scored: Scored::default(),
        }
    }

    /// The verdict on a segment without what is closed; `None` if it looks at nothing of that, so that the membership
    /// stands. The membership was evaluated over all that is kept.
    fn without_closed(&self, place: usize) -> Option<Verdict> {
        if self.closed_traits.is_empty() && !self.some_source_is_closed {
            return None;
        }
        if let Some(known) = self.judged.borrow().get(&place) {
            return *known;
        }
        // Those it names come before it, so that none is judged twice and none within another.
        for place in self.named_by(place) {
            let rule = &self.plan.segments.rules()[place];
            let needs = self.plan.segments.needs_of(place);
            let looks = needs.traits.iter().any(|name| self.closed_traits.contains(&name))
                || (self.some_source_is_closed && !needs.traits.is_empty());
            let named = || needs.segments.iter().filter_map(|name| self.plan.segments.place_of(name));
            let rests = looks || named().any(|named| self.judged.borrow().get(&named).is_some_and(Option::is_some));
            let verdict = rests.then(|| rule.condition.matches(self, self.now));
            self.judged.borrow_mut().insert(place, verdict);
        }
        self.judged.borrow().get(&place).copied().flatten()
    }

    /// The segments at and below a place that are not judged yet, each after those that it names.
    fn named_by(&self, place: usize) -> BTreeSet<usize> {
        let (mut found, mut open) = (BTreeSet::new(), vec![place]);
        while let Some(place) = open.pop() {
            if !self.judged.borrow().contains_key(&place) && found.insert(place) {
                let needs = self.plan.segments.needs_of(place);
                open.extend(needs.segments.iter().filter_map(|name| self.plan.segments.place_of(name)));
            }
        }
        found
    }

    /// The segments of the plan.
    pub(crate) fn segments(&self) -> &'a SegmentSet {
        &self.plan.segments
    }

    /// The moment at which they are looked at.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The purpose that opened them.
    pub(crate) fn purpose(&self) -> &Name<Purpose> {
        self.token.purpose()
    }
}

impl Facts for Opened<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        if !is_granted(self.plan, self.person, name, self.now) {
            return None;
        }
        let known = trust::Trait { plan: self.plan, person: self.person, name, now: self.now };
        known.believed(|value| value_serves(self.plan, self.purpose(), value))
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.trail(&self.token, event)
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let Some(place) = self.plan.segments.place_of(name) else { return Verdict { value: false, valid_until: None } };
        if let Some(verdict) = self.without_closed(place) {
            return verdict;
        }
        match self.person.memberships.get(self.plan.segments.rules()[place].number) {
            Some(membership) => Verdict { value: membership.member, valid_until: membership.valid_until },
            None => Verdict { value: false, valid_until: None },
        }
    }

    fn request(&self, _name: &str) -> Option<Value> {
        None
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        interests::one(self.plan, self.person, topic, self.now)?.visible()
    }

    fn interests(&self) -> Vec<(Arc<str>, Fading)> {
        let known = interests::all(self.plan, self.person, self.now).into_iter();
        known.filter_map(|known| Some((known.topic, known.interest.visible()?))).collect()
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        Some(self.scored.of(self.plan.segments.score(name)?, self, self.now))
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.person.memberships.readings.reading(model)
    }
}
