//! Rejected events: kept with their reason, corrected, replayed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Moment, collect::RejectedItem};

/// One rejected event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RejectedEvent {
    /// `rej_…`
    pub id: String,
    /// When it arrived.
    pub received_at: Moment,
    /// The source.
    pub source: String,
    /// Its `messageId`, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The stable code.
    pub code: String,
    /// A sentence.
    pub message: String,
    /// JSON pointer to the field at fault.
    pub pointer: String,
    /// The event as it was sent, or as it was last corrected.
    pub event: Value,
}

/// Rejected events, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RejectedPage {
    /// The events.
    pub rejected: Vec<RejectedEvent>,
    /// The cursor of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A corrected event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// The whole event, in the tracking protocol.
    pub event: Value,
}

/// What became of a replayed event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReplayAnswer {
    /// Whether it was taken. Then it is a rejected event no more.
    pub accepted: bool,
    /// Why it was refused again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<RejectedItem>,
}
