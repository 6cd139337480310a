//! Items that a recommender proposes to somebody, each with what speaks for it; and by what a search is ordered.

use std::sync::Arc;

use model::{time::Timestamp, value::Finite};

/// What a recommender proposes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Suggested {
    /// To be shown, best first.
    pub items: Vec<Suggestion>,
    /// The best of those that were looked at, shown or not, best first; at most [`model::limits::CANDIDATES_KEPT`].
    pub candidates: Vec<Candidate>,
    /// Which training of the models proposed it, counted by the installation; 0 where none has been trained yet.
    pub model: u64,
    /// The first moment at which, with no new event and no new training, it could be another list.
    pub stands_until: Option<Timestamp>,
}

/// An item as a content shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownItem {
    /// Its id.
    pub id: Arc<str>,
    /// What speaks for it, where a recommender proposed it.
    pub why: Option<Why>,
    /// The id of the item that it goes with, where that is the reason.
    pub of: Option<Arc<str>>,
}

/// By what the hits of a search, or the items of a category, are put in order for somebody. Strengths are from −1 to 1.
/// They fade so slowly that no answer lives long enough to show it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tastes {
    /// Interests by topic, the strongest first: `category:boots`.
    pub interests: Vec<(Arc<str>, Finite)>,
    /// What was searched for before, the latest first, and how much it still counts.
    pub searched: Vec<(Arc<str>, Finite)>,
}

impl Tastes {
    /// Whether nothing is known by which to order.
    pub fn is_empty(&self) -> bool {
        self.interests.is_empty() && self.searched.is_empty()
    }
}

impl From<&Suggestion> for ShownItem {
    fn from(suggestion: &Suggestion) -> Self {
        let Suggestion { item, why, of, .. } = suggestion;
        Self { id: item.clone(), why: Some(*why), of: of.clone() }
    }
}

/// One item that is proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its id.
    pub item: Arc<str>,
    /// What speaks for it.
    pub why: Why,
    /// The id of the item that it goes with, where that is the reason.
    pub of: Option<Arc<str>>,
    /// How well it fits, comparable within one list; nothing of what the shop pinned.
    pub score: Option<Finite>,
}

/// One item that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub item: Arc<str>,
    /// As its model gave it.
    pub score: Finite,
}

/// What speaks for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The shop put it there.
    Pinned,
    /// It goes with what the visit looked at.
    Session,
    /// It is bought by those who bought another.
    AlsoBought,
    /// It is bought together with another.
    BoughtTogether,
    /// It is looked at together with another.
    ViewedTogether,
    /// Who bought another buys it next.
    Complement,
    /// It is like another.
    Similar,
    /// The person's own purchases speak for it.
    Personal,
    /// The person takes it again and again, and it is time.
    Again,
    /// The person saved it.
    Saved,
    /// The person looked at it before.
    SeenBefore,
    /// It is in stock again.
    BackInStock,
    /// It is taken more than before.
    Trending,
    /// It has just come.
    New,
    /// Many take it in this country, on this device, at this season.
    PopularHere,
    /// Many take it.
    Popular,
    /// It is outside of what is usual for the person: something to discover.
    Discovery,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Pinned,
        Self::Session,
        Self::AlsoBought,
        Self::BoughtTogether,
        Self::ViewedTogether,
        Self::Complement,
        Self::Similar,
        Self::Personal,
        Self::Again,
        Self::Saved,
        Self::SeenBefore,
        Self::BackInStock,
        Self::Trending,
        Self::New,
        Self::PopularHere,
        Self::Popular,
        Self::Discovery,
    ];

    /// The word used in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Session => "session",
            Self::AlsoBought => "also_bought",
            Self::BoughtTogether => "bought_together",
            Self::ViewedTogether => "viewed_together",
            Self::Complement => "complement",
            Self::Similar => "similar",
            Self::Personal => "personal",
            Self::Again => "again",
            Self::Saved => "saved",
            Self::SeenBefore => "seen_before",
            Self::BackInStock => "back_in_stock",
            Self::Trending => "trending",
            Self::New => "new",
            Self::PopularHere => "popular_here",
            Self::Popular => "popular",
            Self::Discovery => "discovery",
        }
    }

    /// What a word says.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.word() == word)
    }
}
