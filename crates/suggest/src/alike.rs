//! Which items are alike by what is said of them, and which are new. Kept up as the catalog changes, without training.
//!
//! The measure is the cosine of features weighed by how rare they are, as in `recommend::content`; here an item is
//! changed in place, a question looks at a bounded number of items however many there are, and features are hashes.

use std::collections::BTreeSet;

use catalog::{item::Role, number::ItemNumber, view::ItemView};
use model::time::Timestamp;
use recommend::{
    history::Item,
    scored::{Scored, best},
};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

mod feature;

pub(crate) use feature::number_of_text;
use feature::{Features, TITLE};

/// All items that are sold, by what they are like and by since when they are offered.
#[derive(Debug, Clone, Default)]
pub struct Alike {
    /// By number.
    items: Vec<Option<Box<Known>>>,
    count: usize,
    /// Which items have a feature, in rising order.
    having: FxHashMap<u32, Vec<u32>>,
    by_since: BTreeSet<(Timestamp, u32)>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    features: Features,
    since: Timestamp,
}

/// Of a feature that more items have only so many are looked at: those nearest by number.
const MOST_HAVING: usize = 1_000;

/// A question visits so many entries of features, the rarest features first.
const MOST_VISITED: usize = 6_000;

/// Of so many times as many items as are asked for the exact likeness is found, and of [`EXACT`] more.
const EXACT_TIMES: usize = 2;
const EXACT: usize = 30;

impl Alike {
    /// Knows no item yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an item in, or what is new of it. An item that is not sold itself is forgotten.
    pub fn set(&mut self, item: &ItemView<'_>) {
        if item.role() != Role::Sold {
            return self.remove(item.number());
        }
        let (number, new) = (item.number().0, Known { features: Features::of(item), since: item.offered_since() });
        let place = number as usize;
        if self.items.len() <= place {
            self.items.resize_with(place + 1, || None);
        }
        let old = self.items[place].take();
        let (none, had) = (Features::default(), old.as_ref().map(|old| &old.features));
        let had = had.unwrap_or(&none);
        for feature in had.names().filter(|feature| !new.features.has(*feature)) {
            self.forget(feature, number);
        }
        for feature in new.features.names().filter(|feature| !had.has(*feature)) {
            let having = self.having.entry(feature).or_default();
            if let Err(at) = having.binary_search(&number) {
                having.insert(at, number);
            }
        }
        match old {
            Some(old) => _ = self.by_since.remove(&(old.since, number)),
            None => self.count += 1,
        }
        self.by_since.insert((new.since, number));
        self.items[place] = Some(Box::new(new));
    }

    /// Forgets an item.
    pub fn remove(&mut self, number: ItemNumber) {
        let Some(old) = self.items.get_mut(number.0 as usize).and_then(Option::take) else { return };
        old.features.names().for_each(|feature| self.forget(feature, number.0));
        self.by_since.remove(&(old.since, number.0));
        self.count -= 1;
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The items most like one, at most `count`, best first; the score is from 0 to 1.
    pub fn similar(&self, number: ItemNumber, count: usize) -> Vec<Scored> {
        let Some(known) = self.known(number.0) else { return Vec::new() };
        let mut asked: Vec<(u32, f32)> =
            known.features.iter().map(|(feature, weight)| (feature, weight * self.rarity(feature))).collect();
        let length = asked.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        let found = self.gather(number.0, &mut asked);
        let promising = best(found, count.saturating_mul(EXACT_TIMES).saturating_add(EXACT));
        let rare: FxHashMap<u32, (f32, f32)> =
            asked.iter().map(|(feature, weight)| (*feature, (*weight, self.rarity(*feature)))).collect();
        let exact = |one: Scored| {
            let (mut product, mut squares) = (0.0, 0.0);
            for (feature, weight) in self.known(one.item.0)?.features.iter() {
                let shared = rare.get(&feature);
                let own = weight * shared.map_or_else(|| self.rarity(feature), |(_, rarity)| *rarity);
                squares += own * own;
                product += shared.map_or(0.0, |(weight, _)| weight * own);
            }
            (product > 0.0).then(|| Scored { score: product / (length * squares.sqrt()), ..one })
        };
        best(promising.into_iter().filter_map(exact).collect(), count)
    }

    /// Items with the moments since when they are offered, the newest first; at most `count`. Those that will only be
    /// offered later are left out.
    pub fn newest(&self, now: Timestamp, count: usize) -> Vec<(ItemNumber, Timestamp)> {
        let past = self.by_since.range(..=(now, u32::MAX)).rev();
        past.take(count).map(|(since, number)| (ItemNumber(*number), *since)).collect()
    }

    /// The items with all words of a text in a title, in order of their numbers; at most `count`.
    pub fn titled(&self, text: &str, count: usize) -> Vec<ItemNumber> {
        let words: FxHashSet<u32> = feature::words(text).map(|word| feature::word(&word)).collect();
        let having: Option<Vec<&Vec<u32>>> = words.iter().map(|word| self.having.get(word)).collect();
        let fewest = having.into_iter().flatten().min_by_key(|having| having.len());
        let in_title = |number: &&u32| {
            self.known(**number).is_some_and(|known| words.iter().all(|word| known.features.weight(*word) >= TITLE))
        };
        fewest.into_iter().flatten().filter(in_title).take(count).map(|number| ItemNumber(*number)).collect()
    }

    /// Bytes of memory that it holds, about.
    pub fn bytes(&self) -> usize {
        let entries: usize = self.having.values().map(|having| having.capacity() * 4 + 48).sum();
        let items: usize = self.items.iter().flatten().map(|known| known.features.bytes() + size_of::<Known>()).sum();
        entries + items + self.items.capacity() * size_of::<usize>() + self.by_since.len() * 24
    }

    /// The items that share the rarest features with one, each with the part of the product that was seen.
    fn gather(&self, number: u32, asked: &mut [(u32, f32)]) -> Vec<Scored> {
        let having = |feature: u32| self.having.get(&feature).map(Vec::as_slice).unwrap_or_default();
        asked.sort_unstable_by_key(|(feature, _)| (having(*feature).len(), *feature));
        let most = self.count.min(MOST_VISITED);
        let (mut sums, mut left) = (FxHashMap::<u32, f32>::with_capacity_and_hasher(most, FxBuildHasher), MOST_VISITED);
        for (feature, weight) in asked.iter() {
            let all = having(*feature);
            let near = all.partition_point(|other| *other < number);
            let most = MOST_HAVING.min(left);
            let from = near.saturating_sub(most / 2).min(all.len().saturating_sub(most));
            let looked_at = &all[from..(from + most).min(all.len())];
            looked_at.iter().for_each(|other| *sums.entry(*other).or_default() += weight * weight);
            left -= looked_at.len();
        }
        sums.remove(&number);
        sums.into_iter().map(|(other, score)| Scored { item: Item(other), score }).collect()
    }

    /// The inverse document frequency: 0 for what every item has.
    fn rarity(&self, feature: u32) -> f32 {
        let having = self.having.get(&feature).map_or(0, Vec::len);
        libm::logf((self.count as f32 + 1.0) / (having as f32 + 0.5)).max(0.0)
    }

    fn known(&self, number: u32) -> Option<&Known> {
        self.items.get(number as usize)?.as_deref()
    }

    fn forget(&mut self, feature: u32, number: u32) {
        let Some(having) = self.having.get_mut(&feature) else { return };
        if let Ok(at) = having.binary_search(&number) {
            having.remove(at);
        }
        if having.is_empty() {
            self.having.remove(&feature);
        }
    }
}
