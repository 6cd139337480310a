//! The models and the ranker as a caller meets them.

mod models;
mod person;
mod ranking;
mod sessions;
mod shop;
