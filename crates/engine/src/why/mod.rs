//! Why somebody sees what they see: the facts without which they would see something else, and what they can do.
//!
//! What is said is not what the shop meant but what the decision did: it is made again from its record without one fact
//! after the other, until something else would have been shown. So the reason is true by construction.

mod lever;
mod words;

use condition::{Evidence, Facts};
use decide::{Decision, Seen, SeenFacts};
use model::{
    decision::Reason,
    id::{Decision as DecisionKind, Id},
    name::{Name, Purpose, Segment},
    time::Timestamp,
};

pub use self::{
    lever::{Lever, Pull},
    words::Said,
};
use crate::{decided::Decided, plan::Plan};

/// Why a placement shows what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Something is shown to this person because of these facts about them: without all of them together it would have
    /// been something else, and no fewer would do. At least one.
    Person(Vec<Evidence>),
    /// It is meant for persons of whom something is not known, or not so: nothing that is known speaks against it.
    Absence,
    /// It rests on the request alone.
    Request(Vec<Evidence>),
    /// It is shown to everybody whom the draw gave it.
    Everybody,
    /// It is what everybody sees.
    Neutral(Reason),
}

impl Why {
    /// Finds out why a decision is as it is, from its record, under the plan of its revision; `None` if it is not one
    /// of the record's.
    pub fn of(plan: &Plan, decided: &Decided, id: Id<DecisionKind>) -> Option<Self> {
        let place = decided.decisions.iter().position(|decision| decision.id == id)?;
        let decision = &decided.decisions[place];
        // A control shows what everybody sees: any other reason would be untrue, and a part of the treatment.
        if decision.shows_neutral {
            return Some(Self::Neutral(decision.reason));
        }
        let purpose = &plan.decisions.placement(decision.placement.as_str())?.purpose;
        let trial = Trial { plan, decided, place, purpose };
        let facts = trial.candidates();
        let (request, personal): (Vec<_>, Vec<_>) =
            facts.into_iter().partition(|fact| matches!(fact, Evidence::Request { .. }));
        let person = trial.fewest(&personal);
        if !person.is_empty() {
            return Some(Self::Person(person));
        }
        let request = trial.fewest(&request);
        if !request.is_empty() {
            return Some(Self::Request(request));
        }
        let asks_about_persons = decision
            .experience
            .as_ref()
            .and_then(|name| plan.decisions.experience(name))
            .is_some_and(decide::Experience::is_personal);
        Some(if asks_about_persons { Self::Absence } else { Self::Everybody })
    }
}

/// A decision that is made again without some of its facts.
struct Trial<'a> {
    plan: &'a Plan,
    decided: &'a Decided,
    place: usize,
    purpose: &'a Name<Purpose>,
}

impl Trial<'_> {
    fn decision(&self) -> &Decision {
        &self.decided.decisions[self.place]
    }

    fn now(&self) -> Timestamp {
        self.decided.env.now
    }

    /// What spoke for it: what its audience rested on, with what its segments rest on; then what else was there. What
    /// was not there cannot be taken away.
    fn candidates(&self) -> Vec<Evidence> {
        let mut found = Vec::new();
        let Some(facts) = self.decided.seen.facts.get(self.purpose) else {
            self.unfold(&self.decision().evidence, None, &mut found);
            return found;
        };
        self.unfold(&self.decision().evidence, Some(facts), &mut found);
        let interests = facts.interests.iter().filter_map(|(topic, fading)| {
            let strength = model::value::Finite::new(fading.as_ref()?.now())?;
            Some(Evidence::Interest { topic: topic.clone(), strength })
        });
        let traits = facts.traits.iter().filter_map(|(name, known)| {
            let (value, belief) = known.clone()?;
            Some(Evidence::Trait { name: name.clone(), value, trust: belief.trust })
        });
        let trails =
            facts.trails.iter().filter(|(_, trail)| !trail.is_empty()).map(|(event, trail)| Evidence::Events {
                event: event.clone(),
                matched: u32::try_from(trail.len()).unwrap_or(u32::MAX),
                last: trail.last().map(|last| last.at),
            });
        for fact in interests.chain(traits).chain(trails) {
            if !found.iter().any(|known| known.is_of_one_fact(&fact)) {
                found.push(fact);
            }
        }
        found
    }

    /// Puts what a segment rests on in its place, if the record has that.
    fn unfold(&self, evidence: &[Evidence], facts: Option<&SeenFacts>, found: &mut Vec<Evidence>) {
        for one in evidence {
            let within = match (one, facts) {
                (Evidence::Segment { name, .. }, Some(facts)) if facts.grounds.contains(name) => {
                    self.plan.segments.by_name(name).map(|rule| rule.condition.evaluate(facts, self.now()).evidence)
                }
                _ => None,
            };
            match within {
                Some(within) => self.unfold(&within, facts, found),
                None if (one.speaks() || matches!(one, Evidence::Request { value: Some(_), .. }))
                    && !found.contains(one) =>
                {
                    found.push(one.clone());
                }
                None => {}
            }
        }
    }

    /// The first fact without which the outcome is another; if there is none, the fewest that do it together, taken in
    /// their order; empty if all together do not.
    fn fewest(&self, facts: &[Evidence]) -> Vec<Evidence> {
        if let Some(alone) = facts.iter().find(|fact| self.differs_without(std::slice::from_ref(fact))) {
            return vec![alone.clone()];
        }
        let Some(enough) = (2..=facts.len()).find(|count| self.differs_without(&facts[..*count])) else {
            return Vec::new();
        };
        let mut needed = facts[..enough].to_vec();
        for place in (0..enough).rev() {
            let mut fewer = needed.clone();
            fewer.remove(place);
            if self.differs_without(&fewer) {
                needed = fewer;
            }
        }
        needed
    }

    fn differs_without(&self, facts: &[Evidence]) -> bool {
        let seen = self.without(facts);
        let again = self.decided.again_on(&seen, self.plan);
        again.get(self.place).is_none_or(|again| {
            let decision = self.decision();
            (&again.experience, &again.variant, &again.contents)
                != (&decision.experience, &decision.variant, &decision.contents)
        })
    }

    /// What would have been seen.
    fn without(&self, facts: &[Evidence]) -> Seen {
        let mut seen = self.decided.seen.clone();
        for fact in facts {
            if let Evidence::Request { name, .. } = fact {
                seen.request.insert(name.clone(), None);
            }
        }
        if let Some(known) = seen.facts.get_mut(self.purpose) {
            facts.iter().for_each(|fact| remove(known, fact));
            self.judge_again(known);
        }
        seen
    }

    /// Segments whose own facts are in the record are evaluated again, each after those that it names.
    fn judge_again(&self, known: &mut SeenFacts) {
        let mut places: Vec<usize> =
            known.grounds.iter().filter_map(|name| self.plan.segments.place_of(name)).collect();
        places.sort_unstable();
        for place in places {
            let rule = &self.plan.segments.rules()[place];
            let verdict = rule.condition.matches(known, self.now());
            known.segments.insert(rule.name.clone(), verdict);
        }
    }
}

fn remove(known: &mut SeenFacts, fact: &Evidence) {
    match fact {
        Evidence::Trait { name, .. } => drop(known.traits.insert(name.clone(), None)),
        Evidence::Events { event, .. } => drop(known.trails.insert(event.clone(), Vec::new())),
        Evidence::Interest { topic, .. } => drop(known.interests.insert(topic.clone(), None)),
        Evidence::Score { name, .. } => drop(known.scores.insert(name.clone(), None)),
        Evidence::Reading { model, .. } => drop(known.readings.insert(*model, None)),
        Evidence::Segment { name, .. } => {
            known.segments.insert(name.clone(), condition::Verdict { value: false, valid_until: None });
        }
        Evidence::MissingTrait { .. } | Evidence::Request { .. } => {}
    }
}

/// Past events that are recorded at most to explain the segments of one page. A segment that needs more is explained by
/// its name alone.
const GROUND_OCCURRENCES: usize = 256;

/// Writes down beside what a page looked at what the segments of its winners rest on, so that a reason can go down to
/// facts. `opened` are the facts as the purpose opened them.
pub(crate) fn ground<'k>(
    plan: &Plan,
    decisions: &[Decision],
    seen: &mut Seen,
    opened: &dyn Fn(&Name<Purpose>) -> Option<&'k dyn Facts>,
) {
    let mut room = GROUND_OCCURRENCES;
    for decision in decisions.iter().filter(|decision| decision.experience.is_some()) {
        let Some(placement) = plan.decisions.placement(decision.placement.as_str()) else { continue };
        let (Some(known), Some(facts)) = (seen.facts.get_mut(&placement.purpose), opened(&placement.purpose)) else {
            continue;
        };
        for evidence in &decision.evidence {
            if let Evidence::Segment { name, member: true } = evidence {
                ground_segment(plan, name, known, facts, &mut room);
            }
        }
    }
}

fn ground_segment(plan: &Plan, name: &Name<Segment>, known: &mut SeenFacts, facts: &dyn Facts, room: &mut usize) {
    if known.grounds.contains(name) {
        return;
    }
    let Some(rule) = plan.segments.by_name(name) else { return };
    let needs = rule.condition.needs();
    let trails: Vec<_> = needs.events.keys().map(|event| (event, facts.trail(event))).collect();
    let asked = trails.iter().filter(|(event, _)| !known.trails.contains_key(*event));
    let Some(rest) = room.checked_sub(asked.map(|(_, trail)| trail.len()).sum()) else { return };
    *room = rest;
    for named in &needs.segments {
        known.segments.entry(named.clone()).or_insert_with(|| facts.segment(named));
        ground_segment(plan, named, known, facts, room);
    }
    for (event, trail) in trails.into_iter().filter(|(_, trail)| !trail.is_empty()) {
        known.trails.entry(event.clone()).or_insert_with(|| trail.into_owned());
    }
    for name in &needs.traits {
        let found = || facts.trait_value(name.as_str()).map(|found| (found.value.clone(), found.belief));
        known.traits.entry(name.clone()).or_insert_with(found);
    }
    for topic in &needs.interests {
        known.interests.entry(topic.clone()).or_insert_with(|| facts.interest(topic));
    }
    for score in &needs.scores {
        known.scores.entry(score.clone()).or_insert_with(|| facts.score(score));
    }
    for model in &needs.models {
        known.readings.entry(*model).or_insert_with(|| facts.reading(*model));
    }
    known.grounds.insert(name.clone());
}
