//! Searches over small catalogs.

mod complete;
mod facets;
mod folder;
mod personal;
mod shop;
mod text;
mod typed;
mod zero;
