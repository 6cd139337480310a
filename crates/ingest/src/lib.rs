//! A shop's own files, row by row, as events of the tracking protocol.
//!
//! A [`mapping::Mapping`] says what a row is and what is promised about it; [`steps::Steps`] reads the files row by row
//! and makes events of them, or puts rows into quarantine; [`deliver::deliver`] sends the events through a
//! [`deliver::Sink`] and keeps the [`ledger::Ledger`] from which a stopped import goes on. Memory stays flat: every
//! buffer has its limit in [`limits`].
//!
//! What the shop sells comes in as a [`feed`], item by item in the formats of the trade, or as a [`webhook`]. A
//! [`past`] is a history in one table, kept in memory to be looked at as a whole.
//!
//! This crate must not know the server, its keys or HTTP, and asks no clock. Start reading at [`document`] (what a
//! mapping may say), then [`steps`].

pub mod cells;
pub mod column;
pub mod contract;
pub mod deliver;
pub mod document;
pub mod feed;
pub mod input;
pub mod ledger;
pub mod limits;
pub mod lookup;
pub mod mapping;
pub mod moment;
pub mod number;
pub mod past;
pub mod plan;
pub mod preview;
pub mod reason;
pub mod records;
pub mod report;
pub mod step;
pub mod steps;
pub mod text;
pub mod webhook;

mod event;
mod filter;
mod group;
mod template;
