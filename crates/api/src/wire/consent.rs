//! Consent by its own call, with the words that were shown.

use std::collections::BTreeMap;

use model::consent::{Choice, Means};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// What a person chose. Whoever calls names the person by at least one identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentRequest {
    /// The public key, where no header can carry it.
    #[serde(default, alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// The visitor's id.
    #[serde(default, alias = "anonymousId", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The account.
    #[serde(default, alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// With a public key: the token by which the page proves whose account it names (`POST /v1/identity/tokens`).
    #[serde(default, alias = "identityToken", skip_serializing_if = "Option::is_none")]
    pub identity_token: Option<String>,
    /// Further identifiers by namespace.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
    /// Granted or denied, for each purpose that was asked.
    pub purposes: BTreeMap<String, bool>,
    /// The version of the wording that was shown, as the shop names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// The language of the wording (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When the person chose; now, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    /// Until when grants hold, if they end by themselves: after `at`, and in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// What stands after the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsentAnswer {
    /// The latest choice about each purpose; with a public key, about the purposes of this call only, since an
    /// identifier must not tell a page what somebody chose elsewhere. A purpose that is not here was never granted.
    pub purposes: BTreeMap<String, ConsentState>,
    /// Whether the choice was kept. A refusal by somebody of whom nothing is known leaves nothing to keep.
    pub stored: bool,
}

/// The latest choice about one purpose, with its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConsentState {
    /// Granted or denied.
    pub granted: bool,
    /// When.
    pub at: Moment,
    /// Until when a grant holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// The source that brought the choice.
    pub source: String,
    /// By which means.
    pub means: ConsentMeans,
    /// The version of the wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wording: Option<String>,
    /// The language of the wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// By which means a choice reached us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMeans {
    /// This call.
    Call,
    /// A consent object on an event.
    Event,
    /// The browser's Global Privacy Control.
    Gpc,
    /// An import.
    Import,
}

impl From<Means> for ConsentMeans {
    fn from(means: Means) -> Self {
        match means {
            Means::Call => Self::Call,
            Means::Event => Self::Event,
            Means::Gpc => Self::Gpc,
            Means::Import => Self::Import,
        }
    }
}

impl From<&Choice> for ConsentState {
    fn from(choice: &Choice) -> Self {
        Self {
            granted: choice.granted,
            at: choice.at.into(),
            until: choice.until.map(Moment),
            source: choice.proof.source.to_string(),
            means: choice.proof.means.into(),
            wording: choice.proof.wording.as_deref().map(str::to_owned),
            language: choice.proof.language.as_deref().map(str::to_owned),
        }
    }
}
