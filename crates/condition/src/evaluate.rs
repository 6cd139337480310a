//! The evaluator: one walk over the tree, borrowing from the facts, keeping the first moment of change.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell},
    sync::Arc,
};

use model::{
    fact::{Occurrence, TraitValue},
    name::{Name, Trait},
    request,
    time::Timestamp,
    trust::Use,
    value::{Fields, Finite, Value},
};

use smallvec::SmallVec;

use crate::{
    facts::{Belief, Believed, Evaluation, Evidence, Facts, Model},
    fading::Fading,
    moment,
    number::Number,
    place,
    tree::{
        Aggregate, Arithmetic, Compare, Gauge, Listing, Node, Provenance, Quantified, Quantifier, TextTest, Variable,
    },
    value::{Moving, Val},
};

/// "Only a new event changes it."
pub(crate) const NEVER: i64 = i64::MAX;

/// One evaluation: the facts at one moment, and what was found out on the way.
pub(crate) struct Walk<'e> {
    pub(crate) now: i64,
    facts: &'e dyn Facts,
    /// What the facts are used for: of what one is not sure enough for that, there is nothing.
    r#use: Use,
    listing: &'e Listing,
    trails: SmallVec<[OnceCell<Cow<'e, [Occurrence]>>; 2]>,
    requests: Box<[OnceCell<Option<Value>>]>,
    /// The first moment after now at which what was evaluated so far could be another.
    until: Cell<i64>,
    evidence: Option<RefCell<Vec<Evidence>>>,
}

/// What is in reach besides the facts: the event of a filter and the variables of quantifiers.
#[derive(Clone, Copy, Default)]
pub(crate) struct Frame<'c, 'f> {
    event: Option<&'c Fields>,
    variables: Option<&'f Link<'c, 'f>>,
}

struct Link<'c, 'f> {
    value: &'c Value,
    outer: Option<&'f Link<'c, 'f>>,
}

impl<'c> Frame<'c, '_> {
    /// Inside a filter on an event.
    pub(crate) fn of(event: &'c Fields) -> Self {
        Self { event: Some(event), variables: None }
    }
}

/// Whether the evidence is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Witness {
    Keep,
    Ignore,
}

impl<'e> Walk<'e> {
    pub(crate) fn new(known: (&'e dyn Facts, Use), listing: &'e Listing, now: Timestamp, witness: Witness) -> Self {
        Self {
            now: now.as_millis(),
            facts: known.0,
            r#use: known.1,
            listing,
            trails: listing.events.iter().map(|_| OnceCell::new()).collect(),
            requests: listing.requests.iter().map(|_| OnceCell::new()).collect(),
            until: Cell::new(NEVER),
            evidence: (witness == Witness::Keep).then(RefCell::default),
        }
    }

    /// The first moment of change; `None` if there is none that can be written.
    pub(crate) fn valid_until(&self) -> Option<Timestamp> {
        Timestamp::from_millis(self.until.get().max(self.now + 1))
    }

    /// Whether an expression holds, until when that is sure, and what it looked at, apart from what was evaluated before.
    pub(crate) fn apart(&self, node: &Node) -> Evaluation {
        self.until.set(NEVER);
        let value = self.truth(node, Frame::default());
        let evidence = self.evidence.as_ref().map(RefCell::take).unwrap_or_default();
        Evaluation { value, valid_until: self.valid_until(), evidence }
    }

    /// Notes a moment at which something could change; those past cannot.
    pub(crate) fn changes_at(&self, ms: i64) {
        if ms > self.now {
            self.until.set(self.until.get().min(ms));
        }
    }

    fn changes_in(&self, wait_ms: Option<i64>) {
        if let Some(wait) = wait_ms {
            self.changes_at(self.now.saturating_add(wait));
        }
    }

    /// Whether the evidence is wanted.
    pub(crate) fn is_watched(&self) -> bool {
        self.evidence.is_some()
    }

    pub(crate) fn witness(&self, evidence: impl FnOnce() -> Evidence) {
        if let Some(kept) = &self.evidence {
            let (evidence, mut kept) = (evidence(), kept.borrow_mut());
            if !kept.contains(&evidence) {
                kept.push(evidence);
            }
        }
    }

    pub(crate) fn event_name(&self, event: usize) -> &Arc<str> {
        &self.listing.events[event]
    }

    pub(crate) fn trail(&self, event: usize) -> &[Occurrence] {
        let facts = self.facts;
        self.trails[event].get_or_init(|| facts.trail(&self.listing.events[event]))
    }

    /// Whether an expression holds.
    pub(crate) fn truth<'c>(&'c self, node: &'c Node, frame: Frame<'c, '_>) -> bool {
        match node {
            Node::Bool(value) => *value,
            Node::Not(inner) => !self.truth(inner, frame),
            Node::And(terms) => self.first_to_say(false, terms, frame),
            Node::Or(terms) => self.first_to_say(true, terms, frame),
            Node::If(parts) => {
                let branch = if self.truth(&parts[0], frame) { &parts[1] } else { &parts[2] };
                self.truth(branch, frame)
            }
            Node::Compare(op, sides) => self.compare(*op, sides, frame),
            Node::InTexts(item, texts) => match self.value(item, frame) {
                Val::Text(text) => texts.binary_search_by(|known| (**known).cmp(&*text)).is_ok(),
                _ => false,
            },
            Node::InNumbers(item, numbers) => match self.value(item, frame) {
                Val::Number(number) => numbers.binary_search(&number).is_ok(),
                _ => false,
            },
            Node::InList(sides) => match (self.value(&sides[0], frame), self.value(&sides[1], frame)) {
                (item, Val::List(list)) => list.iter().any(|value| item.compare(Compare::Equal, &value.into()).0),
                _ => false,
            },
            Node::TextTest(test, sides) => match (self.value(&sides[0], frame), self.value(&sides[1], frame)) {
                (Val::Text(text), Val::Text(part)) => match test {
                    TextTest::Starts => text.starts_with(&*part),
                    TextTest::Ends => text.ends_with(&*part),
                    TextTest::Contains => memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some(),
                },
                _ => false,
            },
            Node::Quantified(quantifier, inner) => self.quantified(*quantifier, inner, frame),
            Node::Has(inner) => self.looked_up(inner, frame).is_some_and(|value| *value != Value::Null),
            Node::Segment(at) => self.segment(*at),
            _ => matches!(self.value(node, frame), Val::Bool(true)),
        }
    }

    /// A chain of `&&` (which the first false one decides) or `||` (the first true one). As long as that one says so
    /// the others cannot matter, so the chain's answer lasts as long as its deciding term's.
    fn first_to_say<'c>(&'c self, decisive: bool, terms: &'c [Node], frame: Frame<'c, '_>) -> bool {
        let outside = self.until.replace(NEVER);
        let mut all = NEVER;
        for term in terms {
            self.until.set(NEVER);
            let said = self.truth(term, frame);
            if said == decisive {
                self.until.set(self.until.get().min(outside));
                return decisive;
            }
            all = all.min(self.until.get());
        }
        self.until.set(all.min(outside));
        !decisive
    }

    fn compare<'c>(&'c self, op: Compare, sides: &'c [Node; 2], frame: Frame<'c, '_>) -> bool {
        if let [Node::Aggregate(Aggregate::Count, query), Node::Number(threshold)] = sides
            && query.steps.is_empty()
        {
            return self.count_compares(query, op, *threshold);
        }
        if let [Node::Gauge(gauge), Node::Number(threshold)] = sides {
            return self.gauge_compares(gauge, op, *threshold);
        }
        let (answer, wait) = self.value(&sides[0], frame).compare(op, &self.value(&sides[1], frame));
        self.changes_in(wait);
        answer
    }

    fn quantified<'c>(&'c self, quantifier: Quantifier, inner: &'c Quantified, frame: Frame<'c, '_>) -> bool {
        let Val::List(list) = self.value(&inner.list, frame) else { return false };
        let mut test = |value: &'c Value| {
            let link = Link { value, outer: frame.variables };
            self.truth(&inner.test, Frame { event: frame.event, variables: Some(&link) })
        };
        match quantifier {
            Quantifier::Exists => list.iter().any(&mut test),
            Quantifier::All => list.iter().all(&mut test),
        }
    }

    fn segment(&self, at: usize) -> bool {
        let name = &self.listing.segments[at];
        let verdict = self.facts.segment(name);
        if let Some(until) = verdict.valid_until {
            // A verdict that is due already is early, which it may be; then the next moment is.
            self.changes_at(until.as_millis().max(self.now + 1));
        }
        self.witness(|| Evidence::Segment { name: name.clone(), member: verdict.value });
        verdict.value
    }

    /// `interest(topic) op threshold` and its like, with the moment at which it has moved enough for another answer.
    fn gauge_compares(&self, gauge: &Gauge, op: Compare, threshold: Number) -> bool {
        let fading = match gauge {
            Gauge::Trust(name) => {
                let Some(found) = self.any_value(name) else { return false };
                self.changes_at(found.belief.moves_at.map_or(NEVER, Timestamp::as_millis));
                return op.holds(found.belief.trust.get().total_cmp(&threshold.as_f64()));
            }
            Gauge::Interest(topic) => {
                let fading = self.facts.interest(topic);
                self.witness(|| Evidence::Interest { topic: topic.clone(), strength: at_present(fading.as_ref()) });
                fading
            }
            Gauge::Score(name) => {
                let fading = self.facts.score(name);
                self.witness(|| Evidence::Score { name: name.clone(), points: at_present(fading.as_ref()) });
                fading
            }
        };
        let Some(fading) = fading else { return false };
        self.changes_at(fading.steps_at.map_or(NEVER, |moment| moment.as_millis().max(self.now + 1)));
        let (answer, wait) = fading.compare(op, threshold);
        self.changes_in(wait);
        answer
    }

    fn reading(&self, model: Model) -> Val<'static> {
        let reading = self.facts.reading(model);
        self.witness(|| Evidence::Reading { model, says: reading.map(|says| (says.word, says.probability)) });
        let Some(says) = reading else { return Val::None };
        self.changes_at(says.valid_until.map_or(NEVER, |until| until.as_millis().max(self.now + 1)));
        Val::Text(Cow::Borrowed(says.word))
    }

    /// The value of an expression.
    pub(crate) fn value<'c>(&'c self, node: &'c Node, frame: Frame<'c, '_>) -> Val<'c> {
        match node {
            Node::Number(number) => Val::Number(*number),
            Node::Text(text) => Val::Text(Cow::Borrowed(text)),
            Node::Moment(ms) => Val::Moment(Moving::fixed(*ms)),
            Node::Span(ms) => Val::Span(Moving::fixed(*ms)),
            Node::Ago(ms) => Val::Moment(Moving { ms: self.now - ms, slope: 1 }),
            Node::Trait(_) | Node::Property(_) | Node::Variable(_) | Node::Request(_) => {
                self.looked_up(node, frame).map_or(Val::None, Val::from)
            }
            Node::Provenance(what, name) => self.provenance(*what, name),
            Node::Reading(model) => self.reading(*model),
            Node::If(parts) => {
                let branch = if self.truth(&parts[0], frame) { &parts[1] } else { &parts[2] };
                self.value(branch, frame)
            }
            Node::Arithmetic(op, sides) => calculated(*op, self.value(&sides[0], frame), self.value(&sides[1], frame)),
            Node::Negate(inner) => match self.value(inner, frame) {
                Val::Number(number) => Val::Number(number.negated()),
                _ => Val::None,
            },
            Node::Lower(inner) => match self.value(inner, frame) {
                Val::Text(text) => Val::Text(text.to_lowercase().into()),
                _ => Val::None,
            },
            Node::Size(inner) => match self.value(inner, frame) {
                Val::Text(text) => Val::Number(Number::from_count(text.chars().count() as u64)),
                Val::List(list) => Val::Number(Number::from_count(list.len() as u64)),
                _ => Val::None,
            },
            Node::YearsSince(inner) => self.years_since(&self.value(inner, frame)),
            Node::Since(inner) => match self.value(inner, frame).as_moment() {
                Some(moment) => Val::Span(Moving { ms: self.now, slope: 1 }.minus(moment)),
                None => Val::None,
            },
            Node::Until(inner) => match self.value(inner, frame).as_moment() {
                Some(moment) => Val::Span(moment.minus(Moving { ms: self.now, slope: 1 })),
                None => Val::None,
            },
            Node::DistanceKm(distance) => match self.value(&distance.place, frame) {
                Val::Map(fields) => place::distance_km(fields, distance.lat.as_f64(), distance.lon.as_f64()).into(),
                _ => Val::None,
            },
            Node::Aggregate(aggregate, query) => self.aggregated(aggregate, query),
            _ => Val::Bool(self.truth(node, frame)),
        }
    }

    /// The stored value behind a name.
    fn looked_up<'c>(&'c self, node: &'c Node, frame: Frame<'c, '_>) -> Option<&'c Value> {
        match node {
            Node::Trait(name) => self.trait_value(name).map(|found| &found.value),
            Node::Property(path) => path.of(frame.event?),
            Node::Variable(Variable { outward, path }) => {
                let mut link = frame.variables?;
                for _ in 0..*outward {
                    link = link.outer?;
                }
                descend(link.value, path)
            }
            Node::Request(at) => {
                let name = &self.listing.requests[*at];
                let value = self.requests[*at].get_or_init(|| self.facts.request(name)).as_ref();
                let turns =
                    value.and_then(|_| request::stands_until(name, Timestamp::saturating_from_millis(self.now)));
                if let Some(turns) = turns {
                    self.changes_at(turns.as_millis());
                }
                self.witness(|| Evidence::Request { name: name.clone(), value: value.cloned() });
                value
            }
            _ => None,
        }
    }

    /// A trait of which one is sure enough.
    fn trait_value(&self, name: &Name<Trait>) -> Option<&TraitValue> {
        let found = self.any_value(name).filter(|found| found.belief.most >= Some(self.r#use));
        self.witness(|| match found {
            Some(Believed { value, belief }) => {
                Evidence::Trait { name: name.clone(), value: value.clone(), trust: belief.trust }
            }
            None => Evidence::MissingTrait { name: name.clone() },
        });
        found.map(|found| found.value)
    }

    /// A trait, however little it is believed. A null says that its source took the value back; what another source says
    /// may come to be believed more than that.
    fn any_value(&self, name: &Name<Trait>) -> Option<Believed<'_>> {
        let found = self.facts.trait_value(name.as_str())?;
        let Belief { stands_until, shown_until, .. } = found.belief;
        let until = if self.r#use == Use::Show { shown_until } else { stands_until };
        self.changes_at(until.map_or(NEVER, Timestamp::as_millis));
        Some(found).filter(|found| found.value.value != Value::Null)
    }

    fn provenance<'c>(&'c self, what: Provenance, name: &Name<Trait>) -> Val<'c> {
        let Some(found) = self.trait_value(name) else { return Val::None };
        let as_of = found.as_of.as_millis();
        match what {
            Provenance::Source => Val::Text(Cow::Borrowed(found.source.as_str())),
            Provenance::Kind => Val::Text(Cow::Borrowed(found.kind.word())),
            Provenance::AsOf => Val::Moment(Moving::fixed(as_of)),
            Provenance::Age => Val::Span(Moving { ms: self.now - as_of, slope: 1 }),
        }
    }

    fn years_since(&self, value: &Val<'_>) -> Val<'static> {
        let Some(from) = value.as_moment() else { return Val::None };
        let years = moment::day_of(from.ms).and_then(|day| moment::years_between(day, self.now));
        let Some((years, next)) = years else { return Val::None };
        self.changes_at(next);
        if from.slope != 0 {
            // Both days move: either could be the next to change.
            for ms in [self.now, from.ms] {
                self.changes_at(self.now.saturating_add(moment::DAY_MS - ms.rem_euclid(moment::DAY_MS)));
            }
        }
        Val::Number(Number::from_int(years))
    }
}

fn at_present(fading: Option<&Fading>) -> Finite {
    fading.and_then(|fading| Finite::new(fading.now())).unwrap_or_default()
}

fn descend<'c>(value: &'c Value, path: &[Arc<str>]) -> Option<&'c Value> {
    let mut value = value;
    for name in path {
        match value {
            Value::Map(fields) => value = fields.get(name)?,
            _ => return None,
        }
    }
    Some(value)
}

fn calculated<'c>(op: Arithmetic, left: Val<'c>, right: Val<'c>) -> Val<'c> {
    match (left, op, right) {
        (Val::Number(left), _, Val::Number(right)) => match op {
            Arithmetic::Add => left.plus(right),
            Arithmetic::Subtract => left.minus(right),
            Arithmetic::Multiply => left.times(right),
            Arithmetic::Divide => left.over(right),
            Arithmetic::Remainder => left.modulo(right),
        }
        .into(),
        (Val::Moment(left), Arithmetic::Add, Val::Span(right)) => Val::Moment(left.plus(right)),
        (Val::Moment(left), Arithmetic::Subtract, Val::Span(right)) => Val::Moment(left.minus(right)),
        (Val::Moment(left), Arithmetic::Subtract, Val::Moment(right)) => Val::Span(left.minus(right)),
        (Val::Span(left), Arithmetic::Add, Val::Span(right)) => Val::Span(left.plus(right)),
        (Val::Span(left), Arithmetic::Subtract, Val::Span(right)) => Val::Span(left.minus(right)),
        _ => Val::None,
    }
}
