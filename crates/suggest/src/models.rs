//! Everything that is trained.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use model::time::Timestamp;
use recommend::{
    complement::Complements,
    habit::Takings,
    history::{self, Deed, History, Item},
    neighbor::{self, Neighbors, Settings, Together, Within},
    personal::{self, Personal, Training},
    session::{self, Sessions},
};

use crate::{
    gather::{Change, Gathered},
    hybrid::{Weights, learn},
};

mod counted;
#[cfg(test)]
mod tests;

pub(crate) use counted::Counted;

/// Trained models, plain data. Questions share them from any number of threads.
///
/// What counts, and what is seen or bought together, can be refreshed by what is new ([`Models::refreshed`]); what is
/// fitted, the weights and `personal` and `complements`, stays as the last training left it.
#[derive(Debug, Default)]
pub struct Models {
    version: u64,
    trained_at: Timestamp,
    persons: usize,
    interactions: usize,
    pub(crate) also_bought: Neighbors,
    pub(crate) bought_together: Neighbors,
    pub(crate) viewed_together: Neighbors,
    pub(crate) complements: Option<Arc<Complements>>,
    pub(crate) sessions: Option<Sessions>,
    pub(crate) personal: Option<Arc<Personal>>,
    pub(crate) counted: Counted,
    pub(crate) hybrid: Weights,
    queries: Arc<[(String, u64)]>,
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

pub(crate) const LOOKED_AT: [Deed; 2] = [Deed::View, Deed::Cart];

/// What items stand near in one of the models: by which deeds, in what.
type Nearness = (&'static [Deed], Within);

const ALSO_BOUGHT: Nearness = (&[Deed::Order], Within::Person);
const BOUGHT_TOGETHER: Nearness = (&[Deed::Order], Within::Group);
const VIEWED_TOGETHER: Nearness = (&LOOKED_AT, Within::Group);

impl Models {
    /// Nothing trained: version 0.
    pub fn none() -> Self {
        Self::default()
    }

    /// Trains on what was gathered. The same gathering and moment give the same models.
    pub fn train(gathered: &Gathered, now: Timestamp, version: u64) -> Self {
        let history = &gathered.history;
        if history.is_empty() {
            return Self { queries: gathered.queries.clone(), ..Self::empty(now, version) };
        }
        let orders = Takings::of(history, &[Deed::Order], now);
        let has_orders = orders.span().is_some();
        let mut models = Self {
            version,
            trained_at: now,
            persons: gathered.persons(),
            interactions: gathered.interactions(),
            queries: gathered.queries.clone(),
            also_bought: near(history, ALSO_BOUGHT),
            bought_together: near(history, BOUGHT_TOGETHER),
            viewed_together: near(history, VIEWED_TOGETHER),
            complements: has_orders.then(|| Arc::new(Complements::train(&orders, now, Default::default()))),
            sessions: Some(Sessions::train(history, &LOOKED_AT, session::Settings::default())),
            personal: has_orders.then(|| Arc::new(Personal::train(&orders, now, None, Training::default()))),
            counted: Counted::of(gathered, orders, now),
            ..Self::default()
        };
        models.hybrid = learn::weights(gathered, now, &models);
        models.bytes = models.estimate(history);
        models
    }

    /// Those parts that `hybrid` asks, as they would have been at an earlier moment; but for the weights within
    /// `personal` and `sessions`, which are those of now.
    pub(crate) fn at(&self, gathered: &Gathered, moment: Timestamp) -> Self {
        let gathered = gathered.before(moment);
        let history = &gathered.history;
        let orders = Takings::of(history, &[Deed::Order], moment);
        let has_orders = orders.span().is_some();
        let personal = self.personal.as_ref().filter(|_| has_orders);
        Self {
            viewed_together: near(history, VIEWED_TOGETHER),
            complements: has_orders.then(|| Arc::new(Complements::train(&orders, moment, Default::default()))),
            sessions: self.sessions.as_ref().map(|known| known.trained_on(history, &LOOKED_AT)),
            personal: personal.map(|known| Arc::new(known.trained_on(&orders, moment, Training::default()))),
            counted: Counted::of(&gathered, orders, moment),
            ..Self::default()
        }
    }

    /// The same with what is new: `gathered` is everything, `change` what came to it and went from it since these were
    /// made. Counted anew is what is popular, trending, popular here, and looked at; sessions take in what changed; and
    /// the neighbors of those items are found anew with which something changed. The neighbors of others may lag by what
    /// changed in the popularity of an item near them. What is fitted stays. Costs as much as what is new, but for
    /// counting and copying.
    #[must_use]
    pub fn refreshed(&self, gathered: &Gathered, change: &Change, now: Timestamp, version: u64) -> Self {
        let history = &gathered.history;
        if history.is_empty() {
            return Self::empty(now, version);
        }
        let change = change.of_history();
        let mut sessions = self.sessions.clone().unwrap_or_else(Sessions::by_rule);
        sessions.replace(&change, &LOOKED_AT);
        let again = |known: &Neighbors, nearness: Nearness| near_again(known, (history, &change), nearness);
        let mut models = Self {
            version,
            trained_at: now,
            persons: gathered.persons(),
            interactions: gathered.interactions(),
            also_bought: again(&self.also_bought, ALSO_BOUGHT),
            bought_together: again(&self.bought_together, BOUGHT_TOGETHER),
            viewed_together: again(&self.viewed_together, VIEWED_TOGETHER),
            complements: self.complements.clone(),
            sessions: Some(sessions),
            personal: self.personal.clone(),
            counted: Counted::of(gathered, Takings::of(history, &[Deed::Order], now), now),
            hybrid: self.hybrid.clone(),
            queries: self.queries.clone(),
            // Whoever asks next need not make room as large as the models again.
            memory: Mutex::new(std::mem::take(&mut *self.memory())),
            ..Self::default()
        };
        models.bytes = models.estimate(history);
        models
    }

    /// Models of nobody.
    fn empty(now: Timestamp, version: u64) -> Self {
        Self { version, trained_at: now, ..Self::default() }
    }

    /// Which training or refresh it was, counted by the installation; 0 where there was none.
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
        self.counted.popularities()
    }

    /// What at least [`crate::LEAST_PERSONS`] persons searched for, with how many did, the most first.
    pub fn queries(&self) -> &Arc<[(String, u64)]> {
        &self.queries
    }

    /// Lends memory for one question: to a thread what it asked with before, since that is in the cache of its core.
    pub(crate) fn with_memory<R>(&self, ask: impl FnOnce(&mut Memory) -> R) -> R {
        let own = thread::current().id();
        let lent = {
            let mut kept = self.memory();
            let known = kept.iter().position(|(thread, _)| *thread == own);
            let any = || kept.len().checked_sub(1).filter(|last| *last + 1 >= MOST_KEPT);
            known.or_else(any).map(|place| kept.swap_remove(place).1)
        };
        let mut memory = lent.unwrap_or_default();
        let answer = ask(&mut memory);
        self.memory().push((own, memory));
        answer
    }

    fn memory(&self) -> MutexGuard<'_, Vec<(ThreadId, Memory)>> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn estimate(&self, history: &History) -> usize {
        let items = || (0..history.items() as u32).map(Item);
        let rows = |neighbors: &Neighbors| items().map(|item| neighbors.of(item).len() * 8 + 24).sum::<usize>();
        let complements = self.complements.as_ref();
        let complements = complements.map_or(0, |known| items().map(|item| known.of(item).len() * 8 + 24).sum());
        let ease =
            self.personal.as_ref().map_or(0, |known| items().map(|item| known.ease().weights(item).count()).sum());
        let sessions = self.sessions.as_ref().map_or(0, Sessions::bytes);
        let neighbors = [&self.also_bought, &self.bought_together, &self.viewed_together].map(rows);
        // The cosines of `personal` are as long as the rows of `also_bought`.
        neighbors.iter().sum::<usize>()
            + neighbors[0]
            + complements
            + ease * 8
            + sessions
            + self.counted.bytes()
            + history.items() * 24
    }
}

fn near(history: &History, (counts, within): Nearness) -> Neighbors {
    Neighbors::train(&Together::of(history, counts, within), Settings::ALSO_BOUGHT)
}

/// The same neighbors, those found anew whose groups changed.
fn near_again(
    known: &Neighbors,
    (history, change): (&History, &history::Change<'_>),
    (counts, within): Nearness,
) -> Neighbors {
    let touched = neighbor::touched(change, counts, within);
    let mut neighbors = known.clone();
    if !touched.is_empty() {
        neighbors.refresh(&Together::of(history, counts, within), &touched, Settings::ALSO_BOUGHT);
    }
    neighbors
}
