//! Recommenders as a caller meets them: a catalog, events, a definition, and the list that comes of it.

mod learned;
mod person;
mod rules;
mod speed;
mod world;
