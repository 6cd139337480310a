//! What a person is interested in, as a profile shows it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// An interest, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileInterest {
    /// `family:value`, such as `category:boots`.
    pub topic: String,
    /// How strong it is now, from -1 to 1; below 0 the person would rather see less of it.
    pub strength: f64,
    /// `lasting`; `tentative` while it rests on one day, and then no condition sees it; `refused`.
    pub standing: String,
    /// What the person did, day by day, the oldest first.
    pub days: Vec<InterestDay>,
    /// What the person last said of it; absent if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<InterestSaid>,
}

/// What a person did about a topic on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InterestDay {
    /// The UTC day: `2026-03-02`.
    pub day: String,
    /// How often: `view`, `list`, `wishlist`, `cart`, `purchase`, `declaration`, `removal`, `return`, `bounce`.
    pub times: BTreeMap<String, u32>,
}

/// What a person said of a topic in so many words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InterestSaid {
    /// `declared` or `refused`.
    pub what: String,
    /// When.
    pub at: Moment,
}
