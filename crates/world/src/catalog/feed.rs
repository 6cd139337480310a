//! What is wrong in the shop's feed of items, on purpose.

use super::{BadRow, Item};
use crate::{
    Seed,
    draws::{Entity, Purpose},
};

/// Share of rows that are wrong.
const BAD: f64 = 0.05;

/// What a price that is missing, negative or in the wrong unit looks like.
fn wrong_price(price: u32, which: usize) -> String {
    let (euros, cents) = (price / 100, price % 100);
    match which {
        0 => String::new(),
        1 => format!("-{euros}.{cents:02}"),
        _ => price.to_string(),
    }
}

/// The wrong rows: for 5 % of the items one of three defects.
pub(super) fn bad_rows(seed: Seed, items: &[Item]) -> Vec<BadRow> {
    let of = |item: &Item| {
        let mut draws = seed.draws(Entity::Item(item.id.0), 0, Purpose::Defect);
        draws.chance(BAD).then(|| match draws.below(3) {
            0 => BadRow::Twice(item.id, format!("{}-b", item.id)),
            1 => BadRow::Price(item.id, wrong_price(item.price, draws.below(3))),
            _ => BadRow::Category(item.id, ["divers", "old-2019", "?"][draws.below(3)].to_owned()),
        })
    };
    items.iter().filter_map(of).collect()
}
