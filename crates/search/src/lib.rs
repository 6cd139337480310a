//! Catalog search: full text in French and English with tolerance for typing errors, facets, synonyms, completion, and
//! an order that heeds what a person likes, within bounds.
//!
//! It is built on `tantivy`, which lives here alone. Documents are given by the caller under numbers of its own, and
//! hits are these numbers; nothing else of an item can be read back. This crate must not know profiles, consent, HTTP, a
//! clock or chance. It touches no file but those of the folder that an index is opened in.
//!
//! Start reading at [`Index`] (what is written), [`Snapshot::search`] (what is asked) and [`taste`](Tastes) (the
//! personal order and its formula).

mod asked;
mod complete;
mod doc;
mod error;
mod found;
mod gather;
mod index;
pub mod limits;
mod matched;
mod query;
mod request;
mod schema;
mod search;
mod sieve;
mod snapshot;
mod spelling;
mod stems;
mod synonyms;
mod tally;
mod taste;
pub mod topic;
mod words;

pub use complete::{Completions, Popular, Wanted};
pub use doc::{Doc, Text};
pub use error::SearchError;
pub use found::{Because, Counted, Exact, Found, Grade, Hit, Personal, Reading, Taste};
pub use index::Index;
pub use matched::Part;
pub use request::{Count, Facet, Filters, LastWord, Page, Person, Request, Sort, Stock};
pub use snapshot::Snapshot;
pub use stems::Language;
pub use synonyms::Synonyms;
pub use taste::{Blend, Prices, Tastes};
