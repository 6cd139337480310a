//! The setting `interests`.

use std::sync::Arc;

use definition::{Documents, Kind, code, compile};
use engine::plan::Plan;
use model::time::Span;
use segment::interests::{InterestRules, Weights};
use serde_json::{Value, json};

use crate::seen::{number_and_changed, with_segments};

fn set(documents: &mut Documents, setting: &Value) {
    documents.put(Kind::Setting, "interests", setting).unwrap();
}

fn rules(setting: &Value) -> InterestRules {
    let mut documents = Documents::defaults();
    set(&mut documents, setting);
    compile(&mut documents, 1, None).unwrap().segments.interests().clone()
}

#[test]
fn what_is_not_said_is_as_usual() {
    assert_eq!(rules(&json!({})), InterestRules::default());
    let said = json!({
        "attributes": ["color", "size"],
        "weights": {"list": 0.25, "refusal": -1},
        "ease": 0.001,
        "half_life": "1h",
        "lasting_days": 1,
        "most_a_day": 1000,
        "busy_day_events": 65535,
        "description": "As the shop wants it.",
    });
    let attributes = ["color", "size"].map(Arc::from).into();
    let weights = Weights { list: 250, refusal: -1_000, ..Weights::default() };
    let (half_life, lasting_days, most_a_day, busy_events) = (Span::HOUR, 1, 1_000, 65_535);
    let expected =
        InterestRules { attributes, weights, ease_milli: 1, half_life, lasting_days, most_a_day, busy_events };
    assert_eq!(rules(&said), expected);
}

#[test]
fn wrong_numbers_are_refused_where_they_stand() {
    let attributes: Vec<String> = (0..21).map(|number| format!("a{number}")).collect();
    assert_eq!(rules(&json!({"attributes": attributes[..20]})).attributes.len(), 20);
    for (setting, code, pointer) in [
        (json!({"half_life": "0d"}), code::OUT_OF_RANGE, "/half_life"),
        (json!({"half_life": 21}), code::WRONG_TYPE, "/half_life"),
        (json!({"ease": 0}), code::OUT_OF_RANGE, "/ease"),
        (json!({"ease": null}), code::WRONG_TYPE, "/ease"),
        (json!({"weights": {"view": -1}}), code::OUT_OF_RANGE, "/weights/view"),
        (json!({"weights": {"view": 1e300}}), code::OUT_OF_RANGE, "/weights/view"),
        (json!({"weights": {"return": 8}}), code::OUT_OF_RANGE, "/weights/return"),
        (json!({"weights": {"purchase": 1000.1}}), code::OUT_OF_RANGE, "/weights/purchase"),
        (json!({"weights": {"view": 4}}), code::CONTRADICTION, "/weights/cart"),
        (json!({"weights": {"cart": 8}}), code::CONTRADICTION, "/weights/purchase"),
        (json!({"weights": {"click": 1}}), code::UNKNOWN_FIELD, "/weights/click"),
        (json!({"lasting_days": 0}), code::OUT_OF_RANGE, "/lasting_days"),
        (json!({"most_a_day": 1001}), code::OUT_OF_RANGE, "/most_a_day"),
        (json!({"busy_day_events": 0}), code::OUT_OF_RANGE, "/busy_day_events"),
        (json!({"attributes": ["brand"]}), code::BAD_NAME, "/attributes/0"),
        (json!({"attributes": ["color", "a:b"]}), code::BAD_NAME, "/attributes/1"),
        (json!({"attributes": ["color", "color"]}), code::TWICE, "/attributes/1"),
        (json!({"attributes": attributes}), code::TOO_MANY, "/attributes"),
        (json!({"value": 1}), code::UNKNOWN_FIELD, "/value"),
    ] {
        let error = Documents::defaults().put(Kind::Setting, "interests", &setting).unwrap_err();
        assert_eq!((error.code, error.pointer.as_str()), (code, pointer), "{setting}");
    }
}

const SEGMENTS: &[(&str, &str)] =
    &[("boots", r#"interest("category:boots") > 0.3"#), ("buyers", r#"events("Order Completed").count() > 0"#)];

fn next(documents: &mut Documents, before: &Plan) -> Plan {
    compile(documents, before.revision + 1, Some(before)).unwrap()
}

#[test]
fn other_numbers_change_the_segments_that_ask_and_other_attributes_what_is_kept() {
    let mut documents = with_segments(SEGMENTS);
    let first = compile(&mut documents, 1, None).unwrap();
    let second = next(&mut documents, &first);
    assert_eq!(number_and_changed(&second, "boots").1, 1, "nothing changed");

    set(&mut documents, &json!({"ease": 5}));
    let third = next(&mut documents, &second);
    assert_eq!((number_and_changed(&third, "boots").1, number_and_changed(&third, "buyers").1), (3, 1));
    assert_eq!(third.segments.needs_revision(), 1, "digests hold what they held");

    set(&mut documents, &json!({"ease": 5, "attributes": ["color"]}));
    let fourth = next(&mut documents, &third);
    assert_eq!(fourth.segments.needs_revision(), 4);
    let mut stored = Documents::from_bytes(&documents.to_bytes()).unwrap();
    for again in [compile(&mut documents, 4, None).unwrap(), compile(&mut stored, 4, None).unwrap()] {
        assert_eq!(again.segments.needs_revision(), 4);
        assert_eq!(number_and_changed(&again, "boots"), number_and_changed(&fourth, "boots"));
        assert_eq!(again.segments.interests(), fourth.segments.interests());
    }
    documents.remove(Kind::Setting, "interests").unwrap();
    assert_eq!(next(&mut documents, &fourth).segments.needs_revision(), 5, "nor is what nobody asks for kept");
}
