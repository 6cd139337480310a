//! All documents together: what they name, and what is remembered from one publication to the next.

use definition::{Documents, Kind, code, compile};
use engine::plan::RETENTION;
use model::{consent::PURPOSES, fact::FactKind, identifier::Strength, source::LegalBasis, time::Span};
use serde_json::json;

use crate::seen::{number_and_changed, put_segment, refusal, seen, with_segments};

const ORDERS: &str = r#"events("Boots Fitted").within("90d").count() > 0"#;
const MORE_ORDERS: &str = r#"events("Boots Fitted").within("180d").count() > 0"#;
const COUNTRY: &str = r#"profile.country == "FR""#;

#[test]
fn a_new_project_compiles() {
    let plan = compile(&mut Documents::defaults(), 0, None).unwrap();
    assert_eq!((plan.revision, plan.segments.rules().len(), plan.retention), (0, 0, RETENTION));
    let purposes: Vec<&str> = plan.purposes.iter().map(|purpose| purpose.as_str()).collect();
    let mut built_in = PURPOSES.to_vec();
    built_in.sort_unstable();
    assert_eq!(purposes, built_in);

    let email = &plan.namespaces["email"];
    assert_eq!((email.strength, email.most_per_profile), (Strength::Weak, 20));
    assert!(email.strong_when_verified && email.fold_case && !email.one_per_person);
    assert!(plan.namespaces["user_id"].one_per_person);
    assert_eq!(plan.namespaces["anonymous_id"].strength, Strength::Device);

    let web = &plan.sources["web"];
    assert_eq!((web.reliability_permille, web.kind, web.trusted), (920, FactKind::Declared, false));
    assert_eq!(web.basis, LegalBasis::Consent { any_of: vec!["site".into()] });
    let till = &plan.sources["till"];
    assert!(till.trusted);
    assert!(matches!(&till.basis, LegalBasis::Written { basis, serves } if basis == "contract" && serves.len() == 7));
    assert!(plan.schema.get("income").is_none() && plan.schema.get("education").is_none());
}

#[test]
fn fields_reach_the_plan() {
    let mut documents = Documents::defaults();
    let till = json!({"kind": "till", "reliability": 0.9996, "basis": "a legal duty", "serves": ["post"],
                      "facts": "observed"});
    documents.put(Kind::Source, "till", &till).unwrap();
    documents.put(Kind::Namespace, "erp", &json!({"strength": "strong"})).unwrap();
    documents
        .put(Kind::Trait, "footWidth", &json!({"holds": "one_of", "values": ["wide"], "purpose": "site"}))
        .unwrap();
    documents.put(Kind::ConsentCategory, "C1", &json!({"purposes": ["site", "ads"]})).unwrap();
    documents.put(Kind::Setting, "retention_days", &json!({"value": 30})).unwrap();
    put_segment(&mut documents, "wide", r#"profile.footWidth == "wide""#);
    let plan = compile(&mut documents, 1, None).unwrap();

    let till = &plan.sources["till"];
    assert_eq!((till.reliability_permille, till.kind, till.trusted), (1_000, FactKind::Observed, false));
    assert_eq!(till.basis, LegalBasis::Written { basis: "a legal duty".into(), serves: vec!["post".into()] });
    assert_eq!(plan.namespaces["erp"].most_per_profile, 20, "the default");
    assert_eq!(plan.schema.get("footWidth").unwrap().purpose, Some("site".into()));
    assert_eq!(plan.consent_categories["C1"], ["site".into(), "ads".into()]);
    assert_eq!(plan.retention, Span::DAY.times(30));
}

#[test]
fn an_unknown_purpose_is_pointed_at() {
    for (kind, name, document, pointer) in [
        (Kind::Source, "s", json!({"kind": "file", "reliability": 1, "any_of": ["site", "fun"]}), "/any_of/1"),
        (Kind::Source, "s", json!({"kind": "file", "reliability": 1, "basis": "law", "serves": ["fun"]}), "/serves/0"),
        (Kind::Trait, "income", json!({"holds": "int", "purpose": "fun"}), "/purpose"),
        (Kind::ConsentCategory, "C9", json!({"purposes": ["ads", "site", "fun"]}), "/purposes/2"),
    ] {
        let mut documents = Documents::defaults();
        documents.put(kind, name, &document).unwrap();
        let expected = (code::UNKNOWN_PURPOSE, kind, name.to_owned(), pointer.to_owned());
        assert_eq!(refusal(&mut documents), expected);
        documents.put(Kind::Purpose, "fun", &json!({"description": {"en": "Fun."}})).unwrap();
        compile(&mut documents, 1, None).unwrap();
    }
}

#[test]
fn an_error_in_a_condition_points_at_its_character() {
    let mut documents = with_segments(&[("fine", "true"), ("wrong", r#"true && profile.coutry == "FR""#)]);
    let error = compile(&mut documents, 1, None).unwrap_err();
    assert_eq!(error.code, condition::code::UNKNOWN_TRAIT);
    assert_eq!((error.kind, error.name.as_deref()), (Some(Kind::Segment), Some("wrong")));
    assert_eq!((error.pointer.as_str(), error.at), ("/condition", Some("true && profile.".len())));
    assert!(error.to_string().starts_with("segment wrong: "), "{error}");
}

#[test]
fn a_condition_knows_only_what_is_defined() {
    let mut documents = with_segments(&[("a", r#"segment("b")"#)]);
    assert_eq!(refusal(&mut documents).0, condition::code::UNKNOWN_SEGMENT);
    put_segment(&mut documents, "b", r#"profile.width == "wide""#);
    assert_eq!(refusal(&mut documents).0, condition::code::UNKNOWN_TRAIT);
    documents.put(Kind::Trait, "width", &json!({"holds": "one_of", "values": ["narrow"]})).unwrap();
    assert_eq!(refusal(&mut documents).0, condition::code::VALUE, "not one of its choices");
    documents.put(Kind::Trait, "width", &json!({"holds": "int"})).unwrap();
    assert_eq!(refusal(&mut documents).0, condition::code::TYPE);
    documents.put(Kind::Trait, "width", &json!({"holds": "text"})).unwrap();
    let plan = compile(&mut documents, 1, None).unwrap();
    let order: Vec<&str> = plan.segments.rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(order, ["b", "a"], "each after those it names");
}

#[test]
fn a_circle_is_named() {
    let circle =
        [("a", r#"segment("b")"#), ("b", r#"segment("c")"#), ("c", r#"segment("a")"#), ("d", r#"segment("a")"#)];
    let error = compile(&mut with_segments(&circle), 1, None).unwrap_err();
    assert_eq!((error.code, error.pointer.as_str()), (code::SEGMENT_CIRCLE, "/condition"));
    assert!(error.message.contains("`a` → `b` → `c` → `a`"), "{error}");
    let itself = refusal(&mut with_segments(&[("me", r#"!segment("me")"#)]));
    assert_eq!(itself, (code::SEGMENT_CIRCLE, Kind::Segment, "me".into(), "/condition".into()));
}

#[test]
fn a_segment_keeps_its_number_and_changes_with_its_condition() {
    let mut documents = with_segments(&[("a", ORDERS), ("b", COUNTRY)]);
    let first = compile(&mut documents, 1, None).unwrap();
    assert_eq!(number_and_changed(&first, "a"), (0, 1));
    assert_eq!(number_and_changed(&first, "b"), (1, 1));

    put_segment(&mut documents, "a-first", "true");
    put_segment(&mut documents, "a", MORE_ORDERS);
    put_segment(&mut documents, "b", "profile . country==\n\"FR\"");
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    assert_eq!(number_and_changed(&second, "a-first"), (2, 2));
    assert_eq!(number_and_changed(&second, "a"), (0, 2));
    assert_eq!(number_and_changed(&second, "b"), (1, 1), "white space is no change");
}

#[test]
fn a_number_is_never_used_again() {
    let mut documents = with_segments(&[("a", ORDERS), ("b", COUNTRY)]);
    let first = compile(&mut documents, 1, None).unwrap();
    documents.remove(Kind::Segment, "b").unwrap();
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    let mut documents = Documents::from_bytes(&documents.to_bytes()).unwrap();
    put_segment(&mut documents, "b", COUNTRY);
    put_segment(&mut documents, "c", COUNTRY);
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    assert_eq!(number_and_changed(&third, "a"), (0, 1));
    assert_eq!(number_and_changed(&third, "b"), (2, 3), "it is another segment of the same name");
    assert_eq!(number_and_changed(&third, "c"), (3, 3));
}

#[test]
fn the_same_text_on_another_type_is_another_condition() {
    let mut documents = with_segments(&[("known", "has(profile.size)"), ("other", COUNTRY)]);
    documents.put(Kind::Trait, "size", &json!({"holds": "text"})).unwrap();
    let first = compile(&mut documents, 1, None).unwrap();
    documents.put(Kind::Trait, "size", &json!({"holds": "text", "description": "EU."})).unwrap();
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    assert_eq!(number_and_changed(&second, "known").1, 1);
    documents.put(Kind::Trait, "size", &json!({"holds": "number"})).unwrap();
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    assert_eq!(number_and_changed(&third, "known").1, 3);
    assert_eq!(number_and_changed(&third, "other").1, 1);
}

#[test]
fn the_needs_rise_only_when_they_grow() {
    let mut documents = with_segments(&[("wide", MORE_ORDERS)]);
    let needs = |plan: &engine::plan::Plan| plan.segments.needs_revision();
    let first = compile(&mut documents, 1, None).unwrap();
    assert_eq!(needs(&first), 1);
    put_segment(&mut documents, "narrow", ORDERS);
    put_segment(&mut documents, "country", COUNTRY);
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    assert_eq!(needs(&second), 1, "the wider window covers the narrower, and traits are always kept");
    documents.remove(Kind::Segment, "wide").unwrap();
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    assert_eq!(needs(&third), 1, "to need less is not to lack anything");
    put_segment(&mut documents, "wide", MORE_ORDERS);
    let fourth = compile(&mut documents, 4, Some(&third)).unwrap();
    assert_eq!(needs(&fourth), 4, "what was no longer needed may be gone");
}

#[test]
fn stored_documents_compile_to_the_same_plan_after_a_restart() {
    let mut documents = with_segments(&[("a", MORE_ORDERS), ("b", COUNTRY)]);
    let first = compile(&mut documents, 1, None).unwrap();
    put_segment(&mut documents, "b", r#"segment("a") && !segment("c")"#);
    put_segment(&mut documents, "c", ORDERS);
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    documents.remove(Kind::Segment, "b").unwrap();
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    assert_eq!((number_and_changed(&third, "a"), third.segments.needs_revision()), ((0, 1), 1));

    let stored = documents.to_bytes();
    let mut restarted = Documents::from_bytes(&stored).unwrap();
    assert_eq!(seen(&compile(&mut restarted, 3, None).unwrap()), seen(&third));
    assert_eq!(restarted.to_bytes(), stored);
    assert_eq!(seen(&compile(&mut restarted, 3, Some(&third)).unwrap()), seen(&third));
    assert_eq!(restarted.to_bytes(), stored);
}

#[test]
fn without_the_plan_in_force_a_change_counts_as_growth() {
    let mut documents = with_segments(&[("a", MORE_ORDERS)]);
    compile(&mut documents, 1, None).unwrap();
    let unchanged = compile(&mut documents, 2, None).unwrap();
    assert_eq!(unchanged.segments.needs_revision(), 1);
    put_segment(&mut documents, "a", ORDERS);
    let changed = compile(&mut documents, 3, None).unwrap();
    assert_eq!(changed.segments.needs_revision(), 3);
}

#[test]
fn documents_without_memory_learn_from_the_plan_in_force() {
    let mut published = with_segments(&[("m", ORDERS), ("z", COUNTRY)]);
    let before = compile(&mut published, 5, None).unwrap();
    let mut from_files = with_segments(&[("a", "true"), ("z", COUNTRY)]);
    let plan = compile(&mut from_files, 6, Some(&before)).unwrap();
    assert_eq!(number_and_changed(&plan, "z"), (1, 5));
    assert_eq!(number_and_changed(&plan, "a"), (2, 6), "not the number of a segment that is gone");
    assert_eq!(plan.segments.needs_revision(), 5);
}

#[test]
fn a_refused_publication_leaves_no_trace() {
    let mut documents = with_segments(&[("a", ORDERS)]);
    compile(&mut documents, 1, None).unwrap();
    put_segment(&mut documents, "b", r#"segment("c")"#);
    put_segment(&mut documents, "c", r#"segment("b")"#);
    let bytes = documents.to_bytes();
    assert_eq!(refusal(&mut documents).0, code::SEGMENT_CIRCLE);
    assert_eq!(documents.to_bytes(), bytes);
}

/// Conditions are taken from the plan in force where that cannot be seen; here is where it could be.
#[test]
fn the_plan_in_force_hides_no_error() {
    let mut documents = with_segments(&[("a", r#"segment("b")"#), ("b", COUNTRY)]);
    let before = compile(&mut documents, 1, None).unwrap();
    let mut files = with_segments(&[("a", r#"segment("b")"#)]);
    assert_eq!(compile(&mut files, 2, Some(&before)).unwrap_err().code, condition::code::UNKNOWN_SEGMENT);
    documents.put(Kind::Trait, "country", &json!({"holds": "int"})).unwrap();
    assert_eq!(compile(&mut documents, 2, Some(&before)).unwrap_err().code, condition::code::TYPE);
}

#[test]
fn a_plan_is_the_same_whether_the_one_before_is_at_hand() {
    let mut documents = with_segments(&[("a", r#"segment("b") && !segment("c")"#), ("b", COUNTRY), ("c", ORDERS)]);
    let before = compile(&mut documents, 1, None).unwrap();
    put_segment(&mut documents, "c", MORE_ORDERS);
    let mut other = documents.clone();
    let with = compile(&mut documents, 2, Some(&before)).unwrap();
    let without = compile(&mut other, 2, None).unwrap();
    assert_eq!(seen(&with), seen(&without));
    for (with, without) in with.segments.rules().iter().zip(without.segments.rules()) {
        assert_eq!(with.condition, without.condition);
    }
}
