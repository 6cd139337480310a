//! What recommenders would have shown in sessions of the past after each click, graded by the click that came next.

use std::collections::BTreeSet;

use crate::{
    backtest::{Metric, SAMPLES, keep, percentiles},
    history::{Item, Person},
    measure::{Interval, Quality, Several, Shown, bootstrap_several, quality},
};

/// After which clicks lists are graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Each.
    Any,
    /// The first of a session: nothing else is known of who is there.
    First,
}

/// A session to be foretold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// Which one.
    pub session: Person,
    /// What it looked at, in order of time.
    pub clicks: Vec<Item>,
}

/// Sessions whose lists are graded, and by what. What comes next is the one item that was clicked on next; where that
/// was the one on the screen, nothing is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct NextClicks {
    /// The sessions, in the order in which lists are given.
    pub tested: Vec<Tested>,
    /// How many sessions had begun before and went on: they are not tested.
    pub begun: usize,
    /// How many sessions say nothing of what comes next: one item only.
    pub short: usize,
    /// Items on which nobody had clicked before.
    pub cold: BTreeSet<Item>,
    percentiles: Vec<f32>,
    count: usize,
    seed: u64,
}

/// Lists of one recommender, graded: of each session after each of its clicks, in the order of the sessions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grade {
    qualities: Vec<Vec<Quality>>,
    percentiles: Vec<Several>,
    shown: Shown,
}

impl Tested {
    /// After how many clicks something is asked.
    pub fn asked(&self) -> impl Iterator<Item = usize> + '_ {
        (1..self.clicks.len()).filter(|length| self.clicks[*length] != self.clicks[length - 1])
    }
}

impl NextClicks {
    /// What lists of `count` items are graded by, from clicks in order of time, each with its session and whether it was
    /// before the moment from which on sessions are foretold; `seed` is what samples are drawn by.
    pub fn of(
        clicks: impl Iterator<Item = (Person, Item, bool)>,
        (sessions, items): (usize, usize),
        count: usize,
        seed: u64,
    ) -> Self {
        let mut tested: Vec<Tested> =
            (0..sessions as u32).map(|session| Tested { session: Person(session), clicks: Vec::new() }).collect();
        let (mut known, mut takers) = (BTreeSet::new(), vec![BTreeSet::new(); items]);
        for (session, item, is_before) in clicks {
            if is_before {
                known.insert(session);
                takers[item.index()].insert(session);
            } else {
                tested[session.0 as usize].clicks.push(item);
            }
        }
        let cold = (0..items as u32).map(Item).filter(|item| takers[item.index()].is_empty()).collect();
        tested.retain(|one| !one.clicks.is_empty());
        let came = tested.len();
        tested.retain(|one| !known.contains(&one.session));
        let (begun, fresh) = (came - tested.len(), tested.len());
        tested.retain(|one| one.asked().next().is_some());
        let short = fresh - tested.len();
        let takers: Vec<usize> = takers.iter().map(BTreeSet::len).collect();
        Self { tested, begun, short, cold, percentiles: percentiles(&takers), count, seed }
    }

    /// Keeps so many of the sessions, drawn by the seed: what is drawn among fewer is drawn among more.
    pub fn keep(&mut self, most: usize) {
        keep(&mut self.tested, most, self.seed, |one| one.session);
    }

    /// How many lists are asked for.
    pub fn questions(&self) -> usize {
        self.tested.iter().map(|one| one.asked().count()).sum()
    }

    /// Grades lists: of each session one for each time that [`Tested::asked`] says.
    pub fn grade(&self, lists: &[Vec<Vec<Item>>], after: After) -> Grade {
        let mut grade = Grade::default();
        for (tested, lists) in self.tested.iter().zip(lists) {
            let (mut qualities, mut percentiles) = (Vec::new(), Several::default());
            let asked = tested.asked().zip(lists);
            for (length, list) in asked.filter(|(length, _)| after == After::Any || *length == 1) {
                qualities.extend(quality(list, &BTreeSet::from([tested.clicks[length]]), self.count));
                grade.shown.count(list, &self.percentiles);
                let percentile = |item: &Item| f64::from(self.percentiles[item.index()]);
                percentiles.sum += list.iter().map(percentile).sum::<f64>();
                percentiles.count += list.len();
            }
            if !qualities.is_empty() {
                grade.qualities.push(qualities);
                grade.percentiles.push(percentiles);
            }
        }
        grade
    }

    /// A metric over all questions; its interval is that of samples of the sessions. `None` if nothing was asked.
    pub fn mean(&self, grade: &Grade, metric: Metric) -> Option<Interval> {
        let several = |all: &Vec<Quality>| Several { sum: all.iter().map(metric).sum(), count: all.len() };
        self.interval(&grade.qualities.iter().map(several).collect::<Vec<_>>())
    }

    /// What it is more than for other lists of the same questions, question by question.
    pub fn more(&self, grade: &Grade, than: &Grade, metric: Metric) -> Option<Interval> {
        let several = |(one, other): (&Vec<Quality>, &Vec<Quality>)| Several {
            sum: one.iter().zip(other).map(|(one, other)| metric(one) - metric(other)).sum(),
            count: one.len(),
        };
        self.interval(&grade.qualities.iter().zip(&than.qualities).map(several).collect::<Vec<_>>())
    }

    /// The mean popularity percentile of what was shown.
    pub fn popularity(&self, grade: &Grade) -> Option<Interval> {
        grade.percentiles.iter().any(|one| one.count > 0).then(|| self.interval(&grade.percentiles)).flatten()
    }

    /// The share of the items that is shown at all.
    pub fn coverage(&self, grade: &Grade) -> f64 {
        grade.shown.coverage(self.percentiles.len())
    }

    fn interval(&self, values: &[Several]) -> Option<Interval> {
        (!values.is_empty()).then(|| bootstrap_several(values, SAMPLES, self.seed))
    }
}

impl Grade {
    /// How many sessions it is of.
    pub fn sessions(&self) -> usize {
        self.qualities.len()
    }

    /// How many lists it is of.
    pub fn questions(&self) -> usize {
        self.qualities.iter().map(Vec::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_graded_by_the_next_click() {
        let clicks = |session: u32, items: &'static [u32], is_before: bool| {
            items.iter().map(move |item| (Person(session), Item(*item), is_before))
        };
        let all = clicks(0, &[0, 1], true)
            .chain(clicks(0, &[2], false))
            .chain(clicks(1, &[0, 1, 1, 2], false))
            .chain(clicks(2, &[1, 1], false))
            .chain(clicks(3, &[3, 0], false));
        let mut test = NextClicks::of(all, (4, 4), 2, 1);
        assert_eq!((test.begun, test.short, test.questions()), (1, 1, 3), "0 had begun, 2 never looked at another");
        assert_eq!(test.tested[0].asked().collect::<Vec<_>>(), [1, 3], "after two clicks 1 stays on the screen");
        assert_eq!(test.cold, BTreeSet::from([Item(2), Item(3)]));
        let lists = [vec![vec![Item(3), Item(1)], vec![Item(0), Item(1), Item(2)]], vec![vec![Item(0)]]];
        let figures = |after| {
            let grade = test.grade(&lists, after);
            let metrics: [Metric; 2] = [|one| one.recall, |one| one.mrr];
            let [hits, mrr] = metrics.map(|metric| test.mean(&grade, metric));
            (grade.sessions(), grade.questions(), hits.unwrap().mean, mrr.unwrap().mean)
        };
        assert_eq!(figures(After::Any), (2, 3, 2.0 / 3.0, 0.5), "2 stands beyond the two places");
        assert_eq!(figures(After::First), (2, 2, 1.0, 0.75));
        let grade = test.grade(&lists, After::Any);
        assert_eq!((test.coverage(&grade), test.more(&grade, &grade, |one| one.mrr).unwrap().high), (1.0, 0.0));
        let none = test.grade(&[], After::Any);
        assert_eq!((test.mean(&none, |one| one.mrr), test.popularity(&none)), (None, None));
        test.keep(1);
        assert_eq!(test.tested.len(), 1);
    }
}
