//! What memberships rest on, as one purpose opens it.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use condition::{Believed, Evidence, Facts, Fading, Model, Reading, Verdict};
use decide::{Ground, cut};
use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::Value,
};
use segment::score::Scored;

use crate::opened::Opened;

/// Of a segment that is not there.
pub(crate) const NOT_THERE: Verdict = Verdict { value: false, valid_until: None };

/// What a membership of a segment rests on: what its condition, and those of the segments that it names and that hold,
/// looked at.
pub(crate) fn beneath(opened: &Opened<'_>, segment: &Name<Segment>) -> Vec<Ground> {
    let segments = opened.segments();
    let (mut open, mut seen) = (Vec::from_iter(segments.place_of(segment)), BTreeSet::new());
    let mut grounds = Vec::new();
    while let Some(place) = open.pop() {
        if !seen.insert(place) {
            continue;
        }
        for evidence in segments.rules()[place].condition.evaluate(opened, opened.now()).evidence {
            match evidence {
                Evidence::Segment { name, member: true } => open.extend(segments.place_of(&name)),
                Evidence::Segment { member: false, .. } => {}
                fact => grounds.push(Ground::of(fact, opened)),
            }
        }
    }
    grounds
}

/// Whether the person would be in a segment without what happened before a moment, and until when that is so.
pub(crate) fn segment_since(opened: &Opened<'_>, segment: &Name<Segment>, since: Timestamp) -> Verdict {
    let Some(place) = opened.segments().place_of(segment) else { return NOT_THERE };
    let lately = Lately { opened, since, judged: RefCell::default(), scored: Scored::default() };
    // Those that it names come before it, so that none is judged within another.
    for place in at_and_below(opened, place) {
        let verdict = opened.segments().rules()[place].condition.matches(&lately, opened.now());
        lately.judged.borrow_mut().insert(place, verdict);
    }
    lately.judged.into_inner().remove(&place).unwrap_or(NOT_THERE)
}

fn at_and_below(opened: &Opened<'_>, place: usize) -> BTreeSet<usize> {
    let segments = opened.segments();
    let (mut found, mut open) = (BTreeSet::new(), vec![place]);
    while let Some(place) = open.pop() {
        if found.insert(place) {
            let needs = segments.needs_of(place);
            open.extend(needs.segments.iter().filter_map(|name| segments.place_of(name)));
        }
    }
    found
}

/// A person's facts without what happened before a moment.
struct Lately<'o, 'a> {
    opened: &'o Opened<'a>,
    since: Timestamp,
    judged: RefCell<BTreeMap<usize, Verdict>>,
    scored: Scored,
}

impl Facts for Lately<'_, '_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.opened.trait_value(name)
    }

    fn trail<'t>(&'t self, event: &str) -> Cow<'t, [Occurrence]> {
        cut(self.opened.trail(event), self.since)
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let place = self.opened.segments().place_of(name);
        place.and_then(|place| self.judged.borrow().get(&place).copied()).unwrap_or(NOT_THERE)
    }

    fn request(&self, name: &str) -> Option<Value> {
        self.opened.request(name)
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.opened.interest(topic)
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        Some(self.scored.of(self.opened.segments().score(name)?, self, self.opened.now()))
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        let (judged, _) = self.opened.segments().model(model)?.judge(self, self.opened.now());
        judged.map(|judged| judged.reading)
    }
}
