//! Documents in, a validated and compiled plan out, with errors that point at the field.
//!
//! A shop defines purposes, sources, traits, segments and so on as small JSON or TOML documents. [`Documents`] holds
//! them and refuses a wrong shape at once; [`compile()`] checks them together and makes the [`engine::plan::Plan`].
//! Every refusal is a [`DefinitionError`]: a code, a sentence, the definition, and the JSON pointer to the field.
//!
//! | Kind | Name | Fields; `?`: may be left out |
//! |---|---|---|
//! | `segment` | slug | `condition`, `description?` |
//! | `source` | slug | `kind`: `browser app server till file partner`; `reliability`: 0 to 1; `basis?`: `consent` (default) with `any_of`: purposes, or the shop's words with `serves`: purposes (not for browsers and apps); `facts?`: `declared` (default) `observed inferred`; `verifies?`: may say that an identifier is verified (not for browsers and apps); `description?` |
//! | `trait` | as `profile.NAME` in a condition: letters, digits, `_` | `holds`: `text one_of number int bool time place texts any`; `values`: the choices of `one_of`; `purpose?`; `description?` |
//! | `namespace` | slug | `strength`: `device weak strong`; `strong_when_verified?`, `one_per_person?` (neither for `device`), `fold_case?`: false; `most_per_profile?`: 20; `description?` |
//! | `purpose` | slug | `description`: a text for each language, `{"en": …, "fr": …}` |
//! | `consent_category` | the id in the client's consent object | `purposes`: those it stands for; `description?` |
//! | `setting` | `retention_days` | `value`: 1 to 3040; `description?` |
//!
//! A slug is 1 to 64 of `a-z 0-9 _ -` and starts with a letter. Every limit is in [`model::limits`].
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
