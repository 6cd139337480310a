//! Sessions by item, and what is seen beside and after each item.

use std::collections::BTreeMap;

use model::time::Timestamp;
use rustc_hash::FxHashMap;

use crate::{
    history::{Change, Deed, Group, History, Item},
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
        let counted = history.since(seen).filter(|one| counts.contains(&one.deed));
        let clicks = counted.map(|one| (one.at, one.group, one.item)).collect();
        self.take_in(clicks, Vec::new(), history.items(), settings);
    }

    /// Puts what some persons did in place of what was known of them. A session to whose end something came goes on; one
    /// that changed otherwise is taken out, and in again as a new one.
    pub(super) fn replace(&mut self, change: &Change<'_>, counts: &[Deed], settings: Settings) {
        let (before, after) = (by_group(change.before, counts), by_group(change.after, counts));
        let (mut clicks, mut touched) = (Vec::new(), Vec::new());
        for (group, known) in &before {
            if !after.get(group).is_some_and(|now| now.starts_with(known)) {
                self.remove(*group, &mut touched);
            }
        }
        let mut known = FxHashMap::default();
        for one in change.after.iter().filter(|one| counts.contains(&one.deed)) {
            let known = known.entry(one.group).or_insert_with(|| {
                before.get(&one.group).filter(|known| after[&one.group].starts_with(known)).map_or(0, Vec::len)
            });
            match known {
                0 => clicks.push((one.at, one.group, one.item)),
                known => *known -= 1,
            }
        }
        self.take_in(clicks, touched, change.after.items(), settings);
    }

    /// Takes clicks in, and makes the rows of the items anew that are in their sessions or were touched before.
    fn take_in(
        &mut self,
        mut clicks: Vec<(Timestamp, Group, Item)>,
        touched: Vec<u32>,
        items: usize,
        settings: Settings,
    ) {
        // Within a second the order of arrival counts.
        clicks.sort_by_key(|(at, _, _)| *at);
        let items = items.max(self.by_item.len());
        self.by_item.resize(items, Vec::new());
        self.counts.resize(items, 0);
        self.ln_counts.resize(items, 0.0);
        self.beside.resize(items, Vec::new());
        self.after.resize(items, Vec::new());
        let mut sessions = Vec::with_capacity(clicks.len());
        for (at, group, item) in clicks {
            sessions.push(self.click(group, item, settings.sessions_an_item));
            self.until = self.until.max(at);
        }
        sessions.sort_unstable();
        sessions.dedup();
        let mut is_touched = vec![false; items];
        touched.into_iter().for_each(|item| is_touched[item as usize] = true);
        let clicked = sessions.iter().flat_map(|place| &self.sessions[*place as usize]);
        clicked.for_each(|item| is_touched[*item as usize] = true);
        for (item, _) in is_touched.iter().enumerate().filter(|(_, is_touched)| **is_touched) {
            self.ln_counts[item] = libm::logf(self.counts[item] as f32 + 1.0);
        }
        self.rows(&is_touched, settings.kept);
    }

    /// Takes a session out. Its place stays empty, so that the places of others stay theirs.
    fn remove(&mut self, group: Group, touched: &mut Vec<u32>) {
        let Some(place) = self.places.remove(&group) else { return };
        let mut items = std::mem::take(&mut self.sessions[place as usize]);
        items.sort_unstable();
        items.dedup();
        for item in items {
            self.counts[item as usize] -= 1;
            self.by_item[item as usize].retain(|known| *known != place);
            touched.push(item);
        }
    }

    /// Says the place of the session.
    fn click(&mut self, group: Group, item: Item, most: usize) -> u32 {
        let next = self.sessions.len() as u32;
        let place = *self.places.entry(group).or_insert(next);
        if place == next {
            self.sessions.push(Vec::new());
        }
        let session = &mut self.sessions[place as usize];
        if session.last() == Some(&item.0) || session.len() >= MOST_ITEMS {
            return place;
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
        place
    }

    /// What is seen beside and after the touched items, anew, from their latest sessions.
    fn rows(&mut self, is_touched: &[bool], kept: usize) {
        let (mut beside, mut after) = (Sums::default(), Sums::default());
        [&mut beside, &mut after].into_iter().for_each(|sums| sums.fit(self.by_item.len()));
        for item in (0..).zip(is_touched).filter(|(_, is_touched)| **is_touched).map(|(item, _)| item) {
            for session in &self.by_item[item as usize] {
                let clicks = &self.sessions[*session as usize];
                let mut others: Vec<u32> = clicks.iter().copied().filter(|other| *other != item).collect();
                others.sort_unstable();
                others.dedup();
                others.into_iter().for_each(|other| beside.add(other, 1.0));
                let from = clicks.iter().position(|click| *click == item).map_or(clicks.len(), |place| place + 1);
                for (distance, other) in clicks[from..].iter().enumerate().filter(|(_, other)| **other != item) {
                    after.add(*other, 1.0 / (1.0 + distance as f32));
                }
            }
            let own = self.by_item[item as usize].len() as f32;
            let cosine = |one: Scored| {
                let other = (self.by_item[one.item.index()].len() as f32).max(1.0);
                Scored { score: one.score / (own * other).sqrt(), ..one }
            };
            let share = |one: Scored| Scored { score: one.score / (own + 1.0), ..one };
            self.beside[item as usize] = best(beside.scored().into_iter().map(cosine).collect(), kept);
            self.after[item as usize] = best(after.scored().into_iter().map(share).collect(), kept);
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

    /// One more than the last place of a session.
    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// How many sessions are known.
    pub(super) fn known(&self) -> usize {
        self.places.len()
    }

    /// Bytes of memory, about.
    pub(super) fn bytes(&self) -> usize {
        let numbers = |lists: &[Vec<u32>]| lists.iter().map(|list| 24 + list.capacity() * 4).sum::<usize>();
        let rows = |rows: &[Vec<Scored>]| rows.iter().map(|row| 24 + row.capacity() * 8).sum::<usize>();
        // A place in a table takes 8 bytes and the room beside it.
        let lists = numbers(&self.sessions) + numbers(&self.by_item);
        lists + rows(&self.beside) + rows(&self.after) + self.counts.len() * 4 + self.places.capacity() * 10
    }

    pub(super) fn until(&self) -> Timestamp {
        self.until
    }
}

/// The clicks of each session in order of time.
fn by_group(history: &History, counts: &[Deed]) -> BTreeMap<Group, Vec<(Timestamp, Item)>> {
    let mut sessions: BTreeMap<Group, Vec<(Timestamp, Item)>> = BTreeMap::new();
    for one in history.iter().filter(|one| counts.contains(&one.deed)) {
        sessions.entry(one.group).or_default().push((one.at, one.item));
    }
    sessions.values_mut().for_each(|clicks| clicks.sort_by_key(|(at, _)| *at));
    sessions
}
