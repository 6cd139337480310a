//! Scores, models and the order of segments, asked from outside.

mod circles;
mod models;
mod person;
mod scores;
