//! How the heads learn: the last sessions are taken away, the rest is indexed, and the heads learn to tell the clicks of
//! the sessions that were taken away.

use std::collections::BTreeMap;

use model::time::Timestamp;

use crate::{
    choice::{Choice, Chosen},
    history::{Deed, Group, History, Item},
    session::{
        Memory, Settings,
        feature::{self, FEATURES, HEADS},
        index::Index,
    },
};

/// The share of the sessions that is taken away: one in so many.
const TAKEN_AWAY: usize = 8;

/// The heads, fitted where there are clicks enough.
pub(super) fn heads(history: &History, counts: &[Deed], settings: Settings) -> [Choice<FEATURES>; HEADS] {
    let mut sessions: BTreeMap<Group, Vec<(Timestamp, Item)>> = BTreeMap::new();
    for one in history.iter().filter(|one| counts.contains(&one.deed)) {
        sessions.entry(one.group).or_default().push((one.at, one.item));
    }
    let mut ends: Vec<(Timestamp, Group)> = sessions
        .iter()
        .map(|(group, clicks)| (clicks.iter().map(|click| click.0).max().unwrap_or_default(), *group))
        .collect();
    ends.sort_unstable();
    let last = ends.split_off(ends.len() - ends.len() / TAKEN_AWAY);
    let mut index = Index::default();
    let mut before = history.clone();
    let Some((cut, _)) = last.first() else { return by_rule() };
    before.retain(|one| ends.binary_search(&(sessions_end(&sessions, one.group), one.group)).is_ok() && one.at <= *cut);
    index.fold(&before, counts, 0, settings);
    let (mut choices, mut memory) = ([const { Vec::new() }; HEADS], Memory::default());
    let mut left = settings.fitted_on;
    for (_, group) in last.iter().rev() {
        let Some(clicks) = sessions.get_mut(group) else { continue };
        clicks.sort_by_key(|click| click.0);
        let items: Vec<Item> = clicks.iter().map(|click| click.1).collect();
        for length in 1..items.len().min(left + 1) {
            let chosen = chosen(&index, &items[..length], items[length], settings, &mut memory);
            left = left.saturating_sub(1);
            choices[feature::head(&items[..length])].extend(chosen);
        }
    }
    let rules = by_rule();
    let together: Vec<_> = choices.iter().flatten().cloned().collect();
    let base = Choice::fit(&together, &rules[0]).unwrap_or_else(|| rules[0].clone());
    choices.map(|choices| Choice::fit(&choices, &base).unwrap_or_else(|| base.clone()))
}

fn sessions_end(sessions: &BTreeMap<Group, Vec<(Timestamp, Item)>>, group: Group) -> Timestamp {
    sessions.get(&group).and_then(|clicks| clicks.iter().map(|click| click.0).max()).unwrap_or_default()
}

/// A list with what was taken from it; `None` where that was not on it, or on the screen already.
fn chosen(
    index: &Index,
    session: &[Item],
    next: Item,
    settings: Settings,
    memory: &mut Memory,
) -> Option<Chosen<FEATURES>> {
    let asked = feature::Asked::of(session, settings.looked_back);
    feature::gather(index, settings, &asked, memory);
    let items = feature::candidates(&asked, memory);
    let most = feature::Most::of(memory);
    let taken = items.iter().position(|item| *item == next.0);
    let described = |item: &u32| feature::features(index, &asked, (*item, &most), memory);
    let chosen = taken.map(|taken| Chosen { candidates: items.iter().map(described).collect(), taken });
    memory.clear();
    chosen
}

/// Where there is too little to learn from: neighbors first, then what is seen beside the item on the screen.
pub(super) fn by_rule() -> [Choice<FEATURES>; HEADS] {
    let mut weights = [0.0; FEATURES];
    [(0, 1.0), (1, 0.5), (3, 0.3), (5, 0.3), (9, 0.3)].into_iter().for_each(|(place, weight)| weights[place] = weight);
    std::array::from_fn(|_| Choice::new(weights))
}
