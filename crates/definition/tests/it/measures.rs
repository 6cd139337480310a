//! Tags, scores and models: what they may say, and what they compile to.

use condition::{Model, TAG};
use definition::{Documents, Kind, code, compile};
use serde_json::{Value, json};

/// Puts and compiles; the code and the pointer of what is wrong.
fn published(definitions: &[(Kind, &str, Value)]) -> Result<engine::plan::Plan, (&'static str, String, String)> {
    let mut documents = Documents::defaults();
    for (kind, name, document) in definitions {
        documents.put(*kind, name, document).map_err(|error| (error.code, error.pointer, error.message.to_string()))?;
    }
    compile(&mut documents, 1, None).map_err(|error| (error.code, error.pointer, error.message.to_string()))
}

fn refused(kind: Kind, name: &str, document: Value) -> (&'static str, String) {
    let (code, pointer, _) = published(&[(kind, name, document)]).map(drop).unwrap_err();
    (code, pointer)
}

#[test]
fn a_tag_is_a_hidden_segment_of_its_actions() {
    let tag = json!({"actions": [
        {"event": "Boot Finder Used"},
        {"event": "Product Viewed", "where": "category == 'hiking'"},
        {"event": "Page Read", "tagged": true},
    ], "keeps": "90d"});
    let plan = published(&[
        (Kind::Tag, "hiking", tag),
        (Kind::Segment, "hikers", json!({"condition": "tag(\"hiking\") && has(profile.email)"})),
    ]);
    let plan = plan.unwrap();
    let rule = plan.segments.by_name(&format!("{TAG}hiking").as_str().into()).unwrap();
    let text = concat!(
        r#"events("Boot Finder Used").within("90d").count() > 0 || "#,
        r#"events("Product Viewed").within("90d").where(category == "hiking").count() > 0 || "#,
        r#"events("Page Read").within("90d").where(tag == "hiking" || "hiking" in tags).count() > 0"#,
    );
    assert_eq!(rule.condition.text(), text);
    assert!(plan.segments.place_of(&"hikers".into()) > plan.segments.place_of(&"tag:hiking".into()));
}

#[test]
fn what_is_wrong_with_a_tag_is_pointed_at() {
    let tag = |document| refused(Kind::Tag, "hiking", document);
    assert_eq!(tag(json!({})), (code::EMPTY, "/actions".into()));
    assert_eq!(tag(json!({"actions": [{}]})), (code::MISSING_FIELD, "/actions/0/event".into()));
    let both = json!({"actions": [{"event": "X", "where": "a == 1", "tagged": true}]});
    assert_eq!(tag(both), (code::CONTRADICTION, "/actions/0/where".into()));
    let unknown = json!({"actions": [{"event": "X"}, {"event": "Y", "where": "tag(\"none\")"}]});
    assert_eq!(tag(unknown), (condition::code::UNKNOWN_TAG, "/actions/1/where".into()));
    assert_eq!(tag(json!({"actions": [{"event": "X"}], "keeps": "0d"})).1, "/keeps");
    let many = vec![json!({"event": "X"}); model::limits::TAG_ACTIONS + 1];
    assert_eq!(tag(json!({"actions": many})), (code::TOO_MANY, "/actions".into()));
    assert_eq!(tag(json!({"actions": vec![json!({"event": "X"}); model::limits::TAG_ACTIONS], "more": 1})).1, "/more");
}

#[test]
fn tags_that_need_each_other_are_a_circle() {
    let asks = |other: &str| json!({"actions": [{"event": "X", "where": format!("tag(\"{other}\")")}]});
    let error = published(&[(Kind::Tag, "a", asks("b")), (Kind::Tag, "b", asks("a"))]).map(drop).unwrap_err();
    let message = "These name each other in a circle: `a` → `b` → `a`.";
    assert_eq!(error, (code::SEGMENT_CIRCLE, "/actions".to_owned(), message.to_owned()));
}

#[test]
fn what_is_wrong_with_a_score_is_pointed_at() {
    let rule = |rule: Value| refused(Kind::Score, "engagement", json!({"rules": [rule]}));
    for (wrong, code, pointer) in [
        (json!({"event": "X"}), code::MISSING_FIELD, "/rules/0/points"),
        (json!({"event": "X", "points": 0}), code::OUT_OF_RANGE, "/rules/0/points"),
        (json!({"event": "X", "points": "many"}), code::WRONG_TYPE, "/rules/0/points"),
        (json!({"event": "X", "points": 1e9}), code::OUT_OF_RANGE, "/rules/0/points"),
        (json!({"event": "X", "points": null}), code::WRONG_TYPE, "/rules/0/points"),
        (json!({"event": "X", "points": 1, "half_life": "0d"}), code::OUT_OF_RANGE, "/rules/0/half_life"),
        (json!({"event": "X", "points": 1, "half_life": "inf"}), code::BAD_MOMENT, "/rules/0/half_life"),
        (json!({"event": "X", "points": 1, "most": -5}), code::OUT_OF_RANGE, "/rules/0/most"),
        (json!({"event": "X", "points": 1, "most": 0}), code::OUT_OF_RANGE, "/rules/0/most"),
        (json!({"event": "X", "points": 1, "where": "total >"}), condition::code::SYNTAX, "/rules/0/where"),
        (json!({"points": 1}), code::MISSING_FIELD, "/rules/0/event"),
    ] {
        assert_eq!(rule(wrong.clone()), (code, pointer.to_owned()), "{wrong}");
    }
    let whole = |document| refused(Kind::Score, "engagement", document);
    assert_eq!(whole(json!({})), (code::EMPTY, "/rules".into()));
    let unknown = json!({"conditions": [{"if": "segment(\"none\")", "points": 3}]});
    assert_eq!(whole(unknown), (condition::code::UNKNOWN_SEGMENT, "/conditions/0/if".into()));
    let bounds = json!({"rules": [{"event": "X", "points": 1}], "least": 5, "most": 5});
    assert_eq!(whole(bounds), (code::CONTRADICTION, "/least".into()));
    let many = vec![json!({"event": "X", "points": 1}); model::limits::SCORE_RULES + 1];
    assert_eq!(whole(json!({"rules": many})), (code::TOO_MANY, "/rules".into()));
    assert!(published(&[(Kind::Score, "minus", json!({"rules": [{"event": "X", "points": -3}]}))]).is_ok());
}

#[test]
fn a_score_that_feeds_itself_is_refused() {
    let error = published(&[
        (Kind::Segment, "keen", json!({"condition": "score(\"heat\") >= 10"})),
        (Kind::Score, "heat", json!({"conditions": [{"if": "segment(\"keen\")", "points": 3}]})),
    ]);
    let (code, _, message) = error.map(drop).unwrap_err();
    let path = "segment `keen` → score `heat` → segment `keen`";
    assert_eq!((code, message), (code::SCORE_CIRCLE, format!("The score `heat` feeds itself: {path}.")));
}

#[test]
fn a_segment_is_judged_anew_when_a_score_that_it_asks_changes() {
    let mut documents = Documents::defaults();
    let score = |points: i32| json!({"rules": [{"event": "X", "points": points, "half_life": "30d"}]});
    documents.put(Kind::Score, "heat", &score(3)).unwrap();
    documents.put(Kind::Segment, "keen", &json!({"condition": "score(\"heat\") >= 10"})).unwrap();
    documents.put(Kind::Segment, "other", &json!({"condition": "has(profile.email)"})).unwrap();
    let first = compile(&mut documents, 1, None).unwrap();
    documents.put(Kind::Score, "heat", &score(4)).unwrap();
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    let changed = |name: &str| second.segments.by_name(&name.into()).unwrap().changed;
    assert_eq!((changed("keen"), changed("other")), (2, 1));
    assert_eq!(second.segments.needs_revision(), 1, "it looks no further back");
    let error = documents.remove(Kind::Score, "heat").unwrap_err();
    assert_eq!(
        (error.code, error.message.to_string()),
        (code::IN_USE, "The segment `keen` names it; change that one first.".to_owned())
    );
}

#[test]
fn a_segment_is_judged_anew_when_what_its_score_rests_on_is_believed_otherwise() {
    let mut documents = Documents::defaults();
    let score = json!({"conditions": [{"if": "profile.city == \"Brest\"", "points": 60}]});
    documents.put(Kind::Score, "vip", &score).unwrap();
    documents.put(Kind::Segment, "keen", &json!({"condition": "score(\"vip\") >= 50"})).unwrap();
    documents.put(Kind::Segment, "buyers", &json!({"condition": "events(\"X\").count() > 0"})).unwrap();
    let first = compile(&mut documents, 1, None).unwrap();
    documents.put(Kind::Setting, "trust", &json!({"show": 0.7})).unwrap();
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    documents.put(Kind::Trait, "city", &json!({"holds": "text", "half_life": "30d"})).unwrap();
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    let changed = |plan: &engine::plan::Plan, name: &str| plan.segments.by_name(&name.into()).unwrap().changed;
    assert_eq!((changed(&second, "keen"), changed(&second, "buyers")), (2, 1));
    assert_eq!((changed(&third, "keen"), changed(&third, "buyers")), (3, 1));
}

#[test]
fn a_tag_in_use_is_not_removed() {
    let mut documents = Documents::defaults();
    documents.put(Kind::Tag, "hiking", &json!({"actions": [{"event": "X"}]})).unwrap();
    documents.put(Kind::Score, "heat", &json!({"conditions": [{"if": "tag(\"hiking\")", "points": 3}]})).unwrap();
    assert_eq!(documents.remove(Kind::Tag, "hiking").unwrap_err().code, code::IN_USE);
    documents.remove(Kind::Score, "heat").unwrap();
    documents.remove(Kind::Tag, "hiking").unwrap();
}

#[test]
fn what_is_wrong_with_a_model_is_pointed_at() {
    let feature = |feature: Value| refused(Kind::Model, "stage", json!({"features": [feature]}));
    let views = "events(\"Product Viewed\").count()";
    for (wrong, code, pointer) in [
        (json!({"value": views}), code::MISSING_FIELD, "/features/0/name"),
        (json!({"name": "x", "value": "events(\"X\")"}), condition::code::TYPE, "/features/0/value"),
        (json!({"name": "x", "value": "events(\"X\").last()"}), condition::code::TYPE, "/features/0/value"),
        (json!({"name": "x", "value": "3"}), code::CONTRADICTION, "/features/0/value"),
        (json!({"name": "x", "value": "has(profile.email)"}), code::CONTRADICTION, "/features/0/value"),
        (json!({"name": "x", "value": "stage() == \"comparison\""}), code::CONTRADICTION, "/features/0/value"),
        (json!({"name": "x", "value": views, "most": 0}), code::OUT_OF_RANGE, "/features/0/most"),
        (
            json!({"name": "x", "value": views, "weights": {"dreaming": 1}}),
            code::UNKNOWN_WORD,
            "/features/0/weights/dreaming",
        ),
        (
            json!({"name": "x", "value": views, "weights": {"discovery": 1e6}}),
            code::OUT_OF_RANGE,
            "/features/0/weights/discovery",
        ),
    ] {
        assert_eq!(feature(wrong.clone()), (code, pointer.to_owned()), "{wrong}");
    }
    assert_eq!(refused(Kind::Model, "mood", json!({})), (code::BAD_NAME, String::new()));
    assert_eq!(Documents::defaults().remove(Kind::Model, "aim").unwrap_err().code, code::BUILT_IN);
}

#[test]
fn a_model_is_read_anew_only_when_it_changes() {
    let mut documents = Documents::defaults();
    let first = compile(&mut documents, 1, None).unwrap();
    let bias = json!({"bias": {"learn": 0.1}});
    documents.put(Kind::Model, "aim", &bias).unwrap();
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    let changed = |model| second.segments.model(model).unwrap().changed;
    assert_eq!((changed(Model::Stage), changed(Model::Aim)), (1, 2));
    let mut restarted = Documents::from_bytes(&documents.to_bytes()).unwrap();
    let again = compile(&mut restarted, 2, None).unwrap();
    assert_eq!(again.segments.models().iter().map(|model| model.changed).collect::<Vec<_>>(), [2, 1]);
}
