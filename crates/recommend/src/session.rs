//! What a session is about: the next item, from the last few, with no training in between and nobody known.
//!
//! Candidates come from the latest sessions that share items with this one (VMIS-kNN: Kersbergen, Sprangers and
//! Schelter, "Serenade", SIGMOD 2022), from what is seen beside and after the item on the screen, from what is seen
//! beside all of these, and from the session itself: people go back. A conditional logit puts them into one order; its weights are fitted on the last sessions,
//! which the index for that purpose has not seen, one set for the first click, one for the second, one for later ones.

use model::time::Timestamp;

use crate::{
    choice::Choice,
    history::{Change, Deed, History, Item},
    scored::{Scored, Sums, best},
};

mod feature;
mod fit;
mod index;

use feature::FEATURES;
use index::Index;

/// How much is remembered and looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// The latest sessions of an item that are looked at.
    pub sessions_an_item: usize,
    /// The sessions most like this one that say what comes next.
    pub neighbors: usize,
    /// The latest items of the session that are looked at.
    pub looked_back: usize,
    /// What is seen beside and after an item: rows of this length are kept.
    pub kept: usize,
    /// On how many clicks weights are fitted.
    pub fitted_on: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { sessions_an_item: 250, neighbors: 100, looked_back: 12, kept: 60, fitted_on: 6_000 }
    }
}

/// The trained model.
#[derive(Debug, Clone)]
pub struct Sessions {
    index: Index,
    heads: [Choice<FEATURES>; feature::HEADS],
    settings: Settings,
}

/// Memory that questions use again and again.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    likeness: Sums,
    next: Sums,
    after: Sums,
    beside: Sums,
    follow: Sums,
    further: Sums,
    on_screen_beside: Sums,
    on_screen_after: Sums,
    candidates: Sums,
}

impl Sessions {
    /// Trains on the deeds that count: by their groups, in order of time. Deterministic.
    pub fn train(history: &History, counts: &[Deed], settings: Settings) -> Self {
        let heads = fit::heads(history, counts, settings);
        let mut index = Index::default();
        index.fold(history, counts, 0, settings);
        Self { index, heads, settings }
    }

    /// Trains on another history, and keeps the weights: they are few, and hardly know which sessions they were fitted on.
    #[must_use]
    pub fn trained_on(&self, history: &History, counts: &[Deed]) -> Self {
        let mut index = Index::default();
        index.fold(history, counts, 0, self.settings);
        Self { index, heads: self.heads.clone(), settings: self.settings }
    }

    /// Knows nothing yet; its weights are by rule.
    pub fn by_rule() -> Self {
        Self { index: Index::default(), heads: fit::by_rule(), settings: Settings::default() }
    }

    /// Takes in what a history gained since it had `seen` interactions. Weights stay as they are. Costs as much as what
    /// is new, not as much as what is known.
    pub fn refresh(&mut self, history: &History, counts: &[Deed], seen: usize) {
        self.index.fold(history, counts, seen, self.settings);
    }

    /// Puts what some persons did in place of what was known of them. Weights stay as they are. Costs as much as what
    /// these persons did, and the copy of the model that is changed.
    ///
    /// Where all that is new came after all that was known, the same is known as if it had always been. Of a session of
    /// which something went, or which something came into later, all counts as of now; and of an item that more than
    /// [`Settings::sessions_an_item`] sessions have, the older ones do not come back for those that went.
    pub fn replace(&mut self, change: &Change<'_>, counts: &[Deed]) {
        self.index.replace(change, counts, self.settings);
    }

    /// What comes next, at most `count`, best first; the score is the logarithm of a chance, but for a constant. The
    /// session's items are in order of time, the one on the screen last; that one is never in the answer, earlier ones
    /// may be.
    pub fn next(&self, session: &[Item], count: usize, memory: &mut Memory) -> Vec<Scored> {
        let Some(head) = self.heads.get(feature::head(session)) else { return Vec::new() };
        let asked = feature::Asked::of(session, self.settings.looked_back);
        self.gather(&asked, memory);
        let scored = feature::candidates(&asked, memory);
        let most = feature::Most::of(memory);
        let score = |item: u32| Scored {
            item: Item(item),
            score: head.score(&feature::features(&self.index, &asked, (item, &most), memory)) as f32,
        };
        let found = best(scored.into_iter().map(score).collect(), count);
        memory.clear();
        found
    }

    /// The moment of the last deed that is known.
    pub fn until(&self) -> Timestamp {
        self.index.until()
    }

    /// How many sessions are known.
    pub fn sessions(&self) -> usize {
        self.index.known()
    }

    /// Bytes of memory that it holds, about.
    pub fn bytes(&self) -> usize {
        self.index.bytes()
    }

    fn gather(&self, asked: &feature::Asked, memory: &mut Memory) {
        feature::gather(&self.index, self.settings, asked, memory);
    }
}

impl Memory {
    fn all(&mut self) -> [&mut Sums; 8] {
        [
            &mut self.next,
            &mut self.after,
            &mut self.beside,
            &mut self.follow,
            &mut self.further,
            &mut self.on_screen_beside,
            &mut self.on_screen_after,
            &mut self.candidates,
        ]
    }

    fn clear(&mut self) {
        self.likeness.clear();
        self.all().into_iter().for_each(Sums::clear);
    }
}
