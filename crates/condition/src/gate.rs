//! Which occurrences of an event a condition looks at: those that one of its patterns lets pass. Another one changes
//! nothing, so nobody needs to ask the condition again because of it.

use std::sync::Arc;

use crate::{
    needs::PropertyPath,
    tree::{Compare, Node, Pattern, Query, Step},
};

/// The filters of all patterns of a condition on one event, which each have one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gate {
    /// By its place in the listing.
    pub(crate) event: usize,
    /// An occurrence that passes none of them is not looked at.
    pub(crate) filters: Vec<Node>,
}

/// The gates of a condition; an event without one is looked at whatever its properties.
pub(crate) fn gates(root: &Node, events: usize) -> Vec<Gate> {
    let mut patterns = Vec::new();
    collect(root, &mut patterns);
    (0..events)
        .filter_map(|event| {
            let of_event = patterns.iter().filter(|pattern| pattern.event == event);
            let filters: Option<Vec<Node>> =
                of_event.map(|pattern| pattern.filter.clone().filter(is_settled_by_properties)).collect();
            Some(Gate { event, filters: filters? })
        })
        .collect()
}

impl Gate {
    /// A property and the text that it must be, if that is all that lets an occurrence pass.
    pub(crate) fn key(&self) -> Option<(&PropertyPath, &Arc<str>)> {
        match self.filters.as_slice() {
            [Node::And(terms)] => terms.iter().find_map(equality),
            [only] => equality(only),
            _ => None,
        }
    }
}

fn equality(node: &Node) -> Option<(&PropertyPath, &Arc<str>)> {
    let Node::Compare(Compare::Equal, sides) = node else { return None };
    match &**sides {
        [Node::Property(path), Node::Text(text)] | [Node::Text(text), Node::Property(path)] => Some((path, text)),
        _ => None,
    }
}

/// Whether a filter says the same of an occurrence for ever: it looks at nothing but literals and properties.
pub(crate) fn is_settled_by_properties(filter: &Node) -> bool {
    let mut settled = true;
    filter.each(&mut |node| {
        settled &= !matches!(
            node,
            Node::Trait(_)
                | Node::Provenance(..)
                | Node::Request(_)
                | Node::Segment(_)
                | Node::Gauge(_)
                | Node::Reading(_)
                | Node::Ago(_)
                | Node::YearsSince(_)
                | Node::Since(_)
                | Node::Until(_)
                | Node::Aggregate(..)
        );
    });
    settled
}

fn collect<'n>(root: &'n Node, patterns: &mut Vec<&'n Pattern>) {
    root.each(&mut |node| {
        if let Node::Aggregate(_, query) = node {
            patterns.extend(query.patterns());
        }
    });
}

impl Query {
    /// Its patterns: what it asks for, and what must or must not follow.
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        std::iter::once(&self.of).chain(self.steps.iter().flat_map(Step::patterns))
    }
}

impl Step {
    fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let (by, without): (&Pattern, &[Pattern]) = match self {
            Self::Followed { by, without, .. } => (by, without),
            Self::NotFollowed { by, .. } => (by, &[]),
        };
        std::iter::once(by).chain(without)
    }
}

impl Node {
    /// Visits this node and all below it, those of filters excepted.
    fn each<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        match self {
            Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Moment(_)
            | Self::Span(_)
            | Self::Trait(_)
            | Self::Provenance(..)
            | Self::Property(_)
            | Self::Variable(_)
            | Self::Request(_)
            | Self::Segment(_)
            | Self::Gauge(_)
            | Self::Reading(_)
            | Self::Ago(_)
            | Self::Aggregate(..) => {}
            Self::Has(inner)
            | Self::Not(inner)
            | Self::InTexts(inner, _)
            | Self::InNumbers(inner, _)
            | Self::Negate(inner)
            | Self::Lower(inner)
            | Self::Size(inner)
            | Self::YearsSince(inner)
            | Self::Since(inner)
            | Self::Until(inner) => inner.each(visit),
            Self::And(terms) | Self::Or(terms) => terms.iter().for_each(|term| term.each(visit)),
            Self::If(parts) => parts.iter().for_each(|part| part.each(visit)),
            Self::Compare(_, sides) | Self::InList(sides) | Self::TextTest(_, sides) | Self::Arithmetic(_, sides) => {
                sides.iter().for_each(|side| side.each(visit));
            }
            Self::Quantified(_, inner) => {
                inner.list.each(visit);
                inner.test.each(visit);
            }
            Self::DistanceKm(distance) => distance.place.each(visit),
        }
    }
}
