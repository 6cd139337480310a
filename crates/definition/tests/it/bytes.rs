//! The stored form.

use definition::{Author, Change, Changed, Documents, Kind, Origin, code, compile, differences};
use serde_json::{Value, json};

use crate::seen::{number_and_changed, put_segment, with_segments};

/// Bytes as this version writes them.
const STORED: &str = concat!(
    r#"{"version":4,"definitions":{"#,
    r#""segment":{"vip":{"condition":"has(profile.size)","description":"Known size."}},"#,
    r#""setting":{"retention_days":{"value":30}},"trait":{"size":{"holds":"number"}}},"#,
    r#""published":{"next_number":8,"needs_revision":3,"segments":{"#,
    r#""vip":{"number":7,"changed":4,"condition":"has(profile.size)","traits":{"size":"number"}}}}}"#,
);

#[test]
fn stored_bytes_are_read_and_written_as_they_are() {
    let mut documents = Documents::from_bytes(STORED.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(documents.to_bytes()).unwrap(), STORED);
    assert_eq!(Documents::publication(STORED.as_bytes()).unwrap(), None);
    let plan = compile(&mut documents, 5, None).unwrap();
    assert_eq!(number_and_changed(&plan, "vip"), (7, 5), "it says nothing of how far its trait is believed");
}

/// What is stored with a revision.
const PUBLICATION: &str = concat!(
    r#"{"version":4,"publication":{"at_ms":1772445600000,"#,
    r#""author":{"by":"Ana","key":"key_1","why":"Spring sale"},"origin":{"draft":"spring"},"#,
    r#""changes":[{"kind":"segment","name":"vip","change":"added"}]},"#,
);

#[test]
fn stored_bytes_say_who_published_when_and_why() {
    let bytes = STORED.replace(r#"{"version":4,"#, PUBLICATION).into_bytes();
    let publication = Documents::publication(&bytes).unwrap().unwrap();
    assert_eq!(publication.at.as_millis(), 1_772_445_600_000);
    let author = Author { by: "Ana".into(), key: Some("key_1".into()), why: Some("Spring sale".into()) };
    assert_eq!((&publication.author, &publication.origin), (&author, &Origin::Draft("spring".into())));
    let changed = Changed { kind: Kind::Segment, name: "vip".into(), change: Change::Added };
    assert_eq!(publication.changes, [changed]);
    assert_eq!(Documents::from_bytes(&bytes).unwrap().published_as(publication), bytes);
}

const CHANGED: &str = r#""changed":{"segment":{"vip":4},"setting":{"retention_days":2},"trait":{"size":4}},"#;

#[test]
fn stored_bytes_say_which_revision_last_changed_each_document() {
    let bytes = STORED.replace(r#""published":"#, &format!("{CHANGED}\"published\":"));
    let mut documents = Documents::from_bytes(bytes.as_bytes()).unwrap();
    let seen = |documents: &Documents| {
        [(Kind::Segment, "vip"), (Kind::Setting, "retention_days"), (Kind::Trait, "size")]
            .map(|(kind, name)| documents.changed_in(kind, name))
    };
    assert_eq!(seen(&documents), [Some(4), Some(2), Some(4)]);
    assert_eq!(documents.changed_in(Kind::Segment, "size"), None);
    assert_eq!(String::from_utf8(documents.to_bytes()).unwrap(), bytes);
    // What is not recorded takes the revision that it was read from.
    documents.note_unrecorded(9);
    assert_eq!(seen(&documents), [Some(4), Some(2), Some(4)]);
    let mut unrecorded = Documents::from_bytes(STORED.as_bytes()).unwrap();
    assert_eq!(seen(&unrecorded), [None; 3]);
    unrecorded.note_unrecorded(9);
    assert_eq!(seen(&unrecorded), [Some(9); 3]);
}

#[test]
fn a_change_is_recorded_for_what_it_changed_and_nothing_else() {
    let before = Documents::from_bytes(STORED.as_bytes()).unwrap();
    let mut documents = before.clone();
    documents.note_unrecorded(1);
    put_segment(&mut documents, "vip", "true");
    put_segment(&mut documents, "calm", "true");
    documents.note_changes(&differences(&before, &documents), 2);
    let revisions = |documents: &Documents| ["vip", "calm"].map(|name| documents.changed_in(Kind::Segment, name));
    assert_eq!((revisions(&documents), documents.changed_in(Kind::Trait, "size")), ([Some(2); 2], Some(1)));
    let before = documents.clone();
    documents.remove(Kind::Segment, "vip").unwrap();
    documents.note_changes(&differences(&before, &documents), 3);
    assert_eq!(revisions(&documents), [None, Some(2)]);
}

#[test]
fn equal_documents_have_equal_bytes() {
    let mut one = Documents::defaults();
    let mut other = Documents::defaults();
    let written: Value = serde_json::from_str(r#"{"strength": "weak", "fold_case": true}"#).unwrap();
    let sorted: Value = serde_json::from_str(r#"{"fold_case": true, "strength": "weak"}"#).unwrap();
    one.put(Kind::Namespace, "erp", &written).unwrap();
    put_segment(&mut one, "b", "true");
    put_segment(&mut one, "a", "true");
    put_segment(&mut other, "a", "true");
    put_segment(&mut other, "b", "true");
    other.put(Kind::Namespace, "erp", &sorted).unwrap();
    assert_eq!(one.to_bytes(), other.to_bytes());
    assert_eq!(Documents::from_bytes(&one.to_bytes()).unwrap(), one);
}

fn refused(bytes: &[u8]) -> (&'static str, String) {
    let error = Documents::from_bytes(bytes).unwrap_err();
    (error.code, error.pointer)
}

fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut stored: Value = serde_json::from_str(STORED).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    stored.pointer_mut(parent).unwrap()[name] = value;
    stored.to_string().into_bytes()
}

#[test]
fn what_is_not_ours_is_refused() {
    assert_eq!(refused(b""), (code::UNREADABLE, String::new()));
    assert_eq!(refused(b"{}"), (code::UNREADABLE, String::new()));
    assert_eq!(refused(&STORED.as_bytes()[..STORED.len() - 1]), (code::UNREADABLE, String::new()));
    for version in [3, 5] {
        assert_eq!(refused(&changed("/version", json!(version))), (code::UNKNOWN_VERSION, "/version".into()));
    }
    assert_eq!(refused(&changed("/more", json!(1))), (code::UNREADABLE, String::new()));
    assert_eq!(refused(&changed("/definitions/journey", json!({}))), (code::UNKNOWN_KIND, "/journey".into()));
    assert_eq!(refused(&changed("/definitions/trait/size/holds", json!(1))), (code::WRONG_TYPE, "/holds".into()));
    assert_eq!(refused(&changed("/published/next_number", json!(7))), (code::UNREADABLE, "/published".into()));
    let twin = json!({"number": 7, "changed": 1, "condition": "true", "traits": {}});
    assert_eq!(refused(&changed("/published/segments/twin", twin)), (code::UNREADABLE, "/published".into()));
}

#[test]
fn numbers_end_one_day() {
    let mut documents = Documents::from_bytes(&changed("/published/next_number", json!(u32::MAX - 1))).unwrap();
    put_segment(&mut documents, "last", "true");
    let plan = compile(&mut documents, 5, None).unwrap();
    assert_eq!(number_and_changed(&plan, "last").0, u32::MAX - 1);
    put_segment(&mut documents, "one-more", "true");
    assert_eq!(compile(&mut documents, 6, Some(&plan)).unwrap_err().code, code::NUMBERS_USED_UP);
    documents.remove(Kind::Segment, "one-more").unwrap();
    compile(&mut documents, 6, Some(&plan)).unwrap();
}

#[test]
fn a_full_project_compiles() {
    let names: Vec<String> = (0..model::limits::SEGMENTS).map(|number| format!("s{number:04}")).collect();
    let mut documents = with_segments(&[]);
    for pair in names.windows(2) {
        put_segment(&mut documents, &pair[1], &format!("segment(\"{}\")", pair[0]));
    }
    put_segment(&mut documents, &names[0], "true");
    let plan = compile(&mut documents, 1, None).unwrap();
    assert_eq!(plan.segments.rules().len(), model::limits::SEGMENTS);
    assert_eq!(plan.segments.rules().last().unwrap().name.as_str(), "s1999");
}
