//! Searching the catalog, and completing what is being typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    decision::{DecideRequest, DecisionAnswer},
    recommend::{ItemShown, on_screen},
};
use crate::json::JsonFields;

/// One search, or one list of a category: then nothing is searched for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchRequest {
    /// What was typed, as it is; nothing lists all that the filters let through.
    pub query: String,
    /// The language of who asks (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether the last word is still being typed.
    pub typing: bool,
    /// What the hits must be like.
    pub filters: SearchFilters,
    /// In which order they come.
    pub sort: SearchSort,
    /// How many hits come before the page; at most 10,000.
    pub offset: usize,
    /// How many hits the page has; at most 200, 24 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// What is counted over all hits: `brand`, `category`, `path`, `tag`, the name of an attribute, or `in_stock`.
    pub facets: Vec<String>,
    /// Lower edges in cents, rising, of the bands in which prices are counted; the facet `price`.
    pub price_bands: Vec<u64>,
    /// The placement whose contents may put the hits in the person's order; none: the order is everybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<String>,
    /// The public key, where no header can carry it.
    #[serde(alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// The visitor's id.
    #[serde(alias = "anonymousId", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The account.
    #[serde(alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// With a public key: the token by which the page proves whose account it names.
    #[serde(alias = "identityToken", skip_serializing_if = "Option::is_none")]
    pub identity_token: Option<String>,
    /// Further identifiers by namespace; only with a secret key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
    /// As for `/v1/decide`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The context of the tracking protocol.
    #[serde(skip_serializing_if = "JsonFields::is_empty")]
    #[schema(value_type = serde_json::Map<String, Value>)]
    pub context: JsonFields,
}

impl SearchRequest {
    /// The page whose one placement decides on the order; none where the order is everybody's: because no placement is
    /// named, the hits are sorted otherwise, or a word is still being typed, which would be a decision a keystroke.
    pub fn page(&self) -> Option<DecideRequest> {
        if self.typing || self.sort != SearchSort::Relevance {
            return None;
        }
        let category = self.filters.topics.get("path").and_then(|paths| paths.first()).cloned();
        let query = (!self.query.is_empty()).then(|| self.query.clone());
        Some(DecideRequest {
            placements: vec![self.placement.clone()?],
            anonymous_id: self.anonymous_id.clone(),
            user_id: self.user_id.clone(),
            identity_token: self.identity_token.clone(),
            identifiers: self.identifiers.clone(),
            languages: self.language.clone().into_iter().collect(),
            nonce: self.nonce.clone(),
            context: self.context.clone(),
            attributes: on_screen([("query", query.map(Value::from)), ("category", category.map(Value::from))]),
            ..DecideRequest::default()
        })
    }
}

/// What hits must be like: all of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SearchFilters {
    /// By family, values of which a hit has at least one: `{"brand": ["Lowa", "Meindl"], "path": ["Shoes > Boots"]}`.
    pub topics: BTreeMap<String, Vec<String>>,
    /// The lowest price in cents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_from_cents: Option<u64>,
    /// The price in cents below which a hit must be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_below_cents: Option<u64>,
    /// Whether only what can be bought now is shown.
    pub in_stock: bool,
}

/// The order of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchSort {
    /// Those first that say best what was searched for.
    #[default]
    Relevance,
    /// The cheapest first.
    Cheapest,
    /// The dearest first.
    Dearest,
    /// The newest first.
    Newest,
    /// What most people take lately first.
    Popular,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchAnswer {
    /// The page, best first.
    pub hits: Vec<SearchHit>,
    /// How many hits there are in all.
    pub total: u64,
    /// What was counted, by facet.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facets: BTreeMap<String, Vec<FacetValue>>,
    /// How the text was read.
    pub reading: SearchReading,
    /// What the placement shows and why, if one was named: with its id, and whether the order is personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionAnswer>,
}

/// An item that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// The item as it is now.
    #[serde(flatten)]
    pub item: ItemShown,
    /// By what it was found: `exact`, `all_words`, `corrected`, `some_words`. A better one always comes first.
    pub found_by: String,
    /// What the person's tastes say of it, where the order is personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal: Option<SearchPersonal>,
}

/// What a person's tastes say of a hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchPersonal {
    /// From −1 to 1, beside the average of the hits.
    pub liking: f64,
    /// What says most for it or against it: `interest brand:Lowa`, `searched waterproof`. With a public key only of a
    /// visitor who is not named by an account, or whose account is proven.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacetValue {
    /// The value as it is shown; of a band of prices its lower edge in cents.
    pub value: String,
    /// How many hits have it.
    pub hits: u64,
}

/// How the text of a search was read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct SearchReading {
    /// `code` or `name`, if the text is exactly that of an item: then nobody's order is personal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<String>,
    /// Words that nothing has, and what was searched for instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Correction>,
    /// Words that had to be left out to find anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// What was perhaps meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
    /// Whether some of it was too long to be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A word, and what was searched for instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    /// The word as it was typed.
    pub typed: String,
    /// What was searched for.
    pub read: String,
}

/// A text that is being typed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompleteRequest {
    /// What was typed so far.
    pub query: String,
    /// The language of who types (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// How many of each kind are wanted; at most 20, 5 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
}

/// What the text may become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CompleteAnswer {
    /// What at least five persons searched for and is found, the most frequent first.
    pub queries: Vec<String>,
    /// Paths of categories, those with most items first.
    pub categories: Vec<String>,
    /// Items, the best first.
    pub items: Vec<SearchHit>,
}

/// Words that mean the same: `same`, or `sought` with `found`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SynonymDocument {
    /// Phrases of which each finds what the others say: `["gtx", "gore tex"]`. From 2 to 10, of at most 10 words each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<String>,
    /// What is searched for: `shoes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sought: Option<String>,
    /// What is found too, and not the other way round: `["sandals", "boots"]`. At most 10 phrases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<String>,
    /// For those who read it later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}
