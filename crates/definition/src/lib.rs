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
//! | `trait` | as `profile.NAME` in a condition: letters, digits, `_` | `holds`: `text one_of number int bool time place texts any`; `values`: the choices of `one_of`; `purpose?`; `means?`: `given_name family_name full_name email phone birth_date address city postal_code nothing`, by default what its name usually means; `half_life?`: `180d`, `2y`, by default that of what it means, else a year; `names_the_person?`: as `first_name` does; `description?` |
//! | `namespace` | slug | `strength`: `device weak strong`; `strong_when_verified?`, `one_per_person?` (neither for `device`), `fold_case?`: false; `most_per_profile?`: 20; `description?` |
//! | `purpose` | slug | `description`: a text for each language, `{"en": …, "fr": …}` |
//! | `consent_category` | the id in the client's consent object | `purposes`: those it stands for; `description?` |
//! | `layer` | slug | `description?` |
//! | `content` | slug | `languages`: a payload for each; `stage`: one or more of `discovery comparison conversion onboarding enrollment`; `intent`: `orient inform help reassure reward`; `fallback?`: a language; `expires?`: a day or a moment; `tags?`; `description?` |
//! | `placement` | slug | `channel`: `web account app email sms push print till agent`; `neutral`: contents; `format?`; `most_contents?`: 1; `purpose?`: that of the channel; `description?` |
//! | `experience` | slug | `placements`; `audience`: a condition; `benefit`: a text in `fr`, `en` and others; `variants`: by name, each with `share`, `description?` and all but `control` with `contents`; `priority?`, `score?`: 0; `caps?`: `most` and `per`; `starts?`, `ends?`; `layer?`: `name`, `from?`: 0, `to?`: 1; `traffic?`: 1; `salt?`; `enabled?`: true; `small_control?`: a reason; `description?` |
//! | `setting` | `retention_days` | `value`: 1 to 3040; `description?` |
//! | `setting` | `holdout_share` | `value`: 0 to 0.5; `description?` |
//! | `setting` | `identity_tokens` | `value`: `optional` (default) or `required`; `description?` |
//! | `setting` | `language` | `value`: a language; `description?` |
//! | `setting` | `personal_placements_per_page` | `value`: 1 to 20; `description?` |
//! | `setting` | `zone` | `value`: an IANA time zone; `description?` |
//!
//! A slug is 1 to 64 of `a-z 0-9 _ -` and starts with a letter. Every limit is in [`model::limits`].
//!
//! This crate must not know HTTP, storage, keys or partitions, and does no I/O but in [`Folder`].
//! Start reading at [`Documents`] and [`compile()`]; what each kind of document may say is in `body.rs`, what a new
//! project has in `defaults.toml`.

mod advice;
mod body;
mod compile;
mod content;
mod difference;
mod documents;
mod draft;
mod error;
mod experience;
mod file;
mod folder;
mod kind;
mod moment;
mod placement;
mod publication;
mod published;
mod references;
mod scheme;
mod setting;
mod shape;
mod span;

pub use advice::{Finding, advice, finding};
pub use compile::compile;
pub use difference::{Difference, differences};
pub use documents::Documents;
pub use draft::Draft;
pub use error::{DefinitionError, FilePlace, code};
pub use folder::{Folder, read_folder};
pub use kind::Kind;
pub use publication::{Author, Change, Changed, Origin, Publication};
