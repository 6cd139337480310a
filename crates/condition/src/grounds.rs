//! What a condition rests on: of the facts that were looked at, those without which it would not hold.

use std::borrow::Cow;

use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::Value,
};

use crate::{
    condition::Condition,
    evaluate::Witness,
    facts::{Believed, Evaluation, Evidence, Facts, Model, Reading, Verdict},
    fading::Fading,
    tree::Node,
};

impl Condition {
    /// Facts about the person that are enough for the condition to hold at `now`, whatever of the others is left out.
    /// Where it holds by one fact or by another, the one of the greater `cost` is left out.
    ///
    /// Empty if it does not hold, and if nothing that is there is needed for it: what is not there, or not so, is no
    /// ground. What speaks against it is none either, and leaving it out proves nothing: of a customer
    /// `!segment("customers") || segment("fans")` rests on the fans. Facts of the request stand. A term is evaluated twice
    /// for each fact that it looks at, not for those of other terms. The answer is the condition's; until it is sure not
    /// to be another, the grounds are not either.
    pub fn rests_on<K: Ord>(&self, facts: &dyn Facts, now: Timestamp, cost: &dyn Fn(&Evidence) -> K) -> Evaluation {
        let verdict = self.matches(facts, now);
        if !verdict.value {
            return Evaluation { value: false, valid_until: verdict.valid_until, evidence: Vec::new() };
        }
        let mut search = Search::new(self, facts, now);
        search.until = verdict.valid_until;
        let mut candidates = search.candidates(cost);
        candidates.sort_by(|one, other| other.cost.cmp(&one.cost));
        candidates.into_iter().for_each(|candidate| search.leave_out(candidate.fact, &candidate.of));
        let evidence = search.needed();
        Evaluation { value: true, valid_until: search.until, evidence }
    }

    /// Whether it says the same at `now` without what `less` leaves out of the facts, by terms that say the same: of
    /// somebody whose orders are left out, `!(events("Order Completed").count() > 0)` says nothing.
    pub fn stands_without(&self, facts: &dyn Facts, less: &dyn Facts, now: Timestamp) -> Verdict {
        let mut terms = Vec::new();
        let shape = Shape::of(&self.root, &mut terms);
        let walks = [facts, less].map(|facts| self.walk(Witness::Ignore, facts, now));
        let mut until = None;
        let mut sure = |term: &Node| {
            let [with, without] = walks.each_ref().map(|walk| walk.apart(term));
            until = soonest(until, soonest(with.valid_until, without.valid_until));
            (with.value == without.value).then_some(with.value)
        };
        let sure: Vec<Option<bool>> = terms.into_iter().map(&mut sure).collect();
        Verdict { value: shape.says(&sure).is_some(), valid_until: until }
    }
}

impl Evidence {
    /// Whether it is something about the person that is there.
    pub fn speaks(&self) -> bool {
        match self {
            Self::Trait { .. } => true,
            Self::MissingTrait { .. } | Self::Request { .. } => false,
            Self::Events { matched, .. } => *matched > 0,
            Self::Segment { member, .. } => *member,
            Self::Interest { strength, .. } => strength.get() != 0.0,
            Self::Score { points, .. } => points.get() != 0.0,
            Self::Reading { says, .. } => says.is_some(),
        }
    }

    /// Whether both are about one fact, such as events of one name, however much of it each looked at.
    pub fn is_of_one_fact(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Trait { name, .. }, Self::Trait { name: other, .. }) => name == other,
            (Self::Events { event, .. }, Self::Events { event: other, .. }) => event == other,
            (Self::Interest { topic, .. }, Self::Interest { topic: other, .. }) => topic == other,
            _ => self == other,
        }
    }
}

/// A condition as a chain of terms: what it says follows from what they say.
enum Shape {
    Always(bool),
    Term(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
    If(Box<[Self; 3]>),
}

impl Shape {
    /// The shape of an expression, and its terms behind those that are known already.
    fn of<'c>(node: &'c Node, terms: &mut Vec<&'c Node>) -> Self {
        match node {
            Node::Bool(value) => Self::Always(*value),
            Node::Not(inner) => Self::Not(Box::new(Self::of(inner, terms))),
            Node::And(inner) => Self::All(inner.iter().map(|inner| Self::of(inner, terms)).collect()),
            Node::Or(inner) => Self::Any(inner.iter().map(|inner| Self::of(inner, terms)).collect()),
            Node::If(parts) => Self::If(Box::new(parts.each_ref().map(|part| Self::of(part, terms)))),
            _ => {
                terms.push(node);
                Self::Term(terms.len() - 1)
            }
        }
    }

    /// What it says, if that is sure where only some terms are.
    fn says(&self, terms: &[Option<bool>]) -> Option<bool> {
        match self {
            Self::Always(value) => Some(*value),
            Self::Term(place) => terms[*place],
            Self::Not(inner) => inner.says(terms).map(|said| !said),
            Self::All(inner) => first_to_say(false, inner, terms),
            Self::Any(inner) => first_to_say(true, inner, terms),
            Self::If(parts) => match (parts[0].says(terms), parts[1].says(terms), parts[2].says(terms)) {
                (Some(true), then, _) => then,
                (Some(false), _, otherwise) => otherwise,
                (None, then, otherwise) => then.filter(|_| then == otherwise),
            },
        }
    }

    /// The terms that are enough for what it says: of several that each are, the first.
    fn enough(&self, terms: &[Option<bool>], found: &mut Vec<usize>) {
        match self {
            Self::Always(_) => {}
            Self::Term(place) => found.push(*place),
            Self::Not(inner) => inner.enough(terms, found),
            Self::All(inner) | Self::Any(inner) => {
                let decisive = Some(matches!(self, Self::Any(_)));
                match inner.iter().find(|inner| inner.says(terms) == decisive) {
                    Some(one) => one.enough(terms, found),
                    None => inner.iter().for_each(|inner| inner.enough(terms, found)),
                }
            }
            Self::If(parts) => {
                let [when, then, otherwise] = &**parts;
                let said = when.says(terms);
                said.iter().for_each(|_| when.enough(terms, found));
                let branches = [(Some(false), then), (Some(true), otherwise)];
                let taken = branches.into_iter().filter(|(not, _)| said != *not);
                taken.for_each(|(_, branch)| branch.enough(terms, found));
            }
        }
    }
}

fn first_to_say(decisive: bool, inner: &[Shape], terms: &[Option<bool>]) -> Option<bool> {
    let mut is_sure = true;
    for inner in inner {
        match inner.says(terms) {
            Some(said) if said == decisive => return Some(decisive),
            Some(_) => {}
            None => is_sure = false,
        }
    }
    is_sure.then_some(!decisive)
}

/// A fact that could be left out, with the terms that look at it.
struct Candidate<K> {
    fact: Evidence,
    cost: K,
    of: Vec<usize>,
}

/// What is left of the facts, while one after the other is left out.
struct Search<'c> {
    condition: &'c Condition,
    facts: &'c dyn Facts,
    now: Timestamp,
    shape: Shape,
    terms: Vec<&'c Node>,
    /// What the terms say, with all facts.
    whole: Vec<bool>,
    /// The same, of those that say it whatever of what is gone is left out.
    sure: Vec<Option<bool>>,
    gone: Vec<Evidence>,
    until: Option<Timestamp>,
}

impl<'c> Search<'c> {
    fn new(condition: &'c Condition, facts: &'c dyn Facts, now: Timestamp) -> Self {
        let mut terms = Vec::new();
        let shape = Shape::of(&condition.root, &mut terms);
        let (whole, sure, gone) = (Vec::new(), Vec::new(), Vec::new());
        Self { condition, facts, now, shape, terms, whole, sure, gone, until: None }
    }

    /// All that could be left out.
    fn candidates<K: Ord>(&mut self, cost: &dyn Fn(&Evidence) -> K) -> Vec<Candidate<K>> {
        let mut all: Vec<Candidate<K>> = Vec::new();
        let walk = self.condition.walk(Witness::Keep, self.facts, self.now);
        for (place, term) in self.terms.iter().enumerate() {
            let said = walk.apart(term);
            self.until = soonest(self.until, said.valid_until);
            self.whole.push(said.value);
            for fact in said.evidence.into_iter().filter(Evidence::speaks) {
                let cost = cost(&fact);
                match all.iter_mut().find(|known| known.fact.is_of_one_fact(&fact)) {
                    Some(known) => {
                        if cost < known.cost {
                            known.cost = cost;
                        }
                        if known.of.last() != Some(&place) {
                            known.of.push(place);
                        }
                    }
                    None => all.push(Candidate { fact, cost, of: vec![place] }),
                }
            }
        }
        self.sure = self.whole.iter().copied().map(Some).collect();
        all
    }

    /// Leaves a fact out if the condition holds all the same: with the others that are gone, and without them.
    fn leave_out(&mut self, fact: Evidence, of: &[usize]) {
        self.gone.push(fact);
        let before: Vec<Option<bool>> = of.iter().map(|place| self.sure[*place]).collect();
        let last = self.gone.len() - 1;
        for gone in [&self.gone[last..], &self.gone[..]].into_iter().take(self.gone.len()) {
            let without = Without { facts: self.facts, gone };
            let walk = self.condition.walk(Witness::Ignore, &without, self.now);
            for place in of {
                let said = walk.apart(self.terms[*place]);
                self.until = soonest(self.until, said.valid_until);
                self.sure[*place] = self.sure[*place].filter(|sure| *sure == said.value);
            }
        }
        if self.shape.says(&self.sure) != Some(true) {
            of.iter().zip(before).for_each(|(place, before)| self.sure[*place] = before);
            self.gone.pop();
        }
    }

    /// What is there of what the terms look at that are enough.
    fn needed(&mut self) -> Vec<Evidence> {
        let (mut places, mut needed) = (Vec::new(), Vec::new());
        self.shape.enough(&self.sure, &mut places);
        let without = Without { facts: self.facts, gone: &self.gone };
        let walk = self.condition.walk(Witness::Keep, &without, self.now);
        for place in places {
            for fact in walk.apart(self.terms[place]).evidence.into_iter().filter(Evidence::speaks) {
                if !needed.contains(&fact) {
                    needed.push(fact);
                }
            }
        }
        needed
    }
}

fn soonest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// What is known, without some facts.
struct Without<'f> {
    facts: &'f dyn Facts,
    gone: &'f [Evidence],
}

impl Without<'_> {
    fn is_gone(&self, is_it: impl Fn(&Evidence) -> bool) -> bool {
        self.gone.iter().any(is_it)
    }
}

impl Facts for Without<'_> {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Trait { name: gone, .. } if gone.as_str() == name);
        if self.is_gone(is_it) { None } else { self.facts.trait_value(name) }
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Events { event: gone, .. } if **gone == *event);
        if self.is_gone(is_it) { Cow::Borrowed(&[]) } else { self.facts.trail(event) }
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Segment { name: gone, .. } if gone == name);
        if self.is_gone(is_it) { Verdict { value: false, valid_until: None } } else { self.facts.segment(name) }
    }

    fn request(&self, name: &str) -> Option<Value> {
        self.facts.request(name)
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Interest { topic: gone, .. } if **gone == *topic);
        if self.is_gone(is_it) { None } else { self.facts.interest(topic) }
    }

    /// A score without anything that gives points is 0.
    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Score { name: gone, .. } if gone == name);
        if self.is_gone(is_it) { Some(Fading::default()) } else { self.facts.score(name) }
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        let is_it = |gone: &Evidence| matches!(gone, Evidence::Reading { model: gone, .. } if *gone == model);
        if self.is_gone(is_it) { None } else { self.facts.reading(model) }
    }
}
