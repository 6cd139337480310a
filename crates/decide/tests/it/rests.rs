//! What a condition rests on.

use std::{cmp::Reverse, collections::BTreeSet};

use condition::Evidence;
use decide::rests_on;
use model::time::{Span, Timestamp};
use proptest::prelude::*;

use crate::shop::{NOW, Somebody, audience};

fn days_ago(days: i64) -> Timestamp {
    NOW.minus(Span::DAY.times(days))
}

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
            format!("{matched} {event} {}", NOW.since(last).as_millis() / 86_400_000)
        }
        Evidence::Segment { name, .. } => format!("in {name}"),
        Evidence::Score { name, .. } => format!("score {name}"),
        other => panic!("{other:?}"),
    };
    evidence.iter().map(word).collect()
}

#[test]
fn a_condition_rests_on_what_it_would_not_hold_without() {
    let ana = Somebody::new(1).with("city", "Brest").member("vip", None);
    let ana = ana.did("Bought", &[days_ago(400), days_ago(370)]).did("Returned", &[days_ago(3)]);
    let ana = ana.did("Viewed", &[days_ago(90)]).did("Read", &[days_ago(2)]).did("Product Reviewed", &[NOW; 10]);
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
        (r#"score("zeal") > 10 && score("zeal") < 90"#, &["score zeal"]),
        (r#"score("zeal") < 90"#, &[]),
        // It does not hold.
        (r#"profile.city == "Lund""#, &[]),
    ] {
        assert_eq!(words(&rests_on(&audience(text), &ana, NOW, &age).evidence), expected, "{text}");
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
        let condition = audience(&written.collect::<Vec<_>>().join(if is_any { " || " } else { " && " }));
        let person = |keeps: &dyn Fn(&str) -> bool| {
            let did = |event: &str| {
                let own = did.iter().filter(|(is_a, _)| keeps(event) && *is_a == (event == "A"));
                let mut when: Vec<Timestamp> = own.map(|(_, day)| days_ago(*day)).collect();
                when.sort_unstable();
                when
            };
            let mut somebody = Somebody::new(1).did("A", &did("A")).did("B", &did("B"));
            somebody = if lives && keeps("city") { somebody.with("city", "Brest") } else { somebody };
            if is_member && keeps("vip") { somebody.member("vip", None) } else { somebody }
        };
        let whole = person(&|_| true);
        let grounds = rests_on(&condition, &whole, NOW, &age).evidence;
        let name = |one: &Evidence| match one {
            Evidence::Events { event, .. } => event.to_string(),
            Evidence::Trait { name, .. } => name.to_string(),
            Evidence::Segment { name, .. } => name.to_string(),
            other => panic!("{other:?}"),
        };
        let names: BTreeSet<String> = grounds.iter().map(name).collect();
        if condition.matches(&whole, NOW).value {
            let some = person(&|fact| names.contains(fact) || others.contains(fact));
            prop_assert!(condition.matches(&some, NOW).value, "enough: {} of {}", names.len(), condition.text());
        } else {
            prop_assert!(grounds.is_empty());
        }
    }
}

/// What a fact costs does not grow with the terms that do not look at it: as many looks as terms times five, not squared.
#[test]
fn a_long_condition_is_not_evaluated_anew_for_each_fact() {
    let ana = (0..90).fold(Somebody::new(1), |ana, event| ana.did(&format!("E{event}"), &[days_ago(event)]));
    for between in ["&&", "||"] {
        let terms: Vec<String> = (0..90).map(|event| format!("events(\"E{event}\").count()>0")).collect();
        ana.looks.set(0);
        let grounds = rests_on(&audience(&terms.join(between)), &ana, NOW, &age).evidence;
        assert_eq!(grounds.len(), if between == "&&" { 90 } else { 1 });
        assert!(ana.looks.get() <= 5 * 90, "{between}: {}", ana.looks.get());
    }
}
