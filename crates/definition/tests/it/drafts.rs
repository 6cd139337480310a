//! Drafts, differences and what is restored.

use definition::{Change, Difference, Documents, Draft, Kind, code, compile, differences};
use model::limits;
use serde_json::json;

use crate::seen::{number_and_changed, put_segment, with_segments};

fn on(base: &Documents, changes: &[(&str, Option<&str>)]) -> Draft {
    let mut draft = Draft::on(1);
    for (name, condition) in changes {
        match condition {
            Some(condition) => draft.put(base, Kind::Segment, name, &json!({ "condition": condition })).unwrap(),
            None => draft.remove(base, Kind::Segment, name).unwrap(),
        }
    }
    draft
}

fn names(found: &[Difference]) -> Vec<(&str, Change)> {
    found.iter().map(|difference| (difference.name.as_str(), difference.changed().change)).collect()
}

#[test]
fn a_draft_is_applied_as_one_whatever_names_what_meanwhile() {
    let base = with_segments(&[("a", "true"), ("b", r#"segment("a")"#), ("c", "true")]);
    let draft = on(&base, &[("a", None), ("b", None), ("c", Some("false")), ("d", Some("true"))]);
    let mut documents = base.clone();
    draft.apply(&mut documents).unwrap();
    let changes = [("a", Change::Removed), ("b", Change::Removed), ("c", Change::Changed), ("d", Change::Added)];
    assert_eq!(names(&differences(&base, &documents)), changes);
    compile(&mut documents, 2, None).unwrap();
}

#[test]
fn what_still_names_a_removed_definition_is_found_when_all_is_compiled() {
    let base = with_segments(&[("a", "true"), ("b", r#"segment("a")"#)]);
    let mut documents = base.clone();
    on(&base, &[("a", None)]).apply(&mut documents).unwrap();
    let error = compile(&mut documents, 2, None).unwrap_err();
    assert_eq!((error.name.as_deref(), error.pointer.as_str()), (Some("b"), "/condition"));
}

#[test]
fn a_document_as_it_is_published_is_no_change() {
    let base = with_segments(&[("a", "true")]);
    let mut draft = on(&base, &[("a", Some("false")), ("b", Some("true"))]);
    assert_eq!(draft.len(), 2);
    draft.put(&base, Kind::Segment, "a", &json!({"condition": "true"})).unwrap();
    draft.remove(&base, Kind::Segment, "b").unwrap();
    assert!(draft.is_empty());
    assert_eq!(draft.remove(&base, Kind::Segment, "b").unwrap_err().code, code::NOT_DEFINED);
    assert_eq!(draft.remove(&base, Kind::Purpose, "site").unwrap_err().code, code::BUILT_IN);
}

#[test]
fn a_conflict_is_what_somebody_else_published_differently() {
    let base = with_segments(&[("mine", "true"), ("both", "true"), ("same", "true"), ("gone", "true")]);
    let changes = [("mine", Some("false")), ("both", Some("false")), ("same", Some("false")), ("gone", None)];
    let draft = on(&base, &changes);
    let mut now = base.clone();
    put_segment(&mut now, "both", "1 == 1");
    put_segment(&mut now, "same", "false");
    put_segment(&mut now, "theirs", "true");
    now.remove(Kind::Segment, "gone").unwrap();
    assert_eq!(draft.conflicts(&base, &now), [(Kind::Segment, "both".to_owned())]);
}

#[test]
fn a_draft_is_read_back_and_what_is_not_ours_is_refused() {
    let base = with_segments(&[("a", "true")]);
    let draft = on(&base, &[("a", None), ("b", Some("true"))]);
    let stored = r#"{"version":2,"base":1,"changes":{"segment":{"a":null,"b":{"condition":"true"}}}}"#;
    assert_eq!(String::from_utf8(draft.to_bytes()).unwrap(), stored);
    assert_eq!(Draft::from_bytes(stored.as_bytes()).unwrap(), draft);
    let refused = |from: &str, to: &str| Draft::from_bytes(stored.replace(from, to).as_bytes()).unwrap_err().code;
    assert_eq!(refused(r#""version":2"#, r#""version":1"#), code::UNKNOWN_VERSION);
    assert_eq!(refused(r#""version":2"#, r#""version":3"#), code::UNKNOWN_VERSION);
    assert_eq!(refused("segment", "planet"), code::UNKNOWN_KIND);
    assert_eq!(refused("condition", "conditions"), code::MISSING_FIELD);
    assert_eq!(refused("}}}", ""), code::UNREADABLE);
}

#[test]
fn a_draft_holds_its_bytes_and_not_one_more() {
    let base = Documents::defaults();
    let wide = |bytes: usize| json!({"condition": "true", "description": "x".repeat(bytes)});
    let mut draft = Draft::on(1);
    let mut room = limits::DRAFT_BYTES;
    let one = "t0000".len() + wide(1_900).to_string().len();
    while room >= one + 2_100 {
        let name = format!("t{:04}", draft.len());
        draft.put(&base, Kind::Segment, &name, &wide(1_900)).unwrap();
        room -= one;
    }
    draft.put(&base, Kind::Segment, "fill", &wide(1_990)).unwrap();
    room -= "fill".len() + wide(1_990).to_string().len();
    let last = room - "last".len() - wide(0).to_string().len();
    let error = draft.put(&base, Kind::Segment, "last", &wide(last + 1)).unwrap_err();
    assert_eq!((error.code, error.name.as_deref()), (code::TOO_MANY, Some("last")));
    draft.put(&base, Kind::Segment, "last", &wide(last)).unwrap();
    let mut again = Draft::from_bytes(&draft.to_bytes()).unwrap();
    assert_eq!(again.put(&base, Kind::Segment, "a", &wide(1)).unwrap_err().code, code::TOO_MANY);
    again.remove(&base, Kind::Segment, "fill").unwrap();
    again.put(&base, Kind::Segment, "a", &wide(1)).unwrap();
}

#[test]
fn a_difference_names_the_fields() {
    let (mut before, mut after) = (Documents::defaults(), Documents::defaults());
    let source = |reliability: f64, any_of: &[&str], description: Option<&str>| {
        let mut source = json!({"kind": "server", "reliability": reliability, "any_of": any_of});
        if let Some(description) = description {
            source["description"] = json!(description);
        }
        source
    };
    before.put(Kind::Source, "till", &source(0.5, &["site", "email"], None)).unwrap();
    after.put(Kind::Source, "till", &source(0.5, &["site", "sms"], Some("New."))).unwrap();
    let found = differences(&before, &after);
    assert_eq!(names(&found), [("till", Change::Changed)]);
    assert_eq!(found[0].fields(), ["/any_of/1", "/description"]);
    after.put(Kind::Source, "till", &source(0.6, &["site"], None)).unwrap();
    assert_eq!(differences(&before, &after)[0].fields(), ["/any_of", "/reliability"]);
    assert_eq!(differences(&before, &before), []);
}

#[test]
fn a_restored_segment_gets_a_number_that_nobody_had() {
    let mut documents = with_segments(&[("a", "true"), ("b", "true")]);
    let first = compile(&mut documents, 1, None).unwrap();
    let earlier = documents.clone();
    documents.remove(Kind::Segment, "b").unwrap();
    put_segment(&mut documents, "c", "true");
    let second = compile(&mut documents, 2, Some(&first)).unwrap();
    documents.restore(&earlier);
    let third = compile(&mut documents, 3, Some(&second)).unwrap();
    assert_eq!(number_and_changed(&third, "a"), number_and_changed(&first, "a"));
    let (number, changed) = number_and_changed(&third, "b");
    assert_eq!(changed, 3);
    assert!(number > number_and_changed(&second, "c").0 && number > number_and_changed(&first, "b").0);
}
