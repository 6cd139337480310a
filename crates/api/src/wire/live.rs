//! The live stream: what arrives, and why something was refused.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// One item of `GET /v1/live` (server-sent events; `event:` is the item's `type`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveItem {
    /// An event was taken.
    Event(LiveEvent),
    /// An event came that was here already.
    Duplicate(LiveEvent),
    /// An event was refused.
    Rejected(LiveRejected),
    /// An event of a person without consent was counted; nothing of it was kept.
    Counted {
        /// When.
        at: Moment,
        /// The source.
        source: String,
        /// The event's name.
        name: String,
    },
    /// The reader was too slow; this many items were passed over.
    Skipped {
        /// How many.
        count: u64,
    },
}

/// An event that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LiveEvent {
    /// When it arrived.
    pub at: Moment,
    /// The source.
    pub source: String,
    /// The event's name.
    pub name: String,
    /// The profile that it went to.
    pub profile: String,
}

/// An event that was refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LiveRejected {
    /// When it arrived.
    pub at: Moment,
    /// The source.
    pub source: String,
    /// The stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// JSON pointer to the field at fault.
    pub pointer: String,
    /// `rej_…`: where it can be read and corrected, if consent lets it be kept.
    pub id: String,
}
