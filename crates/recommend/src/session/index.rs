//! Sessions by item, and what is seen beside and after each item.

use std::collections::BTreeSet;

use model::time::Timestamp;
use rustc_hash::FxHashMap;

use crate::{
    history::{Deed, Group, History, Item},
    scored::{Scored, Sums, best},
    session::Settings,
};

/// Of a longer session only the beginning is kept: a crawler says nothing of what people want.
const MOST_ITEMS: usize = 100;

/// Sessions and what they say, in the order in which they began to be known.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// Which place each group has.
    places: FxHashMap<Group, u32>,
    /// The items of each session in order of time, repetitions of the item before left out.
    sessions: Vec<Vec<u32>>,
    /// The latest sessions of each item, the latest last.
    by_item: Vec<Vec<u32>>,
    /// In how many sessions each item was.
    counts: Vec<u32>,
    /// The logarithm of one more than that.
    ln_counts: Vec<f32>,
    beside: Vec<Vec<Scored>>,
    after: Vec<Vec<Scored>>,
    until: Timestamp,
}

impl Index {
    /// Takes in what came to a history after its first `seen` interactions.
    pub(super) fn fold(&mut self, history: &History, counts: &[Deed], seen: usize, settings: Settings) {
        let mut clicks: Vec<(Timestamp, Group, Item)> = history
            .since(seen)
            .filter(|one| counts.contains(&one.deed))
            .map(|one| (one.at, one.group, one.item))
            .collect();
        // Within a second the order of arrival counts.
        clicks.sort_by_key(|(at, _, _)| *at);
        let items = history.items().max(self.by_item.len());
        self.by_item.resize(items, Vec::new());
        self.counts.resize(items, 0);
        self.ln_counts.resize(items, 0.0);
        let mut touched = BTreeSet::new();
        for (at, group, item) in clicks {
            self.click(group, item, settings.sessions_an_item);
            touched.insert(item.0);
            self.until = self.until.max(at);
        }
        for item in touched.iter().map(|item| *item as usize) {
            self.ln_counts[item] = libm::logf(self.counts[item] as f32 + 1.0);
        }
        self.beside.resize(items, Vec::new());
        self.after.resize(items, Vec::new());
        self.rows(&touched, settings.kept);
    }

    fn click(&mut self, group: Group, item: Item, most: usize) {
        let next = self.sessions.len() as u32;
        let place = *self.places.entry(group).or_insert(next);
        if place == next {
            self.sessions.push(Vec::new());
        }
        let session = &mut self.sessions[place as usize];
        if session.last() == Some(&item.0) || session.len() >= MOST_ITEMS {
            return;
        }
        let is_new = !session.contains(&item.0);
        session.push(item.0);
        if is_new {
            self.counts[item.index()] += 1;
            let latest = &mut self.by_item[item.index()];
            latest.push(place);
            // Cut rarely, so that it costs little.
            if latest.len() > 2 * most {
                latest.drain(..latest.len() - most);
            }
        }
    }

    /// What is seen beside and after these items, anew, from their latest sessions.
    fn rows(&mut self, items: &BTreeSet<u32>, kept: usize) {
        let (mut beside, mut after) = (Sums::default(), Sums::default());
        [&mut beside, &mut after].into_iter().for_each(|sums| sums.fit(self.by_item.len()));
        for item in items {
            for session in &self.by_item[*item as usize] {
                let clicks = &self.sessions[*session as usize];
                let mut others: Vec<u32> = clicks.iter().copied().filter(|other| other != item).collect();
                others.sort_unstable();
                others.dedup();
                others.into_iter().for_each(|other| beside.add(other, 1.0));
                let from = clicks.iter().position(|click| click == item).map_or(clicks.len(), |place| place + 1);
                for (distance, other) in clicks[from..].iter().enumerate().filter(|(_, other)| *other != item) {
                    after.add(*other, 1.0 / (1.0 + distance as f32));
                }
            }
            let own = self.by_item[*item as usize].len() as f32;
            let cosine = |one: Scored| {
                let other = (self.by_item[one.item.index()].len() as f32).max(1.0);
                Scored { score: one.score / (own * other).sqrt(), ..one }
            };
            let share = |one: Scored| Scored { score: one.score / (own + 1.0), ..one };
            self.beside[*item as usize] = best(beside.scored().into_iter().map(cosine).collect(), kept);
            self.after[*item as usize] = best(after.scored().into_iter().map(share).collect(), kept);
            beside.clear();
            after.clear();
        }
    }

    /// The latest sessions with an item, the latest first.
    pub(super) fn latest(&self, item: u32, most: usize) -> impl Iterator<Item = u32> + '_ {
        self.by_item.get(item as usize).into_iter().flat_map(move |sessions| sessions.iter().rev().take(most).copied())
    }

    pub(super) fn session(&self, place: u32) -> &[u32] {
        &self.sessions[place as usize]
    }

    pub(super) fn beside(&self, item: u32) -> &[Scored] {
        self.beside.get(item as usize).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn after(&self, item: u32) -> &[Scored] {
        self.after.get(item as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The logarithm of one more than in how many sessions an item was.
    pub(super) fn ln_count(&self, item: u32) -> f32 {
        self.ln_counts.get(item as usize).copied().unwrap_or_default()
    }

    pub(super) fn items(&self) -> usize {
        self.by_item.len()
    }

    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    pub(super) fn until(&self) -> Timestamp {
        self.until
    }
}
