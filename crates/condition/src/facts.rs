//! What a condition is asked about, and what it answers.

use std::{borrow::Cow, sync::Arc};

use model::{
    fact::{Occurrence, TraitValue},
    name::{Name, Segment, Trait},
    time::Timestamp,
    value::Value,
};

/// All that a condition may know of one person. Who implements it has already left out what may not be used.
pub trait Facts {
    /// The value of a trait; `None` if there is none that may be used.
    fn trait_value(&self, name: &str) -> Option<&TraitValue>;
    /// The past occurrences of an event, sorted by (`at`, `tie`), with at least the properties and the time that
    /// [`crate::Needs`] asks for.
    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]>;
    /// Whether the person is in a segment, and until when that holds.
    fn segment(&self, name: &Name<Segment>) -> Verdict;
    /// A fact of the request, such as `hour`; `None` where there is no request.
    fn request(&self, name: &str) -> Option<Value>;
}

/// Nobody: for what is asked of an occurrence alone.
pub(crate) struct Nobody;

impl Facts for Nobody {
    fn trait_value(&self, _name: &str) -> Option<&TraitValue> {
        None
    }
    fn trail<'a>(&'a self, _event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(&[])
    }
    fn segment(&self, _name: &Name<Segment>) -> Verdict {
        Verdict { value: false, valid_until: None }
    }
    fn request(&self, _name: &str) -> Option<Value> {
        None
    }
}

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
    },
    /// A trait that was not there.
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
