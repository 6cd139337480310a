//! What memberships rest on, as one purpose opens it.

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use condition::{Believed, Condition, Evidence, Facts, Fading, Model, Reading, Verdict};
use decide::{Ground, Recall, dearness, rests_on};
use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::{Finite, Value},
};
use segment::score::{ScoreRule, Scored};

use crate::opened::Opened;

/// Of a segment that is not there.
pub(crate) const NOT_THERE: Verdict = Verdict { value: false, valid_until: None };

/// What a membership of a segment rests on: what its condition, and those of the segments that it names and that hold,
/// need, with what gives points to the scores among it.
pub(crate) fn beneath(opened: &Opened<'_>, segment: &Name<Segment>) -> Vec<Ground> {
    apart(opened, Part::Segment(segment.clone()))
}

/// What gives points to a score.
pub(crate) fn beneath_score(opened: &Opened<'_>, score: &Name<Score>) -> Vec<Ground> {
    apart(opened, Part::Score(score.clone()))
}

/// What is taken apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Segment(Name<Segment>),
    Score(Name<Score>),
}

fn apart(opened: &Opened<'_>, part: Part) -> Vec<Ground> {
    let (mut open, mut seen) = (vec![part], BTreeSet::new());
    let mut grounds = Vec::new();
    while let Some(part) = open.pop() {
        if seen.contains(&part) {
            continue;
        }
        let found = match &part {
            Part::Segment(name) => opened.segments().by_name(name).map(|rule| needed(opened, &rule.condition)),
            Part::Score(name) => opened.segments().score(name).map(|score| earned(opened, score)),
        };
        seen.insert(part);
        for evidence in found.unwrap_or_default() {
            match evidence {
                Evidence::Segment { name, .. } => open.push(Part::Segment(name)),
                Evidence::Score { ref name, .. } => {
                    open.push(Part::Score(name.clone()));
                    grounds.push(Ground::of(evidence, opened));
                }
                fact => grounds.push(Ground::of(fact, opened)),
            }
        }
    }
    grounds
}

fn needed(opened: &Opened<'_>, condition: &Condition) -> Vec<Evidence> {
    rests_on(condition, opened, opened.now(), &dearness).evidence
}

/// What gives points to a score; what takes some away is no ground of its height.
fn earned(opened: &Opened<'_>, score: &ScoreRule) -> Vec<Evidence> {
    let rules = score.rules.iter().filter(|rule| rule.points > Finite::default());
    let counted = rules.filter_map(|rule| {
        let at = rule.what.of(opened, opened.now()).at;
        let (event, last) = (rule.what.event().clone(), Some(*at.last()?));
        Some(Evidence::Events { event, matched: u32::try_from(at.len()).unwrap_or(u32::MAX), last })
    });
    let bonuses = score.bonuses.iter().filter(|bonus| bonus.points > Finite::default());
    counted.chain(bonuses.flat_map(|bonus| needed(opened, &bonus.when))).collect()
}

/// Whether the person would be in a segment without what is too old, and until when that is so.
pub(crate) fn segment_lately(opened: &Opened<'_>, segment: &Name<Segment>, recall: Recall) -> Verdict {
    let Some(place) = opened.segments().place_of(segment) else { return NOT_THERE };
    let lately = Lately::new(opened, recall);
    lately.judge(at_and_below(opened, vec![place]));
    let turns = lately.turns.get();
    let verdict = lately.judged.into_inner().remove(&place).unwrap_or(NOT_THERE);
    Verdict { valid_until: verdict.valid_until.into_iter().chain(turns).min(), ..verdict }
}

/// What a score would be without what is too old.
pub(crate) fn score_lately(opened: &Opened<'_>, score: &Name<Score>, recall: Recall) -> Option<Fading> {
    let segments = opened.segments();
    let (mut named, mut seen, mut open) = (Vec::new(), BTreeSet::new(), vec![score.clone()]);
    while let Some(name) = open.pop() {
        if let Some(rule) = segments.score(&name).filter(|_| seen.insert(name.clone())) {
            let needs = rule.needs();
            named.extend(needs.segments.iter().filter_map(|name| segments.place_of(name)));
            open.extend(needs.scores);
        }
    }
    let lately = Lately::new(opened, recall);
    lately.judge(at_and_below(opened, named));
    let fading = lately.score(score)?;
    Some(Fading { steps_at: fading.steps_at.into_iter().chain(lately.turns.get()).min(), ..fading })
}

fn at_and_below(opened: &Opened<'_>, mut open: Vec<usize>) -> BTreeSet<usize> {
    let segments = opened.segments();
    let mut found = BTreeSet::new();
    while let Some(place) = open.pop() {
        if found.insert(place) {
            let needs = segments.needs_of(place);
            open.extend(needs.segments.iter().filter_map(|name| segments.place_of(name)));
        }
    }
    found
}

/// A person's facts without what is too old.
struct Lately<'o, 'a> {
    opened: &'o Opened<'a>,
    recall: Recall,
    /// The first moment at which something else is too old.
    turns: Cell<Option<Timestamp>>,
    judged: RefCell<BTreeMap<usize, Verdict>>,
    scored: Scored,
}

impl<'o, 'a> Lately<'o, 'a> {
    fn new(opened: &'o Opened<'a>, recall: Recall) -> Self {
        Self { opened, recall, turns: Cell::default(), judged: RefCell::default(), scored: Scored::default() }
    }

    /// Judges segments. Those that one names come before it, so that none is judged within another. Of one that would
    /// only be the same by what was left out, it is the opposite: so whoever asks sees that it rests on that.
    fn judge(&self, places: BTreeSet<usize>) {
        let (opened, now) = (self.opened, self.opened.now());
        for place in places {
            let condition = &opened.segments().rules()[place].condition;
            let (whole, stands) = (condition.matches(opened, now), condition.stands_without(opened, self, now));
            let verdict = Verdict { value: whole.value == stands.value, ..stands };
            self.judged.borrow_mut().insert(place, verdict);
        }
    }
}

impl Facts for Lately<'_, '_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.opened.trait_value(name)
    }

    fn trail<'t>(&'t self, event: &str) -> Cow<'t, [Occurrence]> {
        let (trail, turns) = self.recall.cut(self.opened.trail(event));
        self.turns.set(self.turns.get().into_iter().chain(turns).min());
        trail
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
