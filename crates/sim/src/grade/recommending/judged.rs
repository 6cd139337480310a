//! Lists beside what was truly taken, person by person.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use model::time::Span;
use world::{
    World,
    calendar::Day,
    catalog::{CategoryId, ItemId},
    person::PersonId,
    store,
    visit::{Screen, Shopper},
};

use super::ask::{Asked, Asks, DISCOVER, HYBRID, RECOMMENDERS};
use crate::{
    bundle::{self, VisitLine},
    grade::Asking,
    run::SimError,
};

/// For so long what is taken counts.
const AHEAD: Span = Span::DAY.times(14);
/// Places of a list that count.
const PLACES: usize = 10;
/// Samples of people of the bootstrap.
const SAMPLES: usize = 1_000;

/// Which moments of a person count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Home,
    Item,
    /// Both alike, of whom there are two.
    Both,
}

/// What an oracle reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Oracle {
    /// One that knows all needs.
    pub(super) knowing: f64,
    /// One that knows a need once something of its category was looked at.
    pub(super) shown: f64,
}

/// Lists with discovery beside lists without, summed up.
#[derive(Debug, Default)]
pub(super) struct Discovery {
    pub(super) lists: u64,
    /// Shares outside of what is usual.
    pub(super) outside: f64,
    pub(super) outside_plain: f64,
    /// Expected earnings in cents.
    pub(super) earnings: f64,
    pub(super) earnings_plain: f64,
}

/// How good the lists were.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Of each person NDCG on the home page and on an item's, by recommender, then of both oracles.
    people: BTreeMap<u32, [Option<Vec<f64>>; 2]>,
    pub(super) discovery: Discovery,
}

impl Judged {
    /// Joins what was proposed with what was taken.
    pub(super) fn of(asking: &Asking<'_>, asks: &Asks) -> Result<Self, SimError> {
        let followed: BTreeSet<u32> = asks.asked.iter().map(|asked| asked.person).collect();
        let mut visits: BTreeMap<u32, Vec<VisitLine>> = BTreeMap::new();
        bundle::read(asking.bundle, "visits", |visit: VisitLine| {
            if followed.contains(&visit.person) {
                visits.entry(visit.person).or_default().push(visit);
            }
        })?;
        let mut judged = Self::default();
        for asked in asks.asked.iter().filter(|asked| asked.lists.len() == RECOMMENDERS.len()) {
            let of_person = visits.get(&asked.person).map(Vec::as_slice).unwrap_or_default();
            let Some(scene) = Scene::of(asking.world, asked, of_person) else { continue };
            judged.add(asked, &scene);
        }
        Ok(judged)
    }

    fn add(&mut self, asked: &Asked, scene: &Scene<'_>) {
        let mut gains: Vec<f64> = asked.lists.iter().map(|list| ndcg(list, &scene.taken)).collect();
        gains.extend([scene.oracle(true), scene.oracle(false)].map(|list| ndcg(&list, &scene.taken)));
        self.people.entry(asked.person).or_default()[usize::from(asked.item.is_some())] = Some(gains);
        if asked.usual.is_empty() {
            return;
        }
        let category = |item: &ItemId| scene.world.catalog.item(*item).category;
        let outside = |list: &[ItemId]| {
            let new = list.iter().filter(|item| !asked.usual.contains(&category(item))).count();
            new as f64 / list.len().max(1) as f64
        };
        let (plain, with) = (&asked.lists[HYBRID], &asked.lists[DISCOVER]);
        let shopper = scene.shopper(true);
        let found = &mut self.discovery;
        found.lists += 1;
        found.outside += outside(with);
        found.outside_plain += outside(plain);
        found.earnings += shopper.earnings(with);
        found.earnings_plain += shopper.earnings(plain);
    }

    /// How many people there are.
    pub(super) fn people(&self, moment: Moment) -> u64 {
        self.gains(HYBRID, moment).len() as u64
    }

    /// The mean NDCG of a recommender.
    pub(super) fn mean(&self, list: usize, moment: Moment) -> f64 {
        mean(&self.gains(list, moment))
    }

    /// What the oracles reach.
    pub(super) fn oracle(&self, moment: Moment) -> Oracle {
        let [knowing, shown] = [0, 1].map(|place| self.mean(RECOMMENDERS.len() + place, moment));
        Oracle { knowing, shown }
    }

    /// Which of some recommenders is best.
    pub(super) fn best(&self, mut of: Range<usize>, moment: Moment) -> usize {
        let first = of.start;
        let better = |best: usize, other| if self.mean(other, moment) > self.mean(best, moment) { other } else { best };
        of.by_ref().fold(first, better)
    }

    /// The mean of the differences of two recommenders by person, and where 95 % of the means of samples of the people
    /// lie (the percentile bootstrap).
    pub(super) fn paired(&self, one: usize, other: usize, moment: Moment) -> (f64, (f64, f64)) {
        let differences: Vec<f64> =
            self.gains(one, moment).iter().zip(self.gains(other, moment)).map(|(one, other)| one - other).collect();
        if differences.is_empty() {
            return (0.0, (0.0, 0.0));
        }
        // A sequence that looks drawn and is always the same (Knuth's multiplier for 64 bits).
        let mut state = 1_u64;
        let mut below = |count: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % count
        };
        let mut means: Vec<f64> = (0..SAMPLES)
            .map(|_| {
                let drawn = (0..differences.len()).map(|_| differences[below(differences.len())]);
                drawn.sum::<f64>() / differences.len() as f64
            })
            .collect();
        means.sort_by(f64::total_cmp);
        (mean(&differences), (means[SAMPLES / 40], means[SAMPLES - 1 - SAMPLES / 40]))
    }

    /// The NDCG of a recommender by person.
    fn gains(&self, list: usize, moment: Moment) -> Vec<f64> {
        let of_person = |moments: &[Option<Vec<f64>>; 2]| {
            let counts = match moment {
                Moment::Home => &moments[..1],
                Moment::Item => &moments[1..],
                Moment::Both => &moments[..],
            };
            let gains: Vec<f64> = counts.iter().flatten().map(|gains| gains[list]).collect();
            (!gains.is_empty()).then(|| mean(&gains))
        };
        self.people.values().filter_map(of_person).collect()
    }
}

/// What is true of somebody at the moment of asking, and what they then took.
struct Scene<'a> {
    world: &'a World,
    person: PersonId,
    day: Day,
    screen: Screen,
    /// What is needed most, and for whom.
    needed: Option<(CategoryId, PersonId)>,
    /// Whether that was shown by looking at something of the category.
    is_shown: bool,
    taken: BTreeSet<ItemId>,
}

impl<'a> Scene<'a> {
    /// None where nothing was taken.
    fn of(world: &'a World, asked: &Asked, visits: &[VisitLine]) -> Option<Self> {
        let Asked { person, at, item, .. } = asked;
        let at_ms = at.as_millis();
        let visit = visits.iter().find(|visit| (visit.begins_ms..=visit.ends_ms).contains(&at_ms))?;
        let until = at.plus(AHEAD).as_millis();
        let views = || visits.iter().flat_map(|visit| &visit.viewed);
        let mut taken: BTreeSet<ItemId> =
            views().filter(|(when, _)| *when > at_ms && *when <= until).map(|(_, item)| ItemId(*item)).collect();
        let ordered = visits.iter().filter(|visit| visit.ends_ms > at_ms && visit.ends_ms <= until);
        taken.extend(ordered.flat_map(|visit| &visit.bought).map(|item| ItemId(*item)));
        item.iter().for_each(|item| _ = taken.remove(item));
        let needed = visit.needed.map(|(category, wearer)| (CategoryId(category), PersonId(wearer)));
        let is_of_need = |item: u32| needed.is_some_and(|need| world.catalog.item(ItemId(item)).category == need.0);
        Some(Self {
            world,
            person: PersonId(*person),
            day: world.calendar.day_of(*at)?,
            screen: Screen { about: item.map(|_| CategoryId(visit.about)), item: *item },
            needed,
            is_shown: views().any(|(when, item)| *when <= at_ms && is_of_need(*item)),
            taken,
        })
        .filter(|scene| !scene.taken.is_empty())
    }

    /// The person as they are; a need that was not shown only to who knows everything.
    fn shopper(&self, knows_everything: bool) -> Shopper<'a> {
        let person = self.world.person(self.person);
        match self.needed.filter(|_| knows_everything || self.is_shown) {
            Some((category, wearer)) => Shopper::thinking(self.world, person, wearer, self.day).needing(category),
            None => Shopper::thinking(self.world, person, person.id, self.day),
        }
    }

    /// What can be had, the most expected first.
    fn oracle(&self, knows_everything: bool) -> Vec<ItemId> {
        let looks = self.shopper(knows_everything).looks(self.screen);
        let mut all: Vec<ItemId> = self.world.catalog.items.iter().map(|item| item.id).collect();
        all.retain(|item| looks[item.0 as usize] > 0.0 && Some(*item) != self.screen.item);
        all.sort_by(|one, other| looks[other.0 as usize].total_cmp(&looks[one.0 as usize]));
        let can_be_had = |item: &ItemId| store::stock(self.world, *item, None, self.day) > 0;
        all.into_iter().filter(can_be_had).take(PLACES).collect()
    }
}

/// The normalized discounted cumulative gain of the first ten, every item that was taken counting alike (Järvelin and
/// Kekäläinen, 2002): 0 to 1.
fn ndcg(list: &[ItemId], taken: &BTreeSet<ItemId>) -> f64 {
    let gain = |place: usize| 1.0 / libm::log2(place as f64 + 2.0);
    let found = list.iter().take(PLACES).enumerate().filter(|(_, item)| taken.contains(item));
    let most: f64 = (0..taken.len().min(PLACES)).map(gain).sum();
    found.map(|(place, _)| gain(place)).sum::<f64>() / most
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_as_good_as_what_it_holds_stands_high() {
        let [one, two, three] = [1, 2, 3].map(ItemId);
        let taken = [one, two].into();
        assert!((ndcg(&[one, two, three], &taken) - 1.0).abs() < 1e-12);
        let (first, last) = (ndcg(&[one, three], &taken), ndcg(&[three, one], &taken));
        assert!(first > last && last > 0.0);
        assert_eq!(ndcg(&[three], &taken), 0.0);
    }

    #[test]
    fn a_person_counts_once_whatever_they_are_asked_for() {
        let gains = |gain: f64| Some(vec![gain; RECOMMENDERS.len() + 2]);
        let people = [(1, [gains(0.0), gains(1.0)]), (2, [None, gains(1.0)])].into();
        let judged = Judged { people, ..Judged::default() };
        assert_eq!(judged.people(Moment::Home), 1);
        assert_eq!(judged.mean(HYBRID, Moment::Both), 0.75);
        assert_eq!(judged.paired(HYBRID, DISCOVER, Moment::Both), (0.0, (0.0, 0.0)));
    }
}
