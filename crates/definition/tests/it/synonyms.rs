//! Synonyms: what they may say, and what they compile to.

use definition::{Documents, Kind, code, compile};
use model::{limits::SYNONYM_PHRASES, synonym::Synonym};
use serde_json::{Value, json};

/// Puts and compiles; the code and the pointer of what is wrong.
fn published(definitions: &[(&str, Value)]) -> Result<engine::plan::Plan, (&'static str, String)> {
    let mut documents = Documents::defaults();
    for (name, document) in definitions {
        documents.put(Kind::Synonym, name, document).map_err(|error| (error.code, error.pointer))?;
    }
    compile(&mut documents, 1, None).map_err(|error| (error.code, error.pointer))
}

#[test]
fn words_mean_the_same_or_one_includes_others() {
    let plan = published(&[
        ("gtx", json!({"same": ["gtx", "Gore-Tex"], "description": "The brand and its short form."})),
        ("shoes", json!({"sought": "shoes", "found": ["sandals"]})),
    ]);
    let includes = Synonym::Includes { sought: "shoes".into(), found: vec!["sandals".into()] };
    assert_eq!(*plan.unwrap().synonyms, [Synonym::Same(vec!["gtx".into(), "Gore-Tex".into()]), includes]);
}

#[test]
fn what_is_wrong_with_a_synonym_is_pointed_at() {
    let refused = |document: Value| published(&[("gtx", document)]).map(drop).unwrap_err();
    let at = |code, pointer: &str| (code, pointer.to_owned());
    let many: Vec<String> = (0..=SYNONYM_PHRASES).map(|number| format!("p{number}")).collect();
    let long = "word ".repeat(11);
    assert_eq!(refused(json!({})).1, "/sought");
    assert_eq!(refused(json!({"same": ["gtx"]})), at(code::EMPTY, "/same"));
    assert_eq!(refused(json!({"same": ["gtx", "GTX"]})), at(code::TWICE, "/same/1"));
    assert_eq!(refused(json!({"same": ["gtx", "!!"]})), at(code::OUT_OF_RANGE, "/same/1"));
    assert_eq!(refused(json!({"same": many})), at(code::TOO_MANY, "/same"));
    assert_eq!(refused(json!({"same": ["gtx", "a".repeat(101)]})).1, "/same/1");
    assert_eq!(refused(json!({"same": ["gtx", "gore"], "found": ["x"]})), at(code::CONTRADICTION, "/found"));
    assert_eq!(refused(json!({"sought": long, "found": ["x"]})), at(code::OUT_OF_RANGE, "/sought"));
    assert_eq!(refused(json!({"sought": "shoes"})).1, "/found");
    assert_eq!(refused(json!({"sought": "shoes", "found": ["sandals"], "more": 1})).1, "/more");
}
