//! What the program learned, and what a person decided about it.

use definition::{
    Documents, Kind, Origin,
    learned::{RELIABILITY, WITHDRAWN_CONTENTS, is_open, note_reliability, settle, withdraw},
};
use engine::learning::Found;
use serde_json::{Value, json};

fn learned(pairs: &Value) -> Option<Value> {
    Some(json!({"by": "learning", "value": pairs}))
}

fn by_hand(pairs: &Value) -> Option<Value> {
    Some(json!({"by": "hand", "value": pairs}))
}

/// What stands of `withdrawn` where a publication would change it from one document to another.
fn settled(was: Option<Value>, is: Option<Value>, origin: &Origin) -> Option<Value> {
    let with = |document: Option<Value>| {
        let mut documents = Documents::defaults();
        document.iter().for_each(|document| documents.put(Kind::Setting, WITHDRAWN_CONTENTS, document).unwrap());
        documents
    };
    let (before, mut after) = (with(was), with(is));
    settle(&before, &mut after, origin).unwrap();
    after.get(Kind::Setting, WITHDRAWN_CONTENTS)
}

#[test]
fn what_a_person_changes_of_what_was_learned_stands_by_hand() {
    let one = json!([{"content": "care", "keyword": "rain"}]);
    let two = json!([{"content": "care", "keyword": "rain"}, {"content": "care", "keyword": "snow"}]);
    let none = json!([]);
    let said = Some(json!({"value": one}));
    for origin in [Origin::Document, Origin::Documents, Origin::Start, Origin::Rollback(3)] {
        let settled = |was: &Option<Value>, is: &Option<Value>| settled(was.clone(), is.clone(), &origin);
        // What is changed in the document that the program wrote, whatever it says of itself.
        assert_eq!(settled(&learned(&two), &learned(&one)), by_hand(&one), "{origin:?}");
        assert_eq!(settled(&learned(&two), &said), said);
        assert_eq!(settled(&learned(&two), &None), by_hand(&none));
        // What was not learned here is as it is said.
        assert_eq!(settled(&None, &learned(&one)), learned(&one));
        assert_eq!(settled(&None, &said), said);
        assert_eq!(settled(&learned(&one), &learned(&one)), learned(&one));
    }
    // Handing back takes a person who says so; a rollback does not.
    let settled = |was: &Option<Value>, is: &Option<Value>, origin| settled(was.clone(), is.clone(), &origin);
    assert_eq!(settled(&by_hand(&one), &learned(&one), Origin::Document), learned(&one));
    assert_eq!(settled(&said, &None, Origin::Document), None);
    assert_eq!(settled(&by_hand(&one), &learned(&two), Origin::Rollback(3)), by_hand(&two));
    assert_eq!(settled(&by_hand(&none), &None, Origin::Rollback(3)), by_hand(&none));
    // The program changes its own.
    assert_eq!(settled(&learned(&one), &learned(&two), Origin::Learned), learned(&two));
}

#[test]
fn the_program_writes_over_nothing_that_stands_by_hand() {
    let mut documents = Documents::defaults();
    let found = Found { source: "web".into(), defined_permille: 920, found_permille: 800, tested: 90 };
    assert!(is_open(&documents, RELIABILITY) && is_open(&documents, WITHDRAWN_CONTENTS));
    note_reliability(&mut documents, std::slice::from_ref(&found)).unwrap();
    withdraw(&mut documents, &[]).unwrap();
    assert!(is_open(&documents, RELIABILITY) && is_open(&documents, WITHDRAWN_CONTENTS));
    let said = documents.get(Kind::Setting, RELIABILITY).unwrap();
    assert_eq!(said["value"], json!([{"source": "web", "defined": 0.92, "found": 0.8}]));
    for setting in [RELIABILITY, WITHDRAWN_CONTENTS] {
        documents.put(Kind::Setting, setting, &json!({"value": []})).unwrap();
        assert!(!is_open(&documents, setting));
    }
    let before = documents.clone();
    note_reliability(&mut documents, &[found]).unwrap();
    withdraw(&mut documents, &[]).unwrap();
    assert_eq!(documents, before);
}
