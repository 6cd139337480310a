//! Partition owners: prepare, append, apply, reply, save behind.
//!
//! Each partition is owned by one thread; an owner applies commands at once to its own state, frames them into a
//! block, and answers when the block is durable. If the log refuses a block, the partition is dropped and opened
//! again from what is durable, exactly as after a crash. This crate must not know HTTP or stored layouts; async is
//! left to its callers. Start reading at [`handle::Runtime`], then `desk` (one partition) and `journal` (the log
//! writer).

mod carry;
pub mod census;
pub mod clock;
pub mod deciding;
mod desk;
mod erasing;
pub mod erasure;
pub mod handle;
mod hash;
mod journal;
pub mod learning;
pub mod limits;
mod listing;
mod load;
mod message;
mod owner;
mod plans;
mod published;
pub mod publishing;
pub mod recommending;
mod saver;
pub mod shelf;
mod stored;
mod tails;
pub mod ticket;
pub mod training;
mod unsaved;
