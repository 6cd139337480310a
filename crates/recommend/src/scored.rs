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

fn order(a: &Scored, b: &Scored) -> std::cmp::Ordering {
    b.score.total_cmp(&a.score).then(a.item.cmp(&b.item))
}

/// The best of many that come one by one: the same as [`best`], but most are passed over at once.
#[derive(Debug)]
pub(crate) struct Best {
    kept: Vec<Scored>,
    count: usize,
    /// What is below this cannot be among the best any more.
    least: f32,
}

/// So many times as many as are wanted are held before those are let go that are not among the best.
const HELD: usize = 4;

impl Best {
    pub(crate) fn new(count: usize) -> Self {
        Self { kept: Vec::with_capacity(count * HELD), count, least: f32::NEG_INFINITY }
    }

    pub(crate) fn push(&mut self, one: Scored) {
        if one.score < self.least {
            return;
        }
        self.kept.push(one);
        if self.count > 0 && self.kept.len() == self.count * HELD {
            self.kept.select_nth_unstable_by(self.count - 1, order);
            self.kept.truncate(self.count);
            self.least = self.kept[self.count - 1].score;
        }
    }

    /// The best, best first.
    pub(crate) fn finish(self) -> Vec<Scored> {
        let mut best = best(self.kept, self.count);
        best.shrink_to_fit();
        best
    }
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
    fn the_best_of_many_are_the_best_of_all() {
        for (many, count) in [(1_000, 7), (5, 7), (28, 7), (1_000, 0)] {
            // Scores that repeat, in no order.
            let scored = |item: u32| Scored { item: Item(item), score: (item * 37 % 101) as f32 - 50.0 };
            let mut found = Best::new(count);
            (0..many).for_each(|item| found.push(scored(item)));
            assert_eq!(found.finish(), best((0..many).map(scored).collect(), count), "{count} of {many}");
        }
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
