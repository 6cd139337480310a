//! What a condition rests on, and how old that is.

use std::{borrow::Cow, cell::Cell, cmp::Reverse};

use condition::{Evidence, Facts, Fade, Fading};
use model::{
    fact::Occurrence,
    time::Timestamp,
    value::{Finite, Value},
};
use proptest::prelude::*;

use crate::person::{Person, ago, compiled, days, now};

/// The later it happened the less it costs; what has no date costs nothing.
fn age(evidence: &Evidence) -> (bool, Reverse<Option<Timestamp>>) {
    match evidence {
        Evidence::Events { last, .. } => (true, Reverse(*last)),
        _ => (false, Reverse(None)),
    }
}

fn words(evidence: &[Evidence]) -> Vec<String> {
    let word = |one: &Evidence| match one {
        Evidence::Trait { name, .. } => name.to_string(),
        Evidence::Events { event, matched, last } => {
            let last = last.expect("what speaks happened");
            format!("{matched} {event} {}", now().since(last).as_millis() / 86_400_000)
        }
        Evidence::Segment { name, .. } => format!("in {name}"),
        Evidence::Score { name, .. } => format!("score {name}"),
        other => panic!("{other:?}"),
    };
    evidence.iter().map(word).collect()
}

#[test]
fn a_condition_rests_on_what_it_would_not_hold_without() {
    let part = Fade { amount: Finite::new(20.0).unwrap(), half_life: None, most: None };
    let mut ana = Person::default().with("city", "Brest").in_segment("vip", None);
    ana = ana.did("Bought", ago(days(400))).did("Bought", ago(days(370))).did("Returned", ago(days(3)));
    ana = ana.did("Viewed", ago(days(90))).did("Read", ago(days(2)));
    ana.scores.insert("engagement".into(), Fading { parts: vec![part], ..Fading::default() });
    for (text, expected) in [
        ("true", &[][..]),
        (r#"events("Bought").count() > 1"#, &["2 Bought 370"]),
        // What does not speak for it does not make it younger.
        (r#"events("Bought").count() > events("Returned").count()"#, &["2 Bought 370"]),
        (r#"events("Bought").count() > 1 && events("Returned").count() < 3"#, &["2 Bought 370"]),
        // One of two is enough, whichever is written first.
        (r#"events("Viewed").count() > 0 || events("Read").count() > 0"#, &["1 Read 2"]),
        (r#"events("Read").count() > 0 || events("Viewed").count() > 0"#, &["1 Read 2"]),
        (r#"events("Viewed").count() > 0 || profile.city == "Brest""#, &["city"]),
        (r#"events("Viewed").count() > 0 && events("Read").count() > 0"#, &["1 Viewed 90", "1 Read 2"]),
        // What is not so is no ground.
        (r#"events("Ordered").count() == 0"#, &[]),
        (r#"!segment("lapsed") && segment("vip")"#, &["in vip"]),
        (r#"!(profile.city == "Lund")"#, &[]),
        // What speaks against it is no ground, and does not hide what it holds by.
        (r#"!segment("vip") || events("Viewed").count() > 0"#, &["1 Viewed 90"]),
        (r#"events("Viewed").count() > 0 || !segment("vip")"#, &["1 Viewed 90"]),
        (r#"!(segment("vip") && !(events("Read").count() > 0)) || events("Viewed").count() > 0"#, &["1 Read 2"]),
        (r#"!(events("Returned").count() > events("Bought").count())"#, &["2 Bought 370"]),
        (r#"events("Read").count() == 0 || segment("vip")"#, &["in vip"]),
        (r#"segment("vip") ? events("Viewed").count() > 0 : profile.city == "Lund""#, &["in vip", "1 Viewed 90"]),
        (r#"(segment("vip") ? 3 : 0) > events("Returned").count()"#, &["in vip"]),
        // Of one event that is looked at twice only what it holds by.
        (r#"events("Bought").within("1d").count() > 0 || events("Bought").count() > 1"#, &["2 Bought 370"]),
        (r#"score("engagement") > 10 && score("engagement") < 90"#, &["score engagement"]),
        (r#"score("engagement") < 90"#, &[]),
        // It does not hold.
        (r#"profile.city == "Lund""#, &[]),
    ] {
        assert_eq!(words(&compiled(text).rests_on(&ana, now(), &age).evidence), expected, "{text}");
    }
}

#[test]
fn a_sequence_is_as_old_as_its_last_event() {
    let mut ana =
        Person::default().did("Added", ago(days(70))).did("Bought", ago(days(20))).did("Bought", ago(days(9)));
    ana = ana.did("Added", ago(days(2))).did("Thanked", ago(days(8)));
    for (text, expected) in [
        (r#"events("Added").followed_by(events("Bought")).count() > 0"#, &["1 Added 70", "2 Bought 9"][..]),
        (r#"events("Added").followed_by(events("Bought"), "55d").count() > 0"#, &["1 Added 70", "1 Bought 20"]),
        (
            r#"events("Added").followed_by(events("Bought")).followed_by(events("Thanked"), "2d").count() > 0"#,
            &["1 Added 70", "1 Bought 9", "1 Thanked 8"],
        ),
        (r#"events("Added").not_followed_by(events("Bought"), "1d").count() > 0"#, &["2 Added 2"]),
        (
            r#"events("Added").followed_by(events("Bought")).without(events("Thanked").within("1d")).count() > 0"#,
            &["1 Added 70", "2 Bought 9"],
        ),
        (r#"events("Bought").followed_by(events("Bought")).count() > 0"#, &["1 Bought 20", "1 Bought 9"]),
    ] {
        let evaluation = compiled(text).evaluate(&ana, now());
        assert!(evaluation.value, "{text}");
        let told: Vec<Evidence> = evaluation.evidence.into_iter().filter(Evidence::speaks).collect();
        assert_eq!(words(&told), expected, "{text}");
    }
}

const TERMS: [&str; 6] = [
    r#"events("A").count() > 0"#,
    r#"events("B").within("30d").count() > 1"#,
    r#"events("A").count() > events("B").count()"#,
    r#"events("A").followed_by(events("B"), "9d").count() > 0"#,
    r#"profile.city == "Brest""#,
    r#"segment("vip")"#,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Who has what it rests on is in, too, whatever they have of the rest.
    #[test]
    fn what_it_rests_on_is_enough(
        terms in prop::collection::vec((0..TERMS.len(), any::<bool>()), 1..5),
        is_any in any::<bool>(),
        did in prop::collection::vec((any::<bool>(), 0..100i64), 0..8),
        (lives, is_member) in any::<(bool, bool)>(),
        others in prop::collection::btree_set(prop::sample::select(vec!["A", "B", "city", "vip"]), 0..4),
    ) {
        let written = terms.iter().map(|(term, is_not)| if *is_not { format!("!({})", TERMS[*term]) } else { TERMS[*term].to_owned() });
        let condition = compiled(&written.collect::<Vec<_>>().join(if is_any { " || " } else { " && " }));
        let person = |keeps: &dyn Fn(&str) -> bool| {
            let mut person = Person::default();
            for (is_a, day) in &did {
                let event = if *is_a { "A" } else { "B" };
                if keeps(event) {
                    person = person.did(event, ago(days(*day)));
                }
            }
            person = if lives && keeps("city") { person.with("city", Value::from("Brest")) } else { person };
            if is_member && keeps("vip") { person.in_segment("vip", None) } else { person }
        };
        let whole = person(&|_| true);
        let grounds = condition.rests_on(&whole, now(), &age).evidence;
        let name = |one: &Evidence| match one {
            Evidence::Events { event, .. } => event.to_string(),
            Evidence::Trait { name, .. } => name.to_string(),
            Evidence::Segment { name, .. } => name.to_string(),
            other => panic!("{other:?}"),
        };
        let names: std::collections::BTreeSet<String> = grounds.iter().map(name).collect();
        if condition.matches(&whole, now()).value {
            let some = person(&|fact| names.contains(fact) || others.contains(fact));
            prop_assert!(condition.matches(&some, now()).value, "enough: {} of {}", names.len(), condition.text());
        } else {
            prop_assert!(grounds.is_empty());
        }
    }
}

/// What is so only because something was left out is not so.
#[test]
fn a_condition_stands_by_terms_that_stand() {
    let ana = Person::default().did("Bought", ago(days(90))).did("Viewed", ago(days(2))).with("city", "Brest");
    let lately = Person::default().did("Viewed", ago(days(2))).with("city", "Brest");
    for (text, expected) in [
        (r#"events("Viewed").count() > 0"#, true),
        (r#"events("Bought").count() > 0"#, false),
        (r#"events("Bought").count() == 0"#, false),
        (r#"events("Bought").count() < 3"#, true),
        (r#"events("Bought").count() == 0 || events("Viewed").count() > 0"#, true),
        (r#"events("Bought").count() == 0 || events("Bought").count() > 0"#, false),
        (r#"!(events("Bought").count() > 0) && profile.city == "Lund""#, true),
        (r#"events("Bought").count() > 0 ? events("Viewed").count() > 0 : profile.city == "Brest""#, true),
        (r#"events("Bought").count() > 0 ? events("Viewed").count() > 0 : profile.city == "Lund""#, false),
    ] {
        assert_eq!(compiled(text).stands_without(&ana, &lately, now()).value, expected, "{text}");
    }
}

/// A person who counts how often a trail is looked at.
struct Counted<'p>(&'p Person, Cell<usize>);

impl Facts for Counted<'_> {
    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.1.set(self.1.get() + 1);
        self.0.trail(event)
    }
}

/// What a fact costs does not grow with the terms that do not look at it: as many looks as terms times five, not squared.
#[test]
fn a_long_condition_is_not_evaluated_anew_for_each_fact() {
    let mut ana = Person::default();
    for event in 0..90 {
        ana = ana.did(&format!("E{event}"), ago(days(event)));
    }
    for between in ["&&", "||"] {
        let terms: Vec<String> = (0..90).map(|event| format!("events(\"E{event}\").count()>0")).collect();
        let counted = Counted(&ana, Cell::default());
        let grounds = compiled(&terms.join(between)).rests_on(&counted, now(), &age).evidence;
        assert_eq!(grounds.len(), if between == "&&" { 90 } else { 1 });
        assert!(counted.1.get() <= 5 * 90, "{between}: {}", counted.1.get());
    }
}
