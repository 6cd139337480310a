//! The compiled condition: a small typed tree, at most [`DEPTH`] levels deep, that everything else walks.

use std::sync::Arc;

use model::name::{Name, Score, Segment, Trait};

use crate::{facts::Model, needs::PropertyPath, number::Number};

/// Levels of the compiled tree, at most. Chains of `&&` and `||` are one level, however long.
pub(crate) const DEPTH: usize = 100;

/// One expression. Which of them stand where is the checker's knowledge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    /// Milliseconds since the epoch.
    Moment(i64),
    /// Milliseconds.
    Span(i64),
    /// `profile.name`.
    Trait(Name<Trait>),
    /// `source(profile.name)` and its like.
    Provenance(Provenance, Name<Trait>),
    /// A property of the event at hand.
    Property(PropertyPath),
    /// A variable of the enclosing `exists` or `all`, or what is inside it.
    Variable(Variable),
    /// A fact of the request, by its place in [`Listing::requests`].
    Request(usize),
    /// A segment, by its place in [`Listing::segments`].
    Segment(usize),
    /// A number that moves by itself, on the left of a comparison with a literal and nowhere else.
    Gauge(Gauge),
    /// The word that a model says.
    Reading(Model),
    Has(Box<Node>),
    Not(Box<Node>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    If(Box<[Node; 3]>),
    Compare(Compare, Box<[Node; 2]>),
    /// `item in [literals]`; the literals sorted, each once.
    InTexts(Box<Node>, Box<[Arc<str>]>),
    InNumbers(Box<Node>, Box<[Number]>),
    /// `item in list`.
    InList(Box<[Node; 2]>),
    TextTest(TextTest, Box<[Node; 2]>),
    Quantified(Quantifier, Box<Quantified>),
    Arithmetic(Arithmetic, Box<[Node; 2]>),
    Negate(Box<Node>),
    Lower(Box<Node>),
    Size(Box<Node>),
    YearsSince(Box<Node>),
    /// From a moment to now.
    Since(Box<Node>),
    /// From now to a moment.
    Until(Box<Node>),
    /// This many milliseconds before now; 0 is `now()`.
    Ago(i64),
    DistanceKm(Box<Distance>),
    Aggregate(Aggregate, Box<Query>),
}

impl Node {
    /// Whether the value is written in the condition itself.
    pub(crate) const fn is_literal(&self) -> bool {
        matches!(self, Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Moment(_) | Self::Span(_))
    }
}

/// Names that nodes refer to by their place.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Listing {
    pub(crate) events: Vec<Arc<str>>,
    pub(crate) segments: Vec<Name<Segment>>,
    pub(crate) requests: Vec<Arc<str>>,
}

/// What is asked about a fact besides its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provenance {
    Source,
    Kind,
    Age,
    AsOf,
}

/// A number that moves by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gauge {
    /// How far a trait is believed.
    Trust(Name<Trait>),
    /// How strong an interest in a topic is.
    Interest(Arc<str>),
    Score(Name<Score>),
}

/// A bound variable: how many quantifiers out, and the path inside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    pub(crate) outward: usize,
    pub(crate) path: Vec<Arc<str>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Compare {
    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    /// The same comparison with its sides changed over.
    pub(crate) const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Equal | Self::NotEqual => self,
        }
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextTest {
    Starts,
    Ends,
    Contains,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    Exists,
    All,
}

/// `list.exists(x, test)`; the variable's own name is not kept, [`crate::print`] names it anew.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantified {
    pub(crate) list: Node,
    pub(crate) test: Node,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// `distance_km(place, latitude, longitude)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Distance {
    pub(crate) place: Node,
    pub(crate) lat: Number,
    pub(crate) lon: Number,
}

/// What is made of the occurrences that a query finds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Aggregate {
    Count,
    Days,
    Distinct(PropertyPath),
    Sum(PropertyPath),
    Max(PropertyPath),
    Min(PropertyPath),
    Average(PropertyPath),
    /// The moment of the oldest, or its property.
    First(Option<PropertyPath>),
    /// The moment of the newest, or its property.
    Last(Option<PropertyPath>),
}

/// Occurrences of one event, filtered, and what must follow each.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) of: Pattern,
    pub(crate) steps: Vec<Step>,
}

/// Which occurrences of one event count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pattern {
    /// By its place in [`Listing::events`].
    pub(crate) event: usize,
    pub(crate) filter: Option<Node>,
    /// `now − within < at`.
    pub(crate) within_ms: Option<i64>,
    /// `at ≤ now − older_than`.
    pub(crate) older_than_ms: Option<i64>,
    /// `since ≤ at`.
    pub(crate) since_ms: Option<i64>,
    /// `at < before`.
    pub(crate) before_ms: Option<i64>,
}

/// What must come, or must not come, after the step before.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// One of these, at most `limit_ms` later, and none of `without` between.
    Followed { by: Pattern, limit_ms: Option<i64>, without: Vec<Pattern> },
    /// None of these at most `limit_ms` later, and that time has passed. Always the last step.
    NotFollowed { by: Pattern, limit_ms: Option<i64> },
}
