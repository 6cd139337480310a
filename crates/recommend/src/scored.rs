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
pub fn best(scored: Vec<Scored>, count: usize) -> Vec<Scored> {
    if count == 0 {
        return Vec::new();
    }
    let mut ranks: Vec<Rank> = scored.into_iter().map(|one| Rank::of(one.score, one.item.0)).collect();
    keep_first(&mut ranks, count);
    ranks.sort_unstable();
    ranks.into_iter().map(|rank| Scored { item: Item(rank.number()), score: rank.score() }).collect()
}

/// A score and a number as one whole number that is the smaller, the better the score is; of equal scores the smaller
/// number is the better one. Such numbers are compared several times as fast as what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank(u64);

impl Rank {
    pub(crate) fn of(score: f32, number: u32) -> Self {
        let bits = score.to_bits();
        // The order of `f32::total_cmp`, turned around.
        let place = if bits >> 31 == 0 { !bits & (u32::MAX >> 1) } else { bits };
        Self(u64::from(place) << 32 | u64::from(number))
    }

    pub(crate) fn score(self) -> f32 {
        let place = (self.0 >> 32) as u32;
        f32::from_bits(if place >> 31 == 0 { !place & (u32::MAX >> 1) } else { place })
    }

    pub(crate) fn number(self) -> u32 {
        self.0 as u32
    }
}

/// Leaves only the first `count`, in no order.
pub(crate) fn keep_first(ranks: &mut Vec<Rank>, count: usize) {
    if ranks.len() > count {
        ranks.select_nth_unstable(count);
        ranks.truncate(count);
    }
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
    cells: Vec<Cell>,
    touched: Vec<u32>,
    /// How often everything was forgotten: what a cell holds from before counts no more.
    round: u32,
}

/// The sum of an item, which stands beside its round so that both are read at once.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    sum: f32,
    /// One more than the round in which it was touched; 0 if it never was.
    touched_in: u32,
}

impl Sums {
    /// Makes room for `items` items.
    pub(crate) fn fit(&mut self, items: usize) {
        if self.cells.len() < items {
            self.cells.resize(items, Cell::default());
        }
    }

    /// Adds to the sum of an item, for which there must be room.
    pub(crate) fn add(&mut self, item: u32, value: f32) {
        let cell = &mut self.cells[item as usize];
        if cell.touched_in == self.round + 1 {
            cell.sum += value;
        } else {
            *cell = Cell { sum: 0.0 + value, touched_in: self.round + 1 };
            self.touched.push(item);
        }
    }

    /// Whether there is room for an item.
    pub(crate) fn has_room(&self, item: u32) -> bool {
        (item as usize) < self.cells.len()
    }

    /// The sum of an item; 0 if nothing was added.
    pub(crate) fn of(&self, item: u32) -> f32 {
        let cell = self.cells.get(item as usize).filter(|cell| cell.touched_in == self.round + 1);
        cell.map_or(0.0, |cell| cell.sum)
    }

    /// What was added to, in the order of the first addition.
    pub(crate) fn touched(&self) -> &[u32] {
        &self.touched
    }

    /// Each item that was touched, with its sum.
    pub(crate) fn scored(&self) -> Vec<Scored> {
        self.touched.iter().map(|item| Scored { item: Item(*item), score: self.of(*item) }).collect()
    }

    /// The largest sums, at most so many, in no order; of equal ones those of the smaller numbers.
    pub(crate) fn largest(&self, most: usize) -> Vec<Rank> {
        let mut ranks: Vec<Rank> = self.touched.iter().map(|item| Rank::of(self.of(*item), *item)).collect();
        keep_first(&mut ranks, most);
        ranks
    }

    /// Forgets everything, keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.touched.clear();
        self.round += 1;
        if self.round == u32::MAX {
            self.cells.fill(Cell::default());
            self.round = 0;
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
    fn ranks_are_in_the_order_of_scores_and_give_them_back() {
        let scores = [f32::INFINITY, 2.5, 1.0, f32::MIN_POSITIVE, 0.0, -0.0, -1e-3, -7.0, f32::NEG_INFINITY];
        let ranks: Vec<Rank> = scores.iter().flat_map(|score| [Rank::of(*score, 4), Rank::of(*score, 5)]).collect();
        assert!(ranks.is_sorted_by(|one, other| one < other));
        let told = ranks.iter().step_by(2).map(|rank| rank.score().to_bits());
        assert!(told.eq(scores.iter().map(|score| score.to_bits())));
        assert!(ranks.iter().step_by(2).all(|rank| rank.number() == 4));
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
