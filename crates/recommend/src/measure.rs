//! How good lists are: recall, NDCG, MRR, coverage, popularity, and whether one model is better than another for sure.

use std::collections::BTreeSet;

use crate::history::Item;

/// How good one list is, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// Hits / min(length asked for, wanted).
    pub recall: f64,
    /// Binary gains discounted by 1 / log₂(1 + rank), against the best possible list.
    pub ndcg: f64,
    /// One over the rank of the first hit; 0 without one.
    pub mrr: f64,
}

/// How good a list of `asked` places is for one who wanted these; `None` if nothing was wanted.
pub fn quality(list: &[Item], wanted: &BTreeSet<Item>, asked: usize) -> Option<Quality> {
    let possible = wanted.len().min(asked);
    if possible == 0 {
        return None;
    }
    let gain = |rank: usize| 1.0 / libm::log2(rank as f64 + 2.0);
    let hits: Vec<usize> = (0..list.len().min(asked)).filter(|rank| wanted.contains(&list[*rank])).collect();
    let best: f64 = (0..possible).map(gain).sum();
    Some(Quality {
        recall: hits.len() as f64 / possible as f64,
        ndcg: hits.iter().map(|rank| gain(*rank)).sum::<f64>() / best,
        mrr: hits.first().map_or(0.0, |rank| 1.0 / (*rank as f64 + 1.0)),
    })
}

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The mean of all.
    pub mean: f64,
    /// Its 2.5 % quantile over the samples.
    pub low: f64,
    /// Its 97.5 % quantile over the samples.
    pub high: f64,
}

/// The mean of values, one a person, with an interval from `samples` bootstrap samples of the persons. For a paired
/// comparison the values are differences: the one model is better for sure where `low` is above 0.
pub fn bootstrap(values: &[f64], samples: usize, seed: u64) -> Interval {
    let single: Vec<Several> = values.iter().map(|value| Several { sum: *value, count: 1 }).collect();
    bootstrap_several(&single, samples, seed)
}

/// Values that belong together, such as those of one session: a sample has all of them or none.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Several {
    /// Their sum.
    pub sum: f64,
    /// How many they are.
    pub count: usize,
}

/// The mean of all values with an interval from `samples` bootstrap samples of what belongs together.
pub fn bootstrap_several(values: &[Several], samples: usize, seed: u64) -> Interval {
    let mean_of = |some: &mut dyn Iterator<Item = &Several>| {
        let add = |all: Several, one: &Several| Several { sum: all.sum + one.sum, count: all.count + one.count };
        let all = some.fold(Several::default(), add);
        all.sum / all.count.max(1) as f64
    };
    let mut state = seed;
    let mut sample =
        || mean_of(&mut (0..values.len()).map(|_| &values[(draw(&mut state) % values.len() as u64) as usize]));
    let mut means: Vec<f64> = (0..samples.max(1)).map(|_| sample()).collect();
    means.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| means[((means.len() - 1) as f64 * share).round() as usize];
    Interval { mean: mean_of(&mut values.iter()), low: quantile(0.025), high: quantile(0.975) }
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// What lists show together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    items: BTreeSet<Item>,
    percentiles: f64,
    places: u64,
}

impl Shown {
    /// Counts a list; `percentiles` are those of [`crate::popularity::Popularity::percentiles`].
    pub fn count(&mut self, list: &[Item], percentiles: &[f32]) {
        self.items.extend(list);
        self.places += list.len() as u64;
        let percentile = |item: &Item| percentiles.get(item.index()).copied().unwrap_or_default();
        self.percentiles += list.iter().map(|item| f64::from(percentile(item))).sum::<f64>();
    }

    /// The share of `items` items that were shown at all.
    pub fn coverage(&self, items: usize) -> f64 {
        self.items.len() as f64 / items.max(1) as f64
    }

    /// The mean popularity percentile of what was shown.
    pub fn mean_percentile(&self) -> f64 {
        self.percentiles / self.places.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(numbers: &[u32]) -> Vec<Item> {
        numbers.iter().copied().map(Item).collect()
    }

    #[test]
    fn quality_of_a_list_worked_out_by_hand() {
        let wanted = items(&[1, 2, 3]).into_iter().collect();
        let quality = quality(&items(&[9, 2, 8, 3]), &wanted, 2).unwrap();
        // One hit at rank 2 of two places: 1 / log2(3) = 0.63093 of 1.63093.
        assert!((quality.ndcg - 0.630_93 / 1.630_93).abs() < 1e-5);
        assert_eq!((quality.recall, quality.mrr), (0.5, 0.5));
        assert_eq!(super::quality(&items(&[1]), &BTreeSet::new(), 20), None);
    }

    #[test]
    fn the_interval_holds_the_mean_and_narrows_with_more_values() {
        let values: Vec<f64> = (0..10_000).map(|place| f64::from(place % 10)).collect();
        let (few, many) = (bootstrap(&values[..100], 500, 1), bootstrap(&values, 500, 1));
        assert_eq!((few.mean, many.mean), (4.5, 4.5));
        assert!(few.low < 4.5 && 4.5 < few.high && many.high - many.low < (few.high - few.low) / 5.0);
        assert!((many.high - many.low - 2.0 * 1.96 * 2.872 / 100.0).abs() < 0.015, "{many:?}");
    }

    #[test]
    fn values_that_belong_together_are_drawn_together() {
        let (one, other) = (Several { sum: 3.0, count: 3 }, Several { sum: 0.0, count: 1 });
        let alone = bootstrap(&[1.0, 1.0, 1.0, 0.0].repeat(50), 500, 1);
        let together = bootstrap_several(&[one, other].repeat(50), 500, 1);
        assert_eq!((alone.mean, together.mean), (0.75, 0.75));
        assert!(together.high - together.low > 1.1 * (alone.high - alone.low), "{alone:?} {together:?}");
    }

    #[test]
    fn coverage_and_percentile_count_what_was_shown() {
        let mut shown = Shown::default();
        [&[0, 1][..], &[1, 3]].into_iter().for_each(|list| shown.count(&items(list), &[0.0, 0.25, 0.5, 1.0]));
        assert_eq!((shown.coverage(4), shown.mean_percentile()), (0.75, 0.375));
    }
}
