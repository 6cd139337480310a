//! What can be said of an item. This is how it is told and how it is shown; [`crate::catalog::Catalog`] keeps it packed.

use std::collections::BTreeMap;

use model::{time::Timestamp, value::Finite};

use crate::money::Prices;

/// A sellable thing.
///
/// What is `None` in `stores`, `variants` and `cost_cents` is not said: what is known of it stays. All else is said as a
/// whole: an item that is told without a brand has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the shop calls it, in its events too.
    pub id: String,
    /// What it shares with the items that are the same thing in another size or color.
    pub group: Option<String>,
    /// Whether it is sold itself.
    pub role: Role,
    /// Its texts by language (BCP 47).
    pub texts: BTreeMap<String, Texts>,
    /// Its brand.
    pub brand: Option<String>,
    /// Where it stands: each path from the root down. The first one is the main one.
    pub categories: Vec<CategoryPath>,
    /// What it costs. Only a parent has none, and what is sold in variants that each have theirs.
    pub prices: Option<Prices>,
    /// What the shop pays for it, in hundredths of the prices' currency.
    pub cost_cents: Option<u64>,
    /// Whether it can be had. Of what is sold in variants, theirs counts.
    pub stock: Stock,
    /// How many are in each store; a store that is not named has none.
    pub stores: Option<BTreeMap<String, StoreStock>>,
    /// Its images, the main one first.
    pub images: Vec<Image>,
    /// The address of its page.
    pub link: Option<String>,
    /// Labels, in order and each once.
    pub tags: Vec<String>,
    /// What it is like, by name.
    pub attributes: BTreeMap<String, Attribute>,
    /// Its number in world trade: EAN, UPC, ISBN.
    pub gtin: Option<String>,
    /// Its maker's number.
    pub mpn: Option<String>,
    /// New or used.
    pub condition: Condition,
    /// After how many days who uses it needs another.
    pub expected_life_days: Option<u32>,
    /// Whether it is used up.
    pub usage: Option<Usage>,
    /// The forms in which it is sold.
    pub variants: Option<Vec<Variant>>,
    /// Since when it is offered. Where nobody says, it is as old as the catalog has known it.
    pub released_at: Option<Timestamp>,
}

/// Whether an item is sold itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Role {
    /// It is.
    #[default]
    Sold,
    /// It stands for the items of its group, which are sold: it can be had if one of them can, at the lowest of their
    /// prices.
    Parent,
}

/// The texts of an item in one language, plain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Texts {
    /// Its name.
    pub title: String,
    /// A few words about it; may be empty.
    pub description: String,
}

/// The names of a category and all above it, from the root down.
pub type CategoryPath = Vec<String>;

/// Whether something can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stock {
    /// What the shop says.
    pub availability: Availability,
    /// How many there are, where it says so.
    pub count: Option<u32>,
}

/// Whether something can be had, in the words of the trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Availability {
    /// At once.
    #[default]
    InStock,
    /// Not now.
    OutOfStock,
    /// It will be, and can be ordered.
    Preorder,
    /// It will be again, and can be ordered.
    Backorder,
}

/// How many are in one store, and since when that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoreStock {
    /// How many there are.
    pub count: u32,
    /// The moment of which it is true.
    pub as_of: Timestamp,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Image {
    /// Its address.
    pub url: String,
    /// What it shows, in words; may be empty.
    pub alt: String,
}

/// What an item is like in one respect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute {
    /// A word or a text.
    Text(String),
    /// A number.
    Number(Finite),
    /// Yes or no.
    Flag(bool),
    /// Several words.
    List(Vec<String>),
}

/// New or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Condition {
    /// New.
    #[default]
    New,
    /// Made good again.
    Refurbished,
    /// Used.
    Used,
}

/// Whether an item is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Usage {
    /// It is, and bought again.
    Consumable,
    /// It lasts; who has it needs no other for its expected life.
    Durable,
}

/// A form in which an item is sold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Variant {
    /// What the shop calls it; unique in the item.
    pub id: String,
    /// Its size.
    pub size: Option<String>,
    /// Its color.
    pub color: Option<String>,
    /// Its own prices; the item's, if it has none.
    pub prices: Option<Prices>,
    /// Whether it can be had.
    pub stock: Stock,
    /// How many are in each store, as of an item.
    pub stores: Option<BTreeMap<String, StoreStock>>,
    /// Its number in world trade.
    pub gtin: Option<String>,
    /// What a stock-keeping system calls it, where its messages name nothing else; unique in the catalog.
    pub inventory_id: Option<String>,
}

impl Item {
    /// An item of which nothing is said but its id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            group: None,
            role: Role::Sold,
            texts: BTreeMap::new(),
            brand: None,
            categories: Vec::new(),
            prices: None,
            cost_cents: None,
            stock: Stock::default(),
            stores: None,
            images: Vec::new(),
            link: None,
            tags: Vec::new(),
            attributes: BTreeMap::new(),
            gtin: None,
            mpn: None,
            condition: Condition::New,
            expected_life_days: None,
            usage: None,
            variants: None,
            released_at: None,
        }
    }
}

impl Stock {
    /// What a count says: some can be had at once, or none.
    pub const fn counted(count: u32) -> Self {
        let availability = if count == 0 { Availability::OutOfStock } else { Availability::InStock };
        Self { availability, count: Some(count) }
    }

    /// Whether it can be had at once.
    pub fn is_in(self) -> bool {
        self.availability == Availability::InStock && self.count != Some(0)
    }
}

impl Availability {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::InStock, Self::OutOfStock, Self::Preorder, Self::Backorder];

    /// The word of the trade (Google Merchant), such as `in_stock`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::InStock => "in_stock",
            Self::OutOfStock => "out_of_stock",
            Self::Preorder => "preorder",
            Self::Backorder => "backorder",
        }
    }
}

impl Condition {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::New, Self::Refurbished, Self::Used];

    /// The word of the trade, such as `new`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Refurbished => "refurbished",
            Self::Used => "used",
        }
    }
}
