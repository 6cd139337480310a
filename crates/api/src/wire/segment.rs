//! Segments, their sizes and members, and the preview of a condition.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentAnswer {
    /// Its name.
    pub name: String,
    /// For those who read it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its condition, as it was published.
    pub condition: String,
    /// How many members are known.
    pub size: u64,
    /// Whether every profile has been looked at since the segment was published.
    pub complete: bool,
    /// How far the filling from history is: 0 to 1000 thousandths.
    pub filled_permille: u16,
    /// The plan revision that brought its condition.
    pub revision: u64,
}

/// All segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SegmentList {
    /// In order of name.
    pub segments: Vec<SegmentAnswer>,
}

/// Members of a segment, in order of profile id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MembersPage {
    /// The members.
    pub members: Vec<Member>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many there are in all.
    pub size: u64,
    /// Whether every profile has been looked at.
    pub complete: bool,
}

/// One member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// `prf_…`
    pub profile: String,
}

/// Asks for the number of profiles that are in all of these segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountRequest {
    /// Segments that a profile must be in; at least one.
    pub all_of: Vec<String>,
}

/// A number of profiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CountAnswer {
    /// How many.
    pub count: u64,
    /// Whether all the segments have been filled.
    pub complete: bool,
}

/// Asks how many profiles a draft would hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The condition.
    pub condition: String,
    /// Milliseconds after which a sampled answer will do. At most 10,000.
    #[serde(default = "default_budget_ms")]
    pub budget_ms: u32,
}

const fn default_budget_ms() -> u32 {
    800
}

/// How many profiles a draft would hold: exact, or from a sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewAnswer {
    /// How many; the best guess, if it was sampled.
    pub count: u64,
    /// Whether every profile was looked at: then `low` and `high` are `count`.
    pub complete: bool,
    /// The lower end of the interval that holds the true number with 95 %.
    pub low: u64,
    /// The upper end.
    pub high: u64,
    /// How many profiles were looked at.
    pub sampled: u64,
}
