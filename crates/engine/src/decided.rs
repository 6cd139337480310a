//! Decisions about a person who lives here, with all that they rest on.

use std::{borrow::Cow, sync::Arc};

use condition::{Facts, Fading, Verdict};
use decide::{
    Decision, Explain, Ground, Opens, Page, Person as Asked, Recall, Seen, Showing, Stay, Suggested, Tastes, Whom,
    decide_recorded,
};
use ledger::{shown_over, spent_over, stay_over, won_over};
use model::{
    consent::GrantedName,
    id::{Decision as DecisionKind, Id},
    identifier::Identifier,
    name::{Content, Experience, Name, Placement, Purpose, Recommender as RecommenderName, Score, Segment},
    time::{Env, Timestamp},
    value::Value,
};
use profile::held::{Held, Hold};
use suggest::Recommender;

use crate::{beneath, command::PageRead, guard, opened::Opened, person::Person, plan::Plan, why};

/// Counts the changes of what decisions come to on the same facts. A record of an older engine may replay differently.
pub const ENGINE: u32 = 5;

/// A page to be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageAsked {
    /// The placements; each at most once.
    pub placements: Vec<Name<Placement>>,
    /// The languages that are read, best first.
    pub languages: Vec<Arc<str>>,
    /// What the page draws by where nobody is known.
    pub nonce: u128,
    /// Whether the candidates that did not win are wanted.
    pub explain: Explain,
}

/// The facts of a request by their names in conditions, `request.NAME`. Only those that an audience or a text looks at
/// are asked for, so a request pays for what it is asked.
pub type RequestFacts = dyn Fn(&str) -> Option<Value> + Send + Sync;

/// Who knows the models and the catalog by which recommenders propose items.
pub trait Suggests {
    /// What a recommender of the plan proposes, by the facts about somebody that may be used and by the request.
    fn suggest(
        &self,
        recommender: &Recommender,
        facts: &dyn Facts,
        request: &decide::RequestFacts<'_>,
        now: Timestamp,
    ) -> Suggested;
}

/// A shop that recommends nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoSuggestions;

impl Suggests for NoSuggestions {
    fn suggest(
        &self,
        _recommender: &Recommender,
        _facts: &dyn Facts,
        _request: &decide::RequestFacts<'_>,
        _now: Timestamp,
    ) -> Suggested {
        Suggested::default()
    }
}

/// A page to be decided, with what it may be asked about.
pub struct Asking<'a> {
    /// The page.
    pub page: PageAsked,
    /// What the request says.
    pub request: &'a RequestFacts,
    /// What recommenders propose.
    pub suggests: &'a dyn Suggests,
}

/// Of whom nothing is known.
struct Nobody;

impl Facts for Nobody {}

/// The decisions of one page. Its debug form leaves out what is known of the person.
#[derive(Clone, PartialEq, Eq)]
pub struct Decided {
    /// The id of the decision for the first placement; the others follow it, one by one.
    pub first: Id<DecisionKind>,
    /// The moment and the seed.
    pub env: Env,
    /// The plan's revision.
    pub revision: u64,
    /// The engine: [`ENGINE`].
    pub engine: u32,
    /// What was asked.
    pub page: PageAsked,
    /// What was looked at.
    pub seen: Seen,
    /// The answers, in the order of the placements.
    pub decisions: Vec<Decision>,
    /// The experiences that won for the person: drawn by their unit, for a purpose that they granted. What won by the
    /// page's nonce on the same page is not theirs.
    pub won: Vec<Name<Experience>>,
}

impl std::fmt::Debug for Decided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decided").field("first", &self.first).field("revision", &self.revision).finish_non_exhaustive()
    }
}

impl Decided {
    /// Decides again, from the record alone, under the plan of its revision.
    pub fn again(&self, plan: &Plan) -> Vec<Decision> {
        self.again_on(&self.seen, plan)
    }

    /// Decides the same page on other facts than those of then.
    pub(crate) fn again_on(&self, seen: &Seen, plan: &Plan) -> Vec<Decision> {
        let first = self.first;
        let id = |place| first.at_place(place);
        seen.decide(&plan.decisions, &page(&self.page, &|_| None, &id, &|_| Suggested::default()), &self.env)
    }

    /// The contents that were shown and where.
    pub fn shown(&self) -> Vec<(Name<Placement>, Name<Content>)> {
        let of = |decision: &Decision| {
            let placement = decision.placement.clone();
            decision.contents.iter().map(move |served| (placement.clone(), served.content.clone())).collect::<Vec<_>>()
        };
        self.decisions.iter().flat_map(of).collect()
    }

    /// What was shown first in each placement that chooses by what was searched for, and what that was.
    pub fn landed(&self) -> Vec<(Name<Placement>, Arc<str>, Name<Content>)> {
        let of = |decision: &Decision| {
            let first = decision.contents.first()?;
            Some((decision.placement.clone(), decision.keyword.clone()?, first.content.clone()))
        };
        self.decisions.iter().filter_map(of).collect()
    }

    /// What personalized placements: those that the person's unit won.
    pub fn stays(&self) -> Vec<(Name<Placement>, Stay)> {
        let of = |decision: &Decision| {
            let experience = decision.experience.clone().filter(|experience| self.won.contains(experience))?;
            let contents = decision.contents.iter().map(|served| served.content.clone()).collect();
            let (variant, undrawn) = (decision.variant.clone()?, decision.undrawn.clone());
            let stay = Stay { experience, variant, contents, reordered: false, undrawn };
            Some((decision.placement.clone(), stay))
        };
        self.decisions.iter().filter_map(of).collect()
    }

    /// The points of intrusion that the page cost.
    pub fn points(&self) -> u16 {
        self.decisions.iter().fold(0, |all, decision| all.saturating_add(decision.points))
    }

    /// What was asked about the person.
    pub fn read(&self) -> PageRead {
        let facts = || self.seen.facts.values();
        PageRead {
            traits: facts().flat_map(|seen| seen.traits.keys()).cloned().collect(),
            segments: facts().flat_map(|seen| seen.segments.keys()).cloned().collect(),
            scores: facts().flat_map(|seen| seen.scores.keys()).cloned().collect(),
        }
    }

    /// The decision of that id, if it is one of these.
    pub fn decision(&self, id: Id<DecisionKind>) -> Option<&Decision> {
        self.decisions.iter().find(|decision| decision.id == id)
    }
}

/// Whether a person granted the purpose of any placement of a page.
pub fn grants_any(plan: &Plan, person: &Person, page: &PageAsked, now: Timestamp) -> bool {
    let consents = person.consents();
    let placements = page.placements.iter().filter_map(|name| plan.decisions.placement(name.as_str()));
    placements.into_iter().any(|placement| consents.allows(placement.purpose.as_str(), now))
}

/// Whether a call names an account, or another identifier of which a person has one, that this person does not have,
/// while they have another: then somebody else is at their device.
pub fn is_somebody_else(plan: &Plan, person: &Person, named: &[Identifier]) -> bool {
    let one_per_person =
        |named: &&Identifier| plan.namespace(&named.namespace).is_some_and(|rules| rules.one_per_person);
    named.iter().filter(one_per_person).any(|named| {
        let held = person.sides.iter().flat_map(|side| side.facts.identifiers.iter());
        let is_alike = |held: &&Held| held.hold == Hold::Own && held.identifier.namespace == named.namespace;
        let mut own = held.filter(is_alike).peekable();
        own.peek().is_some() && own.all(|held| held.identifier.value != named.value)
    })
}

/// Decides a page for a person, who must be [`crate::person::current`] at `env.now` under `plan`. Changes nothing.
/// `first` becomes the id of the first decision.
pub fn decide_for(plan: &Plan, first: Id<DecisionKind>, person: &Person, asking: Asking<'_>, env: &Env) -> Decided {
    let known = Known::new(plan, person, &asking, env.now);
    let consents = person.consents();
    let whom = Whom::Person(Asked {
        unit: person.unit,
        consents: &consents,
        facts: &known,
        ledger: &known,
        recognized: guard::recognized(person),
        minor_until: guard::minor_until(plan, person, env.now),
    });
    let mut decided = decide_page(plan, first, &whom, asking, env);
    why::ground(plan, &decided.decisions, &mut decided.seen, &|purpose| {
        known.of(purpose).map(|opened| opened as &dyn Facts)
    });
    decided
}

/// Decides a page for nobody who is known, or for somebody of whom nothing may be known.
pub fn decide_for_nobody(
    plan: &Plan,
    first: Id<DecisionKind>,
    why: decide::Absent,
    asking: Asking<'_>,
    env: &Env,
) -> Decided {
    decide_page(plan, first, &Whom::Nobody(why), asking, env)
}

/// The neutral answers of a page that there was no time to decide. They are in no record.
pub fn neutral(plan: &Plan, asked: &PageAsked, suggests: &dyn Suggests, now: Timestamp) -> Vec<Decision> {
    let none = Id::from_bits(0);
    let request = |_: &str| None;
    let suggested = |name: &Name<_>| to_anybody(plan, name, &request, suggests, now);
    decide::neutral(&plan.decisions, &page(asked, &request, &|_| none, &suggested), &Env { now, seed: 0 })
}

/// What a recommender proposes by the request alone.
fn to_anybody(
    plan: &Plan,
    name: &Name<RecommenderName>,
    request: &decide::RequestFacts<'_>,
    suggests: &dyn Suggests,
    now: Timestamp,
) -> Suggested {
    let recommender = plan.recommenders.get(name);
    recommender.map_or_else(Suggested::default, |recommender| suggests.suggest(recommender, &Nobody, request, now))
}

fn decide_page(
    plan: &Plan,
    first: Id<DecisionKind>,
    whom: &Whom<'_>,
    Asking { page: asked, request, suggests }: Asking<'_>,
    env: &Env,
) -> Decided {
    let says = |name: &str| request(name);
    let suggested = |name: &Name<_>| to_anybody(plan, name, &says, suggests, env.now);
    let (decisions, seen) =
        decide_recorded(&plan.decisions, &page(&asked, &says, &|place| first.at_place(place), &suggested), whom, env);
    let is_own = |decision: &&Decision| {
        let placement = plan.decisions.placement(decision.placement.as_str());
        placement.is_some_and(|placement| seen.drawn_by(&placement.purpose, env.now).is_some())
    };
    let won = decisions.iter().filter(is_own).filter_map(|decision| decision.experience.clone()).collect();
    Decided { first, env: *env, revision: plan.revision, engine: ENGINE, page: asked, seen, decisions, won }
}

fn page<'a>(
    asked: &'a PageAsked,
    request: &'a dyn Fn(&str) -> Option<Value>,
    id: &'a dyn Fn(usize) -> Id<DecisionKind>,
    suggest: &'a dyn Fn(&Name<RecommenderName>) -> Suggested,
) -> Page<'a> {
    let PageAsked { placements, languages, nonce, explain } = asked;
    Page { placements, languages, request, nonce: *nonce, id, explain: *explain, suggest }
}

/// What is known of a person, opened by each purpose of the page that they granted.
struct Known<'a> {
    person: &'a Person,
    opened: Vec<Opened<'a>>,
    plan: &'a Plan,
    suggests: &'a dyn Suggests,
    now: Timestamp,
}

impl<'a> Known<'a> {
    fn new(plan: &'a Plan, person: &'a Person, asking: &Asking<'a>, now: Timestamp) -> Self {
        let mut opened: Vec<Opened<'a>> = Vec::new();
        for placement in asking.page.placements.iter().filter_map(|name| plan.decisions.placement(name.as_str())) {
            let purpose = &placement.purpose;
            if opened.iter().all(|known| known.purpose() != purpose)
                && let Some(token) = person.consents().granted_named(purpose, now)
            {
                opened.push(Opened::new(plan, person, token, now));
            }
        }
        Self { person, opened, plan, suggests: asking.suggests, now }
    }
}

impl Known<'_> {
    /// What a purpose opened.
    fn of(&self, purpose: &Name<Purpose>) -> Option<&Opened<'_>> {
        self.opened.iter().find(|opened| opened.purpose() == purpose)
    }
}

impl Opens for Known<'_> {
    fn open(&self, token: &GrantedName) -> &dyn Facts {
        self.of(token.purpose()).expect("every purpose of the page that the person granted was opened")
    }

    fn beneath(&self, token: &GrantedName, segment: &Name<Segment>) -> Vec<Ground> {
        self.of(token.purpose()).map_or_else(Vec::new, |opened| beneath::beneath(opened, segment))
    }

    fn segment_lately(&self, token: &GrantedName, segment: &Name<Segment>, recall: Recall) -> Verdict {
        let opened = self.of(token.purpose());
        opened.map_or(beneath::NOT_THERE, |opened| beneath::segment_lately(opened, segment, recall))
    }

    fn beneath_score(&self, token: &GrantedName, score: &Name<Score>) -> Vec<Ground> {
        self.of(token.purpose()).map_or_else(Vec::new, |opened| beneath::beneath_score(opened, score))
    }

    fn score_lately(&self, token: &GrantedName, score: &Name<Score>, recall: Recall) -> Option<Fading> {
        beneath::score_lately(self.of(token.purpose())?, score, recall)
    }

    fn suggest(
        &self,
        token: &GrantedName,
        recommender: &Name<RecommenderName>,
        request: &decide::RequestFacts<'_>,
    ) -> Suggested {
        let found = self.of(token.purpose()).zip(self.plan.recommenders.get(recommender));
        found.map_or_else(Suggested::default, |(opened, recommender)| {
            self.suggests.suggest(recommender, opened, request, self.now)
        })
    }

    fn tastes(&self, token: &GrantedName) -> Tastes {
        self.of(token.purpose()).map_or_else(Tastes::default, |opened| suggest::tastes(opened, self.now))
    }
}

impl decide::Ledger for Known<'_> {
    fn won(&self, experience: &Name<Experience>) -> Cow<'_, [Timestamp]> {
        won_over(self.person.sides.iter().map(|side| &*side.ledger), experience)
    }

    fn shown(&self, content: &Name<Content>) -> Option<Showing> {
        shown_over(self.person.sides.iter().map(|side| &*side.ledger), content)
    }

    fn stay(&self, placement: &Name<Placement>) -> Option<&Stay> {
        stay_over(self.person.sides.iter().map(|side| &*side.ledger), placement, self.now)
    }

    fn spent(&self) -> Cow<'_, [(Timestamp, u16)]> {
        spent_over(self.person.sides.iter().map(|side| &*side.ledger))
    }
}
