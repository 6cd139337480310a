//! What many take: ever, lately, more than before, and in a place or on an occasion.

use std::collections::BTreeMap;

use model::time::Timestamp;

use crate::{
    habit::{Takings, days},
    history::Item,
    scored::{Scored, best},
};

/// The windows of [`Popularity::lately`], in days before the training.
pub const WINDOWS_DAYS: [f32; 3] = [14.0, 30.0, 60.0];

/// How many persons took each item. A person counts once for an item, however often it was taken.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Popularity {
    ever: Vec<f32>,
    lately: [Vec<f32>; WINDOWS_DAYS.len()],
}

impl Popularity {
    /// Counts what was taken before a moment.
    pub fn train(takings: &Takings, now: Timestamp) -> Self {
        let none = || vec![0.0; takings.items()];
        let mut counted = Self { ever: none(), lately: [none(), none(), none()] };
        // Who was counted for an item last, one more than their number.
        let mut counted_for = vec![0_u32; takings.items()];
        for person in takings.persons() {
            for taken in takings.by(person).iter().rev().filter(|taken| taken.at <= now) {
                let last = &mut counted_for[taken.item.index()];
                if *last != person.0 + 1 {
                    *last = person.0 + 1;
                    counted.count(taken.item, days(now.since(taken.at)));
                }
            }
        }
        counted
    }

    fn count(&mut self, item: Item, age_days: f32) {
        self.ever[item.index()] += 1.0;
        for (window, counts) in WINDOWS_DAYS.iter().zip(&mut self.lately) {
            counts[item.index()] += if age_days < *window { 1.0 } else { 0.0 };
        }
    }

    /// How many persons ever took an item.
    pub fn ever(&self, item: Item) -> f32 {
        self.ever.get(item.index()).copied().unwrap_or_default()
    }

    /// How many persons took an item within each of [`WINDOWS_DAYS`].
    pub fn lately(&self, item: Item) -> [f32; WINDOWS_DAYS.len()] {
        [0, 1, 2].map(|window: usize| self.lately[window].get(item.index()).copied().unwrap_or_default())
    }

    /// The items that most persons took within 30 days, then ever.
    pub fn top(&self, count: usize) -> Vec<Scored> {
        let most = self.ever.iter().copied().fold(1.0, f32::max);
        best(self.scored(|item| self.lately(item)[1] + 0.5 * self.ever(item) / most), count)
    }

    /// The items that most persons ever took.
    pub fn top_ever(&self, count: usize) -> Vec<Scored> {
        best(self.scored(|item| self.ever(item)), count)
    }

    /// The items that more persons took in the last fourteen days than the sixty before let expect, by how surprising
    /// that is (in standard deviations of a Poisson count). Those that are not taken more than before are left out.
    pub fn trending(&self, count: usize) -> Vec<Scored> {
        let surprise = |item: Item| {
            let [fortnight, _, long] = self.lately(item);
            let expected = (long * WINDOWS_DAYS[0] / WINDOWS_DAYS[2]).max(0.5);
            (fortnight - expected) / expected.sqrt()
        };
        best(self.scored(surprise).into_iter().filter(|one| one.score > 0.0).collect(), count)
    }

    /// Where among all items this one stands by popularity: 0 is the least, 1 the most popular. One entry an item.
    pub fn percentiles(&self) -> Vec<f32> {
        let mut order: Vec<usize> = (0..self.ever.len()).collect();
        order.sort_by(|a, b| self.ever[*a].total_cmp(&self.ever[*b]).then(a.cmp(b)));
        let mut percentiles = vec![0.0; order.len()];
        for (rank, item) in order.iter().enumerate() {
            percentiles[*item] = rank as f32 / (order.len().max(2) - 1) as f32;
        }
        percentiles
    }

    /// How many items are known.
    pub(crate) fn items(&self) -> usize {
        self.ever.len()
    }

    fn scored(&self, score: impl Fn(Item) -> f32) -> Vec<Scored> {
        let items = (0..self.ever.len() as u32).map(Item);
        items.map(|item| Scored { item, score: score(item) }).filter(|one| self.ever(one.item) > 0.0).collect()
    }
}

/// Something about a request or a shop: a country, a device, a season, a keyword's category; numbered by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context(pub u32);

/// What is popular in a context, for visitors of whom nothing else is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ByContext {
    counts: BTreeMap<Context, BTreeMap<Item, f32>>,
    all: BTreeMap<Item, f32>,
}

/// As many takings of everybody weigh against those of one context, so that a context with few of them says little.
const CONTEXT_PRIOR: f32 = 50.0;

impl ByContext {
    /// Counts one taking in one context.
    pub fn count(&mut self, context: Context, item: Item) {
        *self.counts.entry(context).or_default().entry(item).or_default() += 1.0;
        *self.all.entry(item).or_default() += 1.0;
    }

    /// Lets what was counted so far weigh less: at every training, with how much time has passed. What has nearly faded
    /// is forgotten, so that memory stays bounded.
    pub fn fade(&mut self, factor: f32) {
        let fade = |counts: &mut BTreeMap<Item, f32>| {
            counts.values_mut().for_each(|count| *count *= factor);
            counts.retain(|_, count| *count > 0.01);
        };
        self.counts.values_mut().for_each(fade);
        self.counts.retain(|_, counts| !counts.is_empty());
        fade(&mut self.all);
    }

    /// The most likely items in a context: its own shares, drawn towards everybody's.
    pub fn top(&self, context: Context, count: usize) -> Vec<Scored> {
        let own = self.counts.get(&context);
        let own_sum: f32 = own.map_or(0.0, |counts| counts.values().sum());
        let all_sum: f32 = self.all.values().sum::<f32>().max(1.0);
        let share = |(item, all): (&Item, &f32)| {
            let here = own.and_then(|counts| counts.get(item)).copied().unwrap_or_default();
            Scored { item: *item, score: (here + CONTEXT_PRIOR * all / all_sum) / (own_sum + CONTEXT_PRIOR) }
        };
        best(self.all.iter().map(share).collect(), count)
    }
}
