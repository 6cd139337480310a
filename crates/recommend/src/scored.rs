//! Items with scores, and the best of them.

use crate::history::Item;

/// An item and how well it fits; what the number means is the model's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The item.
    pub item: Item,
    /// More is better.
    pub score: f32,
}

/// The best `count`, best first; of equal scores the smaller number first, so that the order is always the same.
#[must_use]
pub fn best(mut scored: Vec<Scored>, count: usize) -> Vec<Scored> {
    let order = |a: &Scored, b: &Scored| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item));
    if count == 0 {
        return Vec::new();
    }
    if scored.len() > count {
        scored.select_nth_unstable_by(count - 1, order);
        scored.truncate(count);
    }
    scored.sort_unstable_by(order);
    scored
}

/// Sums by item over dense memory that is used again and again, so that a question allocates nothing and clears only
/// what it touched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    values: Vec<f32>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

impl Sums {
    /// Makes room for `items` items.
    pub(crate) fn fit(&mut self, items: usize) {
        if self.values.len() < items {
            self.values.resize(items, 0.0);
            self.is_touched.resize(items, false);
        }
    }

    /// Adds to the sum of an item, for which there must be room.
    pub(crate) fn add(&mut self, item: u32, value: f32) {
        let place = item as usize;
        if !self.is_touched[place] {
            self.is_touched[place] = true;
            self.touched.push(item);
        }
        self.values[place] += value;
    }

    /// Whether there is room for an item.
    pub(crate) fn has_room(&self, item: u32) -> bool {
        (item as usize) < self.values.len()
    }

    /// The sum of an item; 0 if nothing was added.
    pub(crate) fn of(&self, item: u32) -> f32 {
        self.values.get(item as usize).copied().unwrap_or_default()
    }

    /// What was added to, in the order of the first addition.
    pub(crate) fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Each item that was touched, with its sum.
    pub(crate) fn scored(&self) -> Vec<Scored> {
        self.touched.iter().map(|item| Scored { item: Item(*item), score: self.of(*item) }).collect()
    }

    /// Forgets everything, keeps the memory.
    pub(crate) fn clear(&mut self) {
        for item in self.touched.drain(..) {
            self.values[item as usize] = 0.0;
            self.is_touched[item as usize] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_ties_by_number() {
        let scored = [(3, 1.0), (1, 2.0), (2, 1.0), (0, 0.5)].map(|(item, score)| Scored { item: Item(item), score });
        let items = |count| best(scored.to_vec(), count).iter().map(|one| one.item.0).collect::<Vec<_>>();
        assert_eq!((items(0), items(2), items(9)), (vec![], vec![1, 2], vec![1, 2, 3, 0]));
    }

    #[test]
    fn sums_forget_what_they_touched() {
        let mut sums = Sums::default();
        sums.fit(4);
        [(2, 1.0), (0, 0.5), (2, 1.0)].into_iter().for_each(|(item, value)| sums.add(item, value));
        assert_eq!((sums.touched(), sums.of(2), sums.of(3)), (&[2, 0][..], 2.0, 0.0));
        sums.clear();
        assert_eq!((sums.touched().len(), sums.of(2)), (0, 0.0));
    }
}
