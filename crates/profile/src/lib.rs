//! What is known of one person apart from what follows from events: identifiers, traits with provenance, consent,
//! the rules by which two profiles are found to be one person, the doubts about values that are filled but false, and
//! how far a value is believed.
//!
//! A profile is made of [`side::Side`]s. A side is what one unmerged profile holds. A merge puts the sides of two
//! profiles side by side and mixes nothing, so an unmerge restores both exactly. This crate must not know events'
//! trails, segments, storage or partitions' logs. Start reading at [`resolve`] and [`trust`].

#[cfg(test)]
mod chance;
pub mod doubt;
pub mod held;
pub mod merge;
pub mod reliability;
pub mod resolve;
pub mod side;
pub mod traits;
pub mod trust;
