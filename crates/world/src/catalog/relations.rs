//! What truly goes with an item and what may be bought in its place.

use super::{
    Category, Cut, Item, ItemId,
    rows::{ROWS, goes_with},
    taste,
};
use crate::calendar::Day;

/// How many substitutes an item has at most.
const SUBSTITUTES: usize = 6;

/// How far the price of a substitute may lie away: as a factor.
const PRICE_RANGE: f64 = 1.6;

/// For each item the best item of each category that goes with its own. Few items are the complements of many, as it is
/// in shops; each is sold all the time.
pub(super) fn complements(items: &[Item], categories: &[Category]) -> Vec<Vec<ItemId>> {
    let place = |slug: &&str| categories.iter().find(|category| category.slug == **slug);
    let by_category: Vec<Vec<&Category>> =
        ROWS.iter().map(|row| goes_with(row.slug, row.family).iter().filter_map(place).collect()).collect();
    let of = |item: &Item| {
        let best = |category: &&Category| {
            let all = category.items.iter().map(|id| &items[id.0 as usize]);
            let steady = all.filter(|other| other.arrives == Day(0) && other.leaves.is_none());
            let worn = steady.filter(|other| other.id != item.id && may_go_together(item.cut, other.cut));
            worn.max_by(|a, b| match_of(item, a).total_cmp(&match_of(item, b))).map(|other| other.id)
        };
        by_category[usize::from(item.category.0)].iter().filter_map(best).collect()
    };
    items.iter().map(of).collect()
}

/// For each item those of its category at a similar price that lie nearest among tastes.
pub(super) fn substitutes(items: &[Item], categories: &[Category]) -> Vec<Vec<ItemId>> {
    let of = |item: &Item| {
        let all = categories[usize::from(item.category.0)].items.iter().map(|id| &items[id.0 as usize]);
        let like = all.filter(|other| {
            let ratio = f64::from(other.price) / f64::from(item.price);
            other.id != item.id
                && may_go_together(item.cut, other.cut)
                && (1.0 / PRICE_RANGE..PRICE_RANGE).contains(&ratio)
        });
        let mut near: Vec<(f32, ItemId)> =
            like.map(|other| (taste::fit(&item.latent, &other.latent), other.id)).collect();
        near.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        near.into_iter().take(SUBSTITUTES).map(|(_, id)| id).collect()
    };
    items.iter().map(of).collect()
}

/// How well an item goes with another: popular ones do with everything.
fn match_of(item: &Item, other: &Item) -> f32 {
    2.0 * taste::fit(&item.latent, &other.latent) + other.appeal
}

/// Whether one person can wear both.
fn may_go_together(one: Cut, other: Cut) -> bool {
    one == other || one == Cut::All || other == Cut::All
}
