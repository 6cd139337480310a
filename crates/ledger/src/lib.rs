//! What is kept of the decisions about one side: what won lately, what was shown, the visit that is under way, and what
//! became of landings.
//!
//! Caps, budgets, "not seen yet" and the stability of a page are read from here; the records of decisions are elsewhere.
//! Everything is bounded, comes and goes with its side in a merge and an unmerge, and falls to retention by day.
//!
//! This crate must not know persons, partitions, storage or clocks. Start reading at [`Ledger`].

pub mod exposure;
pub mod landing;
mod side;
pub mod visit;

pub use side::{Ledger, Told, shown_over, spent_over, stay_over, won_over};
