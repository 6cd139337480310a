//! The runtime from outside, over a simulated substrate with 1, 2 and 64 partitions.

mod crash;
mod identity;
mod segments;
mod shop;
