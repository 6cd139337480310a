//! What is answered.

use crate::snapshot::Place;

/// The answer to a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The hits of the page, best first.
    pub hits: Vec<Hit>,
    /// How many hits there are in all; with [`crate::Count::Shown`] and no facets, at least so many.
    pub total: u64,
    /// The counts, in the order in which facets were asked for.
    pub facets: Vec<Vec<Counted>>,
    /// How the text was read.
    pub reading: Reading,
    /// The stems that were searched for.
    pub(crate) stems: Vec<String>,
}

/// An item that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The caller's number.
    pub number: u32,
    /// How well it says what was searched for, beside the best one of its grade: above 0, at most 1.
    pub relevance: f64,
    /// By what it was found.
    pub grade: Grade,
    /// What the person's tastes say of it; `None` in a neutral order.
    pub personal: Option<Personal>,
    pub(crate) place: Place,
}

/// By what something was found. A better grade always comes first; no taste changes that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The text is its name or code.
    Exact,
    /// It has all words; or nothing was searched.
    AllWords,
    /// It has all words, some of them as they were probably meant.
    Corrected,
    /// It has all words but those in [`Reading::dropped`].
    SomeWords,
}

impl Grade {
    /// As it is written: `exact`, `all_words`, `corrected`, `some_words`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::AllWords => "all_words",
            Self::Corrected => "corrected",
            Self::SomeWords => "some_words",
        }
    }
}

/// What a person's tastes say of a hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Personal {
    /// From −1 to 1, beside the average of the hits.
    pub liking: f64,
    /// What says most in its favor or against it, at most three, most first.
    pub because: Vec<Because>,
}

/// One thing that a person's tastes say of a hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Because {
    /// What it is.
    pub what: Taste,
    /// What it adds to the sum, before that is set against the other hits.
    pub points: f64,
}

/// A kind of taste.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taste {
    /// An interest in a topic.
    Interest(String),
    /// A topic that suits the moment.
    Context(String),
    /// Words that were searched for before.
    Searched(String),
    /// The prices that the person pays.
    Price,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The value as it is shown; of a band of prices its lower edge, in cents.
    pub value: String,
    /// How many hits have it.
    pub hits: u64,
}

/// How the text of a search was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The text without what does not distinguish it: the key under which searches that find nothing are counted.
    pub key: String,
    /// Whether it is the name or the code of an item: then nobody's order is personal.
    pub exact: Option<Exact>,
    /// Whether some of it was too long to be read.
    pub cut: bool,
    /// Words that nothing has, and what was searched for instead.
    pub corrected: Vec<(String, String)>,
    /// Words that had to be left out to find anything, in the order in which they were.
    pub dropped: Vec<String>,
    /// What was perhaps meant: a text that finds more.
    pub did_you_mean: Option<String>,
}

/// What a text is exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exact {
    /// An item's GTIN, MPN, SKU or id.
    Code,
    /// An item's name.
    Name,
}
