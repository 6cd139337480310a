//! Towns of France and Great Britain, and homes in them.

use std::sync::LazyLock;

use super::{Home, Tongue};
use crate::{draws::Draws, store::Store};

const LIST: &str = include_str!("../../data/towns.txt");

/// Letters of the inward half of a British code (without those that Royal Mail leaves out).
const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";

/// A town.
#[derive(Debug)]
struct Town {
    country: &'static str,
    name: &'static str,
    codes: Vec<&'static str>,
    lat: f32,
    lon: f32,
    weight: f64,
}

/// The towns of a country.
#[derive(Debug)]
struct Towns {
    towns: Vec<Town>,
    weights: Vec<f64>,
}

static FRANCE: LazyLock<Towns> = LazyLock::new(|| Towns::of("FR"));
static BRITAIN: LazyLock<Towns> = LazyLock::new(|| Towns::of("GB"));

impl Towns {
    fn of(country: &str) -> Self {
        let towns: Vec<Town> = LIST.lines().filter_map(town).filter(|town| town.country == country).collect();
        let weights = towns.iter().map(|town| town.weight).collect();
        Self { towns, weights }
    }
}

/// A home in a town of the country whose language is spoken: of one in twenty in the other.
pub(crate) fn home(tongue: Tongue, stores: &[Store], draws: &mut Draws) -> Home {
    let is_abroad = draws.chance(0.05);
    let country = if (tongue == Tongue::French) == is_abroad { &*BRITAIN } else { &*FRANCE };
    let town = &country.towns[draws.weighted(&country.weights)];
    let code = draws.one_of(&town.codes).copied().unwrap_or_default();
    // About six kilometers around the middle of the town.
    let (lat, lon) = (town.lat + 0.03 * draws.normal() as f32, town.lon + 0.04 * draws.normal() as f32);
    let region = nearest(stores, lat, lon).map_or(0, |(store, _)| store.region);
    let postal_code = postal_code(town.country, code, draws);
    Home { region, country: town.country, city: town.name, postal_code, lat, lon }
}

/// The store that is nearest, and how many kilometers it is away.
pub(crate) fn nearest(stores: &[Store], lat: f32, lon: f32) -> Option<(&Store, f32)> {
    let all = stores.iter().map(|store| (store, distance_km((lat, lon), (store.lat, store.lon))));
    all.min_by(|a, b| a.1.total_cmp(&b.1))
}

/// Kilometers between two places of one region of the earth, as on a plane.
fn distance_km(a: (f32, f32), b: (f32, f32)) -> f32 {
    const KM_A_DEGREE: f32 = 111.2;
    let north = (a.0 - b.0) * KM_A_DEGREE;
    let east = (a.1 - b.1) * KM_A_DEGREE * libm::cosf((a.0 + b.0).to_radians() / 2.0);
    libm::sqrtf(north * north + east * east)
}

fn postal_code(country: &str, code: &str, draws: &mut Draws) -> String {
    if country == "FR" {
        return code.to_owned();
    }
    let digit = draws.below(10);
    let mut letter = || char::from(INWARD[draws.below(INWARD.len())]);
    let (a, b) = (letter(), letter());
    format!("{code} {digit}{a}{b}")
}

/// A line of the list: `FR | Gap | 05000 | 44.560 | 6.079 | 2`.
fn town(line: &'static str) -> Option<Town> {
    let mut parts = line.split(" | ");
    let country = parts.next().filter(|country| matches!(*country, "FR" | "GB"))?;
    let (name, codes) = (parts.next()?, parts.next()?.split(' ').collect());
    let mut number = || parts.next()?.parse::<f32>().ok();
    Some(Town { country, name, codes, lat: number()?, lon: number()?, weight: f64::from(number()?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Seed,
        draws::{Entity, Purpose},
    };

    #[test]
    fn every_line_of_the_list_is_read() {
        let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count();
        let all = || FRANCE.towns.iter().chain(&BRITAIN.towns);
        assert_eq!(all().count(), lines);
        assert!(all().all(|town| (41.0..58.0).contains(&town.lat) && (-6.0..10.0).contains(&town.lon)));
    }

    #[test]
    fn codes_have_the_form_of_their_country() {
        for number in 0..500 {
            let mut draws = Seed(2).draws(Entity::Person(number), 0, Purpose::Home);
            let tongue = if number % 2 == 0 { Tongue::French } else { Tongue::English };
            let home = home(tongue, &[], &mut draws);
            let code = home.postal_code.as_bytes();
            if home.country == "FR" {
                assert!(code.len() == 5 && code.iter().all(u8::is_ascii_digit), "{home:?}");
            } else {
                assert!(code[code.len() - 4] == b' ' && code[code.len() - 3].is_ascii_digit(), "{home:?}");
            }
        }
    }

    #[test]
    fn the_nearest_store_is_found() {
        let store = |number, lat, lon| Store { number, slug: String::new(), city: "", region: 0, lat, lon };
        let stores = [store(0, 48.39, -4.49), store(1, 45.19, 5.72)];
        let (near, km) = nearest(&stores, 45.76, 4.84).unwrap();
        assert_eq!(near.number, 1);
        assert!((90.0..100.0).contains(&km), "{km}");
    }
}
