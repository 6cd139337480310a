//! Items that are alike by what they are: words, attributes, price. Needs no event, so it serves new items at once.

use std::collections::BTreeMap;

use crate::{
    history::Item,
    neighbor::Neighbors,
    scored::{Scored, best},
};

/// A term of a text, a value of an attribute, a price band: numbered by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Feature(pub u32);

/// All items by their features, weighed by how rare each feature is. Items come and go one at a time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contents {
    items: BTreeMap<Item, Vec<(Feature, f32)>>,
    having: BTreeMap<Feature, Vec<Item>>,
}

/// A feature of more items than this is not a way to find similar ones; it still weighs between items that are found.
const MOST_HAVING: usize = 1_000;

impl Contents {
    /// Adds an item, or replaces what is known of it. A weight says how much a feature is of the item: 1 for an
    /// attribute, more for a word of the title than for one of the description. What is not positive is left out.
    pub fn set(&mut self, item: Item, features: &[(Feature, f32)]) {
        self.remove(item);
        let mut kept: Vec<(Feature, f32)> =
            features.iter().filter(|(_, weight)| *weight > 0.0 && weight.is_finite()).copied().collect();
        kept.sort_by_key(|(feature, _)| *feature);
        kept.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0.0 };
            same
        });
        for (feature, _) in &kept {
            let having = self.having.entry(*feature).or_default();
            if let Err(place) = having.binary_search(&item) {
                having.insert(place, item);
            }
        }
        self.items.insert(item, kept);
    }

    /// Forgets an item.
    pub fn remove(&mut self, item: Item) {
        for (feature, _) in self.items.remove(&item).unwrap_or_default() {
            if let Some(having) = self.having.get_mut(&feature) {
                having.retain(|other| *other != item);
                if having.is_empty() {
                    self.having.remove(&feature);
                }
            }
        }
    }

    /// The items most like one, at most `count`: by the cosine of their weighed features, from 0 to 1.
    pub fn similar(&self, item: Item, count: usize) -> Vec<Scored> {
        let features = self.items.get(&item).map(Vec::as_slice).unwrap_or_default();
        let alike = self.like(features, count.saturating_add(1));
        alike.into_iter().filter(|one| one.item != item).take(count).collect()
    }

    /// The items most like each one, at most `kept` of each: so that many questions cost little. A new item is then put in
    /// with [`Neighbors::insert`] and what [`Contents::similar`] says of it.
    pub fn alike(&self, kept: usize) -> Neighbors {
        let items = self.items.keys().next_back().map_or(0, |item| item.index() + 1);
        Neighbors::from_rows((0..items as u32).map(|item| self.similar(Item(item), kept)).collect())
    }

    /// The items most like a set of features, at most `count`: what a search, an answer or a taste describes.
    pub fn like(&self, features: &[(Feature, f32)], count: usize) -> Vec<Scored> {
        let mut asked: Vec<(Feature, f32)> =
            features.iter().map(|(feature, weight)| (*feature, weight * self.rarity(*feature))).collect();
        asked.sort_by_key(|(feature, _)| *feature);
        let length = asked.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        let findable = |feature: Feature| self.having.get(&feature).filter(|having| having.len() <= MOST_HAVING);
        let having = asked.iter().filter_map(|(feature, _)| findable(*feature));
        let mut found: Vec<Item> = having.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        let scored = found.into_iter().map(|item| {
            let (product, own) = self.against(item, &asked);
            Scored { item, score: if product > 0.0 { product / (length * own) } else { 0.0 } }
        });
        best(scored.collect(), count)
    }

    /// How alike two items are, from 0 to 1.
    pub fn likeness(&self, one: Item, other: Item) -> f32 {
        let features = self.items.get(&one).map(Vec::as_slice).unwrap_or_default();
        let asked: Vec<(Feature, f32)> =
            features.iter().map(|(feature, weight)| (*feature, weight * self.rarity(*feature))).collect();
        let length = asked.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
        let (product, own) = self.against(other, &asked);
        if product > 0.0 { product / (length * own) } else { 0.0 }
    }

    /// The scalar product of an item's weighed features with the asked ones, which rise; and the item's length.
    fn against(&self, item: Item, asked: &[(Feature, f32)]) -> (f32, f32) {
        let (mut product, mut squares) = (0.0, 0.0);
        for (feature, weight) in self.items.get(&item).map(Vec::as_slice).unwrap_or_default() {
            let weight = weight * self.rarity(*feature);
            squares += weight * weight;
            if let Ok(place) = asked.binary_search_by_key(feature, |(feature, _)| *feature) {
                product += weight * asked[place].1;
            }
        }
        (product, squares.sqrt())
    }

    /// The inverse document frequency: 0 for what every item has.
    fn rarity(&self, feature: Feature) -> f32 {
        let having = self.having.get(&feature).map_or(0, Vec::len);
        libm::logf((self.items.len() as f32 + 1.0) / (having as f32 + 0.5)).max(0.0)
    }
}
