//! What is known of an item that may be proposed, as numbers that weights are learned for.

use model::time::{Span, Timestamp};
use recommend::{
    history::Item,
    rank::{Candidate, Why},
};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{models::Models, source::merged_by};

/// How many numbers describe a candidate.
pub(super) const FEATURES: usize = 17;

/// For nobody's visit, its first item, and later ones.
pub(super) const HEADS: usize = 3;

/// What somebody did, as far as it is not asked of a part.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) now: Timestamp,
    /// What the visit looked at, in order of time.
    pub(crate) session: &'a [Item],
    /// What was looked at, with the moments, in order of time.
    pub(crate) looked: &'a [(Timestamp, Item)],
}

/// What each part says, best first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lists {
    /// What comes next in the visit.
    pub(crate) session: Vec<Candidate>,
    /// What goes with the cart, or with what was searched for where nothing was looked at yet.
    pub(crate) with: Vec<Candidate>,
    /// What goes with the last order.
    pub(crate) after: Vec<Candidate>,
    /// What the person's purchases say.
    pub(crate) personal: Vec<Candidate>,
    /// What is looked at beside what was looked at lately.
    pub(crate) near: Vec<Candidate>,
    /// What many take here.
    pub(crate) popular: Vec<Candidate>,
}

/// What is known of all candidates.
#[derive(Debug)]
pub(super) struct Signals<'a> {
    models: &'a Models,
    /// Of each list the scores, measured by its best.
    shares: [FxHashMap<Item, f32>; LISTS],
    /// How lately and often each item was looked at.
    seen: FxHashMap<Item, f32>,
    in_session: FxHashSet<Item>,
    /// The share of each category in what was looked at lately.
    categories: FxHashMap<u32, f32>,
    /// Whatever may be proposed: all that a part says, what was looked at lately, and the most looked at of its categories.
    candidates: FxHashSet<Item>,
}

const LISTS: usize = 6;

/// So many of the latest items that were looked at count.
const LOOKED_BACK: usize = 30;

/// After so many days that something was looked at counts half.
const HALF_LIFE_DAYS: f32 = 7.0;

/// An item of the visit that is going on counts as much as so many of before.
const IN_VISIT: f32 = 2.0;

/// Of so many categories the most looked at items are candidates.
const CATEGORIES: usize = 3;

/// Which head answers.
pub(super) fn head(session: &[Item]) -> usize {
    session.len().min(HEADS - 1)
}

impl Known<'_> {
    /// The latest different items that were looked at, and how much each counts.
    fn lately(&self) -> Vec<(Item, f32)> {
        let mut lately: Vec<(Item, f32)> = Vec::new();
        let mut add = |item: Item, weight: f32| match lately.iter().position(|(known, _)| *known == item) {
            Some(place) => lately[place].1 += weight,
            None if lately.len() < LOOKED_BACK => lately.push((item, weight)),
            None => {}
        };
        for (back, item) in self.session.iter().rev().enumerate() {
            add(*item, IN_VISIT / (1.0 + back as f32));
        }
        let before = self.looked.iter().rev().filter(|(_, item)| !self.session.contains(item));
        for (at, item) in before.take(4 * LOOKED_BACK) {
            let days = self.now.since(*at).as_millis() as f32 / Span::DAY.as_millis() as f32;
            add(*item, libm::exp2f(-days / HALF_LIFE_DAYS));
        }
        lately
    }

    /// What is looked at beside what was looked at lately.
    pub(crate) fn near(&self, models: &Models) -> Vec<Candidate> {
        let lately = self.lately();
        let rows = lately.iter().map(|(item, weight)| (*item, *weight, models.viewed_together.of(*item)));
        merged_by(rows, &[], Why::SeenTogether)
    }
}

impl Lists {
    fn all(&self) -> [&Vec<Candidate>; LISTS] {
        [&self.session, &self.with, &self.after, &self.personal, &self.near, &self.popular]
    }

    /// What speaks for each item that a part says: the part that is surest, by how sure it usually is.
    pub(super) fn reasons(&self) -> FxHashMap<Item, Why> {
        let weights = [0.8, 0.6, 0.03, 0.15, 0.3, 0.01];
        let mut reasons = FxHashMap::<Item, (f32, Why)>::default();
        for (list, weight) in self.all().into_iter().zip(weights) {
            let all = list.iter().map(|one| one.score).sum::<f32>().max(f32::MIN_POSITIVE);
            for one in list {
                let said = reasons.entry(one.item).or_insert((0.0, Why::Popular));
                let chance = weight * one.score / all;
                *said = if chance > said.0 { (chance, one.why) } else { *said };
            }
        }
        reasons.into_iter().map(|(item, (_, why))| (item, why)).collect()
    }
}

impl<'a> Signals<'a> {
    pub(super) fn of(models: &'a Models, known: &Known<'_>, lists: &Lists) -> Self {
        let lately = known.lately();
        let mut categories = FxHashMap::default();
        for (item, weight) in &lately {
            models
                .counted
                .category(*item)
                .into_iter()
                .for_each(|category| *categories.entry(category).or_default() += weight);
        }
        let all: f32 = categories.values().sum();
        categories.values_mut().for_each(|share: &mut f32| *share /= all.max(f32::MIN_POSITIVE));
        let shares = lists.all().map(|list| {
            let most = list.first().map_or(1.0, |one| one.score.max(f32::MIN_POSITIVE));
            list.iter().map(|one| (one.item, one.score / most)).collect::<FxHashMap<_, _>>()
        });
        let mut candidates: FxHashSet<Item> = shares.iter().flat_map(|shares| shares.keys().copied()).collect();
        candidates.extend(lately.iter().map(|(item, _)| *item));
        let mut most: Vec<(u32, f32)> = categories.iter().map(|(category, share)| (*category, *share)).collect();
        most.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        for (category, _) in most.into_iter().take(CATEGORIES) {
            candidates.extend(models.counted.of_category(category));
        }
        if let Some(on_screen) = known.session.last() {
            candidates.remove(on_screen);
        }
        let in_session = known.session.iter().copied().collect();
        Self { models, shares, seen: lately.into_iter().collect(), in_session, categories, candidates }
    }

    /// All candidates, in order of their numbers.
    pub(super) fn candidates(&self) -> Vec<Item> {
        let mut candidates: Vec<Item> = self.candidates.iter().copied().collect();
        candidates.sort_unstable();
        candidates
    }

    /// The numbers that the weights are for.
    pub(super) fn features(&self, item: Item) -> [f32; FEATURES] {
        let ln = |share: f32| libm::logf(1.0 + 10_000.0 * share) / 2.0;
        let share = |list: usize| self.shares[list].get(&item).copied().unwrap_or_default();
        let category = self.models.counted.category(item).and_then(|category| self.categories.get(&category)).copied();
        let category = category.unwrap_or_default();
        let (session, with, after, personal) = (share(0), share(1), share(2), share(3));
        let (near, popular) = (share(4), share(5));
        let seen = self.seen.get(&item).copied().unwrap_or_default();
        let is_in_visit = self.in_session.contains(&item);
        let looks = self.models.counted.looks(item);
        [
            session,
            ln(session),
            personal,
            ln(personal),
            near,
            ln(near),
            if is_in_visit { 0.0 } else { ln(seen) },
            f32::from(u8::from(is_in_visit)),
            category,
            ln(category),
            looks,
            ln(popular),
            with,
            ln(with),
            ln(after),
            category * looks,
            popular,
        ]
    }
}
