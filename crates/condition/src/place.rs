//! Distances on earth.

use model::value::{Fields, Value};

use crate::number::Number;

/// The mean radius of the earth (IUGG).
const EARTH_KM: f64 = 6_371.008_8;

/// Kilometers of great circle from a place (`lat` and `lon` in degrees) to a point, by the haversine formula, which
/// is exact to half a percent on the real, flattened earth. `None` if the place is none.
pub(crate) fn distance_km(place: &Fields, lat: f64, lon: f64) -> Option<Number> {
    let degrees =
        |name: &str, most: f64| place.get(name).and_then(Value::as_number).filter(|degrees| degrees.abs() <= most);
    let (from_lat, from_lon) = (degrees("lat", 90.0)?, degrees("lon", 180.0)?);
    let half_chord = |from: f64, to: f64| libm::pow(libm::sin((to - from).to_radians() / 2.0), 2.0);
    let cosines = libm::cos(from_lat.to_radians()) * libm::cos(lat.to_radians());
    let h = half_chord(from_lat, lat) + cosines * half_chord(from_lon, lon);
    Number::from_f64(2.0 * EARTH_KM * libm::asin(libm::sqrt(h.min(1.0))))
}

#[cfg(test)]
mod tests {
    use model::value::Finite;

    use super::*;

    fn place(lat: f64, lon: f64) -> Fields {
        let degrees = |degrees| Value::Float(Finite::new(degrees).unwrap());
        [("lat", degrees(lat)), ("lon", degrees(lon))].into_iter().collect()
    }

    #[test]
    fn distances_are_those_of_the_map() {
        // Brest to Paris, about 505 km; opposite points, half the circumference; a point to itself.
        let brest = place(48.3904, -4.4861);
        let to = |place: &Fields, lat, lon| distance_km(place, lat, lon).unwrap().as_f64();
        assert!((to(&brest, 48.8566, 2.3522) - 505.0).abs() < 3.0);
        assert!((to(&place(0.0, 0.0), 0.0, 180.0) - 20_015.1).abs() < 0.1);
        assert_eq!(to(&brest, 48.3904, -4.4861), 0.0);
        assert!(to(&place(0.0, 179.9), 0.0, -179.9) < 23.0, "over the date line");
        assert_eq!(distance_km(&place(91.0, 0.0), 0.0, 0.0), None);
        assert_eq!(distance_km(&Fields::default(), 0.0, 0.0), None);
    }
}
