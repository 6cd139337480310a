//! What can be shown of conditions without any person: that they exclude each other, that one covers another.
//!
//! Assumptions are spread into alternatives, each a list of tests on single subjects: a trait, a count, a fact of the
//! request. An alternative is impossible if for one of its subjects no value passes all tests on it; and of all values
//! a few stand for the rest: those that the tests name, one between each two of them, one beyond, none at all, and one
//! of no use. What is more involved counts as possible, so an answer of "yes" is certain and one of "no" is not.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use model::name::{Name, Segment};

use crate::{
    condition::Condition,
    number::Number,
    print::print,
    tree::{Aggregate, Compare, Listing, Node, Pattern},
    value::{Moving, Val},
};

/// One of several statements that are looked at together.
#[derive(Debug, Clone, Copy)]
pub enum Assumption<'a> {
    /// The condition holds.
    Holds(&'a Condition),
    /// The condition does not hold.
    Fails(&'a Condition),
}

/// Whether it is certain that these assumptions are never all true of one person at one moment. `segments` gives the
/// conditions of segments, where they are known.
///
/// That one condition covers another is that the other cannot hold while the one fails; that a condition always holds
/// is that it contradicts by itself that it fails.
pub fn contradict<'a>(
    assumptions: &[Assumption<'a>],
    segments: &dyn Fn(&Name<Segment>) -> Option<&'a Condition>,
) -> bool {
    let spread = Spread { segments };
    let mut all = vec![Alternative::default()];
    for assumption in assumptions {
        let (condition, wanted) = match *assumption {
            Assumption::Holds(condition) => (condition, true),
            Assumption::Fails(condition) => (condition, false),
        };
        let Some(of_one) = spread.node(&condition.root, &condition.listing, wanted, 0) else { return false };
        let Some(both) = product(&all, &of_one) else { return false };
        all = both;
    }
    all.iter().all(Alternative::is_impossible)
}

/// Alternatives that are looked at, at most. With more, all counts as possible.
const ALTERNATIVES: usize = 256;

/// Segments within segments that are looked into; those deeper are only known by their name.
const SEGMENT_DEPTH: usize = 8;

/// Tests that have to be passed together, by the text of their subject.
#[derive(Clone, Default)]
struct Alternative<'a>(BTreeMap<String, Subject<'a>>);

#[derive(Clone)]
struct Subject<'a> {
    range: Range,
    tests: Vec<(Test<'a>, bool)>,
}

/// What a subject can be.
#[derive(Clone, Copy, PartialEq)]
enum Range {
    /// Anything, and nothing.
    Any,
    /// A whole number that is not negative.
    Count,
    /// A count or a sum of no events.
    Zero,
    /// No value: what is asked of no events.
    Nothing,
}

#[derive(Clone)]
enum Test<'a> {
    Compare(Compare, Val<'a>),
    Texts(&'a [Arc<str>]),
    Numbers(&'a [Number]),
    Has,
    True,
}

struct Spread<'s, 'a> {
    segments: &'s dyn Fn(&Name<Segment>) -> Option<&'a Condition>,
}

impl<'a> Spread<'_, 'a> {
    /// The alternatives in which a node says `wanted`; `None` if they are too many.
    fn node(&self, node: &'a Node, listing: &'a Listing, wanted: bool, depth: usize) -> Option<Vec<Alternative<'a>>> {
        let spread = |node: &'a Node, wanted| self.node(node, listing, wanted, depth);
        match node {
            Node::Bool(value) => Some(if *value == wanted { vec![Alternative::default()] } else { Vec::new() }),
            Node::Not(inner) => spread(inner, !wanted),
            Node::And(terms) if wanted => self.all(terms, listing, wanted, depth),
            Node::Or(terms) if !wanted => self.all(terms, listing, wanted, depth),
            Node::And(terms) | Node::Or(terms) => {
                let mut any = Vec::new();
                for term in terms {
                    any.extend(spread(term, wanted)?);
                }
                (any.len() <= ALTERNATIVES).then_some(any)
            }
            Node::If(parts) => {
                let then = product(&spread(&parts[0], true)?, &spread(&parts[1], wanted)?)?;
                let other = product(&spread(&parts[0], false)?, &spread(&parts[2], wanted)?)?;
                Some(then.into_iter().chain(other).collect())
            }
            Node::Segment(at) => {
                let itself = vec![Alternative::of(node, listing, Test::True, wanted)];
                match (self.segments)(&listing.segments[*at]).filter(|_| depth < SEGMENT_DEPTH) {
                    Some(inner) => product(&itself, &self.node(&inner.root, &inner.listing, wanted, depth + 1)?),
                    None => Some(itself),
                }
            }
            _ => Some(vec![test(node, listing, wanted)]),
        }
    }

    fn all(&self, terms: &'a [Node], listing: &'a Listing, wanted: bool, depth: usize) -> Option<Vec<Alternative<'a>>> {
        terms.iter().try_fold(vec![Alternative::default()], |all, term| {
            product(&all, &self.node(term, listing, wanted, depth)?)
        })
    }
}

fn test<'a>(node: &'a Node, listing: &'a Listing, wanted: bool) -> Alternative<'a> {
    let of = |subject: &'a Node, test| Alternative::of(subject, listing, test, wanted);
    match node {
        Node::Compare(op, sides) => match (literal(&sides[0]), literal(&sides[1])) {
            (None, Some(value)) => of(&sides[0], Test::Compare(*op, value)),
            (Some(value), None) => of(&sides[1], Test::Compare(op.flipped(), value)),
            _ => of(node, Test::True),
        },
        Node::InTexts(item, texts) => of(item, Test::Texts(texts)),
        Node::InNumbers(item, numbers) => of(item, Test::Numbers(numbers)),
        Node::Has(inner) => of(inner, Test::Has),
        _ => of(node, Test::True),
    }
}

fn literal(node: &Node) -> Option<Val<'_>> {
    Some(match node {
        Node::Bool(value) => Val::Bool(*value),
        Node::Number(number) => Val::Number(*number),
        Node::Text(text) => Val::Text(Cow::Borrowed(text)),
        Node::Moment(ms) => Val::Moment(Moving::fixed(*ms)),
        Node::Span(ms) => Val::Span(Moving::fixed(*ms)),
        _ => return None,
    })
}

/// Every alternative of one side with every one of the other; `None` if they are too many.
fn product<'a>(one: &[Alternative<'a>], other: &[Alternative<'a>]) -> Option<Vec<Alternative<'a>>> {
    if one.len() * other.len() > ALTERNATIVES {
        return None;
    }
    Some(one.iter().flat_map(|one| other.iter().map(move |other| one.and(other))).collect())
}

impl<'a> Alternative<'a> {
    fn of(subject: &'a Node, listing: &'a Listing, test: Test<'a>, wanted: bool) -> Self {
        let subject_of = Subject { range: Range::of(subject, listing), tests: vec![(test, wanted)] };
        Self([(print(subject, listing), subject_of)].into())
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        for (name, subject) in &other.0 {
            let known = both.0.entry(name.clone());
            known
                .or_insert(Subject { range: subject.range, tests: Vec::new() })
                .tests
                .extend_from_slice(&subject.tests);
        }
        both
    }

    fn is_impossible(&self) -> bool {
        self.0.values().any(Subject::is_impossible)
    }
}

impl Range {
    fn of(subject: &Node, listing: &Listing) -> Self {
        let Node::Aggregate(aggregate, query) = subject else { return Self::Any };
        let none = query.of.is_never(listing);
        match aggregate {
            Aggregate::Count | Aggregate::Days | Aggregate::Distinct(_) if !none => Self::Count,
            Aggregate::Count | Aggregate::Days | Aggregate::Distinct(_) | Aggregate::Sum(_) if none => Self::Zero,
            _ if none => Self::Nothing,
            _ => Self::Any,
        }
    }
}

impl Pattern {
    /// Whether no occurrence ever counts: its window is empty, or its filter contradicts itself.
    fn is_never(&self, listing: &Listing) -> bool {
        let empty = |start: Option<i64>, end: Option<i64>| start.zip(end).is_some_and(|(start, end)| start >= end);
        empty(self.older_than_ms, self.within_ms)
            || empty(self.since_ms, self.before_ms)
            || self.filter.as_ref().is_some_and(|filter| {
                let spread = Spread { segments: &|_| None };
                let alternatives = spread.node(filter, listing, true, SEGMENT_DEPTH);
                alternatives.is_some_and(|all| all.iter().all(Alternative::is_impossible))
            })
    }
}

impl Subject<'_> {
    fn is_impossible(&self) -> bool {
        let Some(values) = self.values() else { return false };
        !values.iter().any(|value| self.tests.iter().all(|(test, wanted)| test.passes(value) == *wanted))
    }

    /// Values that stand for all that the subject can be; `None` if its tests are of several types, which only a
    /// property or a fact of the request can have, and then a text may pass for a moment.
    fn values(&self) -> Option<Vec<Val<'_>>> {
        match self.range {
            Range::Zero => return Some(vec![Val::Number(Number::from_int(0))]),
            Range::Nothing => return Some(vec![Val::None]),
            Range::Any | Range::Count => {}
        }
        let mut named: Vec<Val<'_>> = Vec::new();
        for (test, _) in &self.tests {
            match test {
                Test::Compare(_, value) => named.push(value.clone()),
                Test::Texts(texts) => named.extend(texts.iter().map(|text| Val::Text(Cow::Borrowed(text)))),
                Test::Numbers(numbers) => named.extend(numbers.iter().copied().map(Val::Number)),
                Test::True => named.push(Val::Bool(true)),
                Test::Has => {}
            }
        }
        // An empty list is there, and no comparison can use it.
        let mut values = vec![Val::None, Val::List(&[])];
        let kind = named.first().map(std::mem::discriminant);
        if named.iter().any(|value| Some(std::mem::discriminant(value)) != kind) {
            return None;
        }
        match named.first() {
            Some(Val::Number(_)) => {
                let numbers = numbers(&named).into_iter();
                if self.range == Range::Count {
                    return Some(numbers.filter(|number| number.is_count()).map(Val::Number).collect());
                }
                values.extend(numbers.map(Val::Number));
            }
            Some(Val::Text(_)) => {
                let longest = named.iter().map(|text| if let Val::Text(text) = text { text.len() } else { 0 }).max();
                values.push(Val::Text("x".repeat(longest.unwrap_or(0) + 1).into()));
                values.extend(named);
            }
            Some(Val::Bool(_)) => values.extend([Val::Bool(true), Val::Bool(false)]),
            Some(Val::Moment(_)) => values.extend(around(&named).into_iter().map(|ms| Val::Moment(Moving::fixed(ms)))),
            Some(Val::Span(_)) => values.extend(around(&named).into_iter().map(|ms| Val::Span(Moving::fixed(ms)))),
            _ => {}
        }
        Some(values)
    }
}

impl Test<'_> {
    fn passes(&self, value: &Val<'_>) -> bool {
        match self {
            Self::Compare(op, literal) => value.compare(*op, literal).0,
            Self::Texts(texts) => matches!(value, Val::Text(text) if texts.iter().any(|known| **known == **text)),
            Self::Numbers(numbers) => matches!(value, Val::Number(number) if numbers.contains(number)),
            Self::Has => !matches!(value, Val::None),
            Self::True => matches!(value, Val::Bool(true)),
        }
    }
}

/// The numbers that are named, whole ones next to them, and one between each two.
fn numbers(named: &[Val<'_>]) -> Vec<Number> {
    let one = Number::from_int(1);
    let mut found: Vec<Number> =
        named.iter().filter_map(|value| if let Val::Number(n) = value { Some(*n) } else { None }).collect();
    found.sort_unstable();
    let between = found.windows(2).filter_map(|pair| pair[0].plus(pair[1])?.over(Number::from_int(2)));
    let between: Vec<Number> = between.collect();
    let beside = found.iter().flat_map(|number| {
        let floor = number.modulo(one).and_then(|rest| number.minus(rest)).unwrap_or(*number);
        [Some(floor), floor.plus(one), floor.minus(one), number.plus(one), number.minus(one)]
    });
    let beside: Vec<Number> = beside.flatten().collect();
    found.into_iter().chain(between).chain(beside).collect()
}

/// The milliseconds that are named and those next to them.
fn around(named: &[Val<'_>]) -> Vec<i64> {
    let ms = named.iter().filter_map(|value| match value {
        Val::Moment(moving) | Val::Span(moving) => Some(moving.ms),
        _ => None,
    });
    ms.flat_map(|ms| [ms.saturating_sub(1), ms, ms.saturating_add(1)]).collect()
}
