//! Contents and for whom they are: what is published says for which stages and what for, and rewards thank those whom
//! the shop recognizes.

use serde_json::{Value, json};

use crate::{
    deciding::{content, open},
    shop::with,
};

/// proves CON-03: given a content without a stage or without an intent, publishing it is refused, in whichever way it
/// is published; with both it is published, for one stage or for several.
#[test]
fn con_03_a_content_without_stage_or_intent_is_not_published() {
    let shop = open();
    let whole = content(&json!({"fr": {"title": "Guide"}, "en": {"title": "Guide"}}));
    let without = |field: &str| {
        let mut document = whole.clone();
        document.as_object_mut().unwrap().remove(field);
        document
    };
    let is = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    for (document, expected, named) in [
        (
            without("stage"),
            is("NO_STAGE", "/stage"),
            "`discovery`, `comparison`, `conversion`, `onboarding`, `enrollment`",
        ),
        (with(&whole, &json!({"stage": []})), is("EMPTY", "/stage"), "at least one"),
        (with(&whole, &json!({"stage": ["comparison", "buying"]})), is("UNKNOWN_WORD", "/stage/1"), "`conversion`"),
        (without("intent"), is("NO_INTENT", "/intent"), "`orient`, `inform`, `help`, `reassure`, `reward`"),
        (with(&whole, &json!({"intent": "sell"})), is("UNKNOWN_WORD", "/intent"), "`orient`, `inform`"),
    ] {
        let one = shop.secret.put("/v1/definitions/content/guide", &document).expect(422).json();
        let many = shop.secret.put("/v1/definitions", &json!({"content": {"guide": document}})).expect(422).json();
        let dry = shop.secret.put("/v1/definitions?dry_run=true", &json!({"content": {"guide": document}}));
        let draft = shop.secret.put("/v1/drafts/new/definitions/content/guide", &document).expect(422).json();
        for refused in [one, many, dry.expect(422).json(), draft] {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let told = (text(&refused["code"]), text(&refused["error"]["pointer"]));
            assert!(told.0 == expected.0 && told.1.ends_with(&expected.1), "{refused}");
            assert!(text(&refused["message"]).contains(named), "{refused}");
        }
    }
    _ = shop.secret.get("/v1/definitions/content/guide").expect(404);
    for stage in [json!("comparison"), json!(["enrollment", "discovery"])] {
        let document = with(&whole, &json!({"stage": stage}));
        _ = shop.secret.put("/v1/definitions/content/guide", &document).expect(200);
        assert_eq!(shop.secret.get("/v1/definitions/content/guide").expect(200).json()["document"], document);
    }
}
