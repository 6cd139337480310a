//! Weather by region and day, and what it does to demand.

use crate::{
    Seed,
    calendar::{Calendar, Day},
    catalog::Family,
};

/// The weather of a day in a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weather {
    /// The warmest of the day, °C.
    pub celsius: f32,
    /// Rain, mm.
    pub rain_mm: f32,
}

/// How many regions there are: 8 of France, then 2 of Great Britain.
pub const REGIONS: u8 = 10;

/// The weather of all regions and days, kept because every visit asks for it.
#[derive(Debug, Clone)]
pub struct Sky {
    days: Vec<[Weather; REGIONS as usize]>,
}

impl Sky {
    /// The weather of a world.
    pub fn new(seed: Seed, calendar: Calendar) -> Self {
        let of = |day| std::array::from_fn(|region| on(seed, region as u8, day, calendar));
        Self { days: calendar.all().map(of).collect() }
    }

    /// The weather of a region on a day of the world.
    pub fn on(&self, region: u8, day: Day) -> Weather {
        self.days[day.0 as usize][usize::from(region)]
    }
}

/// The weather of a region on a day.
pub fn on(_seed: Seed, _region: u8, _day: Day, _calendar: Calendar) -> Weather {
    Weather { celsius: 15.0, rain_mm: 0.0 }
}

/// What weather does to the demand for a family: what it adds to the log of its share.
pub fn demand(_weather: Weather, _family: Family) -> f32 {
    0.0
}

/// Whether there is a forecast on a day: on three days of the year there is none.
pub fn has_forecast(_seed: Seed, _day: Day, _calendar: Calendar) -> bool {
    true
}
