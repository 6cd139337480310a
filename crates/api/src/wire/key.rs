//! API keys. A key is shown once, when it is made; only its hash is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// A key to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// What it may do.
    pub kind: KeyKind,
    /// The source that it writes for. A public key needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it is for, in the shop's words.
    #[serde(default)]
    pub title: String,
    /// The key that it takes the place of: that one goes on for `overlap_s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// Seconds for which the replaced key goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_s: Option<u32>,
    /// Seconds after which it is refused; never, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifetime_s: Option<u32>,
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// Collect and decide; it may stand in a page.
    Public,
    /// Everything of the project.
    Secret,
}

/// A key was made. This is the only time that it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyCreated {
    /// The key itself, to be kept by the caller.
    pub secret: String,
    /// How it is listed.
    pub key: KeySummary,
}

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeySummary {
    /// `key_…`
    pub id: String,
    /// What it may do.
    pub kind: KeyKind,
    /// The source that it writes for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it is for.
    pub title: String,
    /// The first letters of the key, to tell it from others.
    pub hint: String,
    /// When it was made.
    pub created_at: Moment,
    /// From when on it is refused, if it was revoked or replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
}

/// All keys of the project, also revoked ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyList {
    /// The keys, oldest first.
    pub keys: Vec<KeySummary>,
}
