//! Unmerging, and links that carry an identity.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// A merge to take back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmergeRequest {
    /// The merge, `mrg_…`, as the profile lists it; the latest, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merge_id: Option<String>,
}

/// Two persons again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnmergeAnswer {
    /// The merge that was taken back.
    pub merge_id: String,
    /// The profile that went on.
    pub kept: String,
    /// The profile that lives again.
    pub restored: String,
}

/// A link to be sent to one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    /// The person: `prf_…` or `namespace:value`.
    pub person: String,
    /// Seconds for which the token is good.
    pub ttl_s: u32,
}

/// A signed token for a link. It may be forwarded: whoever opens it is that person only probably.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkAnswer {
    /// To be put into the link.
    pub token: String,
    /// When it ends.
    pub expires_at: Moment,
}
