//! What a condition is asked about, and what it answers.

use std::{borrow::Cow, sync::Arc};

use model::{
    fact::{Occurrence, TraitValue},
    name::{Name, Score, Segment, Trait},
    time::Timestamp,
    trust::{Trust, Use},
    value::{Finite, Value},
};

use crate::fading::Fading;

/// All that a condition may know of one person. Who implements it has already left out what may not be used. What it
/// does not say is not known.
pub trait Facts {
    /// The value of a trait that is believed, however little; `None` if there is none.
    fn trait_value(&self, _name: &str) -> Option<Believed<'_>> {
        None
    }
    /// The past occurrences of an event, sorted by (`at`, `tie`), with at least the properties and the time that
    /// [`crate::Needs`] asks for.
    fn trail<'a>(&'a self, _event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(&[])
    }
    /// Whether the person is in a segment, and until when that holds.
    fn segment(&self, _name: &Name<Segment>) -> Verdict {
        Verdict { value: false, valid_until: None }
    }
    /// A fact of the request, such as `hour`; `None` where there is no request.
    fn request(&self, _name: &str) -> Option<Value> {
        None
    }
    /// How strong an interest in a topic is, such as `category:boots`; `None` if there is none, or none that lasts.
    fn interest(&self, _topic: &str) -> Option<Fading> {
        None
    }
    /// All interests that last, in order of topic: for what puts items in order. No condition asks for all.
    fn interests(&self) -> Vec<(Arc<str>, Fading)> {
        Vec::new()
    }
    /// A score; `None` if there is none of that name.
    fn score(&self, _name: &Name<Score>) -> Option<Fading> {
        None
    }
    /// What a model says of the person; `None` if it says nothing.
    fn reading(&self, _model: Model) -> Option<Reading> {
        None
    }
}

/// A value of a trait, and how far it is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Believed<'a> {
    /// The value that is believed more than any other.
    pub value: &'a TraitValue,
    /// How far.
    pub belief: Belief,
}

/// How far a value is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Belief {
    /// The probability that it is true.
    pub trust: Trust,
    /// The most that it may be used for; `None`: nothing.
    pub most: Option<Use>,
    /// The first moment at which, with no new event, it may be used for something else, or another value is believed.
    pub stands_until: Option<Timestamp>,
    /// The same for no more than whether it may be used to show something: later, where it may still be stated. Early,
    /// and never late.
    pub shown_until: Option<Timestamp>,
    /// The first moment at which, with no new event, the trust is another at all.
    pub moves_at: Option<Timestamp>,
}

impl Belief {
    /// It is certain and stays so.
    pub const CERTAIN: Self =
        Self { trust: Trust::CERTAIN, most: Some(Use::State), stands_until: None, shown_until: None, moves_at: None };
}

/// A model that sorts persons by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// Where the person stands: one of [`model::journey::Stage`].
    Stage,
    /// What the person came for: one of [`model::journey::Aim`].
    Aim,
}

impl Model {
    /// The function that asks for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Aim => "aim",
        }
    }
}

/// What a model says of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The word of what is most probable.
    pub word: &'static str,
    /// Its probability.
    pub probability: Trust,
    /// The first moment at which the word could be another with no new event.
    pub valid_until: Option<Timestamp>,
}

/// Nobody: for what is asked of an occurrence alone.
pub(crate) struct Nobody;

impl Facts for Nobody {}

/// A yes or no, and how long it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub value: bool,
    /// The first moment at which the answer could change with no new event: after the moment of asking, maybe early,
    /// never late. `None`: only a new event changes it.
    pub valid_until: Option<Timestamp>,
}

/// A [`Verdict`] with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The answer.
    pub value: bool,
    /// As in [`Verdict::valid_until`].
    pub valid_until: Option<Timestamp>,
    /// The facts that were looked at, in the order of looking, each once. What could not change the answer any more
    /// was not looked at.
    pub evidence: Vec<Evidence>,
}

/// One fact that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A trait that was there.
    Trait {
        /// Its name.
        name: Name<Trait>,
        /// Its value with source, kind and `as_of`.
        value: TraitValue,
        /// How far it is believed.
        trust: Trust,
    },
    /// A trait that was not there, or of which one is not sure enough.
    MissingTrait {
        /// Its name.
        name: Name<Trait>,
    },
    /// Occurrences of an event.
    Events {
        /// The event's name.
        event: Arc<str>,
        /// How many the condition counted.
        matched: u32,
        /// When the newest of these happened.
        last: Option<Timestamp>,
    },
    /// How strong an interest is.
    Interest {
        /// Its topic, such as `category:boots`.
        topic: Arc<str>,
        /// From −1 to 1; 0 if there is none.
        strength: Finite,
    },
    /// A score.
    Score {
        /// Its name.
        name: Name<Score>,
        /// How high it is; 0 if there is none.
        points: Finite,
    },
    /// What a model says.
    Reading {
        /// Which one.
        model: Model,
        /// The word that is most probable, with its probability; `None`: it says nothing.
        says: Option<(&'static str, Trust)>,
    },
    /// A segment.
    Segment {
        /// Its name.
        name: Name<Segment>,
        /// Whether the person is in it.
        member: bool,
    },
    /// A fact of the request.
    Request {
        /// Its name.
        name: Arc<str>,
        /// Its value, if the request has it.
        value: Option<Value>,
    },
}
