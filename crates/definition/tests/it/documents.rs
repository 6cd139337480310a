//! Shapes: what a document may say, and where an error points.

use std::collections::BTreeSet;

use definition::{Documents, Kind, code};
use model::limits;
use serde_json::{Value, json};

use crate::{experiences::experience, seen::with_segments};

fn put(kind: Kind, name: &str, document: &Value) -> Result<(), (&'static str, String)> {
    Documents::defaults().put(kind, name, document).map_err(|error| {
        assert_eq!((error.kind, error.name.as_deref()), (Some(kind), Some(name)), "{error}");
        assert!(error.message.ends_with('.'), "a sentence: {error}");
        (error.code, error.pointer)
    })
}

#[test]
fn good_documents_are_taken_and_given_back() {
    use Kind::{ConsentCategory, Namespace, Purpose, Segment, Setting, Source, Trait};
    let good = [
        (Segment, "vip", json!({"condition": "true", "description": "Everybody."})),
        (Source, "web-2", json!({"kind": "browser", "reliability": 0, "any_of": ["site", "email"]})),
        (Source, "crm", json!({"kind": "server", "reliability": 1, "basis": "contract", "serves": ["post"]})),
        (Source, "crm", json!({"kind": "file", "reliability": 0.5, "any_of": ["site"], "facts": "inferred"})),
        (Source, "crm", json!({"kind": "partner", "reliability": 0.5, "any_of": ["partner"], "verifies": true})),
        (Trait, "footWidth", json!({"holds": "one_of", "values": ["narrow", "wide"], "purpose": "site"})),
        (Trait, "age", json!({"holds": "int"})),
        (Namespace, "erp_id", json!({"strength": "strong", "one_per_person": true, "most_per_profile": 1000})),
        (Namespace, "table", json!({"strength": "device", "fold_case": true})),
        (Purpose, "club", json!({"description": {"en": "The club.", "fr-CA": "Le club."}})),
        (ConsentCategory, "C0004: publicité", json!({"purposes": ["ads"]})),
        (ConsentCategory, "necessary", json!({"purposes": []})),
        (Setting, "retention_days", json!({"value": 1})),
        (Setting, "retention_days", json!({"value": 3040})),
    ];
    for (kind, name, document) in good {
        let mut documents = Documents::defaults();
        documents.put(kind, name, &document).unwrap();
        assert_eq!(documents.get(kind, name), Some(document));
    }
}

/// Kind, name, document, code, pointer.
type Bad = (Kind, &'static str, Value, &'static str, &'static str);

fn bad() -> impl Iterator<Item = Bad> {
    bad_segments_and_sources().into_iter().chain(bad_others())
}

fn bad_segments_and_sources() -> Vec<Bad> {
    use Kind::{Segment, Source};
    let source = |change: Value| {
        let mut document = json!({"kind": "server", "reliability": 0.9, "any_of": ["site"]});
        for (field, value) in change.as_object().unwrap() {
            document[field] = value.clone();
        }
        document
    };
    vec![
        (Segment, "vip", json!([]), code::WRONG_TYPE, ""),
        (Segment, "vip", json!({}), code::MISSING_FIELD, "/condition"),
        (Segment, "vip", json!({"condition": 7}), code::WRONG_TYPE, "/condition"),
        (Segment, "vip", json!({"condition": "  "}), code::EMPTY, "/condition"),
        (Segment, "vip", json!({"condition": "true", "audience": 1}), code::UNKNOWN_FIELD, "/audience"),
        (Segment, "vip", json!({"condition": "true", "a/b~c": 1}), code::UNKNOWN_FIELD, "/a~1b~0c"),
        (Segment, "Vip", json!({"condition": "true"}), code::BAD_NAME, ""),
        (Source, "", source(json!({})), code::BAD_NAME, ""),
        (Source, "s", source(json!({"kind": "fridge"})), code::UNKNOWN_WORD, "/kind"),
        (Source, "s", source(json!({"kind": 1})), code::WRONG_TYPE, "/kind"),
        (Source, "s", source(json!({"reliability": 1.01})), code::OUT_OF_RANGE, "/reliability"),
        (Source, "s", source(json!({"reliability": -0.01})), code::OUT_OF_RANGE, "/reliability"),
        (Source, "s", source(json!({"reliability": "0.9"})), code::WRONG_TYPE, "/reliability"),
        (Source, "s", source(json!({"any_of": []})), code::EMPTY, "/any_of"),
        (Source, "s", source(json!({"any_of": "site"})), code::WRONG_TYPE, "/any_of"),
        (Source, "s", source(json!({"any_of": ["site", 3]})), code::WRONG_TYPE, "/any_of/1"),
        (Source, "s", source(json!({"any_of": ["site", "ads", "site"]})), code::TWICE, "/any_of/2"),
        (Source, "s", source(json!({"serves": ["site"]})), code::CONTRADICTION, "/serves"),
        (Source, "s", source(json!({"basis": "contract"})), code::CONTRADICTION, "/any_of"),
        (Source, "s", source(json!({"kind": "browser", "basis": "contract"})), code::CONSENT_REQUIRED, "/basis"),
        (Source, "s", source(json!({"kind": "app", "basis": "contract"})), code::CONSENT_REQUIRED, "/basis"),
        (Source, "s", source(json!({"kind": "browser", "verifies": true})), code::CANNOT_VERIFY, "/verifies"),
        (Source, "s", source(json!({"kind": "app", "verifies": true})), code::CANNOT_VERIFY, "/verifies"),
        (Source, "s", source(json!({"verifies": "yes"})), code::WRONG_TYPE, "/verifies"),
        (Source, "s", source(json!({"facts": "guessed"})), code::UNKNOWN_WORD, "/facts"),
        (Source, "s", json!({"kind": "till", "reliability": 1, "basis": "law"}), code::MISSING_FIELD, "/serves"),
    ]
}

fn bad_others() -> Vec<Bad> {
    use Kind::{ConsentCategory, Namespace, Purpose, Setting, Trait};
    vec![
        (Trait, "foot-width", json!({"holds": "text"}), code::BAD_NAME, ""),
        (Trait, "2nd", json!({"holds": "text"}), code::BAD_NAME, ""),
        (Trait, "in", json!({"holds": "text"}), code::BAD_NAME, ""),
        (Trait, "size", json!({"holds": "string"}), code::UNKNOWN_WORD, "/holds"),
        (Trait, "size", json!({"holds": "one_of"}), code::MISSING_FIELD, "/values"),
        (Trait, "size", json!({"holds": "one_of", "values": []}), code::EMPTY, "/values"),
        (Trait, "size", json!({"holds": "one_of", "values": ["a", ""]}), code::EMPTY, "/values/1"),
        (Trait, "size", json!({"holds": "int", "values": ["a"]}), code::CONTRADICTION, "/values"),
        (Namespace, "erp", json!({"strength": "certain"}), code::UNKNOWN_WORD, "/strength"),
        (Namespace, "erp", json!({"strength": "weak", "most_per_profile": 0}), code::OUT_OF_RANGE, "/most_per_profile"),
        (
            Namespace,
            "erp",
            json!({"strength": "weak", "most_per_profile": 1001}),
            code::OUT_OF_RANGE,
            "/most_per_profile",
        ),
        (
            Namespace,
            "erp",
            json!({"strength": "weak", "most_per_profile": -1}),
            code::OUT_OF_RANGE,
            "/most_per_profile",
        ),
        (Namespace, "erp", json!({"strength": "weak", "most_per_profile": 1.5}), code::WRONG_TYPE, "/most_per_profile"),
        (
            Namespace,
            "tv",
            json!({"strength": "device", "one_per_person": true}),
            code::CONTRADICTION,
            "/one_per_person",
        ),
        (
            Namespace,
            "tv",
            json!({"strength": "device", "strong_when_verified": true}),
            code::CONTRADICTION,
            "/strong_when_verified",
        ),
        (Purpose, "club", json!({"description": "The club."}), code::WRONG_TYPE, "/description"),
        (Purpose, "club", json!({"description": {}}), code::EMPTY, "/description"),
        (Purpose, "club", json!({"description": {"en": ""}}), code::EMPTY, "/description/en"),
        (Purpose, "club", json!({"description": {"English": "x"}}), code::BAD_LANGUAGE, "/description/English"),
        (ConsentCategory, "", json!({"purposes": []}), code::BAD_NAME, ""),
        (ConsentCategory, "a\nb", json!({"purposes": []}), code::BAD_NAME, ""),
        (ConsentCategory, "C1", json!({"purposes": {"site": true}}), code::WRONG_TYPE, "/purposes"),
        (Setting, "retention", json!({"value": 1}), code::BAD_NAME, ""),
        (Setting, "retention_days", json!({"value": 0}), code::OUT_OF_RANGE, "/value"),
        (Setting, "retention_days", json!({"value": 3041}), code::OUT_OF_RANGE, "/value"),
        (Setting, "retention_days", json!({"value": 70_000}), code::OUT_OF_RANGE, "/value"),
        (Setting, "retention_days", json!({"value": "760"}), code::WRONG_TYPE, "/value"),
    ]
}

#[test]
fn bad_documents_are_refused_at_the_field() {
    for (kind, name, document, code, pointer) in bad() {
        assert_eq!(put(kind, name, &document), Err((code, pointer.to_owned())), "{kind} {name} {document}");
    }
}

/// Every field of every default: gone, null, and beside a field that does not exist.
#[test]
fn every_field_is_checked_in_every_kind() {
    let mut kinds = BTreeSet::new();
    for (kind, name, document) in Documents::defaults().list(None) {
        kinds.insert(kind);
        for field in document.as_object().unwrap().keys() {
            let mut null = document.clone();
            null[field] = Value::Null;
            assert_eq!(put(kind, &name, &null), Err((code::WRONG_TYPE, format!("/{field}"))), "{kind} {name}");

            let mut gone = document.clone();
            gone.as_object_mut().unwrap().remove(field);
            if let Err((code, pointer)) = put(kind, &name, &gone)
                && code != code::CONTRADICTION
            {
                assert_eq!((code, pointer), (code::MISSING_FIELD, format!("/{field}")), "{kind} {name}");
            }
        }
        let mut more = document.clone();
        more["more"] = json!(1);
        assert_eq!(put(kind, &name, &more), Err((code::UNKNOWN_FIELD, "/more".to_owned())), "{kind} {name}");
    }
    assert_eq!(kinds.len(), 5, "purposes, namespaces, sources, traits and models have defaults");
}

#[test]
fn texts_and_lists_end_at_their_limits() {
    let long = |bytes| "x".repeat(bytes);
    let listed = |entries: usize| (0..entries).map(|entry| format!("p{entry}")).collect::<Vec<_>>();
    let spaced = |bytes| format!("true{}", " ".repeat(bytes - 4));
    let check = |kind, make: &dyn Fn(usize) -> (String, Value), limit: usize, code: &'static str, pointer: &str| {
        let (name, document) = make(limit);
        assert_eq!(put(kind, &name, &document), Ok(()));
        let (name, document) = make(limit + 1);
        assert_eq!(put(kind, &name, &document), Err((code, pointer.to_owned())));
    };
    let trait_of = |document: Value| ("t".to_owned(), document);
    check(Kind::Segment, &|n| (long(n), json!({"condition": "true"})), limits::NAME_BYTES, code::BAD_NAME, "");
    check(Kind::Trait, &|n| (long(n), json!({"holds": "text"})), limits::NAME_BYTES, code::BAD_NAME, "");
    check(
        Kind::ConsentCategory,
        &|n| ("é".repeat(n), json!({"purposes": []})),
        limits::CONSENT_CATEGORY_CHARS,
        code::BAD_NAME,
        "",
    );
    check(
        Kind::Segment,
        &|n| ("s".into(), json!({"condition": spaced(n)})),
        limits::CONDITION_BYTES,
        condition::code::TOO_LONG,
        "/condition",
    );
    check(
        Kind::Trait,
        &|n| trait_of(json!({"holds": "text", "description": long(n)})),
        limits::DESCRIPTION_BYTES,
        code::TOO_LONG,
        "/description",
    );
    check(
        Kind::Trait,
        &|n| trait_of(json!({"holds": "one_of", "values": listed(n)})),
        limits::DEFINITION_LIST,
        code::TOO_MANY,
        "/values",
    );
    check(
        Kind::Trait,
        &|n| trait_of(json!({"holds": "one_of", "values": [long(n)]})),
        200,
        code::TOO_LONG,
        "/values/0",
    );
    check(
        Kind::Source,
        &|n| ("s".into(), json!({"kind": "till", "reliability": 1, "basis": long(n), "serves": ["site"]})),
        limits::BASIS_BYTES,
        code::TOO_LONG,
        "/basis",
    );
}

#[test]
fn a_project_has_so_many_definitions_of_a_kind_and_no_more() {
    let content = json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"a": 1}}});
    let kinds = [
        (Kind::Segment, json!({"condition": "true"}), limits::SEGMENTS),
        (Kind::Trait, json!({"holds": "text"}), limits::DEFINED_TRAITS),
        (Kind::Source, json!({"kind": "file", "reliability": 1, "any_of": ["site"]}), limits::SOURCES),
        (Kind::Namespace, json!({"strength": "weak"}), limits::NAMESPACES),
        (Kind::Purpose, json!({"description": {"en": "x"}}), limits::PURPOSES),
        (Kind::ConsentCategory, json!({"purposes": []}), limits::CONSENT_CATEGORIES),
        (Kind::Layer, json!({}), limits::LAYERS),
        (Kind::Content, content, limits::CONTENTS),
        (Kind::Placement, json!({"channel": "web", "neutral": "x"}), limits::PLACEMENTS),
        (Kind::Experience, experience(&json!({})), limits::EXPERIENCES),
    ];
    let mut documents = Documents::defaults();
    for (kind, document, limit) in kinds {
        let there = documents.list(Some(kind)).len();
        for number in there..limit {
            documents.put(kind, &format!("x{number}"), &document).unwrap();
        }
        let error = documents.put(kind, "beyond", &document).unwrap_err();
        assert_eq!((error.code, error.pointer.as_str()), (code::TOO_MANY, ""), "{kind}");
        let last = format!("x{}", limit - 1);
        documents.put(kind, &last, &document).unwrap();
        documents.remove(kind, &last).unwrap();
        documents.put(kind, "beyond", &document).unwrap();
    }
}

#[test]
fn what_another_names_is_not_removed() {
    let mut documents =
        with_segments(&[("buyers", "true"), ("vip", r#"segment("buyers") && profile.city == "Brest""#)]);
    documents.put(Kind::ConsentCategory, "C2", &json!({"purposes": ["club"]})).unwrap();
    documents.put(Kind::Purpose, "club", &json!({"description": {"en": "The club."}})).unwrap();
    documents.put(Kind::Trait, "cit", &json!({"holds": "text"})).unwrap();
    let code = |documents: &mut Documents, kind, name| documents.remove(kind, name).map_err(|error| error.code);

    for (kind, name, by) in [
        (Kind::Segment, "buyers", "segment `vip`"),
        (Kind::Trait, "city", "segment `vip`"),
        (Kind::Purpose, "club", "consent_category `C2`"),
    ] {
        let error = documents.remove(kind, name).unwrap_err();
        assert_eq!((error.code, error.name.as_deref()), (code::IN_USE, Some(name)));
        assert!(error.message.contains(by), "{error}");
    }
    assert_eq!(code(&mut documents, Kind::Purpose, "site"), Err(code::BUILT_IN));
    assert_eq!(code(&mut documents, Kind::Namespace, "email"), Err(code::BUILT_IN));
    assert_eq!(code(&mut documents, Kind::Segment, "other"), Err(code::NOT_DEFINED));

    assert_eq!(code(&mut documents, Kind::Trait, "cit"), Ok(()), "a part of a name is no name");
    assert_eq!(code(&mut documents, Kind::Segment, "vip"), Ok(()));
    assert_eq!(code(&mut documents, Kind::Segment, "buyers"), Ok(()));
    assert_eq!(code(&mut documents, Kind::Trait, "city"), Ok(()));
    assert_eq!(code(&mut documents, Kind::ConsentCategory, "C2"), Ok(()));
    assert_eq!(code(&mut documents, Kind::Purpose, "club"), Ok(()));
    assert_eq!(documents.get(Kind::Purpose, "club"), None);
}

#[test]
fn a_segment_holds_what_it_names_and_not_itself() {
    let mut documents = with_segments(&[("city", "has(profile.city)"), ("me", r#"segment("me")"#)]);
    assert_eq!(documents.remove(Kind::Trait, "city").unwrap_err().code, code::IN_USE);
    documents.remove(Kind::Segment, "me").unwrap();
    documents.remove(Kind::Segment, "city").unwrap();
    documents.remove(Kind::Trait, "city").unwrap();
}

#[test]
fn a_draft_that_does_not_compile_still_holds_what_it_names() {
    let mut documents = with_segments(&[("buyers", "true"), ("draft", r#"segment("buyers") && "#)]);
    assert_eq!(documents.remove(Kind::Segment, "buyers").unwrap_err().code, code::IN_USE);
    documents.remove(Kind::Segment, "draft").unwrap();
    documents.remove(Kind::Segment, "buyers").unwrap();
}

#[test]
fn a_listing_goes_by_kind_and_name() {
    let documents = with_segments(&[("b", "true"), ("a", "true")]);
    let names: Vec<String> = documents.list(Some(Kind::Segment)).into_iter().map(|(_, name, _)| name).collect();
    assert_eq!(names, ["a", "b"]);
    let all: Vec<(Kind, String)> = documents.list(None).into_iter().map(|(kind, name, _)| (kind, name)).collect();
    assert!(all.is_sorted());
    assert_eq!(all.first(), Some(&(Kind::Purpose, "ads".to_owned())));
}

#[test]
fn a_kind_reads_back_from_its_word() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_word(kind.word()), Some(kind));
    }
    assert_eq!(Kind::from_word("segments"), None);
}

/// A code that no test shows is a code that nobody knows to work.
#[test]
fn every_code_is_shown_by_a_test() {
    let elsewhere = [
        code::TOO_LONG,
        code::TOO_MANY,
        code::NOT_DEFINED,
        code::BUILT_IN,
        code::IN_USE,
        code::UNKNOWN_PURPOSE,
        code::UNKNOWN_PLACEMENT,
        code::UNKNOWN_CONTENT,
        code::UNKNOWN_LAYER,
        code::UNKNOWN_FACT,
        code::UNKNOWN_ZONE,
        code::BAD_MOMENT,
        code::NO_LANGUAGE,
        code::NO_STAGE,
        code::NO_INTENT,
        code::NO_NEUTRAL,
        code::NEUTRAL_EXPIRES,
        code::NEUTRAL_REWARDS,
        code::BIOMETRIC_DATA,
        code::SPECIAL_CATEGORY,
        code::TARGETS_MINORS,
        code::NO_CONTROL,
        code::CONTROL_TOO_SMALL,
        code::SHARES_DO_NOT_ADD_UP,
        code::NO_BENEFIT,
        code::NAME_IN_PUBLIC,
        code::CHECKOUT_INTENT,
        code::UNKNOWN_RECOMMENDER,
        code::UNKNOWN_SOURCE,
        code::TOKEN_TYPE,
        code::LAYER_OVERLAP,
        code::SALT_TWICE,
        code::SCORE_CIRCLE,
        code::SEGMENT_CIRCLE,
        code::UNKNOWN_KIND,
        code::UNREADABLE,
        code::UNKNOWN_VERSION,
        code::DEFINED_TWICE,
        code::NUMBERS_USED_UP,
    ];
    let shown: BTreeSet<&str> = bad().map(|row| row.3).chain(elsewhere).collect();
    let all: BTreeSet<&str> = code::ALL.iter().map(|(code, _)| *code).collect();
    assert_eq!(shown, all);
    assert!(code::ALL.iter().all(|(_, meaning)| meaning.ends_with('.')));
}
