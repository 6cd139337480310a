//! Plain nearest sessions, without anything of ours: what `lists` is measured against.
//!
//! VMIS-kNN as it was published (Kersbergen, Sprangers and Schelter, "Serenade", SIGMOD 2022): the latest sessions with
//! an item of this one, the nearest of them, and of these every item by how near they are and how rare it is.

use rustc_hash::FxHashMap;

/// The latest sessions of an item that are looked at, and how many of them are nearest: as many as `recommend` has.
const SESSIONS_AN_ITEM: usize = 250;
const NEAREST: usize = 100;

/// Sessions in order of time, by their items.
#[derive(Debug, Default)]
pub(crate) struct Nearest {
    sessions: Vec<Vec<u64>>,
    by_item: FxHashMap<u64, Vec<u32>>,
}

impl Nearest {
    /// Learns sessions, the oldest first.
    pub(crate) fn of(sessions: impl Iterator<Item = Vec<u64>>) -> Self {
        let mut known = Self::default();
        for (number, mut session) in (0..).zip(sessions) {
            let mut seen = rustc_hash::FxHashSet::default();
            session.retain(|item| seen.insert(*item));
            session.iter().for_each(|item| known.by_item.entry(*item).or_default().push(number));
            known.sessions.push(session);
        }
        for latest in known.by_item.values_mut() {
            latest.drain(..latest.len().saturating_sub(SESSIONS_AN_ITEM));
        }
        known
    }

    /// What comes next, at most `count`, best first.
    pub(crate) fn next(&self, session: &[u64], count: usize) -> Vec<(u64, f32)> {
        let mut weights = FxHashMap::<u64, f32>::default();
        for (place, item) in (1..).zip(session) {
            weights.insert(*item, place as f32 / session.len() as f32);
        }
        let mut likeness = FxHashMap::<u32, f32>::default();
        for (item, weight) in &weights {
            self.by_item.get(item).into_iter().flatten().for_each(|near| *likeness.entry(*near).or_default() += weight);
        }
        let mut nearest: Vec<(u32, f32)> = likeness.into_iter().collect();
        best(&mut nearest, NEAREST);
        let mut scores = FxHashMap::<u64, f32>::default();
        for (near, likeness) in nearest {
            let items = &self.sessions[near as usize];
            let latest = items.iter().filter_map(|item| weights.get(item)).copied().fold(0.0, f32::max);
            items.iter().for_each(|item| *scores.entry(*item).or_default() += latest * likeness);
        }
        let all = self.sessions.len() as f32;
        let rarity = |item: &u64| (all / self.by_item.get(item).map_or(1, Vec::len) as f32).ln();
        scores.remove(session.last().unwrap_or(&u64::MAX));
        let mut found: Vec<(u64, f32)> =
            scores.into_iter().map(|(item, score)| (item, score * rarity(&item))).collect();
        best(&mut found, count);
        found
    }
}

/// The best, best first; of equals the later one.
fn best<N: Ord + Copy>(scored: &mut Vec<(N, f32)>, count: usize) {
    let order = |a: &(N, f32), b: &(N, f32)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0));
    if scored.len() > count {
        scored.select_nth_unstable_by(count, order);
        scored.truncate(count);
    }
    scored.sort_unstable_by(order);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_near_sessions_looked_at_comes_next() {
        let known = Nearest::of([vec![1, 2, 3], vec![4, 5], vec![2, 6], vec![7, 8]].into_iter());
        let items = |session: &[u64], count| known.next(session, count).iter().map(|one| one.0).collect::<Vec<_>>();
        assert_eq!(items(&[1, 2], 2), [3, 1], "both are in one session with the two, and 6 with one of them");
        assert_eq!(items(&[2], 9), [6, 3, 1], "of equals the later one");
        assert!(items(&[9], 9).is_empty());
    }
}
