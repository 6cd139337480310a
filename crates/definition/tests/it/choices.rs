//! Pools, menus, and whom contents suit: what is published and what is refused.

use decide::{Criterion, Items, Repeat, Shows};
use definition::{DefinitionError, Documents, Kind, code, compile};
use engine::plan::Plan;
use model::{limits::POOL_CONTENTS, name::Name};
use serde_json::{Value, json};

use crate::experiences::{experience, shop};

fn content(more: &Value) -> Value {
    let mut document = json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"title": "x"}}});
    for (field, value) in more.as_object().unwrap() {
        document[field] = value.clone();
    }
    document
}

/// The shop, in whose placements four contents fit, with three contents that have tags.
fn tagged() -> Documents {
    let mut documents = shop();
    let hero = json!({"channel": "web", "neutral": "welcome", "most_contents": 4});
    documents.put(Kind::Placement, "hero", &hero).unwrap();
    for (name, tags) in [("boots", vec!["category:boots"]), ("walks", vec!["walks"]), ("alps", vec!["walks", "snow"])] {
        documents.put(Kind::Content, name, &content(&json!({"tags": tags}))).unwrap();
    }
    documents
}

fn showing(variant: &Value) -> Value {
    experience(&json!({"variants": {"control": {"share": 0.5}, "a": variant}}))
}

fn published(kind: Kind, name: &str, document: &Value) -> Result<Plan, DefinitionError> {
    let mut documents = tagged();
    documents.put(kind, name, document)?;
    compile(&mut documents, 7, None)
}

fn shows(variant: &Value) -> Shows {
    let plan = published(Kind::Experience, "idea", &showing(variant)).unwrap();
    let idea = plan.decisions.experience(&"idea".into()).unwrap();
    idea.variants.iter().find(|variant| variant.name.as_str() == "a").unwrap().shows.clone()
}

fn refused(kind: Kind, name: &str, document: &Value) -> (&'static str, String) {
    let error = published(kind, name, document).expect_err(&document.to_string());
    (error.code, error.pointer)
}

fn names(shows: &Shows) -> Vec<&str> {
    shows.contents().iter().map(|content| content.name.as_str()).collect()
}

#[test]
fn a_pool_has_what_is_named_and_then_what_has_a_tag() {
    let pool =
        shows(&json!({"share": 0.5, "pool": {"contents": ["walks", "care"], "tags": ["walks", "category:boots"]}}));
    assert_eq!(names(&pool), ["walks", "care", "alps", "boots"]);
    let Shows::Pool(pool) = pool else { panic!("a pool") };
    assert_eq!((pool.order, pool.repeat), (Criterion::USUAL.to_vec(), Repeat::No));
    let said = json!({"contents": ["care"], "order": ["stage", "unseen"], "repeat": "allowed"});
    let Shows::Pool(pool) = shows(&json!({"share": 0.5, "pool": said})) else { panic!("a pool") };
    assert_eq!((pool.order, pool.repeat), (vec![Criterion::Stage, Criterion::Unseen], Repeat::Allowed));
}

#[test]
fn a_pool_may_have_more_contents_than_fit_and_a_menu_may_not() {
    let most = |fits: usize| {
        let mut documents = tagged();
        let hero = json!({"channel": "web", "neutral": "welcome", "most_contents": fits});
        documents.put(Kind::Placement, "hero", &hero).unwrap();
        documents
    };
    let two = json!(["walks", "boots"]);
    for (variant, publishes) in [
        (json!({"share": 0.5, "pool": {"contents": two}}), true),
        (json!({"share": 0.5, "menu": {"contents": two}}), false),
        (json!({"share": 0.5, "contents": two}), false),
    ] {
        for (fits, publishes) in [(1, publishes), (2, true)] {
            let mut documents = most(fits);
            documents.put(Kind::Experience, "idea", &showing(&variant)).unwrap();
            assert_eq!(compile(&mut documents, 7, None).is_ok(), publishes, "{variant} in {fits}");
        }
    }
}

#[test]
fn a_menu_keeps_what_is_fixed() {
    let menu = shows(&json!({"share": 0.5, "menu": {"contents": ["welcome", "boots", "walks"], "fixed": ["welcome"]}}));
    assert_eq!(names(&menu), ["welcome", "boots", "walks"]);
    let Shows::Menu(menu) = menu else { panic!("a menu") };
    assert!(menu.is_fixed(&"welcome".into()) && !menu.is_fixed(&"boots".into()));
}

#[test]
fn what_shows_nothing_or_two_things_is_refused() {
    let at = |field: &str| format!("/variants/a{field}");
    for (variant, code, field) in [
        (json!({"share": 0.5}), code::MISSING_FIELD, "/contents"),
        (json!({"share": 0.5, "contents": "care", "pool": {"tags": ["walks"]}}), code::CONTRADICTION, "/pool"),
        (
            json!({"share": 0.5, "pool": {"tags": ["walks"]}, "menu": {"contents": ["care"]}}),
            code::CONTRADICTION,
            "/menu",
        ),
        (json!({"share": 0.5, "pool": {}}), code::EMPTY, "/pool"),
        (json!({"share": 0.5, "pool": {"tags": ["nothing"]}}), code::EMPTY, "/pool/tags"),
        (json!({"share": 0.5, "pool": {"contents": ["gone"]}}), code::UNKNOWN_CONTENT, "/pool/contents/0"),
        (json!({"share": 0.5, "pool": {"tags": ["walks"], "order": ["price"]}}), code::UNKNOWN_WORD, "/pool/order/0"),
        (json!({"share": 0.5, "pool": {"tags": ["walks"], "repeat": "yes"}}), code::UNKNOWN_WORD, "/pool/repeat"),
        (json!({"share": 0.5, "pool": {"tags": ["walks"], "most": 3}}), code::UNKNOWN_FIELD, "/pool/most"),
        (json!({"share": 0.5, "menu": {"contents": []}}), code::EMPTY, "/menu/contents"),
        (
            json!({"share": 0.5, "menu": {"contents": ["care"], "fixed": ["sale"]}}),
            code::UNKNOWN_CONTENT,
            "/menu/fixed/0",
        ),
    ] {
        assert_eq!(refused(Kind::Experience, "idea", &showing(&variant)), (code, at(field)), "{variant}");
    }
    let control = experience(&json!({"variants": {
        "control": {"share": 0.5, "menu": {"contents": ["care"]}}, "a": {"share": 0.5, "contents": "care"},
    }}));
    assert_eq!(refused(Kind::Experience, "idea", &control), (code::CONTRADICTION, "/variants/control/menu".to_owned()));
}

#[test]
fn a_pool_ends_at_its_limit() {
    let with = |count: usize| {
        let mut documents = shop();
        for number in 0..count {
            documents.put(Kind::Content, &format!("c{number}"), &content(&json!({"tags": ["many"]}))).unwrap();
        }
        let pool = showing(&json!({"share": 0.5, "pool": {"tags": ["many"]}}));
        documents.put(Kind::Experience, "idea", &pool).unwrap();
        compile(&mut documents, 7, None).map_err(|error| error.code)
    };
    assert!(with(POOL_CONTENTS).is_ok());
    assert_eq!(with(POOL_CONTENTS + 1).unwrap_err(), code::TOO_MANY);
}

/// proves PRO-06, CON-17: to sort, a condition asks less than to show; both are compiled when they are published.
#[test]
fn contents_say_whom_they_suit_and_who_gets_them_first() {
    let said = json!({"suits": "has(profile.city)", "prefer": "segment(\"vip\")", "items": "viewed"});
    let plan = published(Kind::Content, "care", &content(&said)).unwrap();
    let care = plan.decisions.content("care").unwrap();
    assert_eq!(care.suits.as_ref().unwrap().text(), "has(profile.city)");
    assert_eq!((care.prefer.as_ref().unwrap().text(), care.items.clone()), ("segment(\"vip\")", Some(Items::Viewed)));
    assert!(plan.decisions.event_needs().contains_key("Product Viewed"));
    for (more, code, pointer) in [
        (json!({"suits": "profile.unheard == 1"}), "CONDITION_UNKNOWN_TRAIT", "/suits"),
        (json!({"prefer": "segment(\"gone\")"}), "CONDITION_UNKNOWN_SEGMENT", "/prefer"),
        (json!({"suits": "1 +"}), "CONDITION_SYNTAX", "/suits"),
        (json!({"items": "bought"}), code::UNKNOWN_WORD, "/items"),
    ] {
        assert_eq!(refused(Kind::Content, "care", &content(&more)), (code, pointer.to_owned()), "{more}");
    }
    let counted = json!({"suits": "events(\"Order Completed\").count() > 2"});
    let plan = published(Kind::Content, "care", &content(&counted)).unwrap();
    assert!(plan.segments.needs().contains_key("Order Completed"), "trails are kept for it");
}

#[test]
fn what_a_pool_a_menu_or_a_content_names_is_not_removed() {
    let mut documents = tagged();
    let variants = json!({
        "control": {"share": 0.5},
        "a": {"share": 0.2, "pool": {"contents": ["boots"]}},
        "b": {"share": 0.3, "menu": {"contents": ["alps"]}},
    });
    documents.put(Kind::Experience, "idea", &experience(&json!({"audience": "true", "variants": variants}))).unwrap();
    documents.put(Kind::Content, "care", &content(&json!({"prefer": "segment(\"vip\")"}))).unwrap();
    for (kind, name) in [(Kind::Content, "boots"), (Kind::Content, "alps"), (Kind::Segment, "vip")] {
        assert_eq!(documents.remove(kind, name).unwrap_err().code, code::IN_USE, "{name}");
    }
    assert!(documents.remove(Kind::Content, "walks").is_ok());
}

#[test]
fn withdrawn_pairs_are_a_setting() {
    let pairs = json!({"value": [{"content": "care", "keyword": "Rain boots"}]});
    let plan = published(Kind::Setting, "withdrawn", &pairs).unwrap();
    assert_eq!(plan.decisions.rules().withdrawn, [(Name::from("care"), "Rain boots".into())]);
    for (value, code) in [
        (json!([{"content": "care"}]), code::MISSING_FIELD),
        (json!([{"content": "care", "keyword": ""}]), code::EMPTY),
        (json!({"content": "care"}), code::WRONG_TYPE),
    ] {
        assert_eq!(refused(Kind::Setting, "withdrawn", &json!({"value": value})).0, code, "{value}");
    }
}

#[test]
fn what_did_not_change_is_not_compiled_again() {
    let mut documents = tagged();
    documents.put(Kind::Content, "care", &content(&json!({"suits": "has(profile.city)"}))).unwrap();
    let before = compile(&mut documents, 7, None).unwrap();
    let after = compile(&mut documents, 8, Some(&before)).unwrap();
    assert_eq!(after.decisions.content("care"), before.decisions.content("care"));
}
