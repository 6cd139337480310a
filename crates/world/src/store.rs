//! The shops in towns, and what they and the web have in stock.

use crate::{
    World,
    calendar::Day,
    catalog::{Item, ItemId},
    draws::{Entity, Purpose},
};

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

/// Slug, name, region, latitude and longitude.
type Town = (&'static str, &'static str, u8, (f32, f32));

const STORES: [Town; 12] = [
    ("brest", "Brest", 0, (48.39, -4.49)),
    ("rennes", "Rennes", 0, (48.11, -1.68)),
    ("caen", "Caen", 1, (49.18, -0.37)),
    ("paris", "Paris", 2, (48.86, 2.35)),
    ("strasbourg", "Strasbourg", 3, (48.58, 7.75)),
    ("bordeaux", "Bordeaux", 4, (44.84, -0.58)),
    ("toulouse", "Toulouse", 5, (43.60, 1.44)),
    ("grenoble", "Grenoble", 6, (45.19, 5.72)),
    ("lyon", "Lyon", 6, (45.76, 4.84)),
    ("marseille", "Marseille", 7, (43.30, 5.37)),
    ("keswick", "Keswick", 8, (54.60, -3.13)),
    ("cardiff", "Cardiff", 9, (51.48, -3.18)),
];

/// The twelve stores.
pub fn all() -> Vec<Store> {
    let store = |(at, town): (usize, &Town)| Store {
        number: at as u8,
        slug: format!("store-{}", town.0),
        city: town.1,
        region: town.2,
        lat: town.3.0,
        lon: town.3.1,
    };
    STORES.iter().enumerate().map(store).collect()
}

/// Share of items that a store keeps at all; the web keeps all.
const KEPT_BY_STORE: f64 = 0.45;

/// Share of deliveries to the web and to a store that come late, after the last piece is gone.
const LATE_WEB: f64 = 0.10;
const LATE_STORE: f64 = 0.20;

/// Days from one delivery to the next.
const CYCLE: u32 = 28;

/// How many pieces of an item a store (by number; none: the web) has in the morning of a day. What people buy does not
/// change it: the stock of a world is the same under every policy.
///
/// It falls from one delivery to the next; where the next is late there is none for the last days. What is not sold
/// (any more) has none.
pub fn stock(world: &World, item: ItemId, store: Option<u8>, day: Day) -> u16 {
    let item = world.catalog.item(item);
    if !item.is_sold_on(day) {
        return 0;
    }
    let seller = u32::from(store.map_or(u8::MAX, |number| number));
    let draws = |cycle| world.seed.draws(Entity::Item(item.id.0), cycle * 256 + seller, Purpose::Stock);
    let mut nature = draws(0);
    if store.is_some() && !nature.chance(KEPT_BY_STORE) {
        return 0;
    }
    let since = day.0 + nature.below(CYCLE as usize) as u32;
    let (cycle, age) = (since / CYCLE, f64::from(since % CYCLE) / f64::from(CYCLE));
    let mut delivery = draws(1 + cycle);
    let full = usual(item, store) * delivery.between(0.7, 1.3);
    let late = if store.is_some() { LATE_STORE } else { LATE_WEB };
    // A delivery that is late is preceded by up to a quarter of the time without a piece.
    let gone_at = if delivery.chance(late) { 1.0 - 0.25 * delivery.unit() } else { 1.2 };
    libm::ceil((full * (1.0 - age / gone_at)).max(0.0)) as u16
}

/// The pieces that are delivered: more of what is wanted more, in steps from the least to the most.
fn usual(item: &Item, store: Option<u8>) -> f64 {
    let wanted = libm::exp(0.7 * f64::from(item.appeal)).clamp(0.2, 8.0);
    if store.is_some() { 6.0 * wanted } else { 60.0 * wanted }
}

#[cfg(test)]
mod tests {
    use model::time::Timestamp;

    use super::*;
    use crate::{Seed, Size, weather};

    fn world() -> World {
        World::new(Seed(5), Size::S, Timestamp::from_millis(1_767_225_600_000).unwrap())
    }

    #[test]
    fn twelve_stores_lie_in_regions_that_have_weather() {
        let stores = all();
        assert_eq!(stores.len(), 12);
        assert!(stores.iter().enumerate().all(|(at, store)| usize::from(store.number) == at));
        assert!(stores.iter().all(|store| store.region < weather::REGIONS));
        assert!((0..weather::REGIONS).all(|region| stores.iter().any(|store| store.region == region)));
    }

    #[test]
    fn the_web_seldom_lacks_what_is_sold_and_stores_keep_less_than_half() {
        let world = world();
        let share = |store: Option<u8>| {
            let days = (0..30).step_by(6).map(Day);
            let (had, sold) = days.fold((0, 0), |(had, sold), day| {
                let items: Vec<ItemId> = world.catalog.on_sale(day).collect();
                (had + items.iter().filter(|id| stock(&world, **id, store, day) > 0).count(), sold + items.len())
            });
            had as f64 / sold as f64
        };
        let web = share(None);
        assert!((0.97..1.0).contains(&web), "{web}");
        let stores = (0..12).map(|number| share(Some(number))).sum::<f64>() / 12.0;
        assert!((0.39..0.48).contains(&stores), "{stores}");
    }

    #[test]
    fn stock_falls_until_a_delivery_and_is_none_of_what_is_not_sold() {
        let world = world();
        let item = world.catalog.items.iter().find(|item| item.arrives > Day(3)).unwrap();
        assert_eq!(stock(&world, item.id, None, Day(0)), 0);
        let always = world.catalog.items.iter().find(|item| item.arrives == Day(0) && item.leaves.is_none()).unwrap();
        let days: Vec<u16> = (0..30).map(|day| stock(&world, always.id, None, Day(day))).collect();
        assert!(days.windows(2).filter(|pair| pair[1] > pair[0]).count() <= 2, "{days:?}");
        assert!(days.windows(2).any(|pair| pair[1] < pair[0]));
    }
}
