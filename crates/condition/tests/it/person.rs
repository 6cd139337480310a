//! A person to ask about, and the project that knows what can be asked.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use condition::{
    Belief, Believed, Condition, ConditionError, Facts, Fading, Model, Reading, Scope, Usage, Verdict, compile,
    compile_all,
};
use model::{
    fact::{FactKind, Occurrence, TraitValue},
    name::{Name, Score, Segment},
    schema::{TraitRules, TraitSchema, TraitType},
    time::{Span, Timestamp},
    value::{Fields, Finite, Value},
};

/// The moment at which tests ask.
pub(crate) fn now() -> Timestamp {
    // 2026-03-02T10:00:00Z
    Timestamp::from_millis(1_772_445_600_000).expect("in range")
}

pub(crate) fn ago(span: Span) -> Timestamp {
    now().minus(span)
}

pub(crate) fn days(count: i64) -> Span {
    Span::DAY.times(count)
}

pub(crate) fn schema() -> TraitSchema {
    let choices = |texts: &[&str]| TraitType::OneOf(texts.iter().map(|text| (*text).to_owned()).collect());
    let traits = [
        ("age_years", TraitType::Int),
        ("birth_date", TraitType::Text),
        ("city", TraitType::Text),
        ("country", TraitType::Text),
        ("email", TraitType::Text),
        ("foot-width", choices(&["narrow", "wide"])),
        ("home", TraitType::Place),
        ("labels", TraitType::Texts),
        ("member", TraitType::Bool),
        ("notes", TraitType::Any),
        ("renewal_date", TraitType::Time),
        ("size", TraitType::Number),
        ("signup_at", TraitType::Time),
    ];
    let rules = |(name, holds)| (Name::from(name), TraitRules::usual(name, holds));
    TraitSchema { traits: traits.into_iter().map(rules).collect() }
}

pub(crate) fn segments() -> BTreeSet<Name<Segment>> {
    ["vip", "lapsed", "tag:hiking"].map(Name::from).into()
}

pub(crate) fn scores() -> BTreeSet<Name<Score>> {
    ["engagement"].map(Name::from).into()
}

pub(crate) fn compiled_for(text: &str, usage: Usage) -> Result<Condition, ConditionError> {
    compile(text, &Scope { schema: &schema(), segments: &segments(), scores: &scores(), usage })
}

pub(crate) fn compiled_together(texts: &[&str]) -> Vec<Result<Condition, ConditionError>> {
    compile_all(texts, &Scope { schema: &schema(), segments: &segments(), scores: &scores(), usage: Usage::Segment })
}

pub(crate) fn compiled(text: &str) -> Condition {
    compiled_for(text, Usage::Audience).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Person {
    traits: BTreeMap<String, (TraitValue, Belief)>,
    trails: BTreeMap<String, Vec<Occurrence>>,
    pub(crate) segments: BTreeMap<Name<Segment>, Verdict>,
    request: BTreeMap<String, Value>,
    pub(crate) interests: BTreeMap<String, Fading>,
    pub(crate) scores: BTreeMap<Name<Score>, Fading>,
    pub(crate) readings: BTreeMap<Model, Reading>,
}

impl Person {
    pub(crate) fn with(self, name: &str, value: impl Into<Value>) -> Self {
        self.with_fact(
            name,
            TraitValue { value: value.into(), as_of: ago(days(30)), source: "till".into(), kind: FactKind::Declared },
        )
    }

    pub(crate) fn with_fact(self, name: &str, value: TraitValue) -> Self {
        self.believing(name, value, Belief::CERTAIN)
    }

    pub(crate) fn believing(mut self, name: &str, value: TraitValue, belief: Belief) -> Self {
        self.traits.insert(name.to_owned(), (value, belief));
        self
    }

    pub(crate) fn did(self, event: &str, at: Timestamp) -> Self {
        self.did_with(event, at, [])
    }

    pub(crate) fn did_with<const N: usize>(mut self, event: &str, at: Timestamp, pairs: [(&str, Value); N]) -> Self {
        let trail = self.trails.entry(event.to_owned()).or_default();
        let tie = trail.len() as u64;
        trail.push(Occurrence { at, tie, properties: pairs.into_iter().collect() });
        trail.sort();
        self
    }

    pub(crate) fn in_segment(mut self, name: &str, valid_until: Option<Timestamp>) -> Self {
        self.segments.insert(name.into(), Verdict { value: true, valid_until });
        self
    }

    pub(crate) fn asks(mut self, name: &str, value: Value) -> Self {
        self.request.insert(name.to_owned(), value);
        self
    }

    /// The moments at which anything about this person starts, with these spans after each.
    pub(crate) fn moments(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let trails = self.trails.values().flatten().map(|occurrence| occurrence.at);
        trails.chain(self.traits.values().map(|(value, _)| value.as_of))
    }
}

impl Facts for Person {
    fn trait_value(&self, name: &str) -> Option<Believed<'_>> {
        self.traits.get(name).map(|(value, belief)| Believed { value, belief: *belief })
    }

    fn interest(&self, topic: &str) -> Option<Fading> {
        self.interests.get(topic).cloned()
    }

    fn score(&self, name: &Name<Score>) -> Option<Fading> {
        self.scores.get(name).cloned()
    }

    fn reading(&self, model: Model) -> Option<Reading> {
        self.readings.get(&model).copied()
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.trails.get(event).map_or(Cow::Borrowed(&[]), |trail| Cow::Borrowed(trail))
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        self.segments.get(name).copied().unwrap_or(Verdict { value: false, valid_until: None })
    }

    fn request(&self, name: &str) -> Option<Value> {
        self.request.get(name).cloned()
    }
}

pub(crate) fn float(number: f64) -> Value {
    Value::Float(Finite::new(number).expect("a test's own number"))
}

pub(crate) fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().collect())
}

pub(crate) fn map<const N: usize>(pairs: [(&str, Value); N]) -> Value {
    Value::Map(pairs.into_iter().collect::<Fields>())
}

/// Asks one condition about one person.
#[track_caller]
pub(crate) fn check(text: &str, person: &Person, expect: bool) {
    let condition = compiled(text);
    let verdict = condition.matches(person, now());
    assert_eq!(verdict.value, expect, "{text}");
    let evaluation = condition.evaluate(person, now());
    assert_eq!((evaluation.value, evaluation.valid_until), (verdict.value, verdict.valid_until), "{text}: both paths");
    let again = compiled(&condition.print());
    assert_eq!(again.print(), condition.print(), "{text}: canonical");
    assert_eq!(again.matches(person, now()), verdict, "{text}: printed");
}
