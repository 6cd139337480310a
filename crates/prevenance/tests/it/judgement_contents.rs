//! Contents and for whom they are: what is published says for which stages and what for, and rewards thank those whom
//! the shop recognizes.

use serde_json::{Value, json};

use crate::{
    deciding::{
        content, experience, gist, id, one, open, placement, publish, record, rejected, replay, showing, shown,
    },
    shop::{identify, track, with},
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

/// proves CON-10: given a content that rewards, it is shown to customers whom the shop recognizes and to nobody else,
/// whichever variant is drawn; and what each content is for is in the record of the decision.
#[test]
fn con_10_a_reward_is_for_recognized_customers_and_the_intent_is_in_the_record() {
    let shop = open();
    let thanks = with(&content(&json!({"en": {"title": "Thank you"}})), &json!({"intent": "reward"}));
    publish(&shop, &json!({"content": {"thanks": thanks}}));
    let refused = shop.secret.put("/v1/definitions/placement/row", &placement("web", "thanks")).expect(422).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("NEUTRAL_REWARDS"), &json!("/neutral")));
    experience(&shop, "thanks", &showing("thanks", "true", &json!({})));

    let seen = |who: &Value| one(&shop.secret, &with(who, &json!({"explain": true})));
    let (device, account) = (json!({"anonymous_id": "c1"}), json!({"anonymous_id": "c1", "user_id": "ana"}));
    // Nobody, a device that is known, an account that nobody ever named.
    shop.grant("anonymous_id:c1", &["site"]);
    shop.page_sends(&[track("Product Viewed", "v1", &json!({"anonymousId": "c1"}), &json!({"category": "boots"}))]);
    for who in [json!({}), device.clone(), json!({"anonymous_id": "c9"})] {
        let decision = seen(&who);
        assert_eq!(gist(&decision), "-/- because NOT_ELIGIBLE", "{who}");
        assert_eq!(
            (rejected(&decision)["thanks"].clone(), shown(&decision)),
            (json!("not_recognized"), vec!["welcome"])
        );
        assert_eq!(decision["contents"][0]["intent"], "inform");
    }
    // The same person, who says who it is.
    shop.page_sends(&[identify("i1", &json!({"anonymousId": "c1", "userId": "ana"}), &json!({}))]);
    for who in [device, account] {
        let decision = seen(&who);
        assert_eq!((gist(&decision), shown(&decision)), ("thanks/a because SPLIT".into(), vec!["thanks"]), "{who}");
        let record = record(&shop, id(&decision));
        assert_eq!(record["decision"]["contents"][0]["intent"], "reward");
        assert_eq!(replay(&shop, id(&decision)), "SAME");
    }
    // A page is told contents, and not what they are for.
    let told = one(&shop.web, &json!({"anonymous_id": "c1"}));
    assert_eq!((shown(&told), &told["contents"][0]["intent"]), (vec!["thanks"], &Value::Null));
}
