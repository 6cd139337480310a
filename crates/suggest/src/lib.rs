//! A shop's recommenders at work: a definition, trained models, the catalog of the moment and what a person did make a
//! list, each item with what speaks for it.
//!
//! This crate must not know profiles, consent, storage, clocks or documents: a person is [`condition::Facts`], opened by
//! whoever asks. Start reading at [`Recommender`].

mod recommender;

pub use recommender::{Algorithm, Boost, Filters, Pin, Recommender};
