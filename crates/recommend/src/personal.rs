//! What a person will take next, old and new: a blend of habit, EASE, neighbors, content and popularity.
//!
//! Two questions are behind one list. Of an item that the person took before: is it time again? Of one that is new to
//! them: does it fit? Each has its own head, a logistic regression over what the parts say. The weights are fitted on
//! the last part of the history itself, which the parts for that purpose have not seen; then the parts are trained on
//! all of it. Both heads say chances, so their answers can be put into one order, and a part that does not help gets no
//! weight.

use model::time::{Span, Timestamp};

use crate::{
    ease::{Ease, Settings},
    habit::{Past, Rhythms, Taken, Takings},
    history::Item,
    logistic::Logistic,
    neighbor::{self, Neighbors, Together},
    popularity::Popularity,
    scored::Sums,
};

mod feature;
mod fit;

use feature::{FEATURES, Signals};

/// How it is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// For collaborative filtering.
    pub ease: Settings,
    /// How long ahead a chance looks, and how much of the history's end weights are fitted on. Where the history is
    /// short it is a quarter of it.
    pub ahead: Span,
    /// Of an item that fewer persons took nothing is learned from persons; only its likeness to others and the person's
    /// own habit speak for it.
    pub least_takers: usize,
    /// On how many persons weights are fitted, drawn by their number.
    pub fitted_on: usize,
}

impl Default for Training {
    fn default() -> Self {
        Self { ease: Settings::default(), ahead: Span::DAY.times(60), least_takers: 5, fitted_on: 1_200 }
    }
}

/// The trained model.
#[derive(Debug, Clone)]
pub struct Personal {
    parts: Parts,
    again: Logistic<FEATURES>,
    fresh: Logistic<FEATURES>,
    ahead: Span,
}

/// What each part has learned.
#[derive(Debug, Clone)]
struct Parts {
    popularity: Popularity,
    rhythms: Rhythms,
    ease: Ease,
    neighbors: Neighbors,
    popular: Vec<Item>,
}

/// A chance that an item is taken within [`Personal::ahead`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The item.
    pub item: Item,
    /// Between 0 and 1.
    pub chance: f32,
    /// What speaks for it most.
    pub because: Because,
}

/// What speaks most for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The person takes it again and again.
    Again,
    /// It goes with something that the person took: that one most of all.
    GoesWith(Item),
    /// It is like something that the person took: that one most of all.
    Like(Item),
    /// Many take it lately.
    Popular,
}

/// What a question is about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What the person took so far, in order of time, the newest included.
    pub taken: &'a [Taken],
    /// The moment.
    pub now: Timestamp,
    /// Which items are alike, where that is known: lets new items be found
    /// ([`Contents::alike`](crate::content::Contents::alike)).
    pub alike: Option<&'a Neighbors>,
}

/// Memory that questions use again and again.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    all: Sums,
    recent: Sums,
    near: Sums,
    alike: Sums,
}

/// So many popular items are candidates of everybody.
const POPULAR: usize = 100;

/// What is new to a person comes from at least this many candidates.
const LEAST_NEW: usize = 150;

impl Personal {
    /// Trains on what was taken before a moment. Deterministic.
    pub fn train(takings: &Takings, now: Timestamp, alike: Option<&Neighbors>, training: Training) -> Self {
        let ahead = match takings.span() {
            Some((first, _)) => Span::from_millis(training.ahead.as_millis().min(now.since(first).as_millis() / 4)),
            None => training.ahead,
        };
        let (again, fresh) = fit::heads(takings, now, alike, Training { ahead, ..training });
        Self { parts: Parts::train(takings, now, training), again, fresh, ahead }
    }

    /// Trains on what was taken before another moment, and keeps the weights of the heads: they are few, and hardly know
    /// on whom they were fitted.
    #[must_use]
    pub fn trained_on(&self, takings: &Takings, now: Timestamp, training: Training) -> Self {
        let (again, fresh) = (self.again.clone(), self.fresh.clone());
        Self { parts: Parts::train(takings, now, training), again, fresh, ahead: self.ahead }
    }

    /// How far ahead a chance looks.
    pub fn ahead(&self) -> Span {
        self.ahead
    }

    /// The candidates for a person with their chances, in no order: everything they ever took, and at least `new` items
    /// that are new to them if there are as many.
    pub fn chances(&self, question: &Question<'_>, new: usize, memory: &mut Memory) -> Vec<Chance> {
        let past = Past::of(question.taken, question.now);
        let candidates = self.parts.candidates(&past, question, new.max(LEAST_NEW), memory);
        let chance = |signals: &Signals| {
            let head = if signals.habit.is_some() { &self.again } else { &self.fresh };
            let chance = head.chance(&signals.features(&self.parts, &past)) as f32;
            Chance { item: signals.item, chance, because: signals.because() }
        };
        let chances: Vec<Chance> = candidates.iter().map(chance).collect();
        memory.clear();
        chances
    }

    /// What in the person's past speaks most for an item.
    pub fn because_of(&self, question: &Question<'_>, chance: &Chance) -> Because {
        let weight = |taken: &&Taken| {
            let weights = self.parts.ease.weights(taken.item).find(|one| one.item == chance.item);
            weights.map_or(0.0, |one| one.score)
        };
        let likeness = |taken: &&Taken| {
            let row = question.alike.map(|alike| alike.of(taken.item)).unwrap_or_default();
            row.iter().find(|one| one.item == chance.item).map_or(0.0, |one| one.score)
        };
        let most = |by: &dyn Fn(&&Taken) -> f32| {
            question.taken.iter().max_by(|a, b| by(a).total_cmp(&by(b))).filter(|taken| by(taken) > 0.0)
        };
        match chance.because {
            Because::GoesWith(_) => most(&weight).map_or(Because::Popular, |taken| Because::GoesWith(taken.item)),
            Because::Like(_) => most(&likeness).map_or(Because::Popular, |taken| Because::Like(taken.item)),
            because => because,
        }
    }

    /// The parts, for a question of their own.
    pub fn popularity(&self) -> &Popularity {
        &self.parts.popularity
    }

    /// How long items last.
    pub fn rhythms(&self) -> &Rhythms {
        &self.parts.rhythms
    }

    /// Which items speak for which.
    pub fn ease(&self) -> &Ease {
        &self.parts.ease
    }
}

impl Parts {
    fn train(takings: &Takings, now: Timestamp, training: Training) -> Self {
        let popularity = Popularity::train(takings, now);
        let least = training.least_takers as f32;
        let pairs = takings.pairs(now, |item| popularity.ever(item) >= least);
        Self {
            popular: popularity.top(POPULAR).into_iter().map(|one| one.item).collect(),
            rhythms: Rhythms::train(takings, now),
            ease: Ease::of_pairs(&pairs, training.ease),
            neighbors: Neighbors::train(&Together::from_rows(pairs), neighbor::Settings::default()),
            popularity,
        }
    }

    /// The candidates of one person with what each part says of them.
    fn candidates<'a>(
        &self,
        past: &'a Past,
        question: &Question<'_>,
        new: usize,
        memory: &mut Memory,
    ) -> Vec<Signals<'a>> {
        self.ask(past, question, memory);
        let mut found: Vec<u32> = memory.all.touched().iter().chain(memory.alike.touched()).copied().collect();
        found.retain(|item| past.habit(Item(*item)).is_none());
        let most = |sums: &Sums| sums.touched().iter().map(|item| sums.of(*item)).fold(1e-6, f32::max);
        let [most_all, most_recent, most_near] = [&memory.all, &memory.recent, &memory.near].map(most);
        let signals = |item: u32| Signals {
            item: Item(item),
            habit: past.habit(Item(item)),
            all: memory.all.of(item),
            recent: memory.recent.of(item),
            near: memory.near.of(item),
            alike: memory.alike.of(item),
            shares: [
                memory.all.of(item) / most_all,
                memory.recent.of(item) / most_recent,
                memory.near.of(item) / most_near,
            ],
        };
        let promising = |item: &u32| memory.all.of(*item) + memory.recent.of(*item) + memory.alike.of(*item);
        if found.len() > new {
            let order = |a: &u32, b: &u32| promising(b).total_cmp(&promising(a)).then(a.cmp(b));
            found.select_nth_unstable_by(new, order);
            found.truncate(new);
        }
        let popular = self.popular.iter().map(|item| item.0);
        found.extend(popular.filter(|item| past.habit(Item(*item)).is_none()));
        if found.len() < new {
            found.extend(self.popularity.top_ever(new).into_iter().map(|one| one.item.0));
        }
        found.extend(past.habits.iter().map(|habit| habit.item.0));
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(signals).collect()
    }

    /// Lets every part speak, into memory.
    fn ask(&self, past: &Past, question: &Question<'_>, memory: &mut Memory) {
        memory.fit(self.popularity.items());
        for habit in &past.habits {
            let fresh = feature::freshness(habit);
            self.ease.add(habit.item, 1.0, &mut memory.all);
            self.ease.add(habit.item, fresh, &mut memory.recent);
            self.neighbors.add(habit.item, fresh, &mut memory.near);
        }
        let Some(alike) = question.alike else { return };
        let mut latest: Vec<_> = past.habits.iter().collect();
        latest.sort_by(|a, b| a.last_days.total_cmp(&b.last_days).then(a.item.cmp(&b.item)));
        memory.alike.fit(alike.items());
        for habit in latest.into_iter().take(feature::LIKED) {
            alike.add(habit.item, feature::freshness(habit), &mut memory.alike);
        }
    }
}

impl Memory {
    fn fit(&mut self, items: usize) {
        [&mut self.all, &mut self.recent, &mut self.near, &mut self.alike].into_iter().for_each(|sums| sums.fit(items));
    }

    fn clear(&mut self) {
        [&mut self.all, &mut self.recent, &mut self.near, &mut self.alike].into_iter().for_each(Sums::clear);
    }
}
