//! What is known of a person, fact by fact, each with where it comes from.

use crate::{
    name::{Name, Source},
    time::Timestamp,
    value::{Fields, Value},
};

/// One value of one trait, as one source gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraitValue {
    /// The value. [`Value::Null`] says that the source took its value back.
    pub value: Value,
    /// Since when the source holds it true.
    pub as_of: Timestamp,
    /// The source.
    pub source: Name<Source>,
    /// How the source came to know it.
    pub kind: FactKind,
}

/// How a fact came to be known; in rising order of what it outweighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// Concluded from other facts.
    Inferred,
    /// Seen in behavior.
    Observed,
    /// Said by the person.
    Declared,
    /// Said on purpose in place of what was known: by the person, or by who spoke with the person. It ends what was
    /// said before it.
    Corrected,
}

impl FactKind {
    /// All of them, in rising order.
    pub const ALL: [Self; 4] = [Self::Inferred, Self::Observed, Self::Declared, Self::Corrected];

    /// The glossary's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Inferred => "inferred",
            Self::Observed => "observed",
            Self::Declared => "declared",
            Self::Corrected => "corrected",
        }
    }
}

/// That a trait's value is not true: "that's not me".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Denial {
    /// The value that is not true; `None`: none that was said until then is.
    pub value: Option<Value>,
    /// Since when that is known.
    pub as_of: Timestamp,
    /// Who said so.
    pub source: Name<Source>,
}

/// One past event, cut down to what conditions look at. The trails of a profile are made of these, ordered by
/// (`at`, `tie`), so that the order of arrival never shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// When it happened.
    pub at: Timestamp,
    /// Orders events of the same moment and tells them apart: drawn from source and `message_id`.
    pub tie: u64,
    /// The properties that some published condition reads, and no others.
    pub properties: Fields,
}
