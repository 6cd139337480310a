//! The shops in towns, and what they and the web have in stock.

use crate::{World, calendar::Day, catalog::ItemId};

/// A shop in a town.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    /// Its number, from 0.
    pub number: u8,
    /// As the product is told: `store-brest`.
    pub slug: String,
    /// The town.
    pub city: &'static str,
    /// The region, by number, which has the weather.
    pub region: u8,
    /// Latitude.
    pub lat: f32,
    /// Longitude.
    pub lon: f32,
}

/// The twelve stores.
pub fn all() -> Vec<Store> {
    Vec::new()
}

/// How many pieces of an item a store (by number; none: the web) has in the morning of a day. What people buy does not
/// change it: the stock of a world is the same under every policy.
pub fn stock(_world: &World, _item: ItemId, _store: Option<u8>, _day: Day) -> u16 {
    9
}
