//! Every limit of what is kept beside the catalog.

/// Keys of unmet demand that are kept of one day; beyond, the least frequent quarter goes.
pub const DEMANDS_A_DAY: usize = 2_000;
/// Days of which unmet demand is kept.
pub const DEMAND_DAYS: i64 = 35;
/// Characters of a key of unmet demand; a longer one is not kept.
pub const DEMAND_KEY_CHARS: usize = 40;
/// Characters of a text that is kept beside its key; a search for a longer one is not counted.
pub const DEMAND_TEXT_CHARS: usize = 80;
/// What was searched for less often is not listed: so that what one person typed once is read by nobody.
pub const LISTED_DEMAND: u64 = 3;
/// Entries of one report of unmet demand.
pub const DEMANDS_LISTED: usize = 200;
/// Seconds for which word on a store's stock is fresh, at most.
pub const STOCK_FRESH_S: u32 = 300;
/// Stores of one answer.
pub const STORES_NEARBY: usize = 5;
/// Days after which what was put into a cart is forgotten.
pub const CART_DAYS: i64 = 30;
/// Events of a person that are looked at for the cart: the latest.
pub const CART_EVENTS: usize = 2_000;
/// Of them, so many at once.
pub(crate) const CART_PAGE: usize = 500;
/// Lines of a cart that are shown: those added last.
pub const CART_LINES: usize = 100;
/// Pieces of one line.
pub const CART_QUANTITY: u64 = 10_000;
/// Hits that are looked at for one that can be had, before the index is asked for such.
pub(crate) const DEMAND_HITS: usize = 24;
