//! What the shop sells, at work: told item by item, read from feeds in the background, and found again by search.
//!
//! [`feeds`] keeps what was sent as a file until it is read; [`tell`] counts what became of it; [`indexing`] keeps the
//! search index up; [`demand`] counts what it finds nothing for; [`nearby`] finds the stores that have an item;
//! [`finder`] asks a few questions that lead to a few
//! of them; [`mod@cart`] says what is in the cart with which somebody comes back. All of it is blocking: `server` calls it, and
//! knows what HTTP makes of it.

pub mod cart;
pub mod demand;
pub mod feeds;
pub mod finder;
pub mod indexing;
pub mod limits;
pub mod nearby;
mod reading;
pub mod shown;
pub mod tell;
