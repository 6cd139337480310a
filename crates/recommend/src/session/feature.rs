//! What is looked at to say what comes next.

use crate::{
    history::Item,
    scored::{Rank, Sums, keep_first},
    session::{Memory, Settings, index::Index},
};

/// How many numbers describe a candidate.
pub(super) const FEATURES: usize = 18;

/// For the first click, the second, and later ones.
pub(super) const HEADS: usize = 3;

/// So many of the items that neighbors say are candidates.
const FROM_NEIGHBORS: usize = 100;

/// So many of the items that are seen beside the session's, and again after them, are.
const FROM_ROWS: usize = 60;

/// From so many of them one step further is taken: where sessions are few, what fits was never in one with this item.
const STEPPED_FROM: usize = 30;

/// So many items are candidates that are one step further only.
const FROM_FURTHER: usize = 100;

/// So many items of a neighbor are read around what it shares.
const READ: usize = 30;

/// Which head answers; beyond the last one for no session at all.
pub(super) fn head(session: &[Item]) -> usize {
    if session.is_empty() { HEADS } else { session.len().min(HEADS) - 1 }
}

/// The latest different items of a session, the one on the screen first.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) latest: Vec<u32>,
}

impl Asked {
    pub(super) fn of(session: &[Item], most: usize) -> Self {
        let mut latest = Vec::new();
        for item in session.iter().rev().map(|item| item.0) {
            if latest.len() == most {
                break;
            }
            if !latest.contains(&item) {
                latest.push(item);
            }
        }
        Self { latest }
    }

    fn on_screen(&self) -> u32 {
        self.latest.first().copied().unwrap_or(u32::MAX)
    }

    /// Where in the session an item was, counted from its end; `None` if it was not.
    fn back(&self, item: u32) -> Option<usize> {
        self.latest.iter().position(|one| *one == item)
    }
}

/// By how much an item counts that was looked at so many items ago. Never below 0, however long the session.
fn weight(back: usize) -> f32 {
    1.0 / (1.0 + back as f32)
}

/// Lets the latest sessions and the rows speak, into memory.
pub(super) fn gather(index: &Index, settings: Settings, asked: &Asked, memory: &mut Memory) {
    memory.likeness.fit(index.sessions());
    memory.all().into_iter().for_each(|sums| sums.fit(index.items()));
    for (back, item) in asked.latest.iter().enumerate() {
        index.latest(*item, settings.sessions_an_item).for_each(|session| memory.likeness.add(session, weight(back)));
    }
    for (likeness, session) in nearest(&memory.likeness, settings.neighbors) {
        listen(index.session(session), likeness, asked, memory);
    }
    for (back, item) in asked.latest.iter().enumerate() {
        index.beside(*item).iter().for_each(|one| memory.beside.add(one.item.0, weight(back) * one.score));
        index.after(*item).iter().for_each(|one| memory.follow.add(one.item.0, weight(back) * one.score));
    }
    index.beside(asked.on_screen()).iter().for_each(|one| memory.on_screen_beside.add(one.item.0, one.score));
    index.after(asked.on_screen()).iter().for_each(|one| memory.on_screen_after.add(one.item.0, one.score));
    for item in largest(&memory.next, STEPPED_FROM) {
        let by = memory.next.of(item);
        index.beside(item).iter().for_each(|one| memory.further.add(one.item.0, by * one.score));
    }
}

/// The sessions that are most like this one, best first; of sessions that are as much alike the later one.
fn nearest(likeness: &Sums, most: usize) -> Vec<(f32, u32)> {
    let touched = likeness.touched().iter();
    if likeness.touched().len() <= most {
        return touched.map(|session| (likeness.of(*session), *session)).collect();
    }
    let mut ranks: Vec<Rank> = touched.map(|session| Rank::of(likeness.of(*session), !session)).collect();
    keep_first(&mut ranks, most);
    ranks.sort_unstable();
    ranks.into_iter().map(|rank| (rank.score(), !rank.number())).collect()
}

/// The items with the largest sums, in the order of their numbers where there are more.
fn largest(sums: &Sums, most: usize) -> Vec<u32> {
    if sums.touched().len() <= most {
        return sums.touched().to_vec();
    }
    let mut items: Vec<u32> = sums.largest(most).into_iter().map(Rank::number).collect();
    items.sort_unstable();
    items
}

/// What one neighbor says comes next: everything in it, and more what comes soon after what both share.
fn listen(session: &[u32], likeness: f32, asked: &Asked, memory: &mut Memory) {
    let shared = session.iter().enumerate().filter_map(|(place, item)| asked.back(*item).map(|back| (back, place)));
    let Some((back, place)) = shared.min() else { return };
    let says = likeness * weight(back);
    let from = place.saturating_sub(READ / 2);
    for (other, item) in session.iter().enumerate().skip(from).take(READ) {
        memory.next.add(*item, says);
        if other > place {
            memory.after.add(*item, says / (other - place) as f32);
        }
    }
}

/// What may come next.
pub(super) fn candidates(asked: &Asked, memory: &mut Memory) -> Vec<u32> {
    let found = largest(&memory.next, FROM_NEIGHBORS);
    let further = largest(&memory.further, FROM_FURTHER);
    let rows = [&memory.beside, &memory.follow].map(|sums| largest(sums, FROM_ROWS));
    let own = asked.latest.iter().copied().filter(|item| memory.candidates.has_room(*item)).collect::<Vec<_>>();
    for item in found.into_iter().chain(further).chain(rows.into_iter().flatten()).chain(own) {
        memory.candidates.add(item, 1.0);
    }
    memory.candidates.touched().iter().copied().filter(|item| *item != asked.on_screen()).collect()
}

/// The largest sums, by which others are measured.
#[derive(Debug)]
pub(super) struct Most {
    next: f32,
    after: f32,
    beside: f32,
    follow: f32,
    further: f32,
    /// What [`ln`] makes of nothing.
    ln_of_none: f32,
}

impl Most {
    pub(super) fn of(memory: &Memory) -> Self {
        let most = |sums: &Sums| sums.touched().iter().map(|item| sums.of(*item)).fold(1e-6, f32::max);
        Self {
            next: most(&memory.next),
            after: most(&memory.after),
            beside: most(&memory.beside),
            follow: most(&memory.follow),
            further: most(&memory.further),
            ln_of_none: ln(0.0),
        }
    }
}

/// Shares as logarithms, with nothing far below what is little.
fn ln(share: f32) -> f32 {
    libm::logf(share + 0.01)
}

/// The numbers that the heads weigh.
pub(super) fn features(index: &Index, asked: &Asked, (item, most): (u32, &Most), memory: &Memory) -> [f32; FEATURES] {
    // Of most candidates most parts say nothing.
    let ln = |share: f32| if share == 0.0 { most.ln_of_none } else { ln(share) };
    let (next, after) = (memory.next.of(item) / most.next, memory.after.of(item) / most.after);
    let (beside, follow) = (memory.beside.of(item) / most.beside, memory.follow.of(item) / most.follow);
    let further = memory.further.of(item) / most.further;
    let (last_beside, last_after) = (memory.on_screen_beside.of(item), memory.on_screen_after.of(item));
    let count = index.ln_count(item);
    let back = asked.back(item);
    [
        next,
        ln(next),
        after,
        ln(after),
        beside,
        ln(beside),
        follow,
        ln(follow),
        last_beside.sqrt(),
        ln(last_beside),
        last_after.sqrt(),
        ln(last_after),
        count,
        if back.is_some() { 1.0 } else { 0.0 },
        back.map_or(0.0, weight),
        next * count,
        further,
        ln(further),
    ]
}
