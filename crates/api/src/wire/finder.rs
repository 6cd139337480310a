//! Finders: defined, and asked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::recommend::ItemShown;

/// A few questions, each chosen by how much it is expected to narrow, that lead to a few items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinderDocument {
    /// The category that it looks in, named from the root down: `Shoes > Boots`.
    pub category: String,
    /// The questions among which it chooses, at most 20.
    pub questions: Vec<FinderQuestionDocument>,
    /// What an item must be like: a condition on its facts, `attribute.season == "winter"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// Whether only what can be had at once is found; true, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_stock: Option<bool>,
    /// How many questions it asks at most: 4 or fewer, 4 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_questions: Option<u16>,
    /// How many items it shows at most: 6 or fewer, 6 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One question, about a fact of items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinderQuestionDocument {
    /// The fact: `attribute.width`, `price`, `brand`, `sizes`…
    pub fact: String,
    /// How it is asked, by language.
    pub text: BTreeMap<String, String>,
    /// What answers are called, by language, where they are not called what they are.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, BTreeMap<String, String>>,
    /// Where a band of a number ends and the next begins, rising: `[100, 150]` gives the answers `..100`, `100..150` and
    /// `150..`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<f64>,
    /// Whether what does not fit the answer is not shown at all, as with a size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must: Option<bool>,
}

/// What was answered so far. Nothing of it is kept: each call says all of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FindRequest {
    /// The public key, where no header can carry it.
    #[serde(alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// The finder's name.
    pub finder: String,
    /// The answers by the fact that was asked about; `null`: it does not matter.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, Value>,
    /// The languages that are read, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
}

/// The next question, and what fits so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindAnswer {
    /// What to ask next; absent once few enough items fit, enough was asked, or nothing would narrow any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<FinderAsks>,
    /// The items that fit best, the best first: those that fit all answers, then those that miss the fewest.
    pub items: Vec<FoundItem>,
    /// How many items fit all answers.
    pub fitting: usize,
    /// How many questions were answered.
    pub asked: usize,
    /// The plan's revision.
    pub revision: u64,
}

/// A question as it is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FinderAsks {
    /// The fact that it asks about: the answer is sent by this name.
    pub fact: String,
    /// The question, in the language that suits best.
    pub text: String,
    /// The answers to choose from; `null` is one more: it does not matter.
    pub answers: Vec<FinderAnswer>,
    /// How many items are expected to fit after it.
    pub expected: f64,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FinderAnswer {
    /// What is sent.
    pub answer: String,
    /// What it is called, in the language that suits best.
    pub text: String,
    /// Of how many of the items that fit so far it is true.
    pub items: usize,
}

/// An item that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FoundItem {
    /// The item as it is now.
    #[serde(flatten)]
    pub item: ItemShown,
    /// The facts of which the answers are true of it.
    pub fits: Vec<String>,
    /// Those of which they are not, or nobody says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<String>,
}
