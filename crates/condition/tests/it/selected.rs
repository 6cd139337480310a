//! Selections of occurrences, and measures.

use condition::{Measure, Scope, Selecting, Selection, Usage, code, measure_all, select_all};
use model::{time::Span, value::Value};

use crate::person::{Person, ago, days, now, schema, scores, segments};

fn selected(filter: Option<&str>, within: Option<Span>) -> Result<Selection, condition::ConditionError> {
    let (schema, segments, scores) = (schema(), segments(), scores());
    let scope = Scope { schema: &schema, segments: &segments, scores: &scores, usage: Usage::Segment };
    select_all(&[Selecting { event: "Product Viewed", filter, within }], &scope).remove(0)
}

fn measured(text: &str) -> Result<Measure, condition::ConditionError> {
    let (schema, segments, scores) = (schema(), segments(), scores());
    let scope = Scope { schema: &schema, segments: &segments, scores: &scores, usage: Usage::Segment };
    measure_all(&[text], &scope).remove(0)
}

fn shopper() -> Person {
    Person::default()
        .did_with("Product Viewed", ago(days(10)), [("sku", Value::from("a")), ("price", Value::from(30))])
        .did_with("Product Viewed", ago(days(2)), [("sku", Value::from("b")), ("price", Value::from(50))])
        .did_with("Product Viewed", now().plus(Span::HOUR), [("sku", Value::from("c"))])
}

#[test]
fn a_selection_finds_what_counts_and_says_when_another_does() {
    let all = selected(None, None).unwrap().of(&shopper(), now());
    assert_eq!(all.at, [ago(days(10)), ago(days(2))]);
    assert_eq!(all.stands_until, Some(now().plus(Span::HOUR)), "the one to come");
    let week = selected(Some("price > 20"), Some(days(7))).unwrap().of(&shopper(), now());
    assert_eq!((week.at, week.stands_until), (vec![ago(days(2))], Some(now().plus(days(5)))));
}

#[test]
fn a_selection_prints_as_conditions_do_and_heeds_what_it_counts() {
    let selection = selected(Some("price>20 && event.sku != 'b'"), Some(days(7))).unwrap();
    let printed = r#"events("Product Viewed").within("1w").where(price > 20 && sku != "b")"#;
    assert_eq!(selection.print(), printed);
    let properties = |price: i64| [("price", Value::from(price)), ("sku", Value::from("a"))].into_iter().collect();
    assert!(selection.heeds("Product Viewed", &properties(30)) && !selection.heeds("Product Viewed", &properties(10)));
    assert!(!selection.heeds("Order Completed", &properties(30)));
}

#[test]
fn the_filter_of_a_selection_is_checked_where_it_is_wrong() {
    for (filter, code, at) in [
        ("price > ", code::SYNTAX, 8),
        ("sku == \"a\" && profile.unknown", code::UNKNOWN_TRAIT, 22),
        ("a) || (b", code::SYNTAX, 1),
        ("events(\"Order Completed\").count() > 0", code::TYPE, 0),
    ] {
        let error = selected(Some(filter), None).unwrap_err();
        assert_eq!((error.code, error.at), (code, at), "{filter}: {error}");
    }
}

#[test]
fn a_measure_is_a_number_or_a_yes_or_no() {
    for (text, value) in [
        ("events(\"Product Viewed\").distinct(sku)", 2.0),
        ("events(\"Product Viewed\").sum(price) / 2", 40.0),
        ("events(\"Product Viewed\").within(\"3d\").count() > 0", 1.0),
        ("events(\"Order Completed\").average(total)", 0.0),
        ("3 - events(\"Product Viewed\").count() * 2", -1.0),
        ("interest(\"tag:hiking\") > 0.3", 0.0),
    ] {
        assert_eq!(measured(text).unwrap().of(&shopper(), now()).value, value, "{text}");
    }
    let recent = measured("events(\"Product Viewed\").within(\"7d\").count()").unwrap();
    assert_eq!(recent.of(&shopper(), now()).stands_until, Some(now().plus(Span::HOUR)));
    assert_eq!(recent.of(&shopper(), now().plus(days(1))).stands_until, Some(now().plus(days(5))));
}

#[test]
fn a_measure_never_moves_all_the_time() {
    for text in ["interest(\"tag:hiking\")", "score(\"engagement\")", "now()", "age(profile.size)", "profile.country"] {
        assert_eq!(measured(text).unwrap_err().code, code::TYPE, "{text}");
    }
}
