//! What a shop sells, in memory: items with their texts, prices, variants and stock, and the facts that conditions read.
//!
//! - A [`catalog::Catalog`] is a value. A clone shares everything with it and costs less than a microsecond, so a reader
//!   takes one and keeps it for as long as it decides; a change copies the few small pieces on its path and nothing
//!   else.
//! - An item is told as an [`item::Item`] and kept packed: words that many items share (brands, tags, values) are
//!   numbers, its own texts lie in one piece, prices and stock apart from all of that. So a million items fit, and a
//!   price changes without touching a text.
//! - An [`number::ItemNumber`] is dense and stays with its id for ever, also while the item is gone: models and bitmaps
//!   hold numbers.
//! - What is told carries the moment of which it is true, and of each part the later one stands: a webhook that was late
//!   changes nothing, whatever the order of arrival.
//!
//! This crate must not know feeds, formats, storage, serialization or clocks. Start reading at [`item`] (what can be
//! said of an item), then [`catalog`], then [`facts`].

pub mod catalog;
pub mod category;
pub mod change;
pub mod facts;
pub mod fault;
pub mod item;
pub mod limits;
pub mod money;
pub mod number;
pub mod place;
pub mod view;

mod check;
mod latest;
mod names;
mod numbered;
mod packed;
mod packing;
mod postings;
