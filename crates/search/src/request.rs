//! What is asked.

use crate::{
    limits::{DEPTH, PAGE},
    stems::Language,
    taste::{Blend, Tastes},
};

/// One search, or one list of a category: then the text is empty.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What was typed, as it is.
    pub text: &'a str,
    /// The language of who asks.
    pub language: Language,
    /// Whether the last word is complete.
    pub last_word: LastWord,
    /// What the hits must be like.
    pub filters: &'a Filters<'a>,
    /// In which order they come.
    pub sort: Sort,
    /// Which of them are shown.
    pub page: Page,
    /// What is counted over them.
    pub facets: &'a [Facet<'a>],
    /// How many there are: all are counted, or only those looked at, which is quicker.
    pub count: Count,
    /// For whom the order is; nobody's is the neutral one. Used where the sort is by relevance.
    pub person: Option<Person<'a>>,
}

impl<'a> Request<'a> {
    /// A search for a text with nothing else said: the first 24 hits, all counted.
    pub fn of(text: &'a str, language: Language) -> Self {
        Self {
            text,
            language,
            last_word: LastWord::Whole,
            filters: &Filters::NONE,
            sort: Sort::Relevance,
            page: Page { offset: 0, size: 24 },
            facets: &[],
            count: Count::All,
            person: None,
        }
    }
}

/// For whom a search is.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// What the person likes.
    pub tastes: &'a Tastes,
    /// How much that says beside the text.
    pub blend: &'a Blend,
}

/// Whether the last word of a query is complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastWord {
    /// It is.
    Whole,
    /// It is being typed: it stands for all words that begin with it. A space behind it makes it whole.
    Begun,
}

/// Which hits are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// All.
    All,
    /// Those up to the end of the page, unless facets need all.
    Shown,
}

/// A part of the hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many hits are before it, at most [`DEPTH`].
    pub offset: usize,
    /// How many it has, at most [`PAGE`].
    pub size: usize,
}

impl Page {
    pub(crate) fn begin(self) -> usize {
        self.offset.min(DEPTH)
    }

    pub(crate) fn end(self) -> usize {
        self.begin() + self.size.min(PAGE)
    }
}

/// The order of hits. Equals come by popularity, then by their numbers: so pages neither overlap nor leave gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Those first that say best what was searched for; where nothing was, the popular ones.
    Relevance,
    /// The cheapest first.
    Cheapest,
    /// The dearest first.
    Dearest,
    /// The newest first.
    Newest,
    /// The most popular first.
    Popularity,
}

/// What hits must be like: all of it.
#[derive(Clone, Copy, Default)]
pub struct Filters<'a> {
    /// Per family of topics, values of which a hit has at least one: `("brand", ["Lowa", "Meindl"])`.
    pub topics: &'a [(&'a str, &'a [&'a str])],
    /// Price in cents, at least and below.
    pub price_cents: Option<(u64, u64)>,
    /// Whether only what can be bought now is shown.
    pub stock: Stock,
    /// Which numbers may be shown at all: rules, stores, sizes. No facet counts what it forbids.
    pub allow: Option<&'a (dyn Fn(u32) -> bool + Sync)>,
}

impl Filters<'_> {
    /// Everything may be shown.
    pub const NONE: Filters<'static> = Filters { topics: &[], price_cents: None, stock: Stock::Any, allow: None };
}

/// Which items a search shows as to their stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stock {
    /// All.
    #[default]
    Any,
    /// Those that can be bought now.
    InStock,
}

/// What is counted over the hits. The filter on a facet's own family does not narrow it: so one sees what else there
/// would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet<'a> {
    /// The values of a family of topics: `brand`, `category`, `path`, `tag`, an attribute.
    Family(&'a str),
    /// Prices in bands: below the first edge in cents, from each edge to before the next, from the last one on.
    Price(&'a [u64]),
    /// What can be bought now.
    InStock,
}
