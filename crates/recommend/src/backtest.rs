//! What recommenders would have shown to people at a moment of the past, graded by what these then took.

use std::collections::BTreeSet;

use crate::{
    history::{Item, Person},
    measure::{Interval, Quality, Shown, bootstrap, draw, quality},
};

pub mod next;

/// Bootstrap samples of the persons.
const SAMPLES: usize = 1_000;
/// Baskets that a light person has at most.
const LIGHT: usize = 3;

/// What a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Items that the person never took.
    New,
    /// Any, those that they took before too.
    Any,
}

/// Of whom, and for what, lists are graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Everybody.
    All,
    /// Those with at most three baskets before.
    Light,
    /// Who took items of which nothing had been done before, and only for these.
    Cold,
}

/// What somebody did at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Who.
    pub person: Person,
    /// With which items.
    pub items: Vec<Item>,
    /// Whether these were taken.
    pub is_order: bool,
    /// Whether it was before the moment at which lists are asked for.
    pub is_before: bool,
}

/// A person who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Who.
    pub person: Person,
    /// How often they took something before.
    baskets: usize,
    /// What they took before.
    before: BTreeSet<Item>,
    /// What they took then.
    then: BTreeSet<Item>,
}

/// Whose lists are graded, and by what.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Who came back, in the order in which lists are given.
    pub tested: Vec<Tested>,
    /// How many came for the first time: of them nothing can be said.
    pub newcomers: usize,
    /// Items with which nothing was done before.
    pub cold: BTreeSet<Item>,
    percentiles: Vec<f32>,
    count: usize,
    seed: u64,
}

/// Lists of one recommender for one question and group, graded: of each person, in the order of the persons.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grade {
    qualities: Vec<Quality>,
    percentiles: Vec<f64>,
    shown: Shown,
}

/// One of the figures of [`Quality`].
pub type Metric = fn(&Quality) -> f64;

impl Backtest {
    /// What lists of `count` items are graded by; `seed` is what samples are drawn by.
    pub fn of(past: impl Iterator<Item = Done>, (persons, items): (usize, usize), count: usize, seed: u64) -> Self {
        let none = |person| Tested { person, baskets: 0, before: BTreeSet::new(), then: BTreeSet::new() };
        let mut tested: Vec<Tested> = (0..persons as u32).map(|person| none(Person(person))).collect();
        let mut known = vec![false; persons];
        let mut cold: BTreeSet<Item> = (0..items as u32).map(Item).collect();
        for Done { person, items, is_order, is_before } in past {
            let person = person.0 as usize;
            if is_before {
                known[person] = true;
                items.iter().for_each(|item| _ = cold.remove(item));
            }
            let one = &mut tested[person];
            match (is_order, is_before) {
                (false, _) => {}
                (true, true) => {
                    one.baskets += 1;
                    one.before.extend(items);
                }
                (true, false) => one.then.extend(items),
            }
        }
        let mut takers = vec![0; items];
        tested.iter().flat_map(|one| &one.before).for_each(|item| takers[item.index()] += 1);
        tested.retain(|one| !one.then.is_empty());
        let came = tested.len();
        tested.retain(|one| known[one.person.0 as usize]);
        let newcomers = came - tested.len();
        Self { tested, newcomers, cold, percentiles: percentiles(&takers), count, seed }
    }

    /// Keeps so many of the persons, drawn by the seed: who is drawn among fewer is drawn among more.
    pub fn keep(&mut self, most: usize) {
        keep(&mut self.tested, most, self.seed, |one| one.person);
    }

    /// Grades lists, one for each person tested. Who wanted nothing of the kind is left out.
    pub fn grade(&self, lists: &[Vec<Item>], question: Question, group: Group) -> Grade {
        let mut grade = Grade::default();
        for (tested, list) in self.tested.iter().zip(lists) {
            if group == Group::Light && tested.baskets > LIGHT {
                continue;
            }
            let is_asked = |item: &&Item| {
                (question == Question::Any || !tested.before.contains(item))
                    && (group != Group::Cold || self.cold.contains(item))
            };
            let wanted: BTreeSet<Item> = tested.then.iter().filter(is_asked).copied().collect();
            let Some(quality) = quality(list, &wanted, self.count) else { continue };
            grade.qualities.push(quality);
            grade.shown.count(list, &self.percentiles);
            if !list.is_empty() {
                let percentile = |item: &Item| f64::from(self.percentiles[item.index()]);
                grade.percentiles.push(list.iter().map(percentile).sum::<f64>() / list.len() as f64);
            }
        }
        grade
    }

    /// A metric of graded lists over the persons; `None` if there are none.
    pub fn mean(&self, grade: &Grade, metric: Metric) -> Option<Interval> {
        self.interval(&grade.qualities.iter().map(metric).collect::<Vec<_>>())
    }

    /// What it is more than for other lists of the same question and group, person by person.
    pub fn more(&self, grade: &Grade, than: &Grade, metric: Metric) -> Option<Interval> {
        let pairs = grade.qualities.iter().zip(&than.qualities);
        self.interval(&pairs.map(|(one, other)| metric(one) - metric(other)).collect::<Vec<_>>())
    }

    /// The mean popularity percentile of lists, over the persons who got any.
    pub fn popularity(&self, grade: &Grade) -> Option<Interval> {
        self.interval(&grade.percentiles)
    }

    /// The share of the items that is shown at all. It has no interval: a sample of the persons has some of them twice,
    /// so its lists always cover less.
    pub fn coverage(&self, grade: &Grade) -> f64 {
        grade.shown.coverage(self.percentiles.len())
    }

    fn interval(&self, values: &[f64]) -> Option<Interval> {
        (!values.is_empty()).then(|| bootstrap(values, SAMPLES, self.seed))
    }
}

impl Grade {
    /// How many persons it is of.
    pub fn persons(&self) -> usize {
        self.qualities.len()
    }
}

/// Keeps so many, drawn by the seed, in the order of their persons.
fn keep<T>(all: &mut Vec<T>, most: usize, seed: u64, person: impl Fn(&T) -> Person) {
    all.sort_by_cached_key(|one| draw(&mut (seed ^ draw(&mut u64::from(person(one).0)))));
    all.truncate(most);
    all.sort_by_key(person);
}

/// Where among all items each stands by how many persons took it: 0 is the least, 1 the most popular; those with equally
/// many stand in the middle of their ranks.
fn percentiles(takers: &[usize]) -> Vec<f32> {
    let mut sorted = takers.to_vec();
    sorted.sort_unstable();
    let last = (takers.len().max(2) - 1) as f32;
    let rank = |count: &usize| {
        let (below, upto) = (sorted.partition_point(|one| one < count), sorted.partition_point(|one| one <= count));
        (below + upto - 1) as f32 / 2.0 / last
    };
    takers.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(person: u32, items: &[u32], is_order: bool, is_before: bool) -> Done {
        Done { person: Person(person), items: items.iter().copied().map(Item).collect(), is_order, is_before }
    }

    #[test]
    fn lists_are_graded_by_what_was_then_taken() {
        let mut past = vec![
            done(0, &[0, 1], true, true),
            done(0, &[1, 2, 3], true, false),
            done(1, &[2], false, true),
            done(1, &[2], true, false),
            done(2, &[1], true, false),
        ];
        past.extend((0..4).map(|_| done(3, &[0], true, true)));
        past.push(done(3, &[0], true, false));
        let test = Backtest::of(past.into_iter(), (4, 4), 2, 1);
        let persons: Vec<u32> = test.tested.iter().map(|one| one.person.0).collect();
        assert_eq!((persons, test.newcomers), (vec![0, 1, 3], 1), "person 2 came for the first time");
        assert_eq!(test.cold, BTreeSet::from([Item(3)]), "item 2 was looked at");
        let lists = [vec![Item(2), Item(3)], vec![Item(0)], vec![]];
        let recall = |question, group| {
            let grade = test.grade(&lists, question, group);
            (grade.persons(), test.mean(&grade, |one| one.recall).map(|interval| interval.mean))
        };
        assert_eq!(recall(Question::New, Group::All), (2, Some(0.5)), "both of the two new ones of 0, none of 1");
        assert_eq!(recall(Question::Any, Group::All), (3, Some(1.0 / 3.0)));
        assert_eq!(recall(Question::Any, Group::Light), (2, Some(0.5)), "person 3 had four baskets");
        assert_eq!(recall(Question::New, Group::Cold), (1, Some(1.0)));
        let grade = test.grade(&lists, Question::Any, Group::All);
        assert_eq!((test.coverage(&grade), test.more(&grade, &grade, |one| one.mrr).unwrap().high), (0.75, 0.0));
        let nobody = test.grade(&[], Question::Any, Group::All);
        assert_eq!((test.mean(&nobody, |one| one.ndcg), test.popularity(&nobody)), (None, None));
    }

    #[test]
    fn equally_popular_items_stand_equally_high() {
        assert_eq!(percentiles(&[5, 0, 0, 9, 0]), [0.75, 0.25, 0.25, 1.0, 0.25]);
    }

    #[test]
    fn who_is_drawn_among_fewer_is_drawn_among_more() {
        let all = || (0..50).flat_map(|one| [done(one, &[0], true, true), done(one, &[0], true, false)]);
        let drawn = |most| {
            let mut test = Backtest::of(all(), (50, 1), 5, 3);
            test.keep(most);
            test.tested.iter().map(|one| one.person).collect::<BTreeSet<_>>()
        };
        assert!(drawn(5).is_subset(&drawn(20)) && drawn(20).len() == 20 && drawn(99).len() == 50);
    }
}
