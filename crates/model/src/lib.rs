//! The vocabulary of Prevenance as plain types: ids, time, values, identifiers, events, traits, consent, limits.
//!
//! This crate must not know serialization, HTTP, storage, a clock or chance; it has no dependency at all.
//! Start reading at [`event::Event`] (what comes in) and [`consent`] (what may be done with it).

pub mod consent;
pub mod decision;
pub mod event;
pub mod fact;
pub mod id;
pub mod identifier;
pub mod journey;
pub mod language;
pub mod limits;
pub mod name;
pub mod partition;
pub mod request;
pub mod schema;
pub mod sensitive;
pub mod site;
pub mod source;
pub mod synonym;
pub mod time;
pub mod trust;
pub mod value;
pub mod wish;
