//! Documents in, a validated and compiled plan out, with errors that point at the field.
//!
//! A shop defines purposes, sources, traits, segments and so on as small JSON or TOML documents. [`Documents`] holds
//! them and refuses a wrong shape at once; [`compile()`] checks them together and makes the [`engine::plan::Plan`].
//! Every refusal is a [`DefinitionError`]: a code, a sentence, the definition, and the JSON pointer to the field.
//!
//! | Kind | Name | Fields; `?`: may be left out |
//! |---|---|---|
//! | `segment` | slug | `condition`, `description?` |
//! | `tag` | slug | `actions`: each an `event` with `where?`: a filter, or `tagged?`: true for events that carry the tag in `tag` or `tags`; `keeps?`: `365d`; `description?` |
//! | `score` | slug | `rules?`: each `event`, `where?`, `points`, `half_life?`, `within?`, `most?`; `conditions?`: each `if` and `points`; `least?`, `most?`; `description?` |
//! | `model` | `stage` or `aim` | `bias?`: a weight for each word; `features?`: each `name`, `value`: a number over events, `most?`: 1, `weights?`; `description?` |
//! | `source` | slug | `kind`: `browser app server till file partner`; `reliability`: 0 to 1; `basis?`: `consent` (default) with `any_of`: purposes, or the shop's words with `serves`: purposes (not for browsers and apps); `facts?`: `declared` (default) `observed inferred`; `verifies?`: may say that an identifier is verified (not for browsers and apps); `description?` |
//! | `trait` | as `profile.NAME` in a condition: letters, digits, `_` | `holds`: `text one_of number int bool time place texts any`; `values`: the choices of `one_of`; `purpose?`; `means?`: `given_name family_name full_name email phone birth_date address city postal_code nothing`, by default what its name usually means; `half_life?`: `180d`, `2y`, by default that of what it means, else a year; `names_the_person?`: as `first_name` does; `description?` |
//! | `namespace` | slug | `strength`: `device weak strong`; `strong_when_verified?`, `one_per_person?` (neither for `device`), `fold_case?`: false; `most_per_profile?`: 20; `description?` |
//! | `purpose` | slug | `description`: a text for each language, `{"en": …, "fr": …}` |
//! | `consent_category` | the id in the client's consent object | `purposes`: those it stands for; `description?` |
//! | `layer` | slug | `description?` |
//! | `content` | slug | `languages`: a payload for each; `stage`: one or more of `discovery comparison conversion onboarding enrollment`; `intent`: `orient inform help reassure reward`; `fallback?`: a language; `expires?`: a day or a moment; `tags?`; `suits?`: a condition, who is shown it at all; `prefer?`: a condition, who gets it first; `items?`: `viewed`; `description?` |
//! | `placement` | slug | `channel`: `web account app email sms push print till agent`; `neutral`: contents; `format?`; `most_contents?`: 1; `purpose?`: that of the channel; `checkout?`: false; `description?` |
//! | `experience` | slug | `placements`; `audience`: a condition; `benefit`: a text in `fr`, `en` and others; `variants`: by name, each with `share`, `description?` and all but `control` with one of `contents`, `pool`: `contents?`, `tags?`, `order?`: some of `keyword preferred stage unseen interest listed`, `repeat?`: `no` or `allowed`, and `menu`: `contents`, `fixed?`; `priority?`, `score?`: 0; `caps?`: `most` and `per`; `starts?`, `ends?`; `layer?`: `name`, `from?`: 0, `to?`: 1; `traffic?`: 1; `salt?`; `enabled?`: true; `memory?`: `season`; `worth?`: `gain_cents` (`low`, `expected`) and `cost_cents`; `small_control?`: a reason; `description?` |
//! | `setting` | `retention_days` | `value`: 1 to 3040; `description?` |
//! | `setting` | `holdout_share` | `value`: 0 to 0.5; `description?` |
//! | `setting` | `identity_tokens` | `value`: `optional` (default) or `required`; `description?` |
//! | `setting` | `interests` | `attributes?`, `weights?`, `ease?`, `half_life?`, `lasting_days?`, `most_a_day?`, `busy_day_events?`: see `docs/interests.md`; `description?` |
//! | `setting` | `language` | `value`: a language; `description?` |
//! | `setting` | `learning` | `value`: `on` (default) or `off`: whether the program publishes `reliability` and `withdrawn` itself; `description?` |
//! | `setting` | `personal_placements_per_page` | `value`: 1 to 20; `description?` |
//! | `setting` | `reliability` | `value`: how reliable sources were found: `source`, `defined`, `found`; written by the program; `by?`: `hand` or `learning`: see `docs/experiences.md`; `description?` |
//! | `setting` | `restraint` | `stale_after_days?`: 60, `points?`: 10, `point_cents?`: 2, `channels?`: that of sources, by name: see `docs/restraint.md`; `description?` |
//! | `setting` | `site_hosts` | `value`: the hosts of the shop's own sites, `shop.example` or `*.shop.example`; `description?` |
//! | `setting` | `withdrawn` | `value`: pairs of `content` and `keyword`; `by?`: `hand` or `learning`; `description?` |
//! | `setting` | `own_addresses` | `mails?`, `domains?`, `phones?`, `addresses?`: the shop's own, which are no customer's; `description?` |
//! | `setting` | `trust` | `sort?`: 0.4, `show?`: 0.6, `state?`: 0.9: from which trust on a trait may be used to sort, to choose what is shown, to be stated; `description?` |
//! | `setting` | `zone` | `value`: an IANA time zone; `description?` |
//!
//! A slug is 1 to 64 of `a-z 0-9 _ -` and starts with a letter. Every limit is in [`model::limits`].
//!
//! This crate must not know HTTP, storage, keys or partitions, and does no I/O but in [`Folder`].
//! Start reading at [`Documents`] and [`compile()`]; what each kind of document may say is in `body.rs`, what a new
//! project has in `defaults.toml`.

mod advice;
mod asked;
mod belief;
mod body;
mod compile;
mod content;
mod difference;
mod documents;
mod draft;
mod error;
mod experience;
mod file;
mod finder;
mod folder;
mod interests;
mod kind;
pub mod learned;
mod measures;
mod models;
mod moment;
mod placement;
mod publication;
mod published;
mod recommender;
mod references;
mod restraint;
mod scheme;
mod score;
mod sensitive;
mod setting;
mod shape;
mod span;
mod synonym;
mod tag;

pub use advice::{Finding, advice, finding};
pub use compile::{compile, compile_published};
pub use difference::{Difference, differences};
pub use documents::Documents;
pub use draft::Draft;
pub use error::{DefinitionError, FilePlace, code};
pub use folder::{Folder, read_folder};
pub use kind::Kind;
pub use publication::{Author, Change, Changed, Origin, Publication};
