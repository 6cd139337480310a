//! What is stored: the versioned byte layout of commands, profiles, history and directory, and the sealing of personal
//! data, so that destroying one key erases one person everywhere, backups of the log included.
//!
//! Only this crate knows stored layouts; `store` moves its bytes without looking at them. It does no I/O, draws no
//! chance and makes no key. What a record holds in plain bytes are ids, keyed hashes, moments and counts; everything
//! that a person said or did, and every identifier's value, is sealed under the key of the side that it belongs to.
//! A key that is gone is not an error: the person was erased, and each decoder says what is left.
//!
//! Every record begins with its version. A program reads its own and refuses every other one; `tests/golden` holds the
//! bytes of each. Start reading at [`log`] and [`state`], then [`mod@seal`] and [`codec`].

pub mod catalog;
pub mod census;
pub mod codec;
pub mod decided;
pub mod error;
pub mod history;
mod hop;
mod image;
mod layout;
pub mod log;
pub mod rejected;
pub mod seal;
pub mod state;
pub mod tables;
