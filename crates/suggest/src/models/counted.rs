//! What is counted: how popular items are, everywhere, here, more than before, and how much they are looked at.

use std::collections::BTreeMap;

use model::time::Timestamp;
use recommend::{
    habit::Takings,
    history::{Deed, Item},
    popularity::{ByContext, Context, Popularity},
    scored::{Scored, best},
};
use rustc_hash::FxHashSet;

use super::LOOKED_AT;
use crate::{
    gather::{Gathered, NO_CATEGORY},
    suited::{self, Suited},
};

/// What was counted of everything that was gathered.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Counted {
    /// All items that anybody took, the most taken first.
    pub(crate) popular: Vec<Scored>,
    pub(crate) trending: Vec<Scored>,
    /// The most taken items of contexts in which enough was taken, and whether they were taken in it at all.
    here: BTreeMap<Context, Vec<(Scored, bool)>>,
    /// How popular each item is: scores of `popular`, by number.
    popularity: Vec<f32>,
    /// How much each item is looked at and put into carts: the logarithm of one more than the times, by number.
    looks: Vec<f32>,
    /// The category of each item, by number.
    categories: Vec<u32>,
    /// The items of each category that are looked at most, best first.
    by_category: BTreeMap<u32, Vec<Item>>,
    suited: Suited,
}

/// With fewer lines of orders than this, views and carts say what is popular.
const FEW_ORDERS: usize = 50;

/// Of a context with fewer takings nothing is said.
const LEAST_IN_CONTEXT: u32 = 20;

/// So many items are kept of a context; beyond them stands what is popular everywhere.
const KEPT_IN_CONTEXT: usize = 1_000;

/// So many items are kept of a category.
const KEPT_IN_CATEGORY: usize = 60;

const ALL: [Deed; 4] = [Deed::View, Deed::Cart, Deed::Wish, Deed::Order];

impl Counted {
    /// Counts what was gathered; `orders` are those of it.
    pub(crate) fn of(gathered: &Gathered, orders: Takings, now: Timestamp) -> Self {
        let history = &gathered.history;
        let lines = orders.persons().map(|person| orders.by(person).len()).sum::<usize>();
        let has_few = lines < FEW_ORDERS;
        let taken = if has_few { Takings::of(history, &ALL, now) } else { orders };
        let of_taken = Popularity::train(&taken, now);
        drop(taken);
        let of_views = Popularity::train(&Takings::of(history, &LOOKED_AT, now), now);
        let popular = followed(of_taken.top(usize::MAX), of_views.top(usize::MAX));
        let mut popularity = vec![0.0; history.items()];
        popular.iter().for_each(|one| popularity[one.item.index()] = one.score);
        let (looks, by_category) = looks(gathered);
        let counted_here: &[Deed] = if has_few { &ALL } else { &[Deed::Order] };
        Self {
            trending: followed(of_taken.trending(usize::MAX), of_views.trending(usize::MAX)),
            here: here(gathered, counted_here),
            suited: suited::learn(gathered, counted_here),
            popular,
            popularity,
            looks,
            categories: gathered.categories.clone(),
            by_category,
        }
    }

    pub(crate) fn popularities(&self) -> &[f32] {
        &self.popularity
    }

    /// How popular an item is everywhere; 0 if nobody took it.
    pub(crate) fn popularity(&self, item: Item) -> f32 {
        self.popularity.get(item.index()).copied().unwrap_or_default()
    }

    /// How much an item is looked at and put into carts: the logarithm of one more than the times.
    pub(crate) fn looks(&self, item: Item) -> f32 {
        self.looks.get(item.index()).copied().unwrap_or_default()
    }

    /// Whether anybody did anything with an item.
    pub(crate) fn knows(&self, item: Item) -> bool {
        self.looks(item) > 0.0 || self.popularity(item) > 0.0
    }

    /// The category of an item, where it was known when it was counted.
    pub(crate) fn category(&self, item: Item) -> Option<u32> {
        self.categories.get(item.index()).copied().filter(|category| *category != NO_CATEGORY)
    }

    /// The items of a category that are looked at most, best first.
    pub(crate) fn of_category(&self, category: u32) -> &[Item] {
        self.by_category.get(&category).map(Vec::as_slice).unwrap_or_default()
    }

    /// What is popular in the first of these contexts of which enough is known.
    pub(crate) fn here(&self, contexts: &[Option<Context>]) -> Option<(Context, &[(Scored, bool)])> {
        contexts.iter().flatten().find_map(|context| Some((*context, self.here.get(context)?.as_slice())))
    }

    /// The categories of which more or less is taken in a context than is usual, and by how much.
    pub(crate) fn suits(&self, context: Context) -> &[(u32, f32)] {
        self.suited.get(&context).map(Vec::as_slice).unwrap_or_default()
    }

    /// Bytes of memory, about.
    pub(crate) fn bytes(&self) -> usize {
        let here = self.here.values().map(|list| list.len() * 12).sum::<usize>();
        (self.popular.len() + self.trending.len()) * 8 + here + self.looks.len() * 12
    }
}

/// How much items are looked at, and the most looked at of each category.
fn looks(gathered: &Gathered) -> (Vec<f32>, BTreeMap<u32, Vec<Item>>) {
    let mut looks = vec![0.0_f32; gathered.history.items()];
    gathered.history.iter().for_each(|one| looks[one.item.index()] += 1.0);
    looks.iter_mut().for_each(|count| *count = libm::logf(1.0 + *count));
    let mut by_category = BTreeMap::<u32, Vec<Scored>>::new();
    for (number, (score, category)) in (0..).zip(looks.iter().zip(&gathered.categories)) {
        if *score > 0.0 && *category != NO_CATEGORY {
            by_category.entry(*category).or_default().push(Scored { item: Item(number), score: *score });
        }
    }
    let most = |scored| best(scored, KEPT_IN_CATEGORY).into_iter().map(|one| one.item).collect();
    (looks, by_category.into_iter().map(|(category, scored)| (category, most(scored))).collect())
}

/// One list, and behind it what is in another only, with scores below all of the first.
pub(crate) fn followed(first: Vec<Scored>, second: Vec<Scored>) -> Vec<Scored> {
    let known: FxHashSet<Item> = first.iter().map(|one| one.item).collect();
    let least = first.last().map_or(1.0, |one| one.score);
    let most = second.first().map_or(1.0, |one| one.score.max(f32::MIN_POSITIVE));
    let below = |one: Scored| Scored { score: least * 0.99 * (one.score / most), ..one };
    let rest = second.into_iter().filter(|one| !known.contains(&one.item)).map(below);
    first.into_iter().chain(rest).collect()
}

/// What is popular in each context in which enough was taken.
fn here(gathered: &Gathered, counts: &[Deed]) -> BTreeMap<Context, Vec<(Scored, bool)>> {
    let mut by_context = ByContext::default();
    let (mut taken, mut pairs) = (BTreeMap::<Context, u32>::new(), FxHashSet::default());
    for (place, one) in gathered.history.iter().enumerate().filter(|(_, one)| counts.contains(&one.deed)) {
        for context in gathered.contexts(place, one.at).into_iter().flatten() {
            by_context.count(context, one.item);
            *taken.entry(context).or_default() += 1;
            pairs.insert((context, one.item));
        }
    }
    taken.retain(|_, count| *count >= LEAST_IN_CONTEXT);
    let top = |context: Context| {
        let top = by_context.top(context, KEPT_IN_CONTEXT).into_iter();
        (context, top.map(|one| (one, pairs.contains(&(context, one.item)))).collect())
    };
    taken.into_keys().map(top).collect()
}
