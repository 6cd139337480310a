//! The engine as its callers see it: commands in, states and effects out, over several partitions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chaos;
mod check;
mod compile_fail;
mod events;
mod order;
mod portrait;
mod recomputed;
mod scenarios;
mod totals;
mod unmerge;
mod world;
