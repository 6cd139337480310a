//! Draws the items of a catalog.

use super::{
    Cut, Item, ItemId, Latent,
    families::{KINDS, Kind, sizes},
    rows::{ROWS, Row},
    taste,
    texts::{self, Named},
    words::WORDS,
};
use crate::{
    Seed, Size,
    calendar::{Calendar, Day},
    catalog::CategoryId,
    draws::{Entity, Purpose},
};

/// The deviation of the log of an item's share within its category: with taste and price on top it concentrates sales
/// as plausible shops see them (a Gini of 0.6 to 0.8).
pub(super) const APPEAL_SPREAD: f64 = 1.25;

/// Share of items that arrive while the world is lived, and of the others share of those that leave then.
const ARRIVES_LATER: f64 = 0.12;
const LEAVES: f64 = 0.08;

/// Share of items that are used for something else than most of their category.
const OTHER_PURPOSE: f64 = 0.3;

const DAYS_A_MONTH: f64 = 365.0 / 12.0;

/// All items, by number: those of a category stand together.
pub(super) fn items(seed: Seed, size: Size, calendar: Calendar) -> Vec<Item> {
    let mut items = Vec::with_capacity(size.items() as usize);
    for (number, (row, count)) in ROWS.iter().zip(counts(size)).enumerate() {
        // Categories have a stream behind all items, of which there are fewer than this number.
        let mut draws = seed.draws(Entity::Item(u32::MAX - number as u32), 0, Purpose::Taste);
        let category = Shelf { id: CategoryId(number as u16), row, kind: kind(row), style: taste::style(&mut draws) };
        for nth in 0..count {
            let id = ItemId(items.len() as u32);
            items.push(category.item(seed, calendar, id, nth));
        }
    }
    mark_defective(&mut items);
    items
}

/// A category while its items are drawn.
struct Shelf {
    id: CategoryId,
    row: &'static Row,
    kind: &'static Kind,
    style: Latent,
}

impl Shelf {
    /// Its `nth` item.
    fn item(&self, seed: Seed, calendar: Calendar, id: ItemId, nth: usize) -> Item {
        let Self { row, kind, .. } = *self;
        let entity = Entity::Item(id.0);
        let mut nature = seed.draws(entity, 0, Purpose::Nature);
        let (mut purpose, mut terrain) = (row.purpose, row.terrain);
        if nature.chance(OTHER_PURPOSE) {
            purpose = taste::PURPOSES[nature.below(taste::PURPOSES.len())];
            terrain = taste::TERRAINS[nature.below(taste::TERRAINS.len())];
        }
        let cut = nature.one_of(row.cuts(kind.cuts)).copied().unwrap_or(Cut::All);
        let is_waterproof = nature.chance(kind.waterproof);
        let width = ["narrow", "regular", "wide"][nature.weighted(&[0.15, 0.6, 0.25])];
        let weight = nature.log_normal(row.grams, 0.15).max(5.0) as u32;
        let appeal = (APPEAL_SPREAD * nature.normal()) as f32;

        let mut naming = seed.draws(entity, 0, Purpose::Naming);
        let (brand, line) = texts::brand_and_line(row.family, nth, usize::from(self.id.0) * 5);
        let properties = WORDS.properties(row.family);
        let property = properties[naming.below(properties.len())];
        let named = Named { noun: row.noun, brand, line, property, is_waterproof, cut, purpose, terrain, weight };

        let mut price = seed.draws(entity, 0, Purpose::Price);
        let (arrives, leaves) = lifetime(seed, calendar, id);
        Item {
            id,
            category: self.id,
            family: row.family,
            brand,
            name: texts::name(&named),
            description: texts::description(&named),
            price: rounded(price.log_normal(row.euros, kind.price_spread)),
            margin: price.between(kind.margin.0, kind.margin.1) as f32,
            weight,
            cut,
            purpose,
            terrain,
            is_waterproof,
            width: row.has_width().then_some(width),
            sizes: sizes(row.sizing(kind.sizing), cut),
            latent: taste::item(purpose, terrain, &self.style, &mut seed.draws(entity, 0, Purpose::Taste)),
            appeal,
            season: row.season(kind.season),
            lasts: (f64::from(kind.lasts_months) * DAYS_A_MONTH) as u32,
            arrives,
            leaves,
            is_defective: false,
        }
    }
}

/// What is true of the family of a category.
fn kind(row: &Row) -> &'static Kind {
    &KINDS[row.family as usize]
}

/// How many items each category has: by the weight of its family, at least one, all together as many as the size says.
fn counts(size: Size) -> Vec<usize> {
    let total: f64 = ROWS.iter().map(|row| kind(row).weight).sum();
    let (mut passed, mut given) = (0.0, 0);
    let count = |row: &Row| {
        passed += kind(row).weight / total * f64::from(size.items());
        let upto = libm::round(passed) as usize;
        let count = upto - given;
        given = upto;
        count
    };
    ROWS.iter().map(count).collect()
}

/// From when and until when an item is sold.
fn lifetime(seed: Seed, calendar: Calendar, id: ItemId) -> (Day, Option<Day>) {
    let mut draws = seed.draws(Entity::Item(id.0), 0, Purpose::Lifetime);
    // Not on the first or the last day, where nobody would notice.
    let mut within = || Day(1 + draws.below(calendar.days.saturating_sub(2) as usize) as u32);
    let (early, late) = (within(), within());
    if draws.chance(ARRIVES_LATER) { (early, None) } else { (Day(0), draws.chance(LEAVES).then_some(late)) }
}

/// A price as shops write it, in cents: `128.90`, and `8.50` below ten euros.
fn rounded(euros: f64) -> u32 {
    if euros < 10.0 { (libm::round(euros * 2.0).max(4.0) * 50.0) as u32 } else { libm::round(euros) as u32 * 100 - 10 }
}

/// The batch with a defect: what one brand makes for one category.
fn mark_defective(items: &mut [Item]) {
    let in_batch = |item: &Item| ROWS[usize::from(item.category.0)].slug == "boots-trek" && item.arrives == Day(0);
    let by_appeal = |a: &&Item, b: &&Item| a.appeal.total_cmp(&b.appeal);
    if let Some(brand) = items.iter().filter(|item| in_batch(item)).max_by(by_appeal).map(|item| item.brand) {
        items.iter_mut().filter(|item| in_batch(item) && item.brand == brand).for_each(|item| item.is_defective = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_as_shops_write_them() {
        assert_eq!([8.3, 128.7, 0.2, 10.0].map(rounded), [850, 12_890, 200, 990]);
    }

    #[test]
    fn all_items_are_given_to_categories() {
        for size in [Size::S, Size::M, Size::L] {
            let counts = counts(size);
            assert_eq!(counts.iter().sum::<usize>(), size.items() as usize);
            assert!(counts.iter().all(|count| *count >= 1));
        }
    }
}
