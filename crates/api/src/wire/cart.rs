//! The cart with which somebody comes back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// Whose cart is asked for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CartRequest {
    /// The public key, where no header can carry it.
    #[serde(alias = "writeKey", skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// The visitor's id.
    #[serde(alias = "anonymousId", skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// The account; with a public key it needs `identity_token`.
    #[serde(alias = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// With a public key: the token by which the page proves whose account it names (`POST /v1/identity/tokens`).
    #[serde(alias = "identityToken", skip_serializing_if = "Option::is_none")]
    pub identity_token: Option<String>,
    /// Further identifiers by namespace; only with a secret key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub identifiers: BTreeMap<String, String>,
    /// The language in which titles are shown (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// What is in the cart, with prices and stock of this moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CartAnswer {
    /// What is in it, what was added last first; at most 100.
    pub lines: Vec<CartLine>,
    /// Why nothing can be said of a cart, if nothing can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_because: Option<CartSilence>,
}

/// Why nothing is said of a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CartSilence {
    /// The call names nobody who is known; with a public key an account counts only if it is proven.
    Nobody,
    /// The person has not granted the purpose `site`.
    NoConsent,
}

/// One line of a cart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CartLine {
    /// The item, as the events called it.
    pub item: String,
    /// Its variant, as the events called it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How many.
    pub quantity: u64,
    /// When it was added last.
    pub added_at: Moment,
    /// Whether it can be had now.
    pub availability: CartAvailability,
    /// How many there are, if the shop counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// What one costs now, in hundredths of its currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_cents: Option<u64>,
    /// What one cost when it was added, as the event said; absent where that was in another currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_then_cents: Option<u64>,
    /// The currency of both (ISO 4217).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The address of its page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The address of its main image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// Whether what is in a cart can be had now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CartAvailability {
    /// It can be had at once.
    InStock,
    /// It cannot be had now.
    OutOfStock,
    /// It can be ordered before it is there.
    Preorder,
    /// It can be ordered, and takes its time.
    Backorder,
    /// The shop does not sell it any more, or never did.
    Gone,
}
