//! The runtime from outside, over a simulated substrate with 1, 2 and 64 partitions.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod census;
mod crash;
mod failing;
mod identity;
mod limits;
mod segments;
mod shop;
