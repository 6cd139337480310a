//! The nearest stores that have an item.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Moment;

/// An item, and from where it is looked for. Nothing of it is kept.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NearestRequest {
    /// The item's id.
    pub item: String,
    /// The id of one of its variants; none: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Where the visitor is, in degrees north: only if the visitor allowed that. With `longitude` or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// The postcode that the visitor typed; with `country` or not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
    /// Its country (ISO 3166-1, two letters).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How old word on stock may be, in seconds: 1 to 300; 300 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_within_s: Option<u32>,
}

/// Where somebody is concerns nobody.
impl fmt::Debug for NearestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NearestRequest")
            .field("item", &self.item)
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}

/// The nearest stores: at most 5, those that have the item before those of which that is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearestAnswer {
    /// The stores, the nearest first.
    pub stores: Vec<NearbyStore>,
    /// What to ask the visitor for, if nothing says from where to look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask: Option<Ask>,
}

/// What the visitor is to be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A postcode.
    Postcode,
}

/// A store that has an item, or had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearbyStore {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How far it is as the crow flies, in meters to the nearest hundred; absent for who looks by postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<u64>,
    /// Whether it has the item.
    pub availability: StoreAvailability,
    /// How many it has; absent unless it has some by word that is fresh.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The moment of the word on that.
    pub as_of: Moment,
    /// The country of its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Its postcode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}

/// Whether a store has an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreAvailability {
    /// It has, by word that is fresh.
    Available,
    /// It had, by word that is too old to say that it has.
    Unknown,
}
