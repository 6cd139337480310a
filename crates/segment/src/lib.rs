//! What follows from events as they arrive: the trails that conditions look at, and who is in which segment until when.
//!
//! Everything here is derived: trails are a projection of a person's history, memberships a function of trails,
//! traits and `now`. So both can be rebuilt at any time, and a property test holds that the step-by-step result equals
//! the rebuilt one (invariant 10). This crate must not know identity, storage or clocks. Start reading at
//! [`set::SegmentSet`].

pub mod chronicle;
pub mod interests;
pub mod membership;
pub mod model;
pub mod order;
pub mod readings;
pub mod removal;
pub mod score;
pub mod set;
pub mod trails;
