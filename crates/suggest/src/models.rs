//! Everything that is trained.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    thread::{self, ThreadId},
};

use model::time::Timestamp;
use recommend::{
    complement::{self, Complements},
    habit::Takings,
    history::{Deed, History, Item},
    neighbor::{self, Neighbors, Together, Within},
    personal::{self, Personal, Training},
    popularity::{ByContext, Context, Popularity},
    scored::{Scored, best},
    session::{self, Sessions},
};
use rustc_hash::FxHashSet;

use crate::{
    gather::{Gathered, NO_CATEGORY},
    hybrid::{Weights, learn},
};

/// Trained models, plain data. Questions share them from any number of threads.
#[derive(Debug, Default)]
pub struct Models {
    version: u64,
    trained_at: Timestamp,
    persons: usize,
    interactions: usize,
    pub(crate) also_bought: Neighbors,
    pub(crate) bought_together: Neighbors,
    pub(crate) viewed_together: Neighbors,
    pub(crate) complements: Option<Complements>,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) personal: Option<Personal>,
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
    pub(crate) hybrid: Weights,
    bytes: usize,
    /// Each with the thread that asked with it last.
    memory: Mutex<Vec<(ThreadId, Memory)>>,
}

/// Memory as large as the models, that questions use again and again.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pub(crate) session: session::Memory,
    pub(crate) personal: personal::Memory,
}

/// Of so many threads the memory is kept apart; further ones share.
const MOST_KEPT: usize = 16;

/// With fewer lines of orders than this, views and carts say what is popular.
const FEW_ORDERS: usize = 50;

/// Of a context with fewer takings nothing is said.
const LEAST_IN_CONTEXT: u32 = 20;

/// So many items are kept of a context; beyond them stands what is popular everywhere.
const KEPT_IN_CONTEXT: usize = 1_000;

/// So many items are kept of a category.
const KEPT_IN_CATEGORY: usize = 60;

pub(crate) const LOOKED_AT: [Deed; 2] = [Deed::View, Deed::Cart];
const ALL: [Deed; 4] = [Deed::View, Deed::Cart, Deed::Wish, Deed::Order];

impl Models {
    /// Nothing trained: version 0.
    pub fn none() -> Self {
        Self::default()
    }

    /// Trains on what was gathered. The same gathering and moment give the same models.
    pub fn train(gathered: &Gathered, now: Timestamp, version: u64) -> Self {
        let models = Self::parts(gathered, now, version);
        let hybrid = if gathered.history.is_empty() { Weights::default() } else { learn::weights(gathered, now) };
        Self { hybrid, ..models }
    }

    /// The same with the weights of `hybrid` by rule.
    pub(crate) fn parts(gathered: &Gathered, now: Timestamp, version: u64) -> Self {
        let history = &gathered.history;
        let counted = Self {
            version,
            trained_at: now,
            persons: gathered.persons(),
            interactions: gathered.interactions(),
            ..Self::default()
        };
        if history.is_empty() {
            return counted;
        }
        let orders = Takings::of(history, &[Deed::Order], now);
        let lines = orders.persons().map(|person| orders.by(person).len()).sum::<usize>();
        let taken = if lines < FEW_ORDERS { Takings::of(history, &ALL, now) } else { orders.clone() };
        let (of_taken, of_views) =
            (Popularity::train(&taken, now), Popularity::train(&Takings::of(history, &LOOKED_AT, now), now));
        let together =
            |deeds: &[Deed], within, settings| Neighbors::train(&Together::of(history, deeds, within), settings);
        let popular = followed(of_taken.top(usize::MAX), of_views.top(usize::MAX));
        let mut popularity = vec![0.0; history.items()];
        popular.iter().for_each(|one| popularity[one.item.index()] = one.score);
        let (looks, by_category) = looks(gathered);
        let has_orders = lines > 0;
        let mut models = Self {
            also_bought: together(&[Deed::Order], Within::Person, neighbor::Settings::ALSO_BOUGHT),
            bought_together: together(&[Deed::Order], Within::Group, neighbor::Settings::ALSO_BOUGHT),
            viewed_together: together(&LOOKED_AT, Within::Group, neighbor::Settings::ALSO_BOUGHT),
            complements: has_orders.then(|| Complements::train(&orders, now, complement::Settings::default())),
            sessions: Some(Sessions::train(history, &LOOKED_AT, session::Settings::default())),
            personal: has_orders.then(|| Personal::train(&orders, now, None, Training::default())),
            trending: followed(of_taken.trending(usize::MAX), of_views.trending(usize::MAX)),
            here: here(gathered, if lines < FEW_ORDERS { &ALL } else { &[Deed::Order] }),
            popular,
            popularity,
            looks,
            categories: gathered.categories.clone(),
            by_category,
            ..counted
        };
        models.bytes = models.estimate(history);
        models
    }

    /// Which training it was, counted by the installation; 0 where there was none.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When it was.
    pub fn trained_at(&self) -> Timestamp {
        self.trained_at
    }

    /// Of how many persons.
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// On how many deeds with items.
    pub fn interactions(&self) -> usize {
        self.interactions
    }

    /// Bytes of memory that the models hold, about.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How popular each item is everywhere, by number: how many persons took it in the last 30 days, and less than one more
    /// by how many ever did. Items beyond the end are not.
    pub fn popularities(&self) -> &[f32] {
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

    /// Whether a training saw an item.
    pub(crate) fn knows(&self, item: Item) -> bool {
        self.looks(item) > 0.0 || self.popularity(item) > 0.0
    }

    /// The category of an item, where it was known when it was trained.
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

    /// Lends memory for one question: to a thread what it asked with before, since that is in the cache of its core.
    pub(crate) fn with_memory<R>(&self, ask: impl FnOnce(&mut Memory) -> R) -> R {
        let (lock, own) = (|| self.memory.lock().unwrap_or_else(PoisonError::into_inner), thread::current().id());
        let lent = {
            let mut kept = lock();
            let known = kept.iter().position(|(thread, _)| *thread == own);
            let any = || kept.len().checked_sub(1).filter(|last| *last + 1 >= MOST_KEPT);
            known.or_else(any).map(|place| kept.swap_remove(place).1)
        };
        let mut memory = lent.unwrap_or_default();
        let answer = ask(&mut memory);
        lock().push((own, memory));
        answer
    }

    fn estimate(&self, history: &History) -> usize {
        let items = || (0..history.items() as u32).map(Item);
        let rows = |neighbors: &Neighbors| items().map(|item| neighbors.of(item).len() * 8 + 24).sum::<usize>();
        let complements = self.complements.as_ref();
        let complements = complements.map_or(0, |known| items().map(|item| known.of(item).len() * 8 + 24).sum());
        let ease =
            self.personal.as_ref().map_or(0, |known| items().map(|item| known.ease().weights(item).count()).sum());
        // Of a session its clicks twice and its place; of an item two rows of sixty.
        let sessions = self
            .sessions
            .as_ref()
            .map_or(0, |known| known.sessions() * 48 + history.len() * 8 + history.items() * 1_032);
        let lists = (self.popular.len() + self.trending.len() + self.here.values().map(Vec::len).sum::<usize>()) * 8;
        let neighbors = [&self.also_bought, &self.bought_together, &self.viewed_together].map(rows);
        // The cosines of `personal` are as long as the rows of `also_bought`.
        neighbors.iter().sum::<usize>()
            + neighbors[0]
            + complements
            + ease * 8
            + sessions
            + lists
            + history.items() * 36
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
    let counted = gathered.history.iter().zip(&gathered.contexts).filter(|(one, _)| counts.contains(&one.deed));
    for (one, contexts) in counted {
        for context in contexts.iter().flatten() {
            by_context.count(*context, one.item);
            *taken.entry(*context).or_default() += 1;
            pairs.insert((*context, one.item));
        }
    }
    taken.retain(|_, count| *count >= LEAST_IN_CONTEXT);
    let top = |context: Context| {
        let top = by_context.top(context, KEPT_IN_CONTEXT).into_iter();
        (context, top.map(|one| (one, pairs.contains(&(context, one.item)))).collect())
    };
    taken.into_keys().map(top).collect()
}
