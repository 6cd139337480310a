//! What a condition rests on: of the facts that were looked at, those without which it would not hold.

use std::borrow::Cow;

use condition::{Believed, Condition, Evaluation, Evidence, Facts, Fading, Model, Reading, Verdict};
use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    time::Timestamp,
    value::Value,
};

/// Facts about the person that are enough for a condition to hold at `now`, whatever of the others is left out. Where it
/// holds by one fact or by another, the one of the greater `cost` is left out.
///
/// Empty if it does not hold, and if nothing that is there is needed for it: what is not there, or not so, is no ground.
/// What speaks against it is none either, and leaving it out proves nothing: of a customer
/// `!segment("customers") || segment("fans")` rests on the fans. Facts of the request stand. A term is evaluated twice for
/// each fact that it looks at, not for those of other terms. The answer is the condition's; until it is sure not to be
/// another, the grounds are not either.
pub fn rests_on<K: Ord>(
    condition: &Condition,
    facts: &dyn Facts,
    now: Timestamp,
    cost: &dyn Fn(&Evidence) -> K,
) -> Evaluation {
    let Verdict { value, valid_until } = condition.matches(facts, now);
    if !value {
        return Evaluation { value, valid_until, evidence: Vec::new() };
    }
    let mut search = Search { condition, facts, now, sure: Vec::new(), gone: Vec::new(), until: valid_until };
    let mut candidates = search.candidates(cost);
    candidates.sort_by(|one, other| other.cost.cmp(&one.cost));
    candidates.into_iter().for_each(|candidate| search.leave_out(candidate.fact, &candidate.of));
    Evaluation { value, evidence: search.needed(), valid_until: search.until }
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
    /// What the terms say, of those that say it whatever of what is gone is left out.
    sure: Vec<Option<bool>>,
    gone: Vec<Evidence>,
    until: Option<Timestamp>,
}

impl Search<'_> {
    /// All that could be left out.
    fn candidates<K: Ord>(&mut self, cost: &dyn Fn(&Evidence) -> K) -> Vec<Candidate<K>> {
        let mut all: Vec<Candidate<K>> = Vec::new();
        for (place, term) in self.condition.terms(self.facts, self.now).into_iter().enumerate() {
            self.note(term.valid_until);
            self.sure.push(Some(term.value));
            for fact in term.evidence.into_iter().filter(Evidence::speaks) {
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
        all
    }

    /// Leaves a fact out if the condition holds all the same: with the others that are gone, and without them.
    fn leave_out(&mut self, fact: Evidence, of: &[usize]) {
        self.gone.push(fact);
        let before: Vec<Option<bool>> = of.iter().map(|place| self.sure[*place]).collect();
        let last = self.gone.len() - 1;
        for from in [last, 0] {
            let without = Without { facts: self.facts, gone: &self.gone[from..] };
            for (place, term) in of.iter().zip(self.condition.terms_at(of, &without, self.now)) {
                self.until = self.until.into_iter().chain(term.valid_until).min();
                self.sure[*place] = self.sure[*place].filter(|sure| *sure == term.value);
            }
            if last == 0 {
                break;
            }
        }
        if self.condition.says(&self.sure).0 != Some(true) {
            of.iter().zip(before).for_each(|(place, before)| self.sure[*place] = before);
            self.gone.pop();
        }
    }

    /// What is there of what the terms look at that are enough.
    fn needed(&self) -> Vec<Evidence> {
        let (_, enough) = self.condition.says(&self.sure);
        let without = Without { facts: self.facts, gone: &self.gone };
        let terms = self.condition.terms_at(&enough, &without, self.now);
        let mut needed = Vec::new();
        for fact in terms.into_iter().flat_map(|term| term.evidence).filter(Evidence::speaks) {
            if !needed.contains(&fact) {
                needed.push(fact);
            }
        }
        needed
    }

    fn note(&mut self, until: Option<Timestamp>) {
        self.until = self.until.into_iter().chain(until).min();
    }
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
