//! HTTP, authentication, limits, configuration, telemetry.
//!
//! One axum router over one [`app::App`]. A handler authenticates, asks the runtime, and shapes the answer; it never
//! touches a store's bytes or the engine's state. This crate must not know stored layouts, and decides nothing about
//! persons: that is the engine's.
//!
//! Start reading at [`app::App`], then [`routes::router`] (everything that can be called, one group a file) and
//! [`intake`] (the way of an event). [`serve`] is the running program; [`command`] holds the others.

pub mod app;
pub mod command;
pub mod config;
pub mod connections;
pub mod inside;
pub mod intake;
pub mod keys;
pub mod routes;
pub mod script;
pub mod serve;
mod traits;

mod access;
mod answer;
mod auth;
mod body;
mod choice;
mod copy;
mod cors;
mod cursor;
mod decide;
mod decision;
mod interest;
mod link;
mod live;
mod markup;
mod measures;
mod memory;
mod metrics;
mod named;
mod observe;
mod page;
mod person;
mod publish;
mod random;
mod rate;
mod rejection;
mod report;
mod request;

/// The description of the HTTP API in OpenAPI 3.1, as JSON.
pub fn openapi() -> String {
    api::endpoint::openapi().to_pretty_json().expect("a description is always JSON")
}
