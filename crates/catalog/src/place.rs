//! Stores, where they are, and which one with the item is nearest.

use model::time::{Span, Timestamp};

use crate::{
    fault::{Code, Fault},
    view::ItemView,
};

/// A store of the shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    /// What stock messages call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it is, if that is known.
    pub place: Option<Place>,
}

/// A place on Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    latitude: f64,
    longitude: f64,
}

/// A store that has an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby<'c> {
    /// The store.
    pub store: &'c Store,
    /// How far it is as the crow flies, in meters.
    pub distance_m: f64,
    /// How many it has.
    pub count: u32,
    /// The moment of which that is true.
    pub as_of: Timestamp,
}

/// The mean radius of the Earth in meters (IUGG). The shape of the Earth makes distances wrong by at most half a percent.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

impl Place {
    /// A place by its degrees north and east.
    ///
    /// # Errors
    /// `BAD_PLACE` beyond 90 and 180 degrees.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Fault> {
        if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 {
            return Ok(Self { latitude, longitude });
        }
        Err(Fault::new(Code::BadPlace, "place", format!("{latitude} north, {longitude} east is not on Earth.")))
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        self.longitude
    }

    /// The distance to another place along a great circle, in meters (haversine formula).
    pub fn distance_m(self, other: Self) -> f64 {
        let half_sine = |from: f64, to: f64| {
            let sine = libm::sin((to - from).to_radians() / 2.0);
            sine * sine
        };
        let cosines = libm::cos(self.latitude.to_radians()) * libm::cos(other.latitude.to_radians());
        let chord = half_sine(self.latitude, other.latitude) + cosines * half_sine(self.longitude, other.longitude);
        // Of two ends of the Earth, rounding may give a little more than 1.
        2.0 * EARTH_RADIUS_M * libm::asin(libm::sqrt(chord.min(1.0)))
    }
}

/// The nearest store that has an item by word that is not older than `freshness`; of two as near, the first by id.
pub fn nearest<'c>(item: &ItemView<'c>, from: Place, now: Timestamp, freshness: Span) -> Option<Nearby<'c>> {
    let stocked = item.catalog().stores().values().filter_map(|store| {
        let stock = item.stock_in(&store.id)?;
        let is_fresh = stock.as_of >= now.minus(freshness);
        let place = store.place.filter(|_| stock.count > 0 && is_fresh)?;
        Some(Nearby { store, distance_m: from.distance_m(place), count: stock.count, as_of: stock.as_of })
    });
    stocked.min_by(|one, other| one.distance_m.total_cmp(&other.distance_m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_atlas() {
        let place = |latitude, longitude| Place::new(latitude, longitude).unwrap();
        let paris = place(48.8566, 2.3522);
        // As geodesists give them, on the ellipsoid.
        for (other, km) in [(place(51.5074, -0.1278), 343.9), (place(-33.8688, 151.2093), 16_960.0)] {
            let found = paris.distance_m(other) / 1_000.0;
            assert!((found / km - 1.0).abs() < 0.005, "{found} and not {km}");
            assert_eq!(paris.distance_m(other), other.distance_m(paris));
        }
        assert_eq!(paris.distance_m(paris), 0.0);
        let around = place(0.0, 0.0).distance_m(place(0.0, 180.0));
        assert!((around - std::f64::consts::PI * EARTH_RADIUS_M).abs() < 1.0);
        let over_the_date_line = place(0.0, 179.9).distance_m(place(0.0, -179.9));
        assert!((over_the_date_line - 22_239.0).abs() < 1.0, "{over_the_date_line}");
    }

    #[test]
    fn a_place_is_on_earth() {
        assert!(Place::new(90.0, -180.0).is_ok());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.1), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Place::new(latitude, longitude).unwrap_err().code, Code::BadPlace);
        }
    }
}
