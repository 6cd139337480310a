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
};

impl Condition {
    /// Facts about the person that are enough for the condition to hold at `now`, none of which can be left out. Where it
    /// holds by one fact or by another, the one of the greater `cost` is left out.
    ///
    /// Empty if it does not hold, and if nothing that is there is needed for it: what is not there, or not so, is no
    /// ground. Facts of the request stand. Each fact that is looked at costs one evaluation. The answer is the condition's;
    /// until it is sure not to be another, the grounds are not either.
    pub fn rests_on<K: Ord>(&self, facts: &dyn Facts, now: Timestamp, cost: &dyn Fn(&Evidence) -> K) -> Evaluation {
        let whole = self.evaluate_as(Witness::Everything, facts, now);
        if !whole.value {
            return Evaluation { evidence: Vec::new(), ..whole };
        }
        let mut valid_until = whole.valid_until;
        let mut all: Vec<(K, Evidence)> = Vec::with_capacity(whole.evidence.len());
        for one in whole.evidence.into_iter().filter(Evidence::speaks) {
            let asked = cost(&one);
            match all.iter_mut().find(|(_, known)| known.is_of_one_fact(&one)) {
                Some((known, _)) if asked < *known => *known = asked,
                Some(_) => {}
                None => all.push((asked, one)),
            }
        }
        all.sort_by(|(one, _), (other, _)| other.cmp(one));
        let mut without = Without { facts, gone: Vec::with_capacity(all.len()) };
        for (_, one) in all {
            without.gone.push(one);
            let still = self.matches(&without, now);
            valid_until = valid_until.into_iter().chain(still.valid_until).min();
            if !still.value {
                without.gone.pop();
            }
        }
        let mut evidence = self.evaluate(&without, now).evidence;
        evidence.retain(Evidence::speaks);
        Evaluation { value: true, valid_until, evidence }
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

/// What is known, without some facts.
struct Without<'f> {
    facts: &'f dyn Facts,
    gone: Vec<Evidence>,
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
