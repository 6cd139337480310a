//! A request goes in, a context comes out.

mod agents;
mod any_input;
mod arrivals;
mod asking;
mod facts;
mod measure;
mod mmdb;
mod places;
