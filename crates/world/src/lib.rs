//! *Sentiers & Cimes / Trails & Peaks*: a hiking shop and its customers, of whom everything is known.
//!
//! It emits what a real shop would send, reacts to what it is shown, and keeps what no shop can see. One seed gives
//! the same world on every machine; each draw has a stream of its own by entity, day and purpose ([`draws`]), so that
//! another policy leaves every other draw alone and what somebody would have done otherwise is known exactly.
//!
//! This crate must not know the product: no engine, no HTTP, no JSON, no clock. Start reading at [`World`], then
//! [`visit`] (one person on the site) and [`life`] (what changes about a person from day to day).

pub mod calendar;
pub mod catalog;
pub mod content;
pub mod cost;
pub mod dirt;
pub mod draws;
pub mod emission;
pub mod life;
pub mod person;
pub mod policy;
pub mod rule;
pub mod seed;
pub mod size;
pub mod store;
pub mod truth;
pub mod visit;
pub mod weather;
mod world;

pub use seed::Seed;
pub use size::Size;
pub use world::World;
