//! The pure application: a command, a state, a plan and an env give an outcome. It cannot fail.
//!
//! Nothing here does I/O, reads a clock or draws chance; what must happen in the world leaves as a value
//! ([`outcome::Effect`]). The state of a partition is resident only in part: [`wants`] says what a command touches that
//! is not there, the caller loads it, and only then is [`apply`] called. This crate must not know storage layouts,
//! HTTP or threads. Start reading at [`command::Command`], then [`mod@apply`].

pub mod admit;
pub mod apply;
mod beneath;
pub mod census;
pub mod chance;
pub mod command;
pub mod content_days;
pub mod decided;
pub mod guard;
pub mod interests;
pub mod learning;
pub mod measures;
pub mod opened;
pub mod outcome;
pub mod person;
pub mod plan;
pub mod reads;
pub mod state;
pub mod trust;
pub mod wants;
pub mod weight;
pub mod why;
