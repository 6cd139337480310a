//! What the shop sells: items told and read, feeds sent whole, stores.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Moment;

/// Items, and changes of items, to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogRequest {
    /// Each as `docs/feeds.md` says: an item as a whole, prices and stock alone (`"change": "patch"`), or its end
    /// (`"change": "remove"`). At most 1,000.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Value>,
    /// The currency of amounts that name none, such as `EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// The language of texts that name none (BCP 47); `en` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// What became of what was told. All of it is durable, and counts in the next decision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CatalogAnswer {
    /// How many items, and how.
    #[serde(flatten)]
    pub counts: CatalogCounts,
    /// What was refused; it changes nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedItem>,
}

impl CatalogAnswer {
    /// Counts what was refused, and keeps it.
    pub fn refuse(&mut self, refused: RefusedItem) {
        self.counts.bad += 1;
        self.refused.push(refused);
    }
}

/// How many items were changed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CatalogCounts {
    /// New ones.
    pub added: u64,
    /// Known ones that are other now.
    pub changed: u64,
    /// Known ones of which nothing new was said.
    pub unchanged: u64,
    /// Those that are sold no more.
    pub removed: u64,
    /// Entries that are no items, or cannot be.
    pub bad: u64,
}

/// Something told that is no item, or cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedItem {
    /// Where it stands: in a list from 0, in a file its first line or the number of the record, from 1.
    pub record: u64,
    /// A stable code of `docs/feeds.md`.
    pub code: String,
    /// The field; absent for the item as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// A sentence.
    pub message: String,
    /// How it begins, as it was sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub raw: String,
}

/// The catalog in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CatalogSummary {
    /// How many items there are.
    pub items: u64,
    /// Categories that have items, each path from the root down, with how many are there and below.
    pub categories: Vec<CategorySummary>,
    /// The shop's stores, in order of id.
    pub stores: Vec<StoreDocument>,
}

/// A category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CategorySummary {
    /// Its names from the root down.
    pub path: Vec<String>,
    /// How many items are in it and below.
    pub items: u64,
}

/// A page of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemPage {
    /// In the order in which they were first told.
    pub items: Vec<ItemAnswer>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemAnswer {
    /// As it would be told again.
    #[schema(value_type = Object)]
    pub item: Value,
    /// What it costs now, in hundredths of its currency: with its variants and reductions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<u64>,
    /// Whether it can be had now, by its variants.
    pub in_stock: bool,
    /// The moment of which what is said of it is true, prices and stock aside.
    pub described_at: Moment,
    /// Since when it is offered, as far as anybody knows.
    pub offered_since: Moment,
}

/// The shop's stores.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoresDocument {
    /// All of them.
    pub stores: Vec<StoreDocument>,
}

/// A store of the shop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreDocument {
    /// What stock messages call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is, in degrees north; with `longitude` or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// The country of its postal address (ISO 3166-1, two letters); with `postcode` or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The postcode of its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}

/// All feeds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedList {
    /// In order of name.
    pub feeds: Vec<FeedAnswer>,
}

/// A feed, and what became of what it said last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedAnswer {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: FeedState,
    /// Whether what it does not name is sold no more.
    pub full: bool,
    /// Its format; absent until it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The moment of which it is true.
    pub told_at: Moment,
    /// Its bytes, as they were sent.
    pub bytes: u64,
    /// How many of them were read in this pass; a full feed is read twice.
    pub read: u64,
    /// Of a feed that is held, what it would do; else what it did so far.
    #[serde(flatten)]
    pub counts: CatalogCounts,
    /// A stable code, if it is held or refused or waits for the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Moment>,
}

/// How far a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeedState {
    /// It has come, and waits for those before it.
    Waiting,
    /// It is compared with the catalog; nothing is changed yet.
    Comparing,
    /// It would remove too much: somebody has to approve it.
    Held,
    /// Its items are being told.
    Applying,
    /// All of it counts.
    Applied,
    /// It cannot be read to its end. Of a full feed nothing counts; of another, what came before.
    Refused,
}

impl FeedState {
    /// Whether it is still to be read.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Waiting | Self::Comparing | Self::Applying)
    }
}

/// A page of what in a feed is no item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuarantinePage {
    /// In the order of the feed.
    pub refused: Vec<RefusedItem>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
