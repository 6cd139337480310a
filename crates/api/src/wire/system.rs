//! The program itself: readiness, counts, the test clock.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// The program is alive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthAnswer {
    /// `ok`
    pub status: String,
    /// The program's version.
    pub version: String,
}

/// Whether requests are taken. Answered with 200 or 503.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReadyAnswer {
    /// Whether.
    pub ready: bool,
    /// What is still missing, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting_for: Vec<String>,
}

/// Counts over the whole project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StatusAnswer {
    /// The program's clock.
    pub now: Moment,
    /// The first moment of which events are kept: what is older is dropped.
    pub kept_since: Moment,
    /// The revision of the plan that is live.
    pub revision: u64,
    /// Profiles that live.
    pub profiles: u64,
    /// Events taken since the beginning, those removed since included.
    pub events: u64,
    /// Events removed because their time was over.
    pub expired_events: u64,
    /// Events removed with their persons.
    pub erased_events: u64,
    /// Identifiers in quarantine.
    pub quarantined: u64,
    /// Partitions.
    pub partitions: u16,
    /// Events of persons without consent, by type: counted, not kept.
    pub anonymous: BTreeMap<String, u64>,
}

/// A backup to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupRequest {
    /// The name of a new folder in the folder for backups: letters, digits, `-`, `_` and `.`.
    pub to: String,
}

/// A backup was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BackupAnswer {
    /// Where it is, on the machine that the program runs on.
    pub folder: String,
    /// How many bytes it has.
    pub bytes: u64,
}

/// Moves the test clock. Exactly one of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockRequest {
    /// By so many milliseconds, forward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance_ms: Option<u64>,
    /// To a moment not before now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
}

/// Where the test clock stands. All timers due until then have run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClockAnswer {
    /// Now.
    pub now: Moment,
}
