//! What a request says by itself: device, browser, language, hour, where it comes from, a guess of the place, and the
//! shop's own attributes. No profile is needed, and nothing is kept: a [`Context`] holds no address, no user agent, no
//! cookie.
//!
//! This crate must not know profiles, HTTP, a clock or files: headers, the moment and the bytes of a place database are
//! handed in. The same request gives the same context, whatever was asked before.
//!
//! Start reading at [`Recognizer::recognize`]; [`Context::fact`] is what conditions see as `request.NAME`. What the
//! crate is compiled with, and under which licenses, is in `data/README.md`.

mod address;
mod agent;
mod attributes;
mod bots;
mod cache;
mod campaign;
mod context;
mod hints;
mod language;
pub mod limits;
mod local;
mod place;
mod recognizer;
mod referrer;
mod request;
mod rules;
mod sources;
mod text;

pub use agent::{Agent, Device};
pub use attributes::Attributes;
pub use campaign::{Arrival, ClickIds, Tags};
pub use context::Context;
pub use language::Languages;
pub use local::Local;
pub use place::{NotAPlaceDatabase, Place, Places};
pub use recognizer::{Recognizer, Settings};
pub use referrer::{Referrer, ReferrerKind};
pub use request::{ClientHints, Request};
