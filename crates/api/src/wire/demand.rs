//! What people search for and the shop does not have.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was searched for in a period and could not be had, what was asked for most first. It names nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnmetDemandAnswer {
    /// The first day of the period (UTC).
    pub from: String,
    /// The last day: today.
    pub to: String,
    /// What was searched for less often in the period is not listed.
    pub listed_from: u64,
    /// How many there are, those beyond `limit` too.
    pub total: u64,
    /// What was searched for.
    pub demands: Vec<UnmetDemand>,
}

/// Something that was searched for and could not be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnmetDemand {
    /// A text that was typed for it, in lower case: of several, the one that came most often if one did.
    pub text: String,
    /// The stems of its words in alphabetical order: all searches of the same are counted together.
    pub key: String,
    /// How many searches for it could not be met: the sum of the three that follow.
    pub searches: u64,
    /// Those that found nothing.
    pub nothing: u64,
    /// Those that found only what could not be had.
    pub out_of_stock: u64,
    /// Those that found something only after words had been left out.
    pub some_words: u64,
    /// The first day of the period on which it could not be had (UTC).
    pub first_day: String,
    /// The last one.
    pub last_day: String,
    /// What a search for it would come to now; absent while the index is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<DemandNow>,
    /// The nearest thing that the shop has: what can be had before what cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearestItem>,
}

/// What a search comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DemandNow {
    /// It can be had.
    Met,
    /// Nothing is found.
    Nothing,
    /// What is found cannot be had.
    OutOfStock,
    /// Words have to be left out.
    SomeWords,
}

/// The item that comes nearest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearestItem {
    /// Its id.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Whether it can be had now.
    pub in_stock: bool,
    /// By what it is found: `exact`, `all_words`, `corrected`, `some_words`.
    pub found_by: String,
}
