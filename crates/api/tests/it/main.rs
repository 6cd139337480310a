//! The crate as its callers see it.

mod project;
mod tracking;
mod tracking_bad_input;
mod tracking_forbidden;
mod tracking_identity;
