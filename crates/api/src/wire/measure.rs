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

/// A tag of persons: who does one of these has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagDocument {
    /// What gives it; at least one.
    pub actions: Vec<TagAction>,
    /// How long it is kept after the last action, such as `90d`; a year if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<String>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// An action that gives a tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagAction {
    /// The name of the event.
    pub event: String,
    /// What its properties must be, as in `where(…)` of a condition.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Only events that carry the tag themselves, in `tag` or among `tags`.
    #[serde(default)]
    pub tagged: bool,
}

/// A score of persons. What it comes to: `docs/scores.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreDocument {
    /// Points for what is done, each time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ScoreRule>,
    /// Points for what holds, as long as it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<ScoreCondition>,
    /// It is never less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// It is never more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Points for each occurrence of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreRule {
    /// The name of the event.
    pub event: String,
    /// What its properties must be, as in `where(…)` of a condition.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// How many for each; may be below 0.
    pub points: f64,
    /// After how long half of them is left, such as `30d`; they do not fade if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<String>,
    /// How long an occurrence counts, such as `180d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// All together count for no more than this, and for no less than its negative; above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

/// Points for something that holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreCondition {
    /// In the condition language.
    #[serde(rename = "if")]
    pub condition: String,
    /// How many; may be below 0.
    pub points: f64,
}

/// A model: `stage` says where a person stands, `aim` what a visit is for. What it calculates: `docs/stages.md`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelDocument {
    /// What speaks for each word by itself; 0 for those that are not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bias: BTreeMap<String, f64>,
    /// What it looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<ModelFeature>,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One thing that a model looks at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelFeature {
    /// Its name.
    pub name: String,
    /// A number over events in the condition language; a yes is 1, a no is 0.
    pub value: String,
    /// It counts for no more than this, and for no less than its negative; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// How much one of it speaks for each word; 0 for those that are not named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
}
