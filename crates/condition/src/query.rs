//! Questions to trails: which occurrences count now, when that changes, and what is made of them.

use std::collections::BTreeSet;

use model::{
    fact::Occurrence,
    time::Timestamp,
    value::{Finite, Value},
};
use smallvec::SmallVec;

use crate::{
    evaluate::{Frame, NEVER, Walk},
    facts::Evidence,
    needs::PropertyPath,
    number::{Number, Sum},
    tree::{Aggregate, Compare, Pattern, Query, Step},
    value::{Moving, Val, leaves},
};

/// Some of a trail's occurrences, oldest first.
pub(crate) type Chosen<'c> = SmallVec<[&'c Occurrence; 8]>;

/// A trail as the windows of a pattern cut it. What lies before is gone for good.
struct Cut<'c> {
    /// Those inside.
    counted: &'c [Occurrence],
    /// Those that come in later.
    coming: &'c [Occurrence],
}

impl Pattern {
    fn cut<'c>(&self, trail: &'c [Occurrence], now_ms: i64) -> Cut<'c> {
        let before = |limit: i64| trail.partition_point(|occurrence| occurrence.at.as_millis() < limit);
        let until = |limit: i64| trail.partition_point(|occurrence| occurrence.at.as_millis() <= limit);
        let since = self.since_ms.map_or(0, before);
        let young = self.within_ms.map_or(0, |within| until(now_ms - within));
        let end = self.before_ms.map_or(trail.len(), before);
        let old = until(now_ms - self.older_than_ms.unwrap_or(0)).min(end);
        let start = since.max(young).min(old);
        // What leaves before it would come in never counts.
        let may_come = self.within_ms.is_none_or(|within| within > self.older_than_ms.unwrap_or(0));
        let coming = if may_come { &trail[old.max(since).min(end)..end] } else { &[] };
        Cut { counted: &trail[start..old], coming }
    }

    /// When an occurrence comes in.
    fn enters_ms(&self, occurrence: &Occurrence) -> i64 {
        occurrence.at.as_millis() + self.older_than_ms.unwrap_or(0)
    }

    /// When it leaves.
    fn leaves_ms(&self, occurrence: &Occurrence) -> i64 {
        self.within_ms.map_or(NEVER, |within| occurrence.at.as_millis() + within)
    }
}

impl Walk<'_> {
    /// `count() op threshold`, with the moment at which enough occurrences have slid out for another answer.
    pub(crate) fn count_compares(&self, query: &Query, op: Compare, threshold: Number) -> bool {
        let cut = self.cut(&query.of);
        let chosen = query.of.filter.as_ref().map(|_| self.passing(&query.of, cut.counted));
        let count = chosen.as_ref().map_or(cut.counted.len(), SmallVec::len);
        let at = |place: usize| chosen.as_ref().map_or_else(|| &cut.counted[place], |chosen| chosen[place]);
        self.testify(query.of.event, count, count.checked_sub(1).map(|last| at(last).at));
        let answer = |count: usize| op.holds(Number::from_count(count as u64).cmp(&threshold));
        let now = answer(count);
        // Each new entry is noted as a change by the cut; what remains is that the oldest leave one after another.
        if query.of.within_ms.is_some()
            && let Some(gone) = (1..=count).find(|gone| answer(count - gone) != now)
        {
            self.changes_at(query.of.leaves_ms(at(gone - 1)));
        }
        now
    }

    pub(crate) fn aggregated<'c>(&'c self, aggregate: &'c Aggregate, query: &'c Query) -> Val<'c> {
        let found = self.matched(query);
        // Only the end that is asked for matters to `first` and `last`; to the others, whichever leaves first.
        let end = match aggregate {
            Aggregate::Last(_) => found.last(),
            _ => found.first(),
        };
        if let Some(end) = end {
            self.changes_at(query.of.leaves_ms(end));
        }
        match aggregate {
            Aggregate::Count => Val::Number(Number::from_count(found.len() as u64)),
            Aggregate::Days => {
                let days = found.chunk_by(|a, b| a.at.day() == b.at.day());
                Val::Number(Number::from_count(days.count() as u64))
            }
            Aggregate::Distinct(path) => {
                let mut values = BTreeSet::new();
                each(&found, path, |value| {
                    values.insert(value);
                });
                Val::Number(Number::from_count(values.len() as u64))
            }
            Aggregate::Sum(path) => {
                let mut sum = Sum::default();
                numbers(&found, path, |number| sum.add(number));
                sum.total().into()
            }
            Aggregate::Average(path) => {
                let (mut sum, mut count) = (Sum::default(), 0);
                numbers(&found, path, |number| {
                    sum.add(number);
                    count += 1;
                });
                sum.average(count).into()
            }
            Aggregate::Max(path) => {
                let mut most = None;
                numbers(&found, path, |number| most = most.max(Some(number)));
                most.into()
            }
            Aggregate::Min(path) => {
                let mut least: Option<Number> = None;
                numbers(&found, path, |number| least = Some(least.map_or(number, |least| least.min(number))));
                least.into()
            }
            Aggregate::First(path) | Aggregate::Last(path) => match (end, path) {
                (None, _) => Val::None,
                (Some(end), None) => Val::Moment(Moving::fixed(end.at.as_millis())),
                (Some(end), Some(path)) => path.of(&end.properties).map_or(Val::None, Val::from),
            },
        }
    }

    fn testify(&self, event: usize, matched: usize, last: Option<Timestamp>) {
        self.witness(|| Evidence::Events {
            event: self.event_name(event).clone(),
            matched: u32::try_from(matched).unwrap_or(u32::MAX),
            last,
        });
    }

    /// The occurrences of a query that count now, oldest first. What completes them is told as evidence too: a sequence
    /// became one with its last event.
    fn matched<'c>(&'c self, query: &'c Query) -> Chosen<'c> {
        let mut found = self.passing(&query.of, self.cut(&query.of).counted);
        let steps = if found.is_empty() { Vec::new() } else { self.steps(query) };
        if let Some(first) = steps.first() {
            found.retain(|found| self.follows(first, query.of.event, found));
        }
        let event = query.of.event;
        self.testify(event, found.len(), found.last().map(|last| last.at));
        if self.is_watched() {
            let mut before = (event, found.clone());
            for step in steps.iter().take_while(|step| matches!(step.step, Step::Followed { .. })) {
                before = (step.event(), step.taken_after(before.0, &before.1));
                self.testify(before.0, before.1.len(), before.1.last().map(|last| last.at));
            }
        }
        found
    }

    /// The steps of a sequence. From the last one back to the first: which occurrences of each can be completed by the
    /// steps behind it. The nearest one that can is always the best choice, for time limits and for what must not come
    /// between.
    fn steps<'c>(&'c self, query: &'c Query) -> Vec<Follow<'c>> {
        let mut steps: Vec<Follow<'c>> = Vec::with_capacity(query.steps.len());
        for step in query.steps.iter().rev() {
            let (Step::Followed { by, .. } | Step::NotFollowed { by, .. }) = step;
            let mut follow = Follow { step, candidates: self.noted(by), between: SmallVec::new() };
            if let Step::Followed { without, .. } = step {
                without.iter().for_each(|pattern| follow.between.extend(self.noted(pattern)));
                follow.between.sort_by_key(|occurrence| occurrence.at);
            }
            if let Some(next) = steps.last() {
                follow.candidates.retain(|candidate| self.follows(next, by.event, candidate));
            }
            steps.push(follow);
        }
        steps.reverse();
        steps
    }

    /// The occurrences of a pattern; the first that leaves may change a sequence.
    pub(crate) fn noted<'c>(&'c self, pattern: &'c Pattern) -> Chosen<'c> {
        let found = self.passing(pattern, self.cut(pattern).counted);
        if let Some(first) = found.first() {
            self.changes_at(pattern.leaves_ms(first));
        }
        found
    }

    fn follows(&self, follow: &Follow<'_>, event: usize, occurrence: &Occurrence) -> bool {
        let (Step::Followed { by, limit_ms, .. } | Step::NotFollowed { by, limit_ms }) = follow.step;
        let at = occurrence.at.as_millis();
        let start = follow.candidates.partition_point(|candidate| candidate.at < occurrence.at);
        // An occurrence does not follow itself; another one of the same moment does.
        let itself = |candidate: &Occurrence| {
            by.event == event && candidate.at == occurrence.at && candidate.tie == occurrence.tie
        };
        let nearest = follow.candidates[start..].iter().find(|candidate| !itself(candidate));
        let in_time = nearest.filter(|nearest| limit_ms.is_none_or(|limit| nearest.at.as_millis() - at <= limit));
        match (follow.step, in_time) {
            (Step::Followed { .. }, None) | (Step::NotFollowed { .. }, Some(_)) => false,
            (Step::Followed { .. }, Some(nearest)) => {
                let first = follow.between.partition_point(|between| between.at <= occurrence.at);
                follow.between.get(first).is_none_or(|between| between.at >= nearest.at)
            }
            (Step::NotFollowed { .. }, None) => {
                // That nothing came is known only when the time for it has passed.
                let over = at + limit_ms.unwrap_or(0);
                self.changes_at(over.saturating_add(1));
                limit_ms.is_none() || over < self.now
            }
        }
    }

    /// Cuts the trail of a pattern's event, and notes when the next occurrence comes in.
    fn cut<'c>(&'c self, pattern: &'c Pattern) -> Cut<'c> {
        let cut = pattern.cut(self.trail(pattern.event), self.now);
        if let Some(next) = cut.coming.iter().find(|occurrence| self.passes(pattern, occurrence)) {
            self.changes_at(pattern.enters_ms(next));
        }
        cut
    }

    fn passing<'c>(&'c self, pattern: &'c Pattern, trail: &'c [Occurrence]) -> Chosen<'c> {
        trail.iter().filter(|occurrence| self.passes(pattern, occurrence)).collect()
    }

    fn passes<'c>(&'c self, pattern: &'c Pattern, occurrence: &'c Occurrence) -> bool {
        pattern.filter.as_ref().is_none_or(|filter| self.truth(filter, Frame::of(&occurrence.properties)))
    }
}

/// One step of a sequence, with the occurrences that could take it.
struct Follow<'c> {
    step: &'c Step,
    candidates: Chosen<'c>,
    between: Chosen<'c>,
}

impl<'c> Follow<'c> {
    fn event(&self) -> usize {
        let (Step::Followed { by, .. } | Step::NotFollowed { by, .. }) = self.step;
        by.event
    }

    /// The occurrences that take the step after one of these of another event, oldest first. Of those before it the
    /// nearest is the best choice again.
    fn taken_after(&self, event: usize, before: &[&Occurrence]) -> Chosen<'c> {
        let Step::Followed { limit_ms, .. } = self.step else { return Chosen::new() };
        let takes = |candidate: &&'c Occurrence| {
            let end = before.partition_point(|earlier| earlier.at <= candidate.at);
            let is_itself = |earlier: &&&Occurrence| {
                self.event() == event && earlier.at == candidate.at && earlier.tie == candidate.tie
            };
            let Some(nearest) = before[..end].iter().rev().find(|earlier| !is_itself(earlier)) else { return false };
            let waited_ms = candidate.at.as_millis() - nearest.at.as_millis();
            let first = self.between.partition_point(|between| between.at <= nearest.at);
            limit_ms.is_none_or(|limit| waited_ms <= limit)
                && self.between.get(first).is_none_or(|between| between.at >= candidate.at)
        };
        self.candidates.iter().copied().filter(takes).collect()
    }
}

fn each<'c>(found: &[&'c Occurrence], path: &PropertyPath, mut visit: impl FnMut(&'c Value)) {
    let Some((first, rest)) = path.names().split_first() else { return };
    for occurrence in found {
        if let Some(value) = occurrence.properties.get(first) {
            leaves(value, rest, &mut visit);
        }
    }
}

fn numbers(found: &[&Occurrence], path: &PropertyPath, mut visit: impl FnMut(Number)) {
    each(found, path, |value| match value {
        Value::Int(whole) => visit(Number::from_int(*whole)),
        Value::Float(float) => Number::from_f64(Finite::get(*float)).into_iter().for_each(&mut visit),
        _ => {}
    });
}
