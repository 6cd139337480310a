//! Tags: who has them, what carries them, and what became of that.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All tags of persons and contents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagList {
    /// In order of name.
    pub tags: Vec<TagSummary>,
}

/// One tag in short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagSummary {
    /// Its name.
    pub name: String,
    /// How many persons have it; absent for a tag that only contents carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u64>,
    /// How many contents carry it.
    pub contents: u64,
}

/// A tag, with what became of what carries it in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagAnswer {
    /// Its name.
    pub name: String,
    /// How many persons have it now; absent for a tag that only contents carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u64>,
    /// Whether every profile has been looked at since the tag was published.
    pub complete: bool,
    /// The contents that carry it, in order of name, with what became of each in the period.
    pub contents: Vec<TaggedContent>,
    /// The first day of the period, UTC.
    pub from: String,
    /// The last day of the period.
    pub to: String,
    /// All contents together over the whole period.
    pub total: Outcome,
    /// All contents together on each day on which there was anything, in order.
    pub days: Vec<TagDay>,
}

/// A content that carries a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TaggedContent {
    /// Its name.
    pub content: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of contents on a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TagDay {
    /// The day, UTC.
    pub day: String,
    /// What became of them.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// How often something was shown, and what followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    /// How often it was decided for a page of somebody who granted its purpose.
    pub shown: u64,
    /// How often it was used: events `Content Clicked`.
    pub used: u64,
    /// Events `Order Completed` of persons to whom it was shown in the seven days before; an order counts once for each
    /// content.
    pub orders: u64,
}
