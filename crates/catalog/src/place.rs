//! Stores, where they are, and which ones with an item are near.

use std::{cmp::Reverse, collections::BTreeMap};

use model::time::Timestamp;

use crate::{
    fault::{Code, Fault},
    item::StoreStock,
    limits,
    view::{ItemView, VariantView},
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
    /// Its postal address, as far as that is known.
    pub address: Option<Address>,
}

/// A postcode in its country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    country: String,
    postcode: String,
}

/// A place on Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    latitude: f64,
    longitude: f64,
}

/// What is known of how many of an item a store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InStore {
    /// It has some, by word that is fresh.
    Available {
        /// How many.
        count: u32,
        /// The moment of which that is true: of several words, the oldest.
        as_of: Timestamp,
    },
    /// It had some, by word that is too old to say that it has.
    Unknown {
        /// The moment of which that was true: of several words, the latest.
        as_of: Timestamp,
    },
}

/// From where somebody looks for a store.
#[derive(Debug, Clone, PartialEq)]
pub enum Seeker {
    /// From a place.
    At(Place),
    /// From somewhere with this postcode.
    Near(Address),
}

/// A store that has an item, or had.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearby<'c> {
    /// The store.
    pub store: &'c Store,
    /// How far it is as the crow flies, in meters; `None` for who looks by postcode.
    pub distance_m: Option<f64>,
    /// What it has.
    pub stock: InStore,
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

impl Address {
    /// A postcode in a country (ISO 3166-1, two letters).
    ///
    /// # Errors
    /// `BAD_PLACE` for what cannot be one.
    pub fn new(country: &str, postcode: &str) -> Result<Self, Fault> {
        let bad = |field, why: &str| Err(Fault::new(Code::BadPlace, field, why.to_owned()));
        if country.len() != 2 || !country.bytes().all(|letter| letter.is_ascii_alphabetic()) {
            return bad("country", "A country has two letters, such as FR.");
        }
        let plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, ' ' | '-');
        let signs = folded(postcode).count();
        if postcode.len() > limits::POSTCODE_BYTES || signs < 2 || !postcode.chars().all(plain) {
            return bad("postcode", "A postcode has 2 to 12 letters and digits, with blanks and hyphens between them.");
        }
        Ok(Self { country: country.to_ascii_uppercase(), postcode: postcode.to_owned() })
    }

    /// The country, in capital letters.
    pub fn country(&self) -> &str {
        &self.country
    }

    /// The postcode, as it was told.
    pub fn postcode(&self) -> &str {
        &self.postcode
    }

    /// How many signs the postcodes of two addresses in one country begin alike with. Case, blanks and hyphens do not
    /// count.
    pub fn shared_signs(&self, other: &Self) -> usize {
        if self.country != other.country {
            return 0;
        }
        folded(&self.postcode).zip(folded(&other.postcode)).take_while(|(one, other)| one == other).count()
    }
}

fn folded(postcode: &str) -> impl Iterator<Item = char> {
    postcode.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase())
}

/// The stores that have an item, or one of its variants, by word that is true of `fresh_since` or later; and those that
/// had it by word that is older. Each part of a number has its own moment: what is fresh is added up, and nothing else.
pub fn stores_with<'c>(
    item: &ItemView<'c>,
    variant: Option<&VariantView<'c>>,
    fresh_since: Timestamp,
) -> Vec<(&'c Store, InStore)> {
    let words = variant.map_or_else(|| item.words_of_stores(), VariantView::words_of_stores);
    let mut known: BTreeMap<&str, InStore> = BTreeMap::new();
    for (store, StoreStock { count, as_of }) in words.into_iter().filter(|(_, stock)| stock.count > 0) {
        let said = if as_of >= fresh_since { InStore::Available { count, as_of } } else { InStore::Unknown { as_of } };
        known.entry(store).and_modify(|all| *all = all.and(said)).or_insert(said);
    }
    let stores = item.catalog().stores();
    known.into_iter().filter_map(|(store, stock)| Some((stores.get(store)?, stock))).collect()
}

impl InStore {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Available { count, as_of }, Self::Available { count: more, as_of: at }) => {
                Self::Available { count: count.saturating_add(more), as_of: as_of.min(at) }
            }
            (Self::Unknown { as_of }, Self::Unknown { as_of: at }) => Self::Unknown { as_of: as_of.max(at) },
            (some @ Self::Available { .. }, Self::Unknown { .. })
            | (Self::Unknown { .. }, some @ Self::Available { .. }) => some,
        }
    }
}

/// Of these stores the nearest: those that have some before those of which that is not known, and of two as near the
/// first by id. Who looks by postcode gets those whose own begins alike, the longest first; a store that does not say
/// where it is, is near nobody.
pub fn nearest<'c>(stores: &[(&'c Store, InStore)], from: &Seeker, most: usize) -> Vec<Nearby<'c>> {
    let mut near: Vec<(usize, Nearby<'c>)> = Vec::with_capacity(stores.len());
    for &(store, stock) in stores {
        match from {
            Seeker::At(place) => near
                .extend(store.place.map(|own| (0, Nearby { store, distance_m: Some(place.distance_m(own)), stock }))),
            Seeker::Near(address) => {
                let shared = store.address.as_ref().map_or(0, |own| own.shared_signs(address));
                near.extend((shared > 0).then_some((shared, Nearby { store, distance_m: None, stock })));
            }
        }
    }
    near.sort_by(|(one_shares, one), (other_shares, other)| {
        let meters = |near: &Nearby<'_>| near.distance_m.unwrap_or_default();
        let rank =
            |shares: &usize, near: &Nearby<'_>| (matches!(near.stock, InStore::Unknown { .. }), Reverse(*shares));
        let ranks = rank(one_shares, one).cmp(&rank(other_shares, other));
        ranks.then(meters(one).total_cmp(&meters(other))).then(one.store.id.cmp(&other.store.id))
    });
    near.truncate(most);
    near.into_iter().map(|(_, near)| near).collect()
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
