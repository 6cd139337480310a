//! What a shop wants of a list: an algorithm, what may be shown, how varied it is, and what fills it if that is too little.

use std::sync::Arc;

use condition::Selection;
use model::name::{Name, Recommender as RecommenderName, Trait};

/// A recommender, as a shop defined it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommender {
    /// Its name.
    pub name: Name<RecommenderName>,
    /// Its algorithm, then those that fill what it leaves empty, in order; at least one.
    pub algorithms: Vec<Algorithm>,
    /// How many items it shows, from 1 to [`model::limits::SUGGESTED`].
    pub count: usize,
    /// Fewer are not shown at all.
    pub least: usize,
    /// What may be shown.
    pub filters: Filters,
    /// What stands where.
    pub pins: Vec<Pin>,
    /// What is raised or lowered.
    pub boosts: Vec<Boost>,
    /// The most items of one brand.
    pub most_per_brand: Option<usize>,
    /// The most items of one category: the deepest main one.
    pub most_per_category: Option<usize>,
    /// The share of the list that is outside of the categories that are usual for the person, from 0 to 1.
    pub discovery: f32,
    /// What scores less than this share of the best one of its algorithm is not shown, from 0 to 1.
    pub floor: f32,
}

/// What a list is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Who bought the items in question also bought these, at any time; corrected for popularity.
    AlsoBought,
    /// In the same basket as the items in question.
    BoughtTogether,
    /// In the same visit as the items in question.
    ViewedTogether,
    /// Like the items in question: words, attributes, category, price band, what the images show.
    Similar,
    /// What comes next in a visit like this one.
    Session,
    /// What a person with these purchases takes next, old and new.
    Personal,
    /// Session and person together, and complements of what is in the cart: the best of all that is known.
    Hybrid,
    /// Taken more than before.
    Trending,
    /// Offered since lately, the newest first.
    New,
    /// What the person looked at lately.
    RecentlyViewed,
    /// What is bought after what the person bought last; never that itself again for as long as it lasts.
    Complements,
    /// What the person saved, or was looking at while it could not be had, and now can.
    BackInStock,
    /// What the person takes again and again, when it is time.
    Replenishment,
    /// What many take in the context of the request: country, device, season.
    Popular,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::AlsoBought,
        Self::BoughtTogether,
        Self::ViewedTogether,
        Self::Similar,
        Self::Session,
        Self::Personal,
        Self::Hybrid,
        Self::Trending,
        Self::New,
        Self::RecentlyViewed,
        Self::Complements,
        Self::BackInStock,
        Self::Replenishment,
        Self::Popular,
    ];

    /// The word used in definitions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AlsoBought => "also_bought",
            Self::BoughtTogether => "bought_together",
            Self::ViewedTogether => "viewed_together",
            Self::Similar => "similar",
            Self::Session => "session",
            Self::Personal => "personal",
            Self::Hybrid => "hybrid",
            Self::Trending => "trending",
            Self::New => "new",
            Self::RecentlyViewed => "recently_viewed",
            Self::Complements => "complements",
            Self::BackInStock => "back_in_stock",
            Self::Replenishment => "replenishment",
            Self::Popular => "popular",
        }
    }
}

/// What may be shown at all. What is not in the catalog, or not sold itself, never is.
#[derive(Debug, Clone, PartialEq)]
pub struct Filters {
    /// Only what can be had at once.
    pub in_stock: bool,
    /// When what the person bought is shown again.
    pub bought: WhenBought,
    /// Only items of which these facts hold (`catalog::facts`, as properties of an event `Item`): `price < 100 && brand
    /// == "Lowa"`.
    pub only: Option<Selection>,
    /// Only what can be had in the size that this trait of the person says, where it says one and the item has sizes.
    pub size_of: Option<Name<Trait>>,
    /// Only what can be had in the store that this trait of the person says, where it says one.
    pub store_of: Option<Name<Trait>>,
    /// Only what keeps at least this share of its price, where its cost is known.
    pub least_margin: Option<f64>,
    /// Only what is in the category that the request names in `shop.category`.
    pub same_category: bool,
    /// Only what costs from this share of the price of the items in question…
    pub price_from: Option<f64>,
    /// …up to this share.
    pub price_to: Option<f64>,
    /// Ids that are never shown.
    pub exclude: Vec<Arc<str>>,
}

/// When something that the person bought, in this or another form, is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenBought {
    /// When it is used up, or its expected life is over.
    #[default]
    UsedUp,
    /// Whenever it fits.
    Always,
    /// Never again.
    Never,
}

/// An item at a place, the first being 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The place.
    pub place: usize,
    /// The id of the item.
    pub item: Arc<str>,
}

/// Items that are raised or lowered.
#[derive(Debug, Clone, PartialEq)]
pub struct Boost {
    /// Of which items: as [`Filters::only`].
    pub only: Selection,
    /// By what scores are multiplied; above 0.
    pub by: f32,
}

impl Default for Filters {
    fn default() -> Self {
        Self {
            in_stock: true,
            bought: WhenBought::UsedUp,
            only: None,
            size_of: None,
            store_of: None,
            least_margin: None,
            same_category: false,
            price_from: None,
            price_to: None,
            exclude: Vec::new(),
        }
    }
}
