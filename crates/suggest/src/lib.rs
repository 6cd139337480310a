//! A shop's recommenders at work: a definition, trained models, the catalog of the moment and what a person did make a
//! list, each item with what speaks for it.
//!
//! This crate must not know profiles, consent, storage, clocks or documents: a person is [`condition::Facts`], opened by
//! whoever asks. Start reading at [`Recommender`].

mod fact;
mod recommender;
mod tastes;

pub use fact::{facts, is_fact};
pub use recommender::{Algorithm, Boost, Filters, Pin, Recommender};
pub use tastes::{searched_need, tastes};

/// The events that say what a person did with items.
pub fn needs() -> std::collections::BTreeMap<std::sync::Arc<str>, condition::EventNeed> {
    [searched_need()].into()
}
