//! Questions to trails: which occurrences count now, when that changes, and what is made of them.

use std::collections::BTreeSet;

use model::{
    fact::Occurrence,
    time::Timestamp,
    value::{Finite, Value},
};

use crate::{
    evaluate::{Frame, NEVER, Walk},
    facts::Evidence,
    needs::PropertyPath,
    number::{Number, Sum},
    tree::{Aggregate, Compare, Pattern, Query, Step},
    value::{Moving, Val, leaves},
};

/// How an occurrence stands to the windows of a pattern. `Gone` is for good.
enum Presence {
    Gone,
    Coming { enter_ms: i64 },
    Counted { leave_ms: i64 },
}

impl Pattern {
    fn presence(&self, at_ms: i64, now_ms: i64) -> Presence {
        if self.since_ms.is_some_and(|since| at_ms < since) || self.before_ms.is_some_and(|before| at_ms >= before) {
            return Presence::Gone;
        }
        let leave_ms = self.within_ms.map_or(NEVER, |within| at_ms + within);
        let enter_ms = at_ms + self.older_than_ms.unwrap_or(0);
        if leave_ms <= now_ms || leave_ms <= enter_ms {
            Presence::Gone
        } else if enter_ms > now_ms {
            Presence::Coming { enter_ms }
        } else {
            Presence::Counted { leave_ms }
        }
    }
}

/// An occurrence that counts, and when its window ends.
#[derive(Clone, Copy)]
struct Found<'c> {
    occurrence: &'c Occurrence,
    leave_ms: i64,
}

/// What is known of a query's occurrences as a whole.
#[derive(Default)]
struct Tally {
    matched: u32,
    last: Option<Timestamp>,
}

impl Walk<'_> {
    /// `count() op threshold`, with the moment at which enough occurrences have slid out for another answer.
    pub(crate) fn count_compares(&self, query: &Query, op: Compare, threshold: Number) -> bool {
        let count = self.count(query);
        let answer = |count: u32| op.holds(Number::from_count(u64::from(count)).cmp(&threshold));
        let now = answer(count);
        // Each new entry is noted as a change by the scan; what remains is that the oldest leave one after another.
        if let Some(gone) = (1..=count).find(|gone| answer(count - gone) != now) {
            let mut seen = 0;
            self.scan(&query.of, |found| {
                seen += 1;
                if seen == gone {
                    self.changes_at(found.leave_ms);
                }
            });
        }
        now
    }

    fn count(&self, query: &Query) -> u32 {
        let mut tally = Tally::default();
        self.scan(&query.of, |found| tally.add(found));
        self.testify(query, &tally);
        tally.matched
    }

    pub(crate) fn aggregated<'c>(&'c self, aggregate: &'c Aggregate, query: &'c Query) -> Val<'c> {
        let mut found = Vec::new();
        self.matched(query, &mut found);
        let mut tally = Tally::default();
        found.iter().for_each(|found| tally.add(*found));
        self.testify(query, &tally);
        // Only the end that is asked for matters to `first` and `last`; to the others, every one.
        let ends: &[Found<'_>] = match aggregate {
            Aggregate::First(_) => &found[..found.len().min(1)],
            Aggregate::Last(_) => &found[found.len().saturating_sub(1)..],
            _ => &found,
        };
        ends.iter().for_each(|found| self.changes_at(found.leave_ms));
        match aggregate {
            Aggregate::Count => Val::Number(Number::from_count(found.len() as u64)),
            Aggregate::Days => {
                let days = found.chunk_by(|a, b| a.occurrence.at.day() == b.occurrence.at.day());
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
            Aggregate::First(path) | Aggregate::Last(path) => match (ends.first(), path) {
                (None, _) => Val::None,
                (Some(end), None) => Val::Moment(Moving::fixed(end.occurrence.at.as_millis())),
                (Some(end), Some(path)) => property(end.occurrence, path),
            },
        }
    }

    fn testify(&self, query: &Query, tally: &Tally) {
        self.witness(|| Evidence::Events {
            event: self.event_name(query.of.event).clone(),
            matched: tally.matched,
            last: tally.last,
        });
    }

    /// The occurrences of a query that count now, oldest first.
    fn matched<'c>(&'c self, query: &'c Query, into: &mut Vec<Found<'c>>) {
        self.scan(&query.of, |found| into.push(found));
        if into.is_empty() || query.steps.is_empty() {
            return;
        }
        // From the last step back to the first: which occurrences of each step can be completed by the steps behind
        // it. The nearest one that can is always the best choice, for time limits and for what must not come between.
        let mut next: Option<Follow<'c>> = None;
        for step in query.steps.iter().rev() {
            let mut follow = Follow { step, candidates: Vec::new(), between: Vec::new() };
            let (Step::Followed { by, .. } | Step::NotFollowed { by, .. }) = step;
            self.noted(by, &mut follow.candidates);
            if let Step::Followed { without, .. } = step {
                without.iter().for_each(|pattern| self.noted(pattern, &mut follow.between));
                follow.between.sort_by_key(|occurrence| occurrence.at);
            }
            if let Some(next) = next {
                follow.candidates.retain(|candidate| self.follows(&next, by.event, candidate));
            }
            next = Some(follow);
        }
        if let Some(first) = next {
            into.retain(|found| self.follows(&first, query.of.event, found.occurrence));
        }
    }

    /// The occurrences of a pattern; each that leaves may change a sequence.
    fn noted<'c>(&'c self, pattern: &'c Pattern, into: &mut Vec<&'c Occurrence>) {
        self.scan(pattern, |found| {
            self.changes_at(found.leave_ms);
            into.push(found.occurrence);
        });
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

    /// Visits the occurrences of a pattern that count now, oldest first, and notes when others come in.
    fn scan<'c>(&'c self, pattern: &'c Pattern, mut visit: impl FnMut(Found<'c>)) {
        let trail = self.trail(pattern.event);
        let gone = pattern
            .within_ms
            .map_or(0, |within| trail.partition_point(|occurrence| occurrence.at.as_millis() + within <= self.now));
        let passes = |occurrence: &'c Occurrence| {
            pattern.filter.as_ref().is_none_or(|filter| self.truth(filter, Frame::of(&occurrence.properties)))
        };
        for occurrence in &trail[gone..] {
            match pattern.presence(occurrence.at.as_millis(), self.now) {
                Presence::Counted { leave_ms } if passes(occurrence) => visit(Found { occurrence, leave_ms }),
                Presence::Coming { enter_ms } if passes(occurrence) => self.changes_at(enter_ms),
                _ => {}
            }
        }
    }
}

/// One step of a sequence, with the occurrences that could take it.
struct Follow<'c> {
    step: &'c Step,
    candidates: Vec<&'c Occurrence>,
    between: Vec<&'c Occurrence>,
}

impl Tally {
    fn add(&mut self, found: Found<'_>) {
        self.matched = self.matched.saturating_add(1);
        self.last = Some(found.occurrence.at);
    }
}

fn each<'c>(found: &[Found<'c>], path: &PropertyPath, mut visit: impl FnMut(&'c Value)) {
    let Some((first, rest)) = path.names().split_first() else { return };
    for found in found {
        if let Some(value) = found.occurrence.properties.get(first) {
            leaves(value, rest, &mut visit);
        }
    }
}

fn numbers(found: &[Found<'_>], path: &PropertyPath, mut visit: impl FnMut(Number)) {
    each(found, path, |value| match value {
        Value::Int(whole) => visit(Number::from_int(*whole)),
        Value::Float(float) => Number::from_f64(Finite::get(*float)).into_iter().for_each(&mut visit),
        _ => {}
    });
}

fn property<'c>(occurrence: &'c Occurrence, path: &PropertyPath) -> Val<'c> {
    let names: Vec<&str> = path.names().iter().map(|name| &**name).collect();
    occurrence.properties.at(&names).map_or(Val::None, Val::from)
}
