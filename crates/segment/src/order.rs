//! In which order segments are evaluated: each after those that it rests on, by itself or through scores.

use std::collections::{BTreeMap, BTreeSet};

use condition::Needs;
use model::name::{Name, Score, Segment};

use crate::{score::ScoreRule, set::SegmentRule};

/// Something that conditions name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// A segment, or a tag, which is one.
    Segment(Name<Segment>),
    /// A score.
    Score(Name<Score>),
}

/// Segments and scores that name each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// Those of the circle, in the order in which they name each other.
    pub names: Vec<Named>,
}

struct Node {
    name: Named,
    names: Vec<Named>,
    rule: Option<SegmentRule>,
}

impl Node {
    fn new(name: Named, needs: &Needs, rule: Option<SegmentRule>) -> Self {
        let segments = needs.segments.iter().cloned().map(Named::Segment);
        Self { name, names: segments.chain(needs.scores.iter().cloned().map(Named::Score)).collect(), rule }
    }
}

/// Puts each segment after those it rests on; segments that rest on nothing keep the order of their numbers.
pub(crate) fn in_order(mut rules: Vec<SegmentRule>, scores: &[ScoreRule]) -> Result<Vec<SegmentRule>, Circle> {
    rules.sort_by_key(|rule| rule.number);
    let segments = rules.into_iter().map(|rule| {
        let needs = rule.condition.needs().clone();
        Node::new(Named::Segment(rule.name.clone()), &needs, Some(rule))
    });
    let scores = scores.iter().map(|score| Node::new(Named::Score(score.name.clone()), &score.needs(), None));
    let mut nodes: Vec<Node> = segments.chain(scores).collect();
    let mut ordered = Vec::with_capacity(nodes.len());
    while !nodes.is_empty() {
        let waiting: BTreeSet<Named> = nodes.iter().map(|node| node.name.clone()).collect();
        let is_ready = |node: &Node| !node.names.iter().any(|name| waiting.contains(name));
        let (ready, blocked): (Vec<_>, Vec<_>) = nodes.into_iter().partition(is_ready);
        if ready.is_empty() {
            return Err(Circle { names: circle_among(&blocked) });
        }
        ordered.extend(ready.into_iter().filter_map(|node| node.rule));
        nodes = blocked;
    }
    Ok(ordered)
}

/// Follows the first that each names until one comes again. All of `blocked` name another of `blocked`.
fn circle_among(blocked: &[Node]) -> Vec<Named> {
    let by_name: BTreeMap<&Named, &Node> = blocked.iter().map(|node| (&node.name, node)).collect();
    let mut path: Vec<Named> = Vec::new();
    let mut at = blocked.first();
    while let Some(node) = at {
        if let Some(start) = path.iter().position(|name| *name == node.name) {
            return path.split_off(start);
        }
        path.push(node.name.clone());
        at = node.names.iter().find_map(|name| by_name.get(name).copied());
    }
    path
}
