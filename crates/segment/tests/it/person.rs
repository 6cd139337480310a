//! A person to ask about, and what conditions may name.

use std::{
    borrow::Cow,
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use condition::{Condition, Facts, Scope, Usage};
use model::{
    fact::Occurrence,
    name::{Name, Score, Segment},
    schema::TraitSchema,
    time::Timestamp,
    value::Value,
};

/// Events with the moments at which they happened, and how often somebody looked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    trails: BTreeMap<String, Vec<Occurrence>>,
    looks: Cell<usize>,
}

impl Person {
    pub(crate) fn does(&mut self, event: &str, at: Timestamp, properties: &[(&str, Value)]) {
        let trail = self.trails.entry(event.to_owned()).or_default();
        let properties = properties.iter().cloned().collect();
        trail.push(Occurrence { at, tie: trail.len() as u64, properties });
        trail.sort();
    }

    /// How often a trail was looked at.
    pub(crate) fn looks(&self) -> usize {
        self.looks.get()
    }
}

impl Facts for Person {
    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.looks.set(self.looks.get() + 1);
        self.trails.get(event).map_or(Cow::Borrowed(&[]), |trail| Cow::Borrowed(trail))
    }
}

/// What conditions of these tests may name.
#[derive(Default)]
pub(crate) struct Known {
    schema: TraitSchema,
    segments: BTreeSet<Name<Segment>>,
    scores: BTreeSet<Name<Score>>,
}

impl Known {
    pub(crate) fn new(segments: &[String], scores: &[String]) -> Self {
        let segments = segments.iter().map(|name| Name::from(name.as_str())).collect();
        let scores = scores.iter().map(|name| Name::from(name.as_str())).collect();
        Self { schema: TraitSchema::default(), segments, scores }
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { schema: &self.schema, segments: &self.segments, scores: &self.scores, usage: Usage::Segment }
    }

    pub(crate) fn condition(&self, text: &str) -> Condition {
        condition::compile(text, &self.scope()).expect("a test's own condition")
    }
}
