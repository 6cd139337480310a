//! Weather by region and day, and what it does to demand.

use crate::{
    Seed,
    calendar::{Calendar, Day},
    catalog::Family,
    draws::{Entity, Purpose},
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

    /// The weather of a region on a day of the world. An unknown region has the weather of the first, a later day that
    /// of the last.
    pub fn on(&self, region: u8, day: Day) -> Weather {
        let today = self.days.get(day.0 as usize).or(self.days.last());
        let calm = Weather { celsius: 15.0, rain_mm: 0.0 };
        today.map_or(calm, |regions| *regions.get(usize::from(region)).unwrap_or(&regions[0]))
    }
}

/// A region of the weather.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// As people call it.
    pub name: &'static str,
    /// `FR` or `GB`.
    pub country: &'static str,
    /// The mean over the year of the warmest of a day, °C.
    celsius: f64,
    /// How far summer and winter lie from it, °C.
    swing: f64,
    /// Share of days with rain.
    wet: f64,
}

const fn region(name: &'static str, country: &'static str, (celsius, swing, wet): (f64, f64, f64)) -> Region {
    Region { name, country, celsius, swing, wet }
}

/// The regions, by number. Round figures that are plausible for each, no measurements.
pub const ALL: [Region; REGIONS as usize] = [
    region("Bretagne", "FR", (15.5, 6.5, 0.42)),
    region("Normandie", "FR", (15.0, 7.0, 0.42)),
    region("Île-de-France", "FR", (16.0, 9.0, 0.34)),
    region("Grand Est", "FR", (15.0, 10.5, 0.36)),
    region("Nouvelle-Aquitaine", "FR", (18.5, 8.0, 0.35)),
    region("Occitanie", "FR", (19.5, 9.0, 0.26)),
    region("Auvergne-Rhône-Alpes", "FR", (15.5, 10.5, 0.34)),
    region("Provence", "FR", (20.5, 8.5, 0.18)),
    region("Lake District", "GB", (12.5, 6.5, 0.52)),
    region("Wales", "GB", (13.0, 6.5, 0.48)),
];

/// The day of the year that is warmest on average.
const WARMEST: f64 = 202.0;

/// How much of a day's deviation the next day keeps: rain and cold come in spells.
const KEPT: f64 = 0.6;

/// Days of the past that the weather remembers; after them 1 % of a deviation is left.
const MEMORY: u32 = 9;

/// How far a day lies from what is usual: °C.
const RESTLESS: f64 = 3.5;

/// The mean rain of a day with rain, mm.
const RAIN_MM: f64 = 6.0;

/// The weather of a region on a day.
pub fn on(seed: Seed, region: u8, day: Day, calendar: Calendar) -> Weather {
    let Region { celsius, swing, wet, .. } = ALL[usize::from(region.min(REGIONS - 1))];
    let turn = (f64::from(calendar.day_of_year(day)) - WARMEST) / 365.0;
    let usual = celsius + swing * libm::cos(2.0 * std::f64::consts::PI * turn);
    // An autoregression of order 1, cut off where it hardly matters, so that any day can be drawn by itself.
    let (mut warm, mut rain, mut weight, mut square) = (0.0, 0.0, 1.0, 0.0);
    for back in 0..MEMORY {
        let mut draws = seed.draws(Entity::Region(u32::from(region)), day.0 + MEMORY - back, Purpose::Weather);
        warm += weight * draws.normal();
        rain += weight * draws.normal();
        square += weight * weight;
        weight *= KEPT;
    }
    let (warm, rain) = (warm / libm::sqrt(square), rain / libm::sqrt(square));
    // Of a standard normal number the share `wet` lies above the threshold; the excess grows into millimeters.
    let excess = wet - upper_share(rain);
    let rain_mm = if excess > 0.0 { -RAIN_MM * libm::log(1.0 - excess / wet) } else { 0.0 };
    // Rain cools a summer day.
    let chill = if rain_mm > 0.0 { 1.5 } else { 0.0 };
    Weather { celsius: (usual + RESTLESS * warm - chill) as f32, rain_mm: rain_mm.min(80.0) as f32 }
}

/// Share of standard normal numbers above one.
fn upper_share(number: f64) -> f64 {
    0.5 * libm::erfc(number * std::f64::consts::FRAC_1_SQRT_2)
}

/// What weather does to the demand for a family: what it adds to the log of its share.
pub fn demand(weather: Weather, family: Family) -> f32 {
    // From dry (0) to a wet day (1), from 12 °C (0) down to frost (1) and up to a hot day (1).
    let wet = (weather.rain_mm / 10.0).clamp(0.0, 1.0);
    let cold = ((12.0 - weather.celsius) / 12.0).clamp(0.0, 1.0);
    let hot = ((weather.celsius - 18.0) / 12.0).clamp(0.0, 1.0);
    let (by_rain, by_cold, by_heat) = match family {
        Family::Boots => (0.10, 0.05, -0.05),
        Family::Trail => (-0.20, -0.15, 0.05),
        Family::Socks => (0.05, 0.20, -0.05),
        Family::Poles | Family::Maps => (-0.15, -0.10, 0.10),
        Family::Packs => (-0.05, -0.05, 0.05),
        Family::Rain => (0.70, 0.05, -0.30),
        Family::Winter => (0.05, 0.80, -0.50),
        Family::Care => (0.35, 0.10, -0.05),
        Family::Kids => (0.05, 0.10, 0.0),
        Family::Camp => (-0.30, -0.30, 0.35),
        Family::Kitchen => (-0.10, -0.10, 0.25),
    };
    by_rain * wet + by_cold * cold + by_heat * hot
}

/// On how many days of a world there is no forecast.
const WITHOUT_FORECAST: usize = 3;

/// Whether there is a forecast on a day: on three days of the world, which follow each other, there is none.
pub fn has_forecast(seed: Seed, day: Day, calendar: Calendar) -> bool {
    let mut draws = seed.draws(Entity::World, 0, Purpose::Weather);
    let first = draws.below((calendar.days as usize).saturating_sub(WITHOUT_FORECAST));
    !(first..first + WITHOUT_FORECAST).contains(&(day.0 as usize))
}

#[cfg(test)]
mod tests {
    use model::time::Timestamp;

    use super::*;

    fn calendar() -> Calendar {
        Calendar { start: Timestamp::from_millis(1_767_225_600_000).unwrap(), days: 365 }
    }

    fn year(region: u8) -> Vec<Weather> {
        let sky = Sky::new(Seed(3), calendar());
        calendar().all().map(|day| sky.on(region, day)).collect()
    }

    #[test]
    fn each_region_is_as_warm_and_wet_as_stated() {
        for (number, region) in ALL.iter().enumerate() {
            // Days of many years far from each other, since rain comes in spells.
            let day = |nth: u32| on(Seed(nth.into()), number as u8, Day(nth * 37 % 365), calendar());
            let days: Vec<Weather> = (0..1_000).map(day).collect();
            let share = days.iter().filter(|day| day.rain_mm > 0.0).count() as f64 / days.len() as f64;
            let mean = days.iter().map(|day| f64::from(day.celsius)).sum::<f64>() / days.len() as f64;
            assert!((share - region.wet).abs() < 0.05, "{}: {share}", region.name);
            assert!((mean - (region.celsius - 1.5 * region.wet)).abs() < 0.5, "{}: {mean}", region.name);
        }
    }

    #[test]
    fn july_is_warmer_than_january_and_rain_comes_in_spells() {
        let days = year(6);
        let mean = |from: usize| days[from..from + 31].iter().map(|day| day.celsius).sum::<f32>() / 31.0;
        assert!(mean(181) > mean(0) + 14.0);
        let wet = |day: &Weather| day.rain_mm > 0.0;
        let after_wet: Vec<bool> = days.windows(2).filter(|pair| wet(&pair[0])).map(|pair| wet(&pair[1])).collect();
        let again = after_wet.iter().filter(|wet| **wet).count() as f64 / after_wet.len() as f64;
        assert!(again > ALL[6].wet + 0.12, "{again}");
    }

    #[test]
    fn rain_sells_rain_wear_and_cold_sells_winter_wear() {
        let fine = Weather { celsius: 20.0, rain_mm: 0.0 };
        let wet = Weather { celsius: 12.0, rain_mm: 12.0 };
        let frost = Weather { celsius: -2.0, rain_mm: 0.0 };
        assert!(demand(wet, Family::Rain) > demand(fine, Family::Rain) + 0.6);
        assert!(demand(frost, Family::Winter) > demand(fine, Family::Winter) + 0.7);
        assert!(demand(wet, Family::Camp) < demand(fine, Family::Camp));
    }

    #[test]
    fn three_days_have_no_forecast() {
        for seed in [Seed(1), Seed(2)] {
            let without = calendar().all().filter(|day| !has_forecast(seed, *day, calendar())).count();
            assert_eq!(without, 3);
        }
    }
}
