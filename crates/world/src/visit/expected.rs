//! What somebody is expected to look at from a moment on, by everything that is true of them and nothing that chance has
//! yet to decide: what no list can be better than.

use crate::{
    calendar::Day,
    catalog::{CategoryId, ItemId},
};

use super::{
    Shopper,
    choice::examined,
    route::{BESIDE, FITS, INSTEAD, STRAYS, THOUGHTS, TURNS},
};

/// What of a visit is decided already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Screen {
    /// The category that it is about, once something of it was on the screen.
    pub about: Option<CategoryId>,
    /// The item that is looked at, if one is.
    pub item: Option<ItemId>,
}

/// How much of what is looked at in the next two weeks is looked at in the visit that is going on.
const THIS_VISIT: f32 = 0.5;

impl Shopper<'_> {
    /// How often each item is expected to be looked at in this visit and those of the next two weeks, by number and in
    /// proportion to each other: 0 of what is not sold.
    ///
    /// A visit is about what is needed or comes to mind, and from the list of that category, from what may replace the
    /// last item and from what goes with it an item is chosen by the multinomial logit that [`Shopper::choose_listed`]
    /// draws from.
    pub fn looks(&self, screen: Screen) -> Vec<f32> {
        let catalog = &self.world.catalog;
        let mut looks = vec![0.0; catalog.items.len()];
        for (category, share) in self.abouts(screen).into_iter().enumerate() {
            let listed = |page| self.shares(catalog.listed(CategoryId(category as u16), self.day, page));
            let (first, second) = (listed(0), listed(1));
            let deep = if second.is_empty() { 0.0 } else { TURNS as f32 };
            let beside = (INSTEAD + BESIDE) as f32;
            let mut add = |part: f32, list: &[(ItemId, f32)]| {
                list.iter().for_each(|(item, chance)| looks[item.0 as usize] += share * part * chance);
            };
            add(1.0 - beside - deep, &first);
            add(deep, &second);
            for (item, chance) in &first {
                add(INSTEAD as f32 * chance, &self.sold(&catalog.substitutes[item.0 as usize]));
                add(BESIDE as f32 * chance, &self.sold(&catalog.complements[item.0 as usize]));
            }
        }
        if let Some(item) = screen.item {
            let next = [(INSTEAD, &catalog.substitutes), (BESIDE, &catalog.complements)];
            for (part, beside) in next {
                for (other, chance) in self.sold(&beside[item.0 as usize]) {
                    looks[other.0 as usize] += THIS_VISIT * part as f32 * chance;
                }
            }
        }
        looks
    }

    /// What a list is expected to earn if one item of it or none is chosen, in cents, its first places looked at most:
    /// the multinomial logit with an item that half of all people find fitting for none.
    pub fn earnings(&self, list: &[ItemId]) -> f64 {
        let weight = |place: usize, item: ItemId| f64::from(examined(place) * libm::expf(self.utility(item) - FITS));
        let (mut earned, mut all) = (0.0, 1.0);
        for (place, item) in list.iter().enumerate() {
            let weight = weight(place, *item);
            all += weight;
            let item = self.world.catalog.item(*item);
            earned += weight * f64::from(item.price) * f64::from(item.margin);
        }
        earned / all
    }

    /// What a visit is about, by category: the one that is going on, and those that follow.
    fn abouts(&self, screen: Screen) -> Vec<f32> {
        let catalog = &self.world.catalog;
        let weights: Vec<f32> = catalog.items.iter().map(|item| libm::expf(self.utility(item.id))).collect();
        let others = (THOUGHTS - 1) as f32 * weights.iter().sum::<f32>() / weights.len().max(1) as f32;
        let mut abouts = vec![0.0; catalog.categories.len()];
        for (item, weight) in catalog.items.iter().zip(&weights) {
            abouts[usize::from(item.category.0)] += weight / (weight + others);
        }
        let all: f32 = abouts.iter().sum();
        let later = if screen.about.is_some() { 1.0 - THIS_VISIT } else { 1.0 };
        let strays = if self.needed.is_some() { STRAYS as f32 } else { 1.0 };
        abouts.iter_mut().for_each(|share| *share *= later * strays / all.max(f32::MIN_POSITIVE));
        if let Some(needed) = self.needed {
            abouts[usize::from(needed.0)] += later * (1.0 - strays);
        }
        if let Some(about) = screen.about {
            abouts[usize::from(about.0)] += THIS_VISIT;
        }
        abouts
    }

    fn sold(&self, items: &[ItemId]) -> Vec<(ItemId, f32)> {
        self.shares(items.iter().copied().filter(|item| self.is_sold(*item, self.day)))
    }

    fn is_sold(&self, item: ItemId, day: Day) -> bool {
        self.world.catalog.item(item).is_sold_on(day)
    }

    /// The chance of each item of a list to be chosen next.
    fn shares(&self, items: impl Iterator<Item = ItemId>) -> Vec<(ItemId, f32)> {
        let weights = items.enumerate().map(|(place, item)| (item, examined(place) * libm::expf(self.utility(item))));
        let mut weights: Vec<(ItemId, f32)> = weights.collect();
        let all: f32 = weights.iter().map(|(_, weight)| weight).sum();
        weights.iter_mut().for_each(|(_, weight)| *weight /= all);
        weights
    }
}
