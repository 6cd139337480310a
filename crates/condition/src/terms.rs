//! A condition as a chain of terms: what it says follows from what they say.

use model::time::Timestamp;

use crate::{
    condition::Condition,
    evaluate::Witness,
    facts::{Evaluation, Evidence, Facts, Verdict},
    tree::Node,
};

impl Condition {
    /// What each of its terms says: of `a && !(b || c)` those are a, b and c.
    pub fn terms(&self, facts: &dyn Facts, now: Timestamp) -> Vec<Evaluation> {
        let walk = self.walk(Witness::Keep, facts, now);
        terms(&self.root).into_iter().map(|term| walk.apart(term)).collect()
    }

    /// What some of its terms say, by their places in [`Condition::terms`].
    pub fn terms_at(&self, places: &[usize], facts: &dyn Facts, now: Timestamp) -> Vec<Evaluation> {
        let (all, walk) = (terms(&self.root), self.walk(Witness::Keep, facts, now));
        places.iter().map(|place| walk.apart(all[*place])).collect()
    }

    /// What it says where only some of its terms are sure, and the places of those that are enough for that: of several
    /// that each are, the first.
    pub fn says(&self, terms: &[Option<bool>]) -> (Option<bool>, Vec<usize>) {
        said(&self.root, &mut terms.iter().copied().enumerate())
    }

    /// Whether it says the same at `now` without what `less` leaves out of the facts, by terms that say the same: of
    /// somebody whose orders are left out, `!(events("Order Completed").count() > 0)` says nothing.
    pub fn stands_without(&self, facts: &dyn Facts, less: &dyn Facts, now: Timestamp) -> Verdict {
        let walks = [facts, less].map(|facts| self.walk(Witness::Ignore, facts, now));
        let mut until: Option<Timestamp> = None;
        let mut sure = Vec::new();
        for term in terms(&self.root) {
            let [with, without] = walks.each_ref().map(|walk| walk.apart(term));
            until = until.into_iter().chain(with.valid_until).chain(without.valid_until).min();
            sure.push((with.value == without.value).then_some(with.value));
        }
        Verdict { value: self.says(&sure).0.is_some(), valid_until: until }
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

fn terms(node: &Node) -> Vec<&Node> {
    match node {
        Node::Bool(_) => Vec::new(),
        Node::Not(inner) => terms(inner),
        Node::And(inner) | Node::Or(inner) => inner.iter().flat_map(terms).collect(),
        Node::If(parts) => parts.iter().flat_map(terms).collect(),
        _ => vec![node],
    }
}

/// What an expression says by its terms, which come in the order of [`terms`], and which of them are enough.
fn said(node: &Node, next: &mut dyn Iterator<Item = (usize, Option<bool>)>) -> (Option<bool>, Vec<usize>) {
    match node {
        Node::Bool(value) => (Some(*value), Vec::new()),
        Node::Not(inner) => {
            let (value, enough) = said(inner, next);
            (value.map(|value| !value), enough)
        }
        Node::And(inner) | Node::Or(inner) => {
            let decisive = matches!(node, Node::Or(_));
            let mut all: Vec<_> = inner.iter().map(|inner| said(inner, next)).collect();
            match all.iter().position(|(value, _)| *value == Some(decisive)) {
                Some(first) => all.swap_remove(first),
                None if all.iter().all(|(value, _)| value.is_some()) => {
                    (Some(!decisive), all.into_iter().flat_map(|(_, enough)| enough).collect())
                }
                None => (None, Vec::new()),
            }
        }
        Node::If(parts) => match parts.each_ref().map(|part| said(part, next)) {
            [(Some(true), when), (value, then), _] => (value, [when, then].concat()),
            [(Some(false), when), _, (value, otherwise)] => (value, [when, otherwise].concat()),
            [_, (one, then), (other, otherwise)] => (one.filter(|_| one == other), [then, otherwise].concat()),
        },
        _ => next.next().map_or((None, Vec::new()), |(place, value)| (value, vec![place])),
    }
}
