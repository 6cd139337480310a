//! How long items last: the gaps between two purchases of the same item, of each item and of everybody, and from them
//! when a person will need an item next.

use model::time::{Span, Timestamp};

use crate::{
    habit::{Habit, Past, Takings},
    history::Item,
};

/// The rhythm in which items are taken again.
///
/// Gaps are taken as log-normal. The mean of a person's log gaps for an item is drawn towards the item's, and that
/// towards everybody's, by as many pseudo-observations as [`PERSON_PRIOR`] and [`ITEM_PRIOR`].
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythms {
    items: Vec<Gaps>,
    all: Gaps,
    /// How far log gaps turned out to be from what was expected: below it and above it, [`TAIL`] of the gaps.
    low: f64,
    high: f64,
}

/// When a person will need an item again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextNeed {
    /// Hardly before.
    pub earliest: Timestamp,
    /// As often before as after.
    pub likely: Timestamp,
    /// Hardly after.
    pub latest: Timestamp,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Gaps {
    count: f64,
    log_sum: f64,
    buyers: u32,
    rebuyers: u32,
}

/// How many gaps of everybody an item's own gaps weigh against.
const ITEM_PRIOR: f64 = 5.0;

/// How many gaps of an item a person's own gaps weigh against.
const PERSON_PRIOR: f64 = 1.5;

/// The share of gaps that may fall before the window, and again behind it: together the window covers 86 %, which
/// leaves some room above the 80 % that are promised.
const TAIL: f64 = 0.07;

/// Of a gap shorter than this it cannot be told from a second look at the same purchase.
const LEAST_DAYS: f64 = 0.5;

impl Rhythms {
    /// Learns from what everybody took before a moment.
    pub fn train(takings: &Takings, now: Timestamp) -> Self {
        let mut rhythms =
            Self { items: vec![Gaps::default(); takings.items()], all: Gaps::default(), low: -1.0, high: 1.0 };
        let mut gaps = Vec::new();
        for person in takings.persons() {
            for (item, ages) in ages_by_item(takings, person, now) {
                let known = &mut rhythms.items[item.index()];
                known.buyers += 1;
                known.rebuyers += u32::from(ages.len() > 1);
                gaps.push((item, ages.windows(2).map(|pair| log_gap(pair[0] - pair[1])).collect::<Vec<_>>()));
            }
        }
        gaps.retain(|(_, logs)| !logs.is_empty());
        for (item, logs) in &gaps {
            for gaps in [&mut rhythms.items[item.index()], &mut rhythms.all] {
                gaps.count += logs.len() as f64;
                gaps.log_sum += logs.iter().sum::<f64>();
            }
        }
        let mut surprises: Vec<f64> = gaps.iter().map(|(item, logs)| rhythms.surprise(*item, logs)).collect();
        surprises.sort_unstable_by(f64::total_cmp);
        let quantile = |share: f64| surprises.get((surprises.len() as f64 * share) as usize).copied();
        rhythms.low = quantile(TAIL).unwrap_or(rhythms.low);
        rhythms.high = quantile(1.0 - TAIL).unwrap_or(rhythms.high);
        rhythms
    }

    /// When a person needs an item next; `None` if they never took it, or nobody ever took anything twice.
    pub fn next_need(&self, past: &Past, item: Item, now: Timestamp) -> Option<NextNeed> {
        let habit = past.habit(item).filter(|_| self.all.count > 0.0)?;
        let last = now.minus(span(f64::from(habit.last_days)));
        let log = self.expected(item, habit);
        let after = |log: f64| last.plus(span(libm::exp(log)));
        Some(NextNeed { earliest: after(log + self.low), likely: after(log), latest: after(log + self.high) })
    }

    /// How long this person's next gap is expected to be, in days; `None` where nothing was ever taken twice.
    pub fn gap_days(&self, habit: &Habit) -> Option<f32> {
        (self.all.count > 0.0).then(|| libm::exp(self.expected(habit.item, habit)) as f32)
    }

    /// The share of an item's buyers who took it again, drawn towards a fifth where buyers are few.
    pub fn again_share(&self, item: Item) -> f32 {
        let gaps = self.items.get(item.index()).copied().unwrap_or_default();
        (gaps.rebuyers as f32 + 1.0) / (gaps.buyers as f32 + 5.0)
    }

    /// How many gaps of everybody were seen.
    pub fn gaps(&self) -> usize {
        self.all.count as usize
    }

    fn expected(&self, item: Item, habit: &Habit) -> f64 {
        let own = habit.gap_days().map_or((0.0, 0.0), |gap| (f64::from(habit.times) - 1.0, log_gap(f64::from(gap))));
        drawn(own.0, own.0 * own.1, PERSON_PRIOR, self.item_mean(item))
    }

    fn item_mean(&self, item: Item) -> f64 {
        let gaps = self.items.get(item.index()).copied().unwrap_or_default();
        drawn(gaps.count, gaps.log_sum, ITEM_PRIOR, self.all.log_sum / self.all.count.max(1.0))
    }

    /// By how much the last gap differs from what the ones before it let expect.
    fn surprise(&self, item: Item, logs: &[f64]) -> f64 {
        let Some((last, before)) = logs.split_last() else { return 0.0 };
        // The expectation at a question is made from the mean gap, as `expected` makes it.
        let mean = before.iter().map(|log| libm::exp(*log)).sum::<f64>() / before.len().max(1) as f64;
        let count = before.len() as f64;
        let own = if before.is_empty() { 0.0 } else { count * libm::log(mean) };
        last - drawn(count, own, PERSON_PRIOR, self.item_mean(item))
    }
}

/// A mean of `count` values that is drawn towards another by as many pseudo-observations as `prior` says.
fn drawn(count: f64, sum: f64, prior: f64, towards: f64) -> f64 {
    (sum + prior * towards) / (count + prior)
}

fn log_gap(days: f64) -> f64 {
    libm::log(days.max(LEAST_DAYS))
}

fn span(days: f64) -> Span {
    Span::from_millis((days * Span::DAY.as_millis() as f64) as i64)
}

/// Of each item that a person took before `now`, the ages of its takings in days, the oldest first, one a basket.
fn ages_by_item(
    takings: &Takings,
    person: crate::history::Person,
    now: Timestamp,
) -> impl Iterator<Item = (Item, Vec<f64>)> {
    let mut taken: Vec<_> = takings.by(person).iter().filter(|one| one.at < now).copied().collect();
    taken.sort_unstable_by_key(|one| (one.item, one.at, one.group));
    taken.dedup_by_key(|one| (one.item, one.group));
    let age = move |at: Timestamp| now.since(at).as_millis() as f64 / Span::DAY.as_millis() as f64;
    let by_item: Vec<(Item, Vec<f64>)> = taken
        .chunk_by(|a, b| a.item == b.item)
        .map(|times| (times[0].item, times.iter().map(|one| age(one.at)).collect()))
        .collect();
    by_item.into_iter()
}
