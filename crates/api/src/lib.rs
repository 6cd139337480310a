//! What the outside sees: the tracking protocol, wire types, the endpoint table, the error catalogue, OpenAPI.
//!
//! This crate knows HTTP's vocabulary and no server framework. It must not know storage, the engine, or a clock: the
//! moment of receipt comes in with [`tracking::Receiver`]. Start reading at [`tracking::read`] (bytes to events) and
//! [`endpoint::ENDPOINTS`] (everything that can be called).

pub mod endpoint;
pub mod error;
pub mod json;
pub mod settings;
pub mod time;
pub mod tracking;
pub mod wire;
