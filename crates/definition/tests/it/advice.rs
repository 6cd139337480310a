//! What is published and probably not meant.

use definition::{Documents, Kind, advice, compile, finding};
use model::time::{Span, Timestamp};
use serde_json::{Value, json};

use crate::experiences::{experience, shop};

/// 2026-03-02T10:00:00Z.
const NOW: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

fn found_at(documents: &mut Documents, now: Timestamp) -> Vec<(String, &'static str)> {
    let plan = compile(documents, 1, None).unwrap_or_else(|error| panic!("{error}"));
    advice(&plan, now).into_iter().map(|finding| (finding.name, finding.code)).collect()
}

/// What is found in the shop with these experiences beside, or instead of, its own.
fn found(experiences: &[(&str, Value)]) -> Vec<(String, &'static str)> {
    let mut documents = shop();
    for (name, more) in experiences {
        documents.put(Kind::Experience, name, &experience(more)).unwrap();
    }
    found_at(&mut documents, NOW)
}

fn one(name: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(name.to_owned(), code)]
}

#[test]
fn a_shop_that_means_what_it_says_is_left_alone() {
    assert_eq!(found(&[]), []);
}

#[test]
fn what_nobody_can_be_in_is_found() {
    for audience in [
        r#"profile.country == "FR" && profile.country == "JP""#,
        r#"segment("vip") && !segment("vip")"#,
        r#"segment("vip") && !has(profile.city)"#,
        r#"events("page").within("1d").older_than("2d").count() > 0"#,
    ] {
        assert_eq!(found(&[("never", json!({"audience": audience}))]), one("never", finding::EMPTY_AUDIENCE));
    }
    let mut documents = shop();
    documents
        .put(Kind::Segment, "odd", &json!({"condition": "profile.city == \"a\" && profile.city == \"b\""}))
        .unwrap();
    assert_eq!(found_at(&mut documents, NOW), one("odd", finding::EMPTY_SEGMENT));
}

#[test]
fn an_interest_that_nothing_makes_is_found() {
    for topic in ["color:red", "category: boots"] {
        let audience = format!("interest(\"{topic}\") > 0.1");
        assert_eq!(found(&[("idea", json!({"audience": audience}))]), one("idea", finding::UNKNOWN_TOPIC));
        let mut documents = shop();
        documents.put(Kind::Segment, "reds", &json!({"condition": audience})).unwrap();
        assert_eq!(found_at(&mut documents, NOW), one("reds", finding::UNKNOWN_TOPIC));
    }
    let mut documents = shop();
    documents.put(Kind::Segment, "reds", &json!({"condition": "interest(\"color:red\") > 0.1"})).unwrap();
    documents.put(Kind::Setting, "interests", &json!({"attributes": ["color"]})).unwrap();
    assert_eq!(found_at(&mut documents, NOW), []);
}

/// proves SEG-06: combinations of segments that cannot be are listed when they are published.
#[test]
fn segments_that_exclude_each_other_are_listed() {
    let mut documents = shop();
    documents.put(Kind::Segment, "homeless", &json!({"condition": "!segment(\"vip\")"})).unwrap();
    let both = experience(&json!({"audience": "segment(\"vip\") && segment(\"homeless\")"}));
    documents.put(Kind::Experience, "both", &both).unwrap();
    let expect = [("both".to_owned(), finding::EMPTY_AUDIENCE), ("both".to_owned(), finding::EXCLUSIVE_SEGMENTS)];
    assert_eq!(found_at(&mut documents, NOW), expect);
    let either = experience(&json!({"audience": "segment(\"vip\") || segment(\"homeless\")", "priority": -1}));
    documents.put(Kind::Experience, "both", &either).unwrap();
    assert_eq!(found_at(&mut documents, NOW), one("both", finding::EXCLUSIVE_SEGMENTS));
}

/// The shop's own experience, `idea`, is for vips in `hero`.
#[test]
fn what_is_always_outranked_is_found() {
    let outranked = one("idea", finding::OUTRANKED);
    let above = |more: Value| {
        let mut document = json!({"priority": 1});
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        found(&[("above", document)])
    };
    assert_eq!(above(json!({})), outranked, "the same audience");
    assert_eq!(above(json!({"audience": "true"})), outranked, "everybody");
    assert_eq!(above(json!({"audience": "segment(\"vip\") || request.hour > 3"})), outranked, "a wider one");
    assert_eq!(above(json!({"audience": "has(profile.city)"})), outranked, "what the segment says");
    assert_eq!(above(json!({"placements": ["hero", "mail"], "ends": null})), outranked);
    for sometimes_away in [
        json!({"audience": "segment(\"vip\") && request.hour > 3"}),
        json!({"traffic": 0.9}),
        json!({"layer": {"name": "tests", "to": 0.5}}),
        json!({"caps": [{"most": 100, "per": "1h"}]}),
        json!({"starts": "2026-03-03"}),
        json!({"ends": "2026-12-31"}),
        json!({"placements": "mail"}),
        json!({"enabled": false}),
        json!({"priority": -1, "audience": "profile.city == \"a\" || request.hour > 3"}),
        json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "sale"}}}),
    ] {
        assert_eq!(above(sometimes_away.clone()), [], "{sometimes_away}");
    }
    // Who did not consent sees the one that asks nothing of the person.
    let for_all = json!({"audience": "true", "priority": -1});
    assert_eq!(found(&[("all", for_all.clone())]), []);
    let known = json!({"audience": "has(profile.city) || !has(profile.city)", "priority": 1});
    let found = found(&[("all", for_all), ("known", known)]);
    assert_eq!(found, outranked, "whoever is known sees `known`, all others `all`");
}

#[test]
fn what_can_never_be_shown_again_is_found() {
    let gone = |more: Value| found(&[("gone", more)]);
    assert_eq!(gone(json!({"ends": "2026-03-01", "priority": 1})), one("gone", finding::OVER));
    assert_eq!(gone(json!({"ends": "2026-03-02", "priority": 1})), []);
    assert_eq!(gone(json!({"traffic": 0, "priority": 1})), one("gone", finding::NO_TRAFFIC));
    let worth = |low| json!({"priority": 1, "worth": {"gain_cents": {"low": low, "expected": 9}, "cost_cents": 3}});
    assert_eq!(gone(worth(3)), one("gone", finding::NEVER_WORTH));
    assert_eq!(gone(worth(4)), []);
    assert_eq!(gone(json!({"traffic": 0, "enabled": false})), [], "it is switched off on purpose");
    let sale = json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "sale"}}, "priority": 1});
    let mut documents = shop();
    documents.put(Kind::Experience, "sale", &experience(&sale)).unwrap();
    assert_eq!(found_at(&mut documents, NOW), []);
    assert_eq!(found_at(&mut documents, NOW.plus(Span::DAY.times(300))), one("sale", finding::EXPIRED));
    let small = json!({"control": {"share": 0.1}, "a": {"share": 0.9, "contents": "care"}});
    assert_eq!(found(&[("idea", json!({"variants": small}))]), one("idea", finding::SMALL_CONTROL));
}
