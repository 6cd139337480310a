//! Which items to show to whom: what is popular, what a person buys again, what is seen or bought together, what a
//! session is about, what persons like this one take, what is alike; and a ranker that makes a list of it for a shop.
//!
//! Everything works on dense numbers: [`history::Person`], [`history::Item`]. A model is trained from a
//! [`history::History`] and a moment, is plain data, and never learns anything at a question: what a person did since
//! the training comes with the question, so the newest event counts in the very next answer. The same history gives the
//! same model, to the bit.
//!
//! This crate must not know catalogs, profiles, consent, storage, a clock or chance. Start reading at
//! [`history::History`], then [`personal::Personal`], [`session::Sessions`] and [`rank::rank()`].

pub mod backtest;
pub mod choice;
pub mod complement;
pub mod content;
pub mod ease;
pub mod habit;
pub mod history;
mod logistic;
pub mod measure;
pub mod neighbor;
pub mod personal;
pub mod popularity;
pub mod rank;
pub mod scored;
pub mod session;
mod solve;
mod sparse;
