//! A shop's recommenders at work: a definition, trained models, the catalog of the moment and what a person did make a
//! list, each item with what speaks for it.
//!
//! - [`needs`] says which events must be kept of a person; [`Gatherer`] reads the same events for training.
//! - [`Models`] are trained from what was gathered, from time to time, and refreshed by what is new in between; [`Alike`] follows the catalog at once and needs no
//!   training. So an item that has just come is proposed before anybody has seen it.
//! - [`suggest()`] answers. It learns nothing and allocates nothing as large as the catalog; what the person did up to
//!   the moment counts.
//!
//! This crate must not know profiles, consent, storage, clocks or documents: a person is [`condition::Facts`], opened by
//! whoever asks. Start reading at [`Recommender`].

mod alike;
mod allowed;
mod deed;
mod fact;
pub mod finder;
mod gather;
mod hybrid;
mod models;
mod person;
mod predict;
mod queries;
mod question;
mod recommender;
mod source;
mod suggest;
mod suited;
mod tastes;

pub use alike::Alike;
pub use deed::{Deed, deed_of, ids, needs};
pub use fact::{facts, is_fact};
pub use gather::{Change, Gathered, Gatherer, Surroundings, Who, country_of};
pub use models::Models;
pub use predict::{Prediction, Predictions, predict};
pub use queries::LEAST_PERSONS;
pub use question::{Asked, Shop};
pub use recommend::habit::NextNeed;
pub use recommender::{Algorithm, Boost, Filters, Pin, Recommender, WhenBought};
pub use suggest::suggest;
pub use tastes::{searched_need, tastes};
