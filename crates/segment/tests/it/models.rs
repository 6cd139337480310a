//! Models of stage and aim: what they say, until when, and since when.

use condition::{Facts, Model, measure_all};
use model::{
    time::{Span, Timestamp},
    value::Finite,
};
use proptest::prelude::*;
use segment::{
    membership::Memberships,
    model::{Feature, ModelRule, VISIT, words},
    set::{Measures, SegmentSet},
};

use crate::person::{Known, Person};

fn finite(number: f64) -> Finite {
    Finite::new(number).expect("a test's own number")
}

type Weights<'a> = &'a [(&'a str, f64)];

/// A model whose words named here have these weights.
fn model(model: Model, bias: Weights<'_>, features: &[(&str, f64, Weights<'_>)]) -> ModelRule {
    let known = Known::default();
    let row = |pairs: Weights<'_>| {
        let of = |word: &&str| pairs.iter().find(|(name, _)| name == word).map_or(0.0, |(_, weight)| *weight);
        words(model).iter().map(|word| finite(of(word))).collect::<Vec<_>>()
    };
    let texts: Vec<&str> = features.iter().map(|(text, ..)| *text).collect();
    let measures = measure_all(&texts, &known.scope()).into_iter().zip(features);
    let features = measures.map(|(measure, (text, most, weights))| Feature {
        name: (*text).into(),
        measure: measure.expect("a test's own measure"),
        most: finite(*most),
        weights: row(weights),
    });
    ModelRule { model, bias: row(bias), features: features.collect(), changed: 1 }
}

fn stage() -> ModelRule {
    let viewed = "events(\"Product Viewed\").within(\"14d\").count()";
    let bought = "events(\"Order Completed\").within(\"30d\").count() > 0";
    model(
        Model::Stage,
        &[("discovery", 1.0)],
        &[(viewed, 5.0, &[("comparison", 0.6)]), (bought, 1.0, &[("onboarding", 6.0)])],
    )
}

fn aim() -> ModelRule {
    let viewed = "events(\"Product Viewed\").within(\"30m\").count()";
    let returns = "events(\"page\").within(\"30m\").count()";
    model(Model::Aim, &[("learn", 1.0)], &[(viewed, 9.0, &[("compare", 0.6)]), (returns, 9.0, &[("return", 2.0)])])
}

fn minutes(count: i64) -> Timestamp {
    Timestamp::EPOCH.plus(Span::DAY.times(1_000)).plus(Span::MINUTE.times(count))
}

fn said(rule: &ModelRule, person: &dyn Facts, now: Timestamp) -> Option<&'static str> {
    rule.judge(person, now).0.map(|judged| judged.reading.word)
}

#[test]
fn probabilities_are_those_of_the_formula() {
    let mut person = Person::default();
    for at in 0..7 {
        person.does("Product Viewed", minutes(at), &[]);
    }
    let judged = stage().judge(&person, minutes(10)).0.unwrap();
    assert_eq!(judged.features, [5.0, 0.0], "no more than its most");
    let sums = [1.0_f64, 5.0 * 0.6, 0.0, 0.0, 0.0];
    let all: f64 = sums.iter().map(|sum| sum.exp()).sum();
    for ((word, probability), sum) in judged.words.iter().zip(sums) {
        assert!((probability - sum.exp() / all).abs() < 1e-12, "{word}");
    }
    assert_eq!(judged.reading.word, "comparison");
}

#[test]
fn of_nobody_nothing_much_is_said() {
    let person = Person::default();
    let (judged, until) = stage().judge(&person, minutes(0));
    let reading = judged.unwrap().reading;
    assert_eq!((reading.word, until), ("discovery", None));
    assert!(reading.probability.get() < 0.5);
    assert_eq!(aim().judge(&person, minutes(0)), (None, None), "no visit");
    let tied = model(Model::Stage, &[], &[]);
    assert_eq!(said(&tied, &person, minutes(0)), Some("discovery"), "of words as probable as each other the first");
}

#[test]
fn an_aim_ends_with_the_visit_and_holds_till_then() {
    let mut person = Person::default();
    for at in [0, 5, 25] {
        person.does("Product Viewed", minutes(at), &[]);
    }
    let (judged, until) = aim().judge(&person, minutes(54));
    assert_eq!(judged.unwrap().features, [3.0, 0.0], "as of the last event");
    assert_eq!(until, Some(minutes(25).plus(VISIT)));
    assert_eq!(aim().judge(&person, minutes(55)), (None, None));
    person.does("page", minutes(60), &[]);
    assert_eq!(aim().judge(&person, minutes(55)), (None, Some(minutes(60))), "an event to come begins one");
}

#[test]
fn a_stage_turns_at_midnight() {
    let mut person = Person::default();
    for at in [0, 60, 120] {
        person.does("Product Viewed", minutes(at), &[]);
    }
    let (judged, until) = stage().judge(&person, minutes(120));
    assert_eq!(judged.unwrap().reading.word, "comparison");
    let turns = minutes(0).plus(Span::DAY.times(15));
    let first = minutes(0).plus(Span::DAY.times(14));
    assert_eq!(until, Some(first), "the first view goes at midnight");
    assert_eq!(said(&stage(), &person, first), Some("comparison"));
    assert_eq!(stage().judge(&person, first).1, Some(turns), "the others go in the course of the day");
    assert_eq!(said(&stage(), &person, turns), Some("discovery"));
}

#[test]
fn transitions_are_noted_with_the_moments() {
    let measures = Measures { scores: Vec::new(), models: vec![stage(), aim()] };
    let set = SegmentSet::build(Vec::new(), measures, 1).unwrap();
    let (mut memberships, mut person) = (Memberships::default(), Person::default());
    let mut look = |person: &Person, at: i64| {
        memberships.refresh(&set, &set.all_places(), person, minutes(at));
        memberships.clone()
    };
    look(&person, 0);
    person.does("Product Viewed", minutes(1), &[]);
    look(&person, 1);
    person.does("Product Viewed", minutes(2), &[]);
    look(&person, 2);
    person.does("Order Completed", minutes(3), &[]);
    look(&person, 3);
    let seen = look(&person, 50);
    let transitions: Vec<_> = seen.readings.transitions().iter().map(|t| (t.at, t.model, t.from, t.to)).collect();
    let expected = [
        (minutes(1), Model::Aim, None, "learn"),
        (minutes(2), Model::Stage, Some("discovery"), "comparison"),
        (minutes(2), Model::Aim, Some("learn"), "compare"),
        (minutes(3), Model::Stage, Some("comparison"), "onboarding"),
    ];
    assert_eq!(transitions, expected);
    assert_eq!(seen.readings.get(Model::Stage).unwrap().since, minutes(3));
    assert_eq!(seen.readings.get(Model::Aim), None, "the visit is over");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_a_model_says_stands_until_it_says(
        did in prop::collection::vec((0..3usize, 0..40_000i64), 0..20),
        now in 0..40_000i64,
        fractions in prop::collection::vec(0.0..1.0f64, 6),
    ) {
        let mut person = Person::default();
        for (event, at) in did {
            person.does(["Product Viewed", "Order Completed", "page"][event], minutes(at), &[]);
        }
        for rule in [stage(), aim()] {
            let (judged, until) = rule.judge(&person, minutes(now));
            let words = judged.map(|judged| judged.words);
            prop_assert!(until.is_none_or(|until| until > minutes(now)));
            let wait_ms = until.unwrap_or(minutes(80_000)).since(minutes(now)).as_millis();
            for fraction in &fractions {
                let later = minutes(now).plus(Span::from_millis(((wait_ms - 1) as f64 * fraction) as i64));
                prop_assert_eq!(&rule.judge(&person, later).0.map(|judged| judged.words), &words);
            }
        }
    }
}
