//! Durable bytes: the two seams of the product, [`substrate::Substrate`] and [`kv::Kv`], with their versions.
//!
//! A substrate keeps, for every partition, an ordered log of blocks (the truth), the state that the log folds to
//! (written behind, atomically with its position), who may write (leases with epochs), and, for the whole
//! installation, versioned definitions with drafts of the next, person keys and one secret.
//!
//! This crate must not know what the bytes mean: no profile, event, command or definition has a type here. It has no
//! clock and is not async; the only chance is the making of keys. Paths and sizes are all that its errors tell.
//!
//! Start reading at [`substrate`] (the seam and its promises), then [`folder`] (the one engine behind both versions),
//! then `log` (the block file). [`local`] runs that engine on a real folder with `fjall`; [`sim`] runs the very same
//! code on a disk in memory that can fail, fill up and crash at every call. The conformance suite in `tests/it`
//! states what any version must hold.

pub mod backup;
mod definitions;
pub mod disk;
mod drafts;
pub mod error;
pub mod folder;
mod keys;
pub mod kv;
mod leases;
pub mod limits;
pub mod local;
mod log;
pub mod secret_file;
pub mod sim;
pub mod substrate;
