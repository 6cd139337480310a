//! What a decision looked at, recorded, so that it can be made again from the record alone.

use std::{
    borrow::{Borrow, Cow},
    cell::{OnceCell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use condition::{Belief, Believed, Facts, Fading, Model, Reading, Verdict};
use model::{
    consent::{Consents, GrantedName},
    fact::{Occurrence, TraitValue},
    id::{Id, Unit},
    name::{Content, Experience, Name, Placement, Purpose, Recommender, Score, Segment, Trait},
    time::{Env, Timestamp},
    value::Value,
};

use crate::{
    answer::Decision,
    decide::decide,
    page::{Absent, Ledger, Opens, Page, Person, Recognized, RequestFacts, Whom},
    restraint::{Ground, Memory, Recall},
    scheme::Scheme,
    suggested::{Suggested, Tastes},
    visit::{Showing, Stay},
};

/// All that the decisions of one page looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The person's unit; or why nothing was looked at.
    pub unit: Result<Id<Unit>, Absent>,
    /// Whether the shop recognized the person.
    pub recognized: Recognized,
    /// Of whoever was believed to be a minor, the first moment at which that could change.
    pub minor_until: Option<Timestamp>,
    /// What the person said about the purposes that were asked.
    pub consents: Consents,
    /// The facts by the purpose that opened them.
    pub facts: BTreeMap<Name<Purpose>, SeenFacts>,
    /// The facts of the request.
    pub request: BTreeMap<Arc<str>, Option<Value>>,
    /// When decisions were won by an experience.
    pub won: BTreeMap<Name<Experience>, Vec<Timestamp>>,
    /// How contents were shown before, of those that were.
    pub shown: BTreeMap<Name<Content>, Showing>,
    /// What personalized placements earlier in the visit, of those that were.
    pub stays: BTreeMap<Name<Placement>, Stay>,
    /// The points of intrusion that decisions had cost, if that was asked.
    pub spent: Vec<(Timestamp, u16)>,
    /// What recommenders proposed by the request alone.
    pub suggested: BTreeMap<Name<Recommender>, Suggested>,
}

/// The facts about a person that were looked at for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenFacts {
    /// Traits and how far they were believed, those that were not there among them.
    pub traits: BTreeMap<Name<Trait>, Option<(TraitValue, Belief)>>,
    /// Whole trails, as they were then. Those that were empty are left out.
    pub trails: BTreeMap<Arc<str>, Vec<Occurrence>>,
    /// Memberships.
    pub segments: BTreeMap<Name<Segment>, Verdict>,
    /// Interests by topic.
    pub interests: BTreeMap<Arc<str>, Option<Fading>>,
    /// Scores.
    pub scores: BTreeMap<Name<Score>, Option<Fading>>,
    /// What models said.
    pub readings: BTreeMap<Model, Option<Reading>>,
    /// The segments of which all that they rest on is here too, so that they can be evaluated again.
    pub grounds: BTreeSet<Name<Segment>>,
    /// What memberships rested on.
    pub beneath: BTreeMap<Name<Segment>, Vec<Ground>>,
    /// Memberships as they would have been without what was too old to be a main reason, but for what is remembered.
    pub lately: BTreeMap<(Name<Segment>, Option<Memory>), Verdict>,
    /// What gave points to scores.
    pub beneath_scores: BTreeMap<Name<Score>, Vec<Ground>>,
    /// Scores as they would have been, likewise.
    pub scores_lately: BTreeMap<(Name<Score>, Option<Memory>), Option<Fading>>,
    /// What recommenders proposed to the person. The trails that they looked at are not here.
    pub suggested: BTreeMap<Name<Recommender>, Suggested>,
    /// By what a search was put in order, if that was asked.
    pub tastes: Option<Tastes>,
}

/// Decides a page as [`decide()`] does, and says what was looked at.
pub fn decide_recorded(scheme: &Scheme, page: &Page<'_>, whom: &Whom<'_>, env: &Env) -> (Vec<Decision>, Seen) {
    let requests = RefCell::new(BTreeMap::<Arc<str>, Option<Value>>::new());
    let request = |name: &str| {
        let value = (page.request)(name);
        note(&mut requests.borrow_mut(), name, || value.clone());
        value
    };
    let suggestions = RefCell::new(BTreeMap::<Name<Recommender>, Suggested>::new());
    let suggest = |recommender: &Name<Recommender>| {
        let known = suggestions.borrow().get(recommender).cloned();
        known.unwrap_or_else(|| {
            let found = (page.suggest)(recommender);
            suggestions.borrow_mut().insert(recommender.clone(), found.clone());
            found
        })
    };
    let page = Page { request: &request, suggest: &suggest, ..*page };
    let placements = page.placements.iter().filter_map(|name| scheme.placement(name.as_str()));
    let purposes: Vec<&Name<Purpose>> = placements.map(|placement| &placement.purpose).collect();
    let tape = Tape::new(whom, &purposes);
    let taped = match whom {
        Whom::Nobody(why) => Whom::Nobody(*why),
        Whom::Person(person) => Whom::Person(Person { facts: &tape, ledger: &tape, ..*person }),
    };
    let decisions = decide(scheme, &page, &taped, env);
    let (unit, consents) = match whom {
        Whom::Nobody(why) => (Err(*why), Consents::default()),
        // Of a person who granted none of the purposes not even the unit is kept.
        Whom::Person(person) if !purposes.iter().any(|purpose| person.consents.allows(purpose.as_str(), env.now)) => {
            (Err(Absent::NoConsent), Consents::default())
        }
        Whom::Person(person) => {
            let asked = purposes.iter().filter_map(|purpose| {
                let choice = person.consents.choice(purpose.as_str())?;
                Some((Name::clone(purpose), choice.clone()))
            });
            let mut choices: Vec<_> = asked.collect();
            choices.sort_by(|a, b| a.0.cmp(&b.0));
            choices.dedup_by(|a, b| a.0 == b.0);
            (Ok(person.unit), Consents::from_choices(choices))
        }
    };
    let (recognized, minor_until) = match (whom, unit) {
        (Whom::Person(person), Ok(_)) => (person.recognized, person.minor_until),
        _ => (Recognized::No, None),
    };
    let (won, shown, stays) = (tape.won.take(), tape.shown.take(), tape.stays.take());
    let spent = tape.spent.take();
    (
        decisions,
        Seen {
            unit,
            recognized,
            minor_until,
            consents,
            facts: tape.into_facts(),
            request: requests.into_inner(),
            won,
            shown,
            stays,
            spent,
            suggested: suggestions.into_inner(),
        },
    )
}

impl Seen {
    /// The unit that placements of a purpose were drawn by; `None` if they were drawn by the page's nonce.
    pub fn drawn_by(&self, purpose: &Name<Purpose>, now: Timestamp) -> Option<Id<Unit>> {
        let may = self.minor_until.is_none() && self.consents.allows(purpose.as_str(), now);
        self.unit.ok().filter(|_| may)
    }

    /// Decides again on what was seen. With the scheme, the page and the `env` of then (the page's `request` is not
    /// asked) it gives the same decisions. What was not looked at then is missing: so with [`crate::Explain::Yes`],
    /// where it was `No`, the winner is the same, but not all that is said of the others.
    pub fn decide(&self, scheme: &Scheme, page: &Page<'_>, env: &Env) -> Vec<Decision> {
        let request = |name: &str| self.request.get(name).cloned().flatten();
        let suggest = |recommender: &Name<Recommender>| self.suggested.get(recommender).cloned().unwrap_or_default();
        let page = Page { request: &request, suggest: &suggest, ..*page };
        let whom = match self.unit {
            Err(why) => Whom::Nobody(why),
            Ok(unit) => Whom::Person(Person {
                unit,
                consents: &self.consents,
                facts: self,
                ledger: self,
                recognized: self.recognized,
                minor_until: self.minor_until,
            }),
        };
        decide(scheme, &page, &whom, env)
    }
}

const NOTHING: &SeenFacts = &SeenFacts {
    traits: BTreeMap::new(),
    trails: BTreeMap::new(),
    segments: BTreeMap::new(),
    interests: BTreeMap::new(),
    scores: BTreeMap::new(),
    readings: BTreeMap::new(),
    grounds: BTreeSet::new(),
    beneath: BTreeMap::new(),
    lately: BTreeMap::new(),
    beneath_scores: BTreeMap::new(),
    scores_lately: BTreeMap::new(),
    suggested: BTreeMap::new(),
    tastes: None,
};

impl Opens for Seen {
    fn open(&self, token: &GrantedName) -> &dyn Facts {
        self.facts.get(token.purpose()).unwrap_or(NOTHING)
    }

    fn beneath(&self, token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground> {
        let seen = self.facts.get(token.purpose()).unwrap_or(NOTHING);
        seen.beneath.get(segment).cloned().unwrap_or_default()
    }

    fn segment_lately(&self, token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict {
        let seen = self.facts.get(token.purpose()).unwrap_or(NOTHING);
        seen.lately
            .get(&(segment.clone(), recall.memory))
            .copied()
            .unwrap_or(Verdict { value: false, valid_until: None })
    }

    fn beneath_score(&self, token: &GrantedName, score: &Name<Score>) -> Vec<Ground> {
        let seen = self.facts.get(token.purpose()).unwrap_or(NOTHING);
        seen.beneath_scores.get(score).cloned().unwrap_or_default()
    }

    fn score_lately(&self, token: &GrantedName, score: &Name<Score>, recall: Recall) -> Option<Fading> {
        let seen = self.facts.get(token.purpose()).unwrap_or(NOTHING);
        seen.scores_lately.get(&(score.clone(), recall.memory)).cloned().flatten()
    }

    fn suggest(&self, token: &GrantedName, recommender: &Name<Recommender>, _request: &RequestFacts<'_>) -> Suggested {
        let seen = self.facts.get(token.purpose()).unwrap_or(NOTHING);
        seen.suggested.get(recommender).cloned().unwrap_or_default()
    }

    fn tastes(&self, token: &GrantedName) -> Tastes {
        self.facts.get(token.purpose()).and_then(|seen| seen.tastes.clone()).unwrap_or_default()
    }
}

impl Ledger for Seen {
    fn won(&self, experience: &Name<Experience>) -> Cow<'_, [Timestamp]> {
        Cow::Borrowed(self.won.get(experience).map_or(&[], Vec::as_slice))
    }

    fn shown(&self, content: &Name<Content>) -> Option<Showing> {
        self.shown.get(content).copied()
    }

    fn stay(&self, placement: &Name<Placement>) -> Option<&Stay> {
        self.stays.get(placement)
    }

    fn spent(&self) -> Cow<'_, [(Timestamp, u16)]> {
        Cow::Borrowed(&self.spent)
    }
}

impl Facts for SeenFacts {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.traits.get(name)?.as_ref().map(|(value, belief)| Believed { value, belief: *belief })
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(self.trails.get(event).map_or(&[], Vec::as_slice))
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        self.segments.get(name).copied().unwrap_or(Verdict { value: false, valid_until: None })
    }

    fn request(&self, _name: &str) -> Option<Value> {
        None
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.interests.get(topic).cloned().flatten()
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        self.scores.get(name).cloned().flatten()
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.readings.get(&model).copied().flatten()
    }
}

/// A person whose every answer is written down.
struct Tape<'a> {
    person: Option<&'a Person<'a>>,
    opened: Vec<(Name<Purpose>, OnceCell<TapedFacts<'a>>)>,
    won: RefCell<BTreeMap<Name<Experience>, Vec<Timestamp>>>,
    shown: RefCell<BTreeMap<Name<Content>, Showing>>,
    stays: RefCell<BTreeMap<Name<Placement>, Stay>>,
    spent: RefCell<Vec<(Timestamp, u16)>>,
}

struct TapedFacts<'a> {
    facts: &'a dyn Facts,
    seen: RefCell<SeenFacts>,
}

impl<'a> Tape<'a> {
    fn new(whom: &'a Whom<'a>, purposes: &[&Name<Purpose>]) -> Self {
        let person = match whom {
            Whom::Person(person) => Some(person),
            Whom::Nobody(_) => None,
        };
        let mut opened: Vec<(Name<Purpose>, OnceCell<TapedFacts<'a>>)> = Vec::new();
        for purpose in purposes {
            if !opened.iter().any(|(known, _)| known == *purpose) {
                opened.push((Name::clone(purpose), OnceCell::new()));
            }
        }
        let (won, shown, stays) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { person, opened, won, shown, stays, spent: RefCell::default() }
    }

    /// What is seen for the token's purpose.
    fn tape(&self, token: &GrantedName) -> Option<&TapedFacts<'a>> {
        let (_, tape) = self.opened.iter().find(|(purpose, _)| purpose == token.purpose())?;
        let person = self.person?;
        Some(tape.get_or_init(|| TapedFacts { facts: person.facts.open(token), seen: RefCell::default() }))
    }

    fn into_facts(self) -> BTreeMap<Name<Purpose>, SeenFacts> {
        let opened = self.opened.into_iter();
        opened.filter_map(|(purpose, facts)| Some((purpose, facts.into_inner()?.seen.into_inner()))).collect()
    }
}

impl Opens for Tape<'_> {
    fn open(&self, token: &GrantedName) -> &dyn Facts {
        match self.tape(token) {
            Some(tape) => tape,
            // No placement of the page has another purpose.
            None => NOTHING,
        }
    }

    fn beneath(&self, token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground> {
        let (Some(tape), Some(person)) = (self.tape(token), self.person) else { return Vec::new() };
        once(&tape.seen, |seen| &mut seen.beneath, segment, || person.facts.beneath(token, segment))
    }

    fn segment_lately(&self, token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict {
        let (Some(tape), Some(person)) = (self.tape(token), self.person) else {
            return Verdict { value: false, valid_until: None };
        };
        let key = (segment.clone(), recall.memory);
        once(&tape.seen, |seen| &mut seen.lately, &key, || person.facts.segment_lately(token, segment, recall))
    }

    fn beneath_score(&self, token: &GrantedName, score: &Name<Score>) -> Vec<Ground> {
        let (Some(tape), Some(person)) = (self.tape(token), self.person) else { return Vec::new() };
        once(&tape.seen, |seen| &mut seen.beneath_scores, score, || person.facts.beneath_score(token, score))
    }

    fn score_lately(&self, token: &GrantedName, score: &Name<Score>, recall: Recall) -> Option<Fading> {
        let (tape, person) = (self.tape(token)?, self.person?);
        let key = (score.clone(), recall.memory);
        once(&tape.seen, |seen| &mut seen.scores_lately, &key, || person.facts.score_lately(token, score, recall))
    }

    fn suggest(&self, token: &GrantedName, recommender: &Name<Recommender>, request: &RequestFacts<'_>) -> Suggested {
        let (Some(tape), Some(person)) = (self.tape(token), self.person) else { return Suggested::default() };
        let find = || person.facts.suggest(token, recommender, request);
        once(&tape.seen, |seen| &mut seen.suggested, recommender, find)
    }

    fn tastes(&self, token: &GrantedName) -> Tastes {
        let (Some(tape), Some(person)) = (self.tape(token), self.person) else { return Tastes::default() };
        let known = tape.seen.borrow().tastes.clone();
        known.unwrap_or_else(|| {
            let found = person.facts.tastes(token);
            tape.seen.borrow_mut().tastes = Some(found.clone());
            found
        })
    }
}

impl Ledger for Tape<'_> {
    fn won(&self, experience: &Name<Experience>) -> Cow<'_, [Timestamp]> {
        let won = self.person.map(|person| person.ledger.won(experience)).unwrap_or_default();
        self.won.borrow_mut().entry(experience.clone()).or_insert_with(|| won.to_vec());
        won
    }

    fn shown(&self, content: &Name<Content>) -> Option<Showing> {
        let showing = self.person?.ledger.shown(content)?;
        self.shown.borrow_mut().insert(content.clone(), showing);
        Some(showing)
    }

    fn stay(&self, placement: &Name<Placement>) -> Option<&Stay> {
        let stay = self.person?.ledger.stay(placement)?;
        self.stays.borrow_mut().entry(placement.clone()).or_insert_with(|| stay.clone());
        Some(stay)
    }

    fn spent(&self) -> Cow<'_, [(Timestamp, u16)]> {
        let spent = self.person.map(|person| person.ledger.spent()).unwrap_or_default();
        *self.spent.borrow_mut() = spent.to_vec();
        spent
    }
}

impl Facts for TapedFacts<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        let found = self.facts.trait_value(name);
        let kept = || found.map(|found| (found.value.clone(), found.belief));
        note(&mut self.seen.borrow_mut().traits, name, kept);
        found
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        let trail = self.facts.trail(event);
        // Every decision asks what was refused, and hardly anybody refuses: one that is not here is empty.
        if !trail.is_empty() {
            note(&mut self.seen.borrow_mut().trails, event, || trail.to_vec());
        }
        trail
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let verdict = self.facts.segment(name);
        self.seen.borrow_mut().segments.entry(name.clone()).or_insert(verdict);
        verdict
    }

    /// The page answers for the request.
    fn request(&self, _name: &str) -> Option<Value> {
        None
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        let fading = self.facts.interest(topic);
        note(&mut self.seen.borrow_mut().interests, topic, || fading.clone());
        fading
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        let fading = self.facts.score(name);
        note(&mut self.seen.borrow_mut().scores, name.as_str(), || fading.clone());
        fading
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        let reading = self.facts.reading(model);
        self.seen.borrow_mut().readings.entry(model).or_insert(reading);
        reading
    }
}

/// What was found out and written down the first time: to take a segment or a score apart costs more than to ask for it.
fn once<K: Ord + Clone, V: Clone>(
    seen: &RefCell<SeenFacts>,
    of: impl Fn(&mut SeenFacts) -> &mut BTreeMap<K, V>,
    key: &K,
    find: impl FnOnce() -> V,
) -> V {
    let known = of(&mut seen.borrow_mut()).get(key).cloned();
    known.unwrap_or_else(|| {
        let found = find();
        of(&mut seen.borrow_mut()).insert(key.clone(), found.clone());
        found
    })
}

/// Writes a fact down, unless it is already: twenty audiences that ask for one city make one entry.
fn note<N, V>(seen: &mut BTreeMap<N, V>, name: &str, value: impl FnOnce() -> V)
where
    N: Ord + Borrow<str> + for<'n> From<&'n str>,
{
    if !seen.contains_key(name) {
        seen.insert(name.into(), value());
    }
}
