//! Documents in, a validated and compiled plan out, with errors that point at the field.
//!
//! A shop defines purposes, sources, traits, segments and so on as small JSON or TOML documents. [`Documents`] holds
//! them and refuses a wrong shape at once; [`compile()`] checks them together and makes the [`engine::plan::Plan`].
//! Every refusal is a [`DefinitionError`]: a code, a sentence, the definition, and the JSON pointer to the field.
//!
//! This crate must not know HTTP, storage, keys or partitions, and does no I/O but in [`read_folder`].
//! Start reading at [`Documents`] and [`compile()`]; what each kind of document may say is in `body.rs`, what a new
//! project has in `defaults.toml`.

mod body;
mod compile;
mod documents;
mod error;
mod file;
mod folder;
mod kind;
mod published;
mod references;
mod shape;

pub use compile::compile;
pub use documents::Documents;
pub use error::{DefinitionError, FilePlace, code};
pub use folder::read_folder;
pub use kind::Kind;
