//! What is calculated about one person: scores, stage, aim.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// A score, with what it is the sum of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileScore {
    /// How high it is now.
    pub points: f64,
    /// What each of its rules, and behind them each of its conditions, comes to now. Their sum is the score, unless that
    /// would be below its least or above its most.
    pub parts: Vec<ScorePart>,
}

/// What one rule or condition of a score comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ScorePart {
    /// The events that count, or the condition that has to hold.
    pub of: String,
    /// How many events count now; 1 or 0 for a condition.
    pub times: u64,
    /// The points now.
    pub points: f64,
}

/// What a model says of a person, with all that leads there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileReading {
    /// The word that is most probable.
    pub word: String,
    /// How probable it is.
    pub probability: f64,
    /// Since when it is that word.
    pub since: Moment,
    /// The first moment at which it could be another with no new event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Moment>,
    /// How probable each word is.
    pub words: BTreeMap<String, f64>,
    /// What each feature of the model is.
    pub features: BTreeMap<String, f64>,
}

/// A model began to say another word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProfileTransition {
    /// When.
    pub at: Moment,
    /// `stage` or `aim`.
    pub model: String,
    /// What it said before; absent: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it said then.
    pub to: String,
    /// How probable that was.
    pub probability: f64,
}
